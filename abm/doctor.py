"""`abm doctor`: what an extract has, what it lacks and for which mart, and what to set for it."""

import csv
import io
import os
import re
import tempfile
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from abm.build import (
    NOTICES_MODEL,
    POSTGRES,
    BuildOptions,
    Notice,
    build_vars,
    compare_raw,
    read_notices,
    reading,
    run_dbt,
)
from abm.contract import DELETED, FOUND_VARS, LOADED_AT, Comparison, Finding, State
from abm.paths import project_vars, read_seed, read_yaml
from abm.settings import WIDTH, spelled_vars

VALUES_MODEL = "int_unmapped_raw_values"


@dataclass(frozen=True)
class Unmapped:
    """A raw value that no seed row maps.

    Attributes:
        seed_name: The seed to extend, or the marketing team's list to correct.
        raw_value: The value as the source writes it.
        seed_value: What the seed's row must hold; None where no row helps.
        read_as: How the value is read meanwhile.
        n_rows: Rows that carry it.
    """

    seed_name: str
    raw_value: str
    seed_value: str | None
    read_as: str
    n_rows: int


@dataclass
class Diagnosis:
    """What the doctor found.

    Attributes:
        comparison: The raw data against the contract.
        unmapped: Values that no seed maps, the most frequent first; None if they were not read.
        notices: What a build would say of the rows, errors first.
        failures: Sentences: why the values could not be read.
        variables: The dbt vars that fit the raw data: crm, enabled_sources, absent.
        are_vars_set: The project says the same already.
    """

    comparison: Comparison
    unmapped: list[Unmapped] | None = None
    notices: list[Notice] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    are_vars_set: bool = False

    @property
    def problems(self) -> list[str]:
        """Sentences; with any of them a build cannot start."""
        errors = [notice.message for notice in self.notices if notice.level == "error"]
        return self.comparison.fatal + self.failures + errors


def diagnose(options: BuildOptions) -> Diagnosis:
    """Compare the raw data with the contract and their values with the seeds.

    Args:
        options: The build that is planned; its database is neither read nor written.

    Returns:
        Everything that was found; nothing is raised for the state of the data.

    Raises:
        AbmError: A var is misspelled, or the database cannot be read.
    """
    diagnosis = Diagnosis(compare_raw(options))
    diagnosis.variables = fitting_vars(options, diagnosis.comparison)
    project = project_vars(options.root)
    diagnosis.are_vars_set = all(
        (project.get(name) or None) == (value or None)
        for name, value in diagnosis.variables.items()
    )
    if not diagnosis.comparison.fatal:
        read_values(options, diagnosis)
    return diagnosis


def fitting_vars(options: BuildOptions, comparison: Comparison) -> dict[str, Any]:
    """Find the vars with which a build reads what is there and warns of nothing.

    Args:
        options: The build.
        comparison: Its raw data against the contract.

    Returns:
        enabled_sources without the sources of which nothing is there, absent with what was found
        missing, what else of FOUND_VARS was found, and crm, loaders and <source>_schema where the
        build's own vars name others than the project.
    """
    variables = build_vars(options)
    there = {
        finding.table.source
        for finding in comparison.findings
        if finding.state in (State.PRESENT, State.UNREADABLE) or finding.needless
    }
    enabled = [
        name
        for name in variables.get("enabled_sources") or []
        if name in there or name == comparison.crm
    ]
    declared = variables.get("absent") or {}
    absent = {
        source: tables
        for source, tables in comparison.absent.items()
        if source in enabled or source in declared
    }
    fitting: dict[str, Any] = {"enabled_sources": enabled, "absent": absent}
    for name in FOUND_VARS[1:]:
        found = getattr(comparison, name)
        if found or variables.get(name):
            fitting[name] = found
    project = project_vars(options.root)
    schemas = [f"{finding.table.source}_schema" for finding in comparison.findings]
    for name in dict.fromkeys([*schemas, "loaders"]):
        if variables.get(name) != project.get(name):
            fitting = {name: variables[name], **fitting}
    if variables.get("crm") != project.get("crm"):
        fitting = {"crm": comparison.crm, **fitting}
    return fitting


def read_values(options: BuildOptions, diagnosis: Diagnosis) -> None:
    """Build the models of unmapped values and notices, apart from any warehouse.

    On DuckDB they are built in a database of its own, on PostgreSQL in schemas of its own; both are
    removed again.

    Args:
        options: The build whose raw data and vars count.
        diagnosis: What was found so far; gets the values, the most frequent first, and the notices,
            or why they could not be read.
    """
    with tempfile.TemporaryDirectory(prefix="abm_doctor_") as folder:
        target_path = Path(os.environ.get("DBT_TARGET_PATH", "target")) / "doctor"
        apart = replace(
            options,
            db=Path(folder) / "doctor.duckdb",
            select=(f"+{VALUES_MODEL}", f"+{NOTICES_MODEL}"),
            exclude=("resource_type:test", "resource_type:unit_test"),
            full_refresh=False,
            unit_tests=False,
            target_path=target_path,
        )
        with _own_schemas(apart, Path(folder)) as (apart, prefix):
            report = run_dbt(apart, diagnosis.comparison.variables, what="Reading values")
            if not report.succeeded:
                diagnosis.failures = report.failures
                return
            with chdir(options.root), reading(apart) as query:
                schema = query(
                    "select table_schema from information_schema.tables where table_name = "
                    f"'{VALUES_MODEL}' and table_schema like '{prefix}%'"
                )[0][0]
                rows = query(
                    "select seed_name, raw_value, seed_value, read_as, n_rows "
                    f'from "{schema}".{VALUES_MODEL} order by seed_name, n_rows desc, raw_value'
                )
                diagnosis.unmapped = [Unmapped(*row) for row in rows]
                diagnosis.notices = read_notices(query, prefix)


@contextmanager
def _own_schemas(options: BuildOptions, folder: Path) -> Iterator[tuple[BuildOptions, str]]:
    """On PostgreSQL, build in schemas of a prefix of its own and drop them at the end."""
    if options.target != POSTGRES:
        yield options, ""
        return
    from abm.postgres import connected

    prefix = f"abm_doctor_{os.getpid()}"
    profiles = read_yaml(options.root / "profiles.yml")
    (profile,) = (value for key, value in profiles.items() if key != "config")
    profile["outputs"][POSTGRES]["schema"] = prefix
    text = yaml.safe_dump(profiles, width=10**6)
    (folder / "profiles.yml").write_text(text, encoding="utf-8")
    try:
        yield replace(options, profiles_dir=folder), prefix
    finally:
        with connected() as connection:
            made = connection.execute(
                "select nspname from pg_namespace where nspname like %s", [f"{prefix}%"]
            ).fetchall()
            for (schema,) in made:
                connection.execute(f'drop schema "{schema}" cascade'.encode())


def source_lines(diagnosis: Diagnosis) -> Iterator[str]:
    """Say source by source what is there, what is missing and what is null or empty for it.

    Args:
        diagnosis: What was found.

    Yields:
        Lines of at most 100 characters, unless a name is longer.
    """
    comparison = diagnosis.comparison
    crm = comparison.crm
    findings: dict[str, list[Finding]] = {}
    for finding in comparison.findings:
        findings.setdefault(finding.table.source, []).append(finding)
    for source, found in findings.items():
        n_there = sum(finding.state is State.PRESENT for finding in found)
        title = f"{source}{', the CRM' if source == crm else ''}: "
        if found[0].state is State.SWITCHED_OFF:
            title += "switched off, not in var enabled_sources"
            if comparison.raw.has_source(source):
                title += f", though its {comparison.raw.holder} is there"
        elif not comparison.raw.has_source(source):
            title += f"there is no {comparison.raw.holder} {source}"
        else:
            title += f"{n_there} of {len(found)} tables are there"
        rows = [row for finding in found for row in _finding_rows(finding, comparison)]
        yield title
        yield from _layout_lines(source, comparison)
        yield from _table(("table, column", "state", "null or empty for it"), rows)
        unmarked = [
            finding.table.name
            for finding in found
            if finding.state is State.PRESENT and not comparison.marked(finding, "deleted")
        ]
        if unmarked:
            yield from _wrapped(
                f"  Nothing marks deleted rows, which would count, in: {', '.join(unmarked)}"
            )
        yield ""


LOADERS = {
    "fivetran": "Fivetran",
    "airbyte": "Airbyte",
    "dlt": "dlt",
    "singer": "Singer",
    "data_loader": "CSV export",
    "": "loader unknown",
}


LOST_UNSEEN = {
    "linkedin_ads from singer": "tap-linkedin-ads keeps the digits and points of a cost alone, so "
    "a refund of -12.50 arrives as 12.50 and no row shows it: compare the spend with LinkedIn's."
}
"""What a loader changes in the values themselves, by source and loader."""


def _layout_lines(source: str, comparison: Comparison) -> Iterator[str]:
    """Say of each connection of a source who left it, as what, and when it was loaded."""
    present = [
        finding
        for finding in comparison.findings
        if finding.table.source == source and finding.found and finding.state is State.PRESENT
    ]
    landing = comparison.landing
    for connection, loader in (landing.loaders(source) if present else {}).items():
        parts = {
            part
            for finding in present
            if finding.found
            for part in finding.found.parts
            if part.connection == connection
        }
        layouts = ", ".join(sorted({part.layout for part in parts}))
        files = sum(part.n_files for part in parts)
        own = [f for f in present if f.found and parts & {*f.found.parts}]
        columns = {name.lower() for part in parts for name in part.types}
        marks = [name for finding in own for name in comparison.marked(finding, "loaded_at")]
        loads = [name for name in marks if name in columns]
        text = (
            f"  {f'{connection}, ' if connection else ''}{LOADERS.get(loader, loader)}: {layouts}"
        )
        text += f", {files:,} {'file' if files == 1 else 'files'}" if files else ""
        text += f", load time in {max(set(loads), key=loads.count)}" if loads else ", no load time"
        yield from _wrapped(text)
        if lost := LOST_UNSEEN.get(f"{source} from {loader}"):
            yield from _wrapped(f"  {lost}")
    unmapped = [*(t.place for t in landing.unmapped(source)), *comparison.raw.unread(source)]
    if present and unmapped:
        yield from _wrapped(f"  Nothing is read from: {', '.join(unmapped)}")


def _finding_rows(finding: Finding, comparison: Comparison) -> Iterator[tuple[str, str, str]]:
    table, crm = finding.table, comparison.crm
    if finding.state is State.PRESENT:
        yield f"  {table.name}", "present", ""
        for column in table.columns:
            name = column.name
            if name in finding.missing_columns:
                state = "missing, optional" if column.optional else "missing"
                if name in table.required_columns(crm) and table.is_read(crm):
                    state = "missing, required"
            elif name in finding.needless:
                state = "declared absent, but there"
            elif name in finding.declared_columns:
                state = "declared absent"
            else:
                continue
            if name == DELETED:
                continue
            lost = ", ".join(table.fed(crm, column))
            if name == LOADED_AT:
                lost = "nothing, but versions of a row may not be told apart"
                if comparison.marked(finding, "loaded_at"):
                    lost = "nothing, the load time is there under another name"
            yield f"    {name}", state, lost
        for name in finding.loader_columns:
            yield f"    {name}", "present, of the loader", ""
        return
    state = finding.state.value
    if finding.needless:
        state += ", but there"
    elif finding.state is State.MISSING:
        if table.is_indispensable(crm):
            state += ", required"
        elif table.optional:
            state += ", optional"
    lost = ", ".join(table.fed(crm)) or f"nothing while the CRM is {crm}"
    yield f"  {table.name}", state, lost


def mart_lines(diagnosis: Diagnosis) -> Iterator[str]:
    """Name the marts that will be empty, since nothing that fills them is there.

    Args:
        diagnosis: What was found.

    Yields:
        Lines of at most 100 characters; none where no mart will be empty.
    """
    empty = empty_marts(diagnosis.comparison)
    if empty:
        yield "Marts that will be empty"
        for mart, tables in sorted(empty.items()):
            yield from _wrapped(f"  {mart}, for want of {', '.join(tables)}")
        yield ""


def empty_marts(comparison: Comparison) -> dict[str, list[str]]:
    """Find the marts of which every raw table that fills them is absent.

    Args:
        comparison: The raw data against the contract.

    Returns:
        Mart to the raw tables that it is empty for want of.
    """
    absent: dict[str, list[str]] = {}
    filled = set()
    for finding in comparison.findings:
        table = finding.table
        for name in table.fed(comparison.crm):
            if finding.state is State.PRESENT:
                filled.add(name)
            elif "." not in name and not name.startswith("audit_"):
                absent.setdefault(name, []).append(f"{table.source}.{table.name}")
    return {mart: tables for mart, tables in absent.items() if mart not in filled}


def _table(headings: tuple[str, str, str], rows: list[tuple[str, str, str]]) -> Iterator[str]:
    """Lay out three columns, the last one wrapped, none of them cut."""
    if not rows:
        return
    first = max(len(row[0]) for row in [("  " + headings[0],), *rows])
    second = max(len(row[1]) for row in [("", headings[1]), *rows])
    room = max(24, WIDTH - first - second - 4)
    for name, state, text in [(f"  {headings[0]}", *headings[1:]), *rows]:
        lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
        yield f"{name:<{first}}  {state:<{second}}  {lines[0]}".rstrip()
        for line in lines[1:]:
            yield f"{'':<{first}}  {'':<{second}}  {line}"


_CORRECTIONS = {
    "currency_rates": "The CRM states dated rates, which replace the seed: add the currency there.",
    "programmes of investments": "Correct them in the list: abm or non_abm.",
    "stages of opportunity history": "The CRM no longer lists them: list them there, closed or "
    "not, or leave them, since the deal itself has the last word.",
    "tiers of target_accounts": "Correct them in the list: 1:1, 1:few or 1:many.",
}


def value_lines(root: Path, unmapped: list[Unmapped], most: int) -> Iterator[str]:
    """Say which raw values no seed row maps, and the rows to add.

    Args:
        root: The project's directory.
        unmapped: The values.
        most: So many values per seed are shown, 0 for all.

    Yields:
        Lines; those to add are rows of the seed's CSV file.
    """
    if not unmapped:
        yield "Every value that a seed maps has its row."
        yield ""
        return
    yield f"Values that no seed row maps: {len(unmapped):,}"
    yield ""
    maps = _maps(root)
    for seed_name in dict.fromkeys(value.seed_name for value in unmapped):
        values = [value for value in unmapped if value.seed_name == seed_name]
        shown_values = values[: most or None]
        rest = values[len(shown_values) :]
        yield f"seeds/{seed_name}.csv" if seed_name in maps else seed_name.capitalize()
        width = max(4, *(len(f"{value.n_rows:,}") for value in shown_values))
        rows = [(f"  {v.raw_value}", f"{v.n_rows:>{width},}", v.read_as) for v in shown_values]
        yield from _table(("value", f"{'rows':>{width}}", "read meanwhile as"), rows)
        if rest:
            n_rows = sum(value.n_rows for value in rest)
            yield f"  and {len(rest):,} more values in {n_rows:,} rows: see them with --values 0"
        yield from _advice(root, seed_name, shown_values)
        yield ""


def _advice(root: Path, seed_name: str, values: list[Unmapped]) -> Iterator[str]:
    addable = [value for value in values if value.seed_value]
    if len(addable) < len(values):
        yield f"  {_CORRECTIONS[seed_name]}"
    if not addable:
        return
    rows = seed_rows(root, seed_name, addable)
    yield "  Rows to add:"
    yield from rows
    asked = list(dict.fromkeys(re.findall(r"<(\w+)>", " ".join(rows))))
    if "priority" in asked:
        asked.remove("priority")
        yield from _wrapped(
            "  <priority>: between the other rules of the table and its rule for %; where no "
            "number is free, give that rule a greater one"
        )
    for name in asked:
        yield from _wrapped(f"  <{name}>: {_allowed(root, seed_name, name)}")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def seed_rows(root: Path, seed_name: str, values: Iterable[Unmapped]) -> list[str]:
    """Write the rows that a seed lacks, with <column> where a person must choose.

    Args:
        root: The project's directory.
        seed_name: The seed.
        values: Its unmapped values, each with what the row must hold.

    Returns:
        One CSV line per row to add.
    """
    value_column = _meta(_maps(root)[seed_name])["raw_value_column"]
    existing = read_seed(root, seed_name)
    taken = {int(row["priority"]) for row in existing if row.get("priority")}
    lines: dict[str, None] = {}
    done = set()
    for value in values:
        row = {name: f"<{name}>" for name in existing[0]}
        row |= {value_column: value.seed_value or "", "basis": "project_default", "note": ""}
        if seed_name == "interaction_rules":
            system, table = value.raw_value.split(": ", 1)[0].split(" ", 1)
            row |= {"source_system": system, "source_table": table}
            row["column_name"] = "record_type_words"
        identity = tuple(row.values())
        if identity in done:
            continue
        done.add(identity)
        if "priority" in row:
            row["priority"] = _free_priority(existing, row, taken)
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(row.values())
        lines[text.getvalue()] = None
    return list(lines)


def _free_priority(existing: list[dict[str, str]], row: dict[str, str], taken: set[int]) -> str:
    """Find a number after the rules of the same table and before its rule for anything."""
    own = [
        rule
        for rule in existing
        if all(rule.get(name) == row.get(name) for name in ("source_system", "source_table"))
    ]
    last = [int(rule["priority"]) for rule in own if rule["pattern"] == "%"]
    before = [int(rule["priority"]) for rule in own if rule["pattern"] != "%"]
    start = max((n for n in before if not last or n < last[0]), default=0) + 1
    number = next((n for n in range(start, last[0] if last else 10**6) if n not in taken), None)
    if number is None:
        return "<priority>"
    taken.add(number)
    return str(number)


def _allowed(root: Path, seed_name: str, name: str) -> str:
    """Say what may stand in a column of a seed: its choices, true or false, or its description."""
    seed = _maps(root)[seed_name]
    column = next((c for c in seed["columns"] if c["name"] == name), {"name": name})
    allowed: dict[str, None] = {}
    for choice in _meta(column).get("choices", ()):
        other_seed, _, other_column = choice.partition(".")
        if other_column:
            values = {row[other_column] for row in read_seed(root, other_seed)} - {"unmapped"}
            allowed |= dict.fromkeys(sorted(values))
        else:
            allowed[choice] = None
    if not allowed and seed["config"]["column_types"].get(name) == "boolean":
        return "true, false"
    return ", ".join(allowed) or column.get("description", "a text")


def _maps(root: Path) -> dict[str, dict[str, Any]]:
    """Read what the YAML beside the seeds says of those that map raw values."""
    seeds = read_yaml(root / "seeds" / "_seeds.yml")["seeds"]
    return {seed["name"]: seed for seed in seeds if "raw_value_column" in _meta(seed)}


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return (entry.get("config") or {}).get("meta") or {}


def var_lines(diagnosis: Diagnosis) -> Iterator[str]:
    """Write the vars that fit the raw data, as they can be pasted into dbt_project.yml.

    Args:
        diagnosis: What was found.

    Yields:
        Lines of YAML, below `vars:`.
    """
    yield from spelled_vars(diagnosis.variables).splitlines()
