"""The raw input contract, read from the dbt sources, and its comparison with raw data.

The contract is `models/staging/<source>/_<source>__sources.yml`; where a loader left a table is for
`abm.landing` to find. Of Parquet only footers are read here, CSV files to their end: whether the
values can be read is for the staging models and `audit.audit_rejected_records` to say.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from abm.errors import AbmError
from abm.landing import Found, Landing, LoaderName, Raw, Wanted
from abm.paths import read_yaml, shown
from abm.raw_directory import RawDirectory

LOADED_AT = "_fivetran_synced"
DELETED = "_fivetran_deleted"
ALL = "all"
DEFAULT_CRM = "salesforce"

FOUND_VARS = ("absent", "loader_columns", "raw_tables", "raw_connections")
"""The dbt vars that a build finds for itself."""

Absent = dict[str, dict[str, str | list[str]]]
"""The dbt var `absent`: source -> table -> "all" or the columns that the extract lacks."""

Marks = Mapping[str, Mapping[str, str]]
"""The dbt var `row_marks`: loaded_at, modified_at, deleted or active -> column -> its type."""

OWN_COLUMNS = (
    *("loaded_at", "source_connection", "version_rank"),
    *("is_deleted_row", "is_merged_row", "is_rejected_row"),
)
"""Columns that staging gives every raw row while it reads it."""

LoaderColumns = dict[str, dict[str, list[str]]]
"""The dbt var `loader_columns`: source -> table -> columns of `row_marks` beyond the contract."""


@dataclass(frozen=True)
class Column:
    """A column of a raw table.

    Attributes:
        name: As the connector lands it.
        data_type: The type staging reads it as.
        optional: Nobody is warned when it is missing.
        feeds: Marts, and columns of marts, that are empty or null without it.
        crm_feeds: The same, but only where the source is the CRM.
        references: Columns that its values lead to, `<source>.<table>.<column>`, and the least
            share of the filled values that must be found there, 0 to 1; of several columns, that
            of the CRM counts. It is never 1: deleted rows leave references behind, addresses and
            associations of marketing tools outlive their contacts.
        is_own_id: It holds ids of the source's own records, which several of its connections may
            give twice.
        is_crm_id: It holds ids of the CRM's records, or a person's address.
    """

    name: str
    data_type: str
    optional: bool
    feeds: tuple[str, ...] = ()
    crm_feeds: tuple[str, ...] = ()
    references: tuple[tuple[str, float], ...] = ()
    is_own_id: bool = False
    is_crm_id: bool = False

    def reference(self, crm: str) -> tuple[str, float] | None:
        """The column that its values lead to and the least share of them that must be there."""
        found = [
            (to, share)
            for to, share in self.references
            if len(self.references) == 1 or to.startswith(f"{crm}.")
        ]
        return found[0] if found else None


@dataclass(frozen=True)
class Table:
    """A raw table.

    Attributes:
        source: The dbt source, also the folder.
        name: The table, also the file's stem.
        columns: The contracted columns, `_fivetran_synced` and `_fivetran_deleted` included.
        key: The columns that identify a row; none where rows have no identity.
        required: Columns without which the table cannot be read at all.
        optional: Nobody is warned when the table is missing.
        never_absent: The build cannot do without it while its source is the CRM.
        past: The columns that hold moments of the past.
        passthrough_model: The staging model that carries raw columns on to a mart, or "".
        feeds: Marts, and columns of marts, that are empty or null without it.
        crm_feeds: The same, but only where the source is the CRM.
        salesforce_ids: Columns of the key that hold Salesforce ids, of 15 or 18 characters.
        stale_after: How far behind its source's newest load may be: `error_after` of the source's
            freshness; None where it states none.
        is_main: What its source is for: one that is there has a main table, or any where none is.
    """

    source: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: tuple[str, ...]
    optional: bool
    never_absent: bool
    past: tuple[str, ...] = ()
    passthrough_model: str = ""
    feeds: tuple[str, ...] = ()
    crm_feeds: tuple[str, ...] = ()
    salesforce_ids: tuple[str, ...] = ()
    stale_after: timedelta | None = None
    is_main: bool = False

    def is_read(self, crm: str) -> bool:
        """Whether anything reads it: some tables are read only where their source is the CRM."""
        return self.source == crm or bool(self.feeds)

    def is_indispensable(self, crm: str) -> bool:
        """Whether a build cannot do without it."""
        return self.never_absent and self.source == crm

    def required_columns(self, crm: str) -> tuple[str, ...]:
        """The columns without which it cannot be read; what only a CRM must state aside."""
        if not self.never_absent or self.source == crm:
            return self.required
        return tuple(name for name in self.required if name in self.key)

    def fed(self, crm: str, column: Column | None = None) -> tuple[str, ...]:
        """Name what is empty or null without it, or without one of its columns."""
        if not self.is_read(crm):
            return ()
        part = column or self
        fed = part.feeds + (part.crm_feeds if self.source == crm else ())
        if column and not fed and column.name in self.required_columns(crm):
            return self.fed(crm)
        return fed


Contract = dict[str, dict[str, Table]]
"""Source -> table name -> table, in the order of the files."""


class State(StrEnum):
    """What became of a contracted table in a raw directory."""

    PRESENT = "present"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    DECLARED = "declared absent"
    SWITCHED_OFF = "switched off"


@dataclass(frozen=True)
class Finding:
    """One contracted table against a raw directory.

    Attributes:
        table: The table.
        state: Present, missing, unreadable, declared absent, or of a source that is switched off.
        missing_columns: Contracted columns that the file lacks and no var declares.
        declared_columns: Contracted columns that var absent declares.
        needless: What var absent declares though it is there: columns, or the table's own name.
        loader_columns: Columns of the file that var row_marks knows and the contract does not.
        extra_columns: Columns of the file that nothing knows; they are ignored.
        found: Where it is and how it is read; None for one that is not there.
    """

    table: Table
    state: State
    missing_columns: tuple[str, ...] = ()
    declared_columns: tuple[str, ...] = ()
    needless: tuple[str, ...] = ()
    loader_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    found: Found | None = None


@dataclass
class Comparison:
    """Raw data against the contract.

    Attributes:
        raw: What was compared.
        landing: Where its tables are.
        crm: The source whose accounts and opportunities count.
        findings: One per contracted table.
        fatal: Sentences; with any of them a build must not start.
        warnings: Sentences, at most one per source, about absences that are worth knowing.
        absent: What was declared absent plus what was found missing: the var to build with.
        marks: The var row_marks.
        loader_columns: Columns that var row_marks knows, where they are: the var to build with.
        raw_tables: Queries of the tables that are not read as they are: the var to build with.
        raw_connections: The names of a source's connections, for those with any: the var to build
            with.
    """

    raw: Raw
    landing: Landing
    crm: str = DEFAULT_CRM
    findings: list[Finding] = field(default_factory=list)
    fatal: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    absent: Absent = field(default_factory=dict)
    marks: Marks = field(default_factory=dict)
    loader_columns: LoaderColumns = field(default_factory=dict)
    raw_tables: dict[str, dict[str, str]] = field(default_factory=dict)
    raw_connections: dict[str, list[str]] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, Any]:
        """The dbt vars that say what is there and how it is read."""
        return {name: getattr(self, name) for name in FOUND_VARS}

    def marked(self, finding: Finding, kind: str) -> list[str]:
        """Name the columns of a table that mark its rows, by the kind of mark."""
        known = {column.name for column in finding.table.columns} - set(finding.missing_columns)
        there = known - set(finding.declared_columns) | set(finding.loader_columns)
        return [name for name in self.marks.get(kind, {}) if name in there]


def load_contract(root: Path) -> Contract:
    """Read the contract from the project's source files.

    Args:
        root: The dbt project's directory.

    Returns:
        Every contracted table by source and name.

    Raises:
        AbmError: No source file exists, or one is not valid.
    """
    contract: Contract = {}
    for file in sorted((root / "models" / "staging").glob("*/_*__sources.yml")):
        for source in (read_yaml(file) or {}).get("sources") or []:
            tables = contract.setdefault(source["name"], {})
            for entry in source.get("tables") or []:
                tables[entry["name"]] = _table(source, entry, file)
    if not contract:
        raise AbmError(
            f"{shown(root / 'models/staging')} holds no <source>/_<source>__sources.yml: "
            "restore the source files, they are the raw contract."
        )
    return contract


def _table(source: Mapping[str, Any], entry: Mapping[str, Any], file: Path) -> Table:
    meta = _meta(entry)
    columns = tuple(_column(column) for column in entry.get("columns") or [])
    columns += (
        Column(DELETED, "boolean", optional=True),
        Column(LOADED_AT, "timestamp", optional=False),
    )
    key = tuple(meta.get("key") or ())
    required = tuple(meta.get("required") or key)
    unknown = sorted(set(required) - {column.name for column in columns})
    if unknown:
        raise AbmError(
            f"{shown(file)} requires {_listed(unknown)} of table {entry['name']}, which lists no "
            "such column: list it or drop it from `required` and `key`."
        )
    return Table(
        source=source["name"],
        name=entry["name"],
        columns=columns,
        key=key,
        required=required,
        optional=bool(meta.get("optional")),
        never_absent=bool(meta.get("never_absent")),
        past=tuple(meta.get("past") or ()),
        passthrough_model=meta.get("passthrough_model", ""),
        feeds=tuple(meta.get("feeds") or ()),
        crm_feeds=tuple(meta.get("crm_feeds") or ()),
        salesforce_ids=tuple(meta.get("salesforce_ids") or ()),
        stale_after=_stale_after(source, file),
        is_main=bool(meta.get("main")),
    )


def _stale_after(source: Mapping[str, Any], file: Path) -> timedelta | None:
    period = ((source.get("config") or {}).get("freshness") or {}).get("error_after")
    if not period:
        return None
    try:
        return timedelta(**{f"{period['period']}s": period["count"]})
    except (KeyError, TypeError) as error:
        raise AbmError(
            f"{shown(file)} has an error_after that dbt cannot read: write it as "
            "{count: 3, period: day}."
        ) from error


def _column(entry: Mapping[str, Any]) -> Column:
    meta = _meta(entry)
    return Column(
        name=entry["name"],
        data_type=entry.get("data_type", ""),
        optional=bool(meta.get("optional")),
        feeds=tuple(meta.get("feeds") or ()),
        crm_feeds=tuple(meta.get("crm_feeds") or ()),
        references=tuple((meta.get("references") or {}).items()),
        is_own_id=not meta.get("shared_id")
        and (bool(meta.get("is_id")) or entry["name"].endswith(("id", "ids"))),
        is_crm_id=meta.get("shared_id") == "crm",
    )


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return (entry.get("config") or {}).get("meta") or {}


def compare(
    contract: Contract,
    raw: Raw | Path,
    enabled_sources: Iterable[str],
    absent: Absent,
    *,
    crm: str = DEFAULT_CRM,
    passthrough_columns: Mapping[str, list[str]] | None = None,
    row_marks: Marks | None = None,
    loader_names: Sequence[LoaderName] = (),
    loaders: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare raw data with the contract.

    Args:
        contract: From `load_contract`.
        raw: The raw data; a path is a raw directory.
        enabled_sources: The var of that name; the tables of other sources are not looked at.
        absent: The var of that name: what is known to be missing.
        crm: The var of that name: the source whose accounts and opportunities count.
        passthrough_columns: The var of that name: raw columns that staging models carry on.
        row_marks: The var of that name: what loaders and systems mark the rows of any table with.
        loader_names: The seed of that name.
        loaders: The var of that name: the loader of a source, where it is not to be told.

    Returns:
        What was found; nothing is raised for the state of the data, see `Comparison.fatal`.

    Raises:
        AbmError: A var names a source, table or column that the contract does not know.
    """
    enabled = list(enabled_sources)
    passed = passthrough_columns or {}
    marks = row_marks or {}
    _check_vars(contract, enabled, absent, passed, marks)
    raw = RawDirectory(raw, contract) if isinstance(raw, Path) else raw
    declared = {name: dict(absent[name]) for name in absent}
    wanted = wanted_tables(contract, marks, passed)
    landing = Landing(raw, loader_names, loaders or {}, wanted, crm)
    comparison = Comparison(raw, landing, crm, absent=declared, marks=marks)
    comparison.fatal += _crm_problems(contract, crm, enabled)
    problem = raw.problem(enabled)
    if problem:
        comparison.fatal.append(problem)
        return comparison
    for source, tables in contract.items():
        if source not in enabled:
            comparison.findings += [Finding(table, State.SWITCHED_OFF) for table in tables.values()]
            continue
        noted: dict[str, str | list[str]] = {}
        for table in tables.values():
            _compare_table(table, comparison, noted, _crms(contract))
        if connections := sorted(filter(None, landing.loaders(source))):
            comparison.raw_connections[source] = connections
        if problem := _main_problem(source, comparison, enabled):
            comparison.fatal.append(problem)
        if noted and not raw.has_source(source):
            others = ", ".join(name for name in enabled if name != source)
            hint = landing.hint(source)
            comparison.warnings.append(
                f"{raw} has no {raw.holder} {raw.holder_of(source)}, so {source} counts as "
                f"delivering no row: {f'{hint}, or ' if hint else ''}leave it out of var "
                f"enabled_sources ([{others}]) to silence this."
            )
        elif noted:
            comparison.warnings.append(
                f"{source} lacks {_spelled(noted)}, read as empty: add it to the extract, or "
                f"silence this with var absent {_flow({source: noted})}."
            )
    comparison.fatal += _passthrough_problems(contract, comparison, passed)
    return comparison


def wanted_tables(
    contract: Contract, marks: Marks, passed: Mapping[str, list[str]]
) -> dict[str, dict[str, Wanted]]:
    """Say what to look for in raw data.

    Args:
        contract: From `load_contract`.
        marks: The var row_marks.
        passed: The var passthrough_columns.

    Returns:
        Source -> table -> its columns: those of the contract, marks of rows, those passed through.
    """
    marking = [name for columns in marks.values() for name in columns]
    return {
        source: {
            table.name: Wanted(
                source,
                table.name,
                tuple(
                    dict.fromkeys(
                        [
                            *(column.name for column in table.columns),
                            *marking,
                            *passed.get(table.passthrough_model, []),
                        ]
                    )
                ),
                ids=frozenset(c.name for c in table.columns if c.is_own_id),
                crm_ids=frozenset(c.name for c in table.columns if c.is_crm_id),
                numbers=frozenset(c.name for c in table.columns if c.data_type == "double"),
                key=table.key,
                loads=tuple(marks.get("loaded_at", {})),
                required=table.required,
                is_main=table.is_main,
            )
            for table in tables.values()
        }
        for source, tables in contract.items()
    }


def _main_problem(source: str, comparison: Comparison, enabled: list[str]) -> str | None:
    """Say of a source that is there that nothing it is for is there."""
    raw = comparison.raw
    of_source = [finding for finding in comparison.findings if finding.table.source == source]
    mains = [finding for finding in of_source if finding.table.is_main] or of_source
    if not raw.has_source(source):
        return None
    if any(finding.state is not State.MISSING for finding in mains):
        return None
    if any(finding.table.is_indispensable(comparison.crm) for finding in mains):
        return None
    names = _either([finding.table.name for finding in mains])
    others = ", ".join(name for name in enabled if name != source)
    off = f"take {source} out of var enabled_sources ([{others}])"
    there = _there(source, comparison)
    where = raw.place(source, mains[0].table.name).rpartition("/")[0] or f"Schema {source}"
    hint = comparison.landing.hint(source)
    if not there:
        return f"{where} is empty: {hint or f'land {names} there'}, or {off}."
    advice = hint or "name it so, or map it in seed loader_names (var loaders names the loader)"
    return f"{where} holds {there}, of which none is {names}: {advice}, or {off}."


def _there(source: str, comparison: Comparison, most: int = 5) -> str:
    """List what is there of a source, first what is none of its tables; "" for nothing."""
    landing = comparison.landing
    unmapped = landing.unmapped(source)
    rest = [table for table in landing.stored(source) if table not in unmapped]
    names = [table.place.rpartition("/")[2] for table in unmapped]
    names += comparison.raw.unread(source)
    names = names or [table.place.rpartition("/")[2] for table in rest]
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return _listed(names)


def _crms(contract: Contract) -> list[str]:
    """Name the sources that can be the CRM: those with tables that one cannot do without."""
    return [
        source
        for source, tables in contract.items()
        if any(table.never_absent for table in tables.values())
    ]


def _crm_problems(contract: Contract, crm: str, enabled: list[str]) -> list[str]:
    crms = _crms(contract)
    if crm not in crms:
        return [f"Var crm is {crm}, which is no CRM of this project: set it to {_either(crms)}."]
    if crm not in enabled:
        others = [name for name in crms if name != crm]
        other = f", or set var crm to {_either(others)}" if others else ""
        return [
            f"Var crm is {crm}, which var enabled_sources leaves out, and nothing can be measured "
            f"without a CRM: add {crm} to it{other}."
        ]
    return []


def _passthrough_problems(
    contract: Contract, comparison: Comparison, passed: Mapping[str, list[str]]
) -> list[str]:
    """Say which columns cannot be passed through: unknown models, columns that are not there."""
    tables = [table for tables in contract.values() for table in tables.values()]
    models = {table.passthrough_model: table for table in tables if table.passthrough_model}
    present = {f.table: f.found for f in comparison.findings if f.state is State.PRESENT}
    problems = []
    for model, columns in passed.items():
        if model not in models:
            problems.append(
                f"Var passthrough_columns names {model}, which cannot pass columns through: "
                f"use some of {_listed(models)}."
            )
        elif there := present.get(models[model]):
            lacking = [name for name in columns if name not in there.columns]
            if lacking:
                problems.append(
                    f"{there.place} lacks {_listed(lacking)}, which var "
                    f"passthrough_columns names for {model}: add it to the extract, or remove it "
                    "from the var."
                )
    return problems


def _check_vars(
    contract: Contract,
    enabled: list[str],
    absent: Absent,
    passed: Mapping[str, list[str]],
    marks: Marks,
) -> None:
    if not isinstance(passed, dict) or not all(
        isinstance(columns, list) and all(isinstance(column, str) for column in columns)
        for columns in passed.values()
    ):
        raise AbmError(
            "Var passthrough_columns is not of the form {staging_model: [column]}: correct it."
        )
    for model, columns in passed.items():
        _check_passed(model, columns)
    for kind, names in marks.items():
        for name in names:
            if not re.fullmatch(r"[a-z_][a-z0-9_]*", name) or name in _reserved_words():
                raise AbmError(
                    f"Var row_marks names {name!r} as {kind}, which cannot be read: write small "
                    "letters, digits and underscores, whatever the extract has between letters, "
                    "and no reserved word of SQL."
                )
    for source in enabled:
        if source not in contract:
            raise AbmError(
                f"Var enabled_sources names {source}, which no source file describes: "
                f"use some of {_listed(contract)}."
            )
    if not isinstance(absent, dict) or not all(isinstance(t, dict) for t in absent.values()):
        raise AbmError(
            "Var absent is not of the form {source: {table: all}} or "
            "{source: {table: [column]}}: correct it."
        )
    for source, tables in absent.items():
        for name, columns in tables.items():
            table = contract.get(source, {}).get(name)
            if table is None:
                raise AbmError(
                    f"Var absent names {source}.{name}, which is not in the raw contract: "
                    "correct the name or remove it."
                )
            if columns == ALL:
                continue
            known = {column.name for column in table.columns}
            for column in columns if isinstance(columns, list) else [columns]:
                if not isinstance(columns, list) or column not in known:
                    raise AbmError(
                        f"Var absent says {column} of {source}.{name}, where it must say all or "
                        f"list columns of that table: correct it."
                    )


def _check_passed(model: str, columns: list[str]) -> None:
    """Make sure that columns can be carried on beside each other and beside those of staging."""
    names: dict[str, str] = {}
    for column in columns:
        advice = "give it another name in the extract, or remove it from the var"
        if not column.strip() or not column.isprintable() or '"' in column:
            raise AbmError(
                f"Var passthrough_columns names {column!r} for {model}, and no column of the marts "
                f"has a double quote, a line end or no name at all: {advice}."
            )
        if column.lower() in OWN_COLUMNS or column.lower() in names:
            other = names.get(column.lower())
            has = f"{other} besides" if other else "which staging adds itself"
            raise AbmError(f"Var passthrough_columns names {column} for {model}, {has}: {advice}.")
        names[column.lower()] = column


@cache
def _reserved_words() -> frozenset[str]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
        ).fetchall()
    return frozenset(name for (name,) in rows)


def _compare_table(
    table: Table, comparison: Comparison, noted: dict[str, str | list[str]], crms: list[str]
) -> None:
    """Add one table's finding; `noted` collects the absences that deserve a warning."""
    crm, raw = comparison.crm, comparison.raw
    declared = comparison.absent.get(table.source, {}).get(table.name, [])
    required = table.required_columns(crm)
    indispensable = table.is_indispensable(crm)
    others = [name for name in crms if name != crm]
    off = (
        f"name another system with var crm{f' ({_either(others)})' if others else ''}"
        if indispensable
        else f"leave the table out with var absent {_flow({table.source: {table.name: ALL}})}"
    )
    found = comparison.landing.find(table.source, table.name)
    if declared == ALL or (indispensable and set(declared) & set(required)):
        needless = (table.name,) if declared == ALL and found and found.columns else ()
        comparison.findings.append(Finding(table, State.DECLARED, needless=needless))
        if indispensable:
            comparison.fatal.append(
                f"Var absent names {_spelled({table.name: declared})} of {table.source}, and "
                f"nothing can be measured without it: remove it from the var, or {off}."
            )
        return
    if found is None:
        comparison.findings.append(Finding(table, State.MISSING))
        if indispensable:
            there = _there(table.source, comparison)
            hint = comparison.landing.hint(table.source)
            comparison.fatal.append(
                f"{raw.place(table.source, table.name)} is missing and nothing can be measured "
                f"without it{f' ({there} is there)' if there else ''}: "
                f"{hint or 'add it to the extract'}, or {off}."
            )
            return
        comparison.absent.setdefault(table.source, {})[table.name] = ALL
        if not table.optional and table.is_read(crm):
            noted[table.name] = ALL
        return
    if found.problems:
        comparison.findings.append(Finding(table, State.UNREADABLE, found=found))
        comparison.fatal += [f"{problem}, or {off}." for problem in found.problems]
        return
    missing = [
        column
        for column in table.columns
        if column.name not in found.columns and column.name not in declared
    ]
    names = [column.name for column in missing]
    known = {column.name for column in table.columns}
    marks = dict.fromkeys(name for names in comparison.marks.values() for name in names)
    loader_columns = tuple(n for n in marks if n in found.columns and n not in known)
    finding = Finding(
        table,
        State.PRESENT,
        missing_columns=tuple(names),
        declared_columns=tuple(declared),
        needless=tuple(name for name in declared if name in found.columns),
        loader_columns=loader_columns,
        extra_columns=found.extra_columns,
        found=found,
    )
    comparison.findings.append(finding)
    if loader_columns:
        comparison.loader_columns.setdefault(table.source, {})[table.name] = list(loader_columns)
    lacking = [name for name in names if name in required]
    if lacking and not table.is_read(crm):
        comparison.absent.setdefault(table.source, {})[table.name] = ALL
        return
    if lacking:
        noun = "column" if len(lacking) == 1 else "columns"
        comparison.fatal.append(
            f"{found.place} lacks the required {noun} {_listed(lacking)}: "
            f"add it to the extract, or {off}."
        )
        return
    if found.query:
        comparison.raw_tables.setdefault(table.source, {})[table.name] = found.query
    if names:
        comparison.absent.setdefault(table.source, {})[table.name] = [*declared, *names]
    warned = [
        column.name
        for column in missing
        if not column.optional
        and table.is_read(crm)
        and not _is_marked_otherwise(column.name, finding, comparison)
    ]
    if warned:
        noted[table.name] = warned


def _is_marked_otherwise(name: str, finding: Finding, comparison: Comparison) -> bool:
    """Whether another column says what a missing one would, or an export needs none."""
    if name == LOADED_AT and finding.found:
        are_exports = all(part.layout.startswith("CSV") for part in finding.found.parts)
        return are_exports or bool(comparison.marked(finding, "loaded_at"))
    return name in comparison.marks.get("deleted", {}) and bool(
        comparison.marked(finding, "deleted")
    )


def _spelled(noted: Mapping[str, str | list[str]]) -> str:
    parts = []
    for name, columns in noted.items():
        if columns == ALL:
            parts.append(f"table {name}")
        else:
            parts.append(f"{name}.{', '.join(columns)}")
    return "; ".join(parts)


def _flow(value: Mapping[str, Any]) -> str:
    """Spell a var the way it can be pasted, as YAML on one line."""
    return yaml.safe_dump(
        dict(value), default_flow_style=True, sort_keys=False, width=10**6
    ).strip()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _either(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
