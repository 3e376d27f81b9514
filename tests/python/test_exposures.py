"""exposures.yml names what pages, reports, alerts and analyses read, and no mart is idle.

What is read is found in the queries themselves, so that a query that reads another table fails here
until exposures.yml says so.
"""

import re
from pathlib import Path
from types import ModuleType

import pytest
import sqlglot
import yaml
from conftest import ROOT
from sqlglot import exp

from abm import alerts
from abm.crm import push, records
from abm.report.pages import CHARTS
from abm.report.tables import read_tables

TEMPLATES = {
    "dashboard": ("index.html", "account.html", "executive.html"),
    "weekly_report": ("week.html",),
    "monthly_report": ("month.html",),
}
"""The templates of an exposure's pages; a query that none of them names is the dashboard's."""

KPIS = {"core_kpis", "velocity_by_executive", "velocity_goal"}
"""Queries behind `kpis`: a KPI without a target says how many account executives reach theirs, and
velocity how it moved in six months."""

SCHEMAS = {
    "models/marts": "marts",
    "models/audit": "audit",
    "models/reference": "reference",
    "seeds": "reference",
}

CARRIED_BY = {
    "fct_account_engagement_history": "rpt_account_engagement_weekly",
    "rpt_attribution_concentration": "rpt_kpi_scorecard",
    "rpt_monthly_totals": "rpt_kpi_scorecard",
    "rpt_open_pipeline": "rpt_pipeline_by_segment",
}
"""Marts that nothing reads directly, and the mart that carries their numbers to a reader.

The dimensions, bridges and facts of marts/core need no reader: people ask them directly.
"""

Tables = set[str]


def published() -> dict[str, str]:
    """Name of every published table and its schema."""
    return {
        file.stem: schema
        for folder, schema in SCHEMAS.items()
        for file in (ROOT / folder).rglob("*")
        if file.suffix in (".sql", ".csv")
    }


def tables_in(sql: str) -> Tables:
    """The published tables that a query reads; any other table fails."""
    found = set()
    for statement in sqlglot.parse(sql, dialect="duckdb"):
        ctes = {cte.alias for cte in statement.find_all(exp.CTE)}
        for table in statement.find_all(exp.Table):
            if not table.db and table.name in ctes:
                continue
            assert published().get(table.name) == table.db, f"no published table: {table.sql()}"
            found.add(table.name)
    return found


def refs(file: Path) -> Tables:
    return set(re.findall(r"\bref\(\s*['\"](\w+)['\"]\s*\)", file.read_text(encoding="utf-8")))


def declared() -> dict[str, Tables]:
    """What every exposure says it reads."""
    document = yaml.safe_load((ROOT / "models/marts/exposures.yml").read_text(encoding="utf-8"))
    found = {}
    for exposure in document["exposures"]:
        names = [re.fullmatch(r"ref\('(\w+)'\)", node)[1] for node in exposure["depends_on"]]
        assert len(names) == len(set(names)), f"{exposure['name']} names a table twice"
        found[exposure["name"]] = set(names)
    return found


def queries() -> dict[str, Tables]:
    """Name of every query of the pages, and what it reads."""
    files = sorted((ROOT / "abm/report/queries").glob("*.sql"))
    return {file.stem: tables_in(file.read_text(encoding="utf-8")) for file in files}


def read_by_all_pages() -> Tables:
    """What the Python of the pages reads beside the queries."""
    text = "".join(file.read_text(encoding="utf-8") for file in ROOT.glob("abm/report/*.py"))
    named = re.findall(r"\b(?:from|join)\s+((?:marts|audit|reference)\.\w+)", text)
    return union([tables_in(f"select * from {name}") for name in named])


def shown(template: str) -> set[str]:
    """The queries whose rows a template and those it extends or includes show."""
    text = (ROOT / "abm/report/templates" / template).read_text(encoding="utf-8")
    tables = re.findall(r"\btables\.(\w+)", text)
    found = {read_tables()[name].query for name in tables}
    found |= {query for name, (_, query) in CHARTS.items() if name in tables}
    found |= KPIS if re.search(r"\bin kpis\b", text) else set()
    found |= {"programme"} if "said_of_programme" in text else set()
    found |= {"checks"} if re.search(r"\bchecks\.", text) else set()
    others = re.findall(r"{%-? (?:extends|include) \"(\w+\.html)\"", text)
    return found.union(*map(shown, others))


def union(parts: list[Tables]) -> Tables:
    return set().union(*parts)


def assert_declared(exposures: str, said: Tables, read: Tables) -> None:
    assert not read - said, f"exposures.yml: add to {exposures} {sorted(read - said)}"
    assert not said - read, f"exposures.yml: nothing reads {sorted(said - read)} for {exposures}"


def test_pages_and_reports() -> None:
    read, said, by_all = queries(), declared(), read_by_all_pages()
    on = {page: set().union(*map(shown, names)) for page, names in TEMPLATES.items()}
    on["dashboard"] |= set(read) - union([*on.values()])
    assert min(len(names) for names in on.values()) >= 6
    for page, names in on.items():
        assert_declared(page, said[page], by_all.union(*(read[name] for name in names)))


def read_by(*modules: ModuleType) -> Tables:
    """What the statements of modules read; what is asked of the engine itself left out."""
    statements = [
        re.sub(r"(from|join) information_schema\.columns", r"\1 reference.labels", text)
        for module in modules
        for text in vars(module).values()
        if isinstance(text, str) and re.match(r"\s*(select|with)\s", text)
    ]
    assert len(statements) >= 3
    return union([tables_in(sql) for sql in statements])


def test_alerts() -> None:
    assert_declared("alerts", declared()["alerts"], read_by(alerts))


def test_crm() -> None:
    assert_declared("crm", declared()["crm"], read_by(records, push))


def test_analyses() -> None:
    # An exposure cannot name a private model, so what analyses read of intermediate is left out.
    read = union([refs(file) for file in ROOT.glob("analyses/*.sql")])
    assert_declared("analyses", declared()["analyses"], read & set(published()))


def carried(mart: str, reads: dict[str, Tables]) -> Tables:
    """Everything that a mart is made of, through any number of models."""
    found, rest = set(), [mart]
    while rest:
        new = reads.get(rest.pop(), set()) - found
        found |= new
        rest += new
    return found


def idle(marts: dict[str, Path], direct: Tables) -> Tables:
    """The marts that no exposure reads, that are not of the core, and that no mart carries."""
    of_core = {name for name, file in marts.items() if "core" in file.parts}
    return set(marts) - direct - of_core - set(CARRIED_BY)


def test_every_mart_is_read() -> None:
    marts = {file.stem: file for file in (ROOT / "models/marts").rglob("*.sql")}
    direct = union([*declared().values()])
    assert idle({"rpt_planted": Path("models/marts/planted")}, direct) == {"rpt_planted"}
    reads = {file.stem: refs(file) for file in (ROOT / "models").rglob("*.sql")}
    for mart, carrier in CARRIED_BY.items():
        assert mart in marts, f"{mart} is no mart: take it out of CARRIED_BY"
        assert mart not in direct, f"{mart} has a reader: take it out of CARRIED_BY"
        assert carrier in direct, f"{carrier} has no reader itself"
        assert mart in carried(carrier, reads), f"{carrier} does not carry {mart}"
    unread = sorted(idle(marts, direct))
    assert not unread, (
        f"no page, report, alert or analysis reads {unread}: show them or delete them"
    )


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select * from staging.stg_ga4__events", "stg_ga4__events"),
        ("select * from dim_accounts", "dim_accounts"),
        ("with a as (select 1 as b) select * from a, marts.gone", "gone"),
    ],
)
def test_only_published_tables_are_read(sql: str, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        tables_in(sql)
    found = tables_in("with a as (select * from marts.dim_accounts) select * from a")
    assert found == {"dim_accounts"}
