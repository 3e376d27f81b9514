"""`abm doctor` says what an extract lacks, whom it matters to, and how to settle it."""

import csv
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml
from conftest import ARTIFACTS, CASES, COMPANY_DAY, ROOT, Result, errors, run_abm, said

from abm.build import BuildOptions, check_raw
from abm.contract import DELETED, LOADED_AT, Comparison, Table, compare, load_contract
from abm.dialect import Dialect
from abm.doctor import Diagnosis, source_lines
from abm.errors import AbmError
from abm.landing import Found, Stored, Wanted
from abm.paths import project_vars
from abm.settings import save_vars

CONNECTORS = CASES / "connectors"
CONTRACT = load_contract(ROOT)
SOURCES = list(CONTRACT)
MARKS = project_vars(ROOT)["row_marks"]
NOT_A_CRM = "deal deal_contact deal_stage deal_property_history deal_pipeline owner".split()


@dataclass
class Reported:
    """What the doctor printed of one table: its state, and the columns that it names."""

    state: str
    columns: dict[str, str] = field(default_factory=dict)


def found(output: str) -> dict[str, Reported]:
    """Read the doctor's report back: source.table to what it says of it."""
    tables: dict[str, Reported] = {}
    source = table = ""
    for line in output.split("\nMarts that will be empty")[0].split("\n"):
        if heading := re.match(r"(\w+)(, the CRM)?: ", line):
            source = heading[1]
        elif row := re.match(r"(  |    )(\w+) {2,}(\S.*?)(?: {2,}.*)?$", line):
            if row[1] == "  ":
                table = f"{source}.{row[2]}"
                tables[table] = Reported(row[3])
            else:
                tables[table].columns[row[2]] = row[3]
    return tables


def pasted_vars(output: str) -> dict[str, object]:
    """The vars that the doctor prints to be pasted."""
    return yaml.safe_load(output[output.index("\nvars:\n") :])["vars"]


def doctor(raw: Path, target: Path, *arguments: object, cwd: Path = ROOT) -> Result:
    return run_abm(
        "doctor", "--raw", raw, *arguments, target=target, cwd=cwd, environment=ARTIFACTS
    )


def published() -> set[str]:
    """Every mart and audit table, and every column of theirs as table.column."""
    names = set()
    for folder in ("marts", "audit"):
        for file in (ROOT / "models" / folder).rglob("*.yml"):
            for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models") or []:
                names.add(model["name"])
                names |= {f"{model['name']}.{column['name']}" for column in model["columns"]}
    return names


def fed_by(table: Table) -> set[str]:
    parts = (table, *table.columns)
    return {name for part in parts for name in (*part.feeds, *part.crm_feeds)}


def test_every_table_feeds_what_is_published() -> None:
    names = published()
    tables = [table for tables in CONTRACT.values() for table in tables.values()]
    assert [table.name for table in tables if not table.feeds + table.crm_feeds] == []
    assert {
        (table.source, table.name): wrong for table in tables if (wrong := fed_by(table) - names)
    } == {}


def test_references_lead_to_columns() -> None:
    tables = [table for tables in CONTRACT.values() for table in tables.values()]
    columns = {f"{t.source}.{t.name}.{column.name}" for t in tables for column in t.columns}
    references = [column.references for table in tables for column in table.columns]
    leading = {to: share for each in references for to, share in each}
    assert len(leading) > 20
    assert set(leading) <= columns
    assert all(0 < share < 1 for share in leading.values())


def downstream(manifest: dict[str, dict[str, list[str]]], table: Table) -> set[str]:
    """The models that dbt builds from a raw table."""
    todo, seen = [f"source.abm_warehouse.{table.source}.{table.name}"], set()
    while todo:
        children = set(manifest["child_map"].get(todo.pop(), ())) - seen
        seen |= children
        todo += children
    return {name.split(".")[-1] for name in seen}


def assert_lineage(target: Path, crm: str) -> None:
    """What a table is said to feed is built from it."""
    manifest = json.loads((target / "doctor" / "manifest.json").read_text())
    for table in (table for tables in CONTRACT.values() for table in tables.values()):
        parts = (None, *table.columns)
        names = {name.split(".")[0] for part in parts for name in table.fed(crm, part)}
        assert names <= downstream(manifest, table), table.name


def described(file: Path) -> set[str]:
    rows = duckdb.execute(f"select column_name from (describe '{file}')").fetchall()
    return {name.lower() for (name,) in rows}


def absences(raw: Path) -> dict[str, Reported]:
    """Compare the YAML with the files' own description, without any code of the doctor."""
    tables = {}
    for file in sorted((ROOT / "models" / "staging").glob("*/_*__sources.yml")):
        (source,) = yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]:
            parquet = raw / source["name"] / f"{table['name']}.parquet"
            is_optional = (table.get("config") or {}).get("meta", {}).get("optional")
            if not parquet.exists():
                state = "missing, optional" if is_optional else "missing"
                tables[f"{source['name']}.{table['name']}"] = Reported(state)
                continue
            there = described(parquet)
            lacking = {}
            for column in [*table["columns"], {"name": LOADED_AT}]:
                if column["name"].lower() not in there:
                    optional = (column.get("config") or {}).get("meta", {}).get("optional")
                    lacking[column["name"]] = "missing, optional" if optional else "missing"
            known = {column["name"].lower() for column in table["columns"]}
            known |= {DELETED, LOADED_AT}
            marks = [name for names in MARKS.values() for name in names]
            lacking |= {name: "present, of the loader" for name in marks if name in there - known}
            tables[f"{source['name']}.{table['name']}"] = Reported("present", lacking)
    return tables


@pytest.mark.skipif(not CONNECTORS.is_dir(), reason=f"there is no {CONNECTORS}")
@pytest.mark.parametrize("crm", ["salesforce", pytest.param("hubspot", marks=pytest.mark.full)])
def test_connectors(crm: str, tmp_path: Path) -> None:
    """Every absent table and column is named and none that is there; the vars silence it all."""
    result = doctor(CONNECTORS, tmp_path, "--vars", f"{{crm: {crm}}}")
    assert result.returncode == 0, said(result)
    assert found(result.stdout) == absences(CONNECTORS)

    report = result.stdout.split("\nValues that no seed row maps")[0]
    assert max(len(line) for line in report.split("\n")) <= 100
    assert "\x1b" not in result.stdout + result.stderr
    assert "dim_content_assets, for want of abm_program.content_assets" in report
    assert "fct_touchpoints, for want of" not in report
    assert_lineage(tmp_path, crm)

    # `abm build` says the same, and nothing any more with the vars.
    options = BuildOptions(ROOT, CONNECTORS, str(CONNECTORS), tmp_path, variables={"crm": crm})
    printed = [line.removeprefix("warning: ") for line in result.stderr.split("\n")]
    warnings = check_raw(options).warnings
    assert [line for line in printed if line in warnings] == warnings
    variables = pasted_vars(result.stdout)
    assert variables.get("crm", "salesforce") == crm
    silent = compare(
        CONTRACT, CONNECTORS, variables["enabled_sources"], variables["absent"], crm=crm
    )
    assert (silent.fatal, silent.warnings, silent.absent) == ([], [], variables["absent"])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, whose seeds and vars a test may change."""
    copy = tmp_path / "project"
    for name in ("models", "macros", "seeds", "snapshots", "tests", "analyses"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, copy / name)
    return copy


def replaced(file: Path, column: str, value: str, rows: int) -> None:
    is_early = pl.int_range(pl.len()) < rows
    changed = pl.when(is_early).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    pl.read_parquet(file).with_columns(changed).write_parquet(file)


def spoil(raw: Path) -> None:
    """Plant values that no seed maps and take away what a build can do without."""
    salesforce = raw / "salesforce"
    replaced(salesforce / "account.parquet", "industry", "Basket-Weaving, Underwater", 3)
    replaced(salesforce / "account.parquet", "billing_country", "Korea, Republic of", 2)
    replaced(salesforce / "contact.parquet", "title", "Poet in Residence", 2)
    replaced(salesforce / "campaign.parquet", "type", "Sky-Writing", 2)
    replaced(raw / "abm_program" / "investments.parquet", "category", "lunches", 1)
    replaced(raw / "abm_program" / "target_accounts.parquet", "abm_tier", "1:2", 1)
    accounts = pl.read_parquet(salesforce / "account.parquet")
    accounts.rename({"website": "WebSite"}).write_parquet(salesforce / "account.parquet")
    contacts = pl.read_parquet(salesforce / "contact.parquet")
    contacts.drop("department", "lead_source").write_parquet(salesforce / "contact.parquet")
    (salesforce / "campaign_member.parquet").unlink()
    (salesforce / "task_relation.parquet").rename(salesforce / "Task_Relation.parquet")
    shutil.rmtree(raw / "bombora")


def rows_to_add(output: str) -> Iterator[tuple[str, str]]:
    """Every row that the doctor asks for, with its seed."""
    seed = ""
    for line in output.split("\n"):
        if heading := re.fullmatch(r"seeds/(\w+)\.csv", line):
            seed = heading[1]
        elif line and not line.startswith(" ") and "project_default" in line:
            yield seed, line


def chosen(row: str) -> str:
    """Fill in what the doctor leaves to a person."""
    answers = {"sector": "fintech", "country_code": "KR", "persona": "end_user", "in_roi": "true"}
    answers |= {"interaction_type": "event_attended", "in_cac": "true"}
    answers |= {"buying_role": "end_user", "is_decision_maker": "false"}
    return re.sub(r"<(\w+)>", lambda match: answers.get(match[1], "Some text"), row)


def add_row(file: Path, row: str) -> None:
    """Add a row to a seed; where no priority is free, the table's rule for anything moves on."""
    with file.open(encoding="utf-8", newline="") as seed_file:
        lines = list(csv.reader(seed_file))
    (added,) = csv.reader([chosen(row)])
    assert len(added) == len(lines[0]), row
    if "<priority>" in row:
        (last,) = (line for line in lines if line[1:3] == added[1:3] and line[4] == "%")
        added[0], last[0] = last[0], str(int(last[0]) + 1)
    with file.open("w", encoding="utf-8", newline="") as seed_file:
        csv.writer(seed_file).writerows([*lines, added])


@pytest.mark.full
def test_values_are_mapped_and_vars_saved(
    project: Path, company_copy: Path, tmp_path: Path
) -> None:
    """The rows it asks for settle the values, the vars it saves settle the absences."""
    spoil(company_copy)
    target, settings = tmp_path / "target", project / "dbt_project.yml"
    before = settings.read_bytes()
    as_of = ("--vars", f"{{as_of_date: {COMPANY_DAY}}}")

    first = doctor(company_copy, target, *as_of, cwd=project)
    assert first.returncode == 0, said(first)
    assert settings.read_bytes() == before
    assert found(first.stdout)["salesforce.contact"] == Reported(
        "present", {"department": "missing, optional", "lead_source": "missing, optional"}
    )
    assert found(first.stdout)["salesforce.account"].columns == {}
    # A file of another case is read by a query, and the query is saved.
    assert found(first.stdout)["salesforce.task_relation"].state == "present"
    for line in (
        r"Basket-Weaving, Underwater +3  other",
        r"Poet in Residence +2  other",
        r"Korea, Republic of +2  outside the geography of the benchmarks",
        r"salesforce campaign_member: Sky-Writing +2  form_submission",
        r"lunches +1  in neither ROI nor CAC",
        r"1:2 +1  a tier of its own",
        r"  <sector>: fintech, healthtech, other, saas_b2b",
        r"  <in_roi>: true, false",
        r"  Correct them in the list: 1:1, 1:few or 1:many\.",
    ):
        assert re.search(rf"^ *{line}$", first.stdout, re.MULTILINE), (line, first.stdout)
    added = dict.fromkeys(rows_to_add(first.stdout))
    for row in (
        ("sector_aliases", "basket weaving underwater,<sector>,project_default,"),
        ("country_aliases", '"korea, republic of",<country_code>,project_default,'),
    ):
        assert row in added
    for seed, row in added:
        add_row(project / "seeds" / f"{seed}.csv", row)

    second = doctor(company_copy, target, *as_of, "--write", cwd=project)
    assert second.returncode == 0, said(second)
    assert list(rows_to_add(second.stdout)) == []
    assert "1:2" in second.stdout
    assert "Saved the vars in dbt_project.yml" in second.stdout
    after = settings.read_bytes()
    assert changed_vars(before, after) == {"enabled_sources", "absent", "raw_tables"}
    assert project_vars(project)["absent"]["salesforce"]["campaign_member"] == "all"
    assert "bombora" not in project_vars(project)["enabled_sources"]

    # Nothing is missing any more under these vars, and saving them again changes nothing.
    raw = str(company_copy)
    comparison = check_raw(BuildOptions(project, company_copy, raw, tmp_path))
    assert comparison.warnings == []
    assert not save_vars(project, {n: project_vars(project)[n] for n in ("absent", "crm")})
    assert settings.read_bytes() == after


def changed_vars(before: bytes, after: bytes) -> set[str]:
    """The vars whose lines differ, after checking that no other line and no comment does."""
    split = [re.split(rb"(?m)^(?=  \w+:)", text) for text in (before, after)]
    assert len(split[0]) == len(split[1])
    names = set()
    for old, new in zip(*split, strict=True):
        if old != new:
            names.add(new.split(b":")[0].strip().decode())
            assert re.findall(rb"#.*", old) == re.findall(rb"#.*", new)
    return names


def test_fatal_problems_are_told_after_everything(
    project: Path, company_copy: Path, tmp_path: Path
) -> None:
    (company_copy / "salesforce" / "account.parquet").unlink()
    (company_copy / "salesforce" / "lead.parquet").write_bytes(b"PAR1 not really PAR1")
    settings = (project / "dbt_project.yml").read_bytes()
    result = doctor(company_copy, tmp_path / "target", "--write", cwd=project)
    sentences = errors(result)
    assert len(sentences) == 2, said(result)
    assert found(result.stdout)["salesforce.account"].state == "missing, required"
    assert found(result.stdout)["salesforce.lead"].state == "unreadable"
    assert len(found(result.stdout)) == sum(len(tables) for tables in CONTRACT.values())
    assert "Nothing was saved" in result.stdout
    assert (project / "dbt_project.yml").read_bytes() == settings
    nowhere = doctor(tmp_path / "nowhere", tmp_path / "target")
    assert (len(errors(nowhere)), nowhere.stdout) == (1, "")
    options = BuildOptions(ROOT, company_copy, str(company_copy), tmp_path)
    with pytest.raises(AbmError) as stopped:
        check_raw(options)
    assert list(stopped.value.sentences) == sentences


class Extract:
    """Everything that the contract describes, without some tables and columns."""

    holder = "folder"
    dialect = Dialect()

    def __init__(self, *lacking: str) -> None:
        self._lacking = set(lacking)

    def __str__(self) -> str:
        return "The extract"

    def problem(self, enabled: Sequence[str]) -> str | None:
        return None

    def has_source(self, source: str) -> bool:
        return True

    def place(self, source: str, table: str) -> str:
        return f"{source}/{table}.parquet"

    def stored(self, source: str) -> list[Stored]:
        return [
            Stored(
                table.name,
                self.place(source, table.name),
                "",
                {
                    column.name.upper(): ""
                    for column in table.columns
                    if f"{source}.{table.name}.{column.name}" not in self._lacking
                },
                "a file",
                is_contracted=True,
            )
            for table in CONTRACT[source].values()
            if f"{source}.{table.name}" not in self._lacking
        ]

    def unread(self, source: str) -> list[str]:
        return []

    def holders(self) -> list[str]:
        return list(CONTRACT)

    def holder_of(self, source: str) -> str:
        return source

    def stored_in(self, source: str, holder: str) -> list[Stored]:
        return self.stored(source)

    def check(self, wanted: Wanted, found: Found) -> list[str]:
        return []


def compared(crm: str, *lacking: str, sources: Iterable[str] = SOURCES) -> Comparison:
    return compare(CONTRACT, Extract(*lacking), sources, {}, crm=crm)


def test_crm_decides_what_is_indispensable() -> None:
    deals = [f"hubspot.{name}" for name in (*NOT_A_CRM, "deal_company", "deal_pipeline_stage")]
    for crm in ("salesforce", "hubspot"):
        assert (compared(crm).fatal, compared(crm).warnings) == ([], [])

    without = compared("salesforce", *deals, "hubspot.company")
    assert without.fatal == []
    assert without.warnings == [
        "hubspot lacks table company, read as empty: add it to the extract, or silence this with "
        "var absent {hubspot: {company: all}}."
    ]
    assert set(without.absent["hubspot"]) == {name.split(".")[1] for name in (*deals, "")[:-1]} | {
        "company"
    }
    without = compared("hubspot", *deals, "hubspot.company")
    assert [sentence.split(" ")[0] for sentence in without.fatal] == [
        f"hubspot/{name}.parquet" for name in ("company", "deal_pipeline_stage")
    ]
    assert all("name another system with var crm (salesforce)" in said for said in without.fatal)
    # A portal without deals has no tables of them.
    assert "tables deal" in without.warnings[0] or "table deal;" in without.warnings[0]

    crm_of_old = [f"salesforce.{name}" for name in ("account", "opportunity", "user")]
    assert len(compared("salesforce", *crm_of_old).fatal) == 2
    assert (compared("hubspot", *crm_of_old).fatal, compared("hubspot", *crm_of_old).warnings) == (
        [],
        [],
    )


def test_columns_that_only_a_crm_must_state() -> None:
    lacking = ("hubspot.company.property_name", "hubspot.deal.property_amount")
    as_tool = compared("salesforce", *lacking)
    assert as_tool.fatal == []
    assert as_tool.absent == {"hubspot": {"company": ["property_name"], "deal": "all"}}
    without_id = compared("salesforce", "hubspot.deal.deal_id")
    assert (without_id.fatal, without_id.absent) == ([], {"hubspot": {"deal": "all"}})
    as_crm = compared("hubspot", *lacking)
    assert ["lacks the required column" in sentence for sentence in as_crm.fatal] == [True, True]
    for crm in ("salesforce", "hubspot"):
        assert len(compared(crm, "hubspot.company.id").fatal) == 1


def test_crm_must_be_known_and_enabled() -> None:
    (sentence,) = compared("pipedrive").fatal
    assert sentence.endswith("set it to hubspot or salesforce.")
    (sentence,) = compared("hubspot", sources=["salesforce", "ga4"]).fatal
    assert "var enabled_sources leaves out" in sentence


def test_optional_key() -> None:
    """Ad costs without the connector's own id have no key, and nobody minds."""
    without = compared("salesforce", "google_ads.campaign_stats._fivetran_id")
    assert (without.fatal, without.warnings) == ([], [])
    assert without.absent == {"google_ads": {"campaign_stats": ["_fivetran_id"]}}


# -------------------------------------------------------------------------------------- saving vars

HEAD = "name: abm_warehouse\n# vars\nvars:\n  # what is off\n"
TAIL = "\n  # next\n  crm: salesforce  # ours\n\nmodels: {}\n"
ABSENT = {"ga4": {"events": "all"}, "hubspot": {"contact": ["id", "property_email"]}}
BLOCK = "\n    ga4:\n      events: all\n    hubspot:\n      contact: [id, property_email]"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  absent: {}", f"  absent:{BLOCK}"),
        ("  absent:", f"  absent:{BLOCK}"),
        ("  absent: {}  # none yet", f"  # none yet\n  absent:{BLOCK}"),
        ("  absent: {ga4: {events: all},\n    custom: {}}  # c", f"  # c\n  absent:{BLOCK}"),
        ("  'absent' : null", f"  'absent':{BLOCK}"),
        (
            "  absent:  # why\n    # no rights\n    ga4:\n      events: [geo]  # gone\n",
            "  # why\n  absent:\n    # no rights\n    ga4:\n      # gone\n"
            + BLOCK.split("ga4:\n")[1]
            + "\n",
        ),
        (
            "  absent:\n    ga4:\n      events:\n      - geo  # gone\n  # trailing",
            "  absent:\n    ga4:\n      # gone\n" + BLOCK.split("ga4:\n")[1] + "\n  # trailing",
        ),
        (f"  absent:  # as it is\n    # kept{BLOCK}", f"  absent:  # as it is\n    # kept{BLOCK}"),
        (
            "  absent: {}\n  abm_warehouse:\n    absent: {}",
            "  absent: {}\n  abm_warehouse:\n    absent:" + BLOCK.replace("\n", "\n  "),
        ),
        ('  a: "x # y"\n  b:  1\n  absent: {}', f'  a: "x # y"\n  b: 1\n  absent:{BLOCK}'),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_vars_are_saved_in_place(old: str, new: str, newline: str, tmp_path: Path) -> None:
    file = tmp_path / "dbt_project.yml"
    texts = [f"{HEAD}{text}{TAIL}".replace("\n", newline).encode() for text in (old, new)]
    file.write_bytes(texts[0])
    assert save_vars(tmp_path, {"absent": ABSENT}) is (texts[0] != texts[1])
    assert file.read_bytes() == texts[1]
    assert project_vars(tmp_path)["absent"] == ABSENT
    assert save_vars(tmp_path, {"absent": ABSENT, "crm": "salesforce"}) is False
    assert file.read_bytes() == texts[1]
    assert [path.name for path in tmp_path.iterdir()] == ["dbt_project.yml"]


def test_vars_on_one_line(tmp_path: Path) -> None:
    file = tmp_path / "dbt_project.yml"
    file.write_text("name: abm_warehouse\nvars: {absent: {}, crm: hubspot}  # all\n")
    assert save_vars(tmp_path, {"absent": {"ga4": {"events": "all"}}})
    assert file.read_text() == (
        "name: abm_warehouse\nvars: {absent: {ga4: {events: all}}, crm: hubspot} # all\n"
    )
    assert save_vars(tmp_path, {"enabled_sources": ["ga4"]})
    assert project_vars(tmp_path) == {
        "enabled_sources": ["ga4"],
        "absent": {"ga4": {"events": "all"}},
        "crm": "hubspot",
    }
    file.write_text("name: abm_warehouse\n")
    with pytest.raises(AbmError, match="sets no vars"):
        save_vars(tmp_path, {"absent": {}})


def test_new_vars_come_first(tmp_path: Path) -> None:
    file = tmp_path / "dbt_project.yml"
    file.write_text(f"{HEAD}  other: 1{TAIL}")
    assert save_vars(tmp_path, {"absent": ABSENT})
    assert file.read_text() == f"{HEAD}  absent:{BLOCK}\n  other: 1{TAIL}"


def test_the_project_keeps_its_spelling(tmp_path: Path) -> None:
    """Nothing but the var's own line changes in the file that is shipped."""
    file = tmp_path / "dbt_project.yml"
    before = (ROOT / "dbt_project.yml").read_text()
    file.write_text(before)
    assert save_vars(tmp_path, {"enabled_sources": ["ga4"]})
    line = next(line for line in before.split("\n") if "enabled_sources: [" in line)
    assert file.read_text() == before.replace(line, "  enabled_sources: [ga4]")


@pytest.mark.parametrize("item", ["  - a", "    - a"])
def test_indents_are_kept(item: str, tmp_path: Path) -> None:
    file = tmp_path / "dbt_project.yml"
    before = f"name: abm_warehouse\npaths:\n{item}\nvars:\n    crm: salesforce\n"
    file.write_text(before)
    assert save_vars(tmp_path, {"crm": "hubspot"})
    assert file.read_text() == before.replace("salesforce", "hubspot")


def test_what_a_loader_changes_unseen_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "linkedin_ads"
    folder.mkdir()
    table = CONTRACT["linkedin_ads"]["ad_analytics_by_campaign"]
    columns = [column.name for column in table.columns]
    for mark, is_said in (("_sdc_extracted_at", True), ("_airbyte_raw_id", False)):
        frame = pl.DataFrame({column: ["1"] for column in [*columns[:-2], mark]})
        frame.write_parquet(folder / "ad_analytics_by_campaign.parquet")
        comparison = compare(CONTRACT, tmp_path, ["linkedin_ads"], {}, row_marks=MARKS)
        lines = " ".join(" ".join(source_lines(Diagnosis(comparison))).split())
        assert ("a refund of -12.50 arrives as 12.50" in lines) == is_said
