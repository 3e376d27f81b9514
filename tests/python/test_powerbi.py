"""The Power BI project is whole, its measures are numbers of the marts, its lint sees breaks."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Abm, Build, said

from abm.dictionary import read_dictionary
from abm.powerbi.lint import faults
from abm.powerbi.model import FOLDERS, FORMATS, read_measures, relate, write_powerbi

MARGIN = 1e-9
MEASURES = [(table, one) for table, listed in read_measures(ROOT).items() for one in listed]
MODEL = "ABM.SemanticModel/definition"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("powerbi")
    return write_powerbi(out, ROOT).folder


def texts(folder: Path) -> dict[str, bytes]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_the_model_is_whole_and_the_same_twice(project: Path, published: Path) -> None:
    assert faults(project / MODEL) == []
    before = texts(project)
    write_powerbi(project.parent, ROOT)
    assert texts(project) == before
    with duckdb.connect(str(published), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
    text = {Path(name).stem: said.decode() for name, said in before.items() if "/tables/" in name}
    assert text.keys() == {table for table, _ in columns}
    missing = [c for c in columns if f"\t\tsourceColumn: {c[1]}\n" not in text[c[0]]]
    assert missing == []
    # Nothing is summed unasked: a sum of velocities, shares or distinct people is no number.
    assert "discourageImplicitMeasures" in before[f"{MODEL}/model.tmdl"].decode()
    assert not any("summarizeBy: sum" in one for one in text.values())


def test_filters_take_one_way(project: Path) -> None:
    tables = {name: one for name, one in read_dictionary(ROOT).items() if one.schema == "marts"}
    found = {(one.table, one.column): one for one in relate(tables)}
    assert found["fct_opportunities", "account_id"].is_active
    assert found["fct_opportunities", "account_executive_id"].is_active
    assert found["fct_opportunities", "created_on"].is_active
    assert not found["fct_opportunities", "closed_on"].is_active
    assert not found["dim_accounts", "account_owner_id"].is_active
    assert not found["fct_attribution", "opportunity_id"].is_active
    facts = {one.table for one in found.values() if one.is_active and one.table.startswith("fct")}
    assert facts == {name for name in tables if name.startswith("fct")} - {"fct_kpi_publications"}


@pytest.mark.parametrize(("table", "measure"), MEASURES, ids=[one["metric"] for _, one in MEASURES])
def test_a_measure_is_the_number_of_the_marts(
    table: str, measure: dict[str, object], published: Path
) -> None:
    assert measure["format"] in FORMATS
    assert measure["folder"] in FOLDERS
    assert f"marts.{table}" in str(measure["sql"])
    with duckdb.connect(str(published), read_only=True) as connection:
        ((value,),) = connection.execute(str(measure["sql"])).fetchall()
        assert value is not None
        expected, is_flow = connection.execute(
            "select value, is_flow from marts.rpt_kpi_scorecard "
            "inner join reference.kpi_definitions using (kpi) "
            "where kpi = ? order by month_on desc",
            [measure["kpi"]],
        ).fetchone() or (None, True)
        # What happened in a month is a part of what ever happened: see test_semantic.
        if not is_flow:
            factor = measure.get("factor", 1)
            assert float(value) * factor == pytest.approx(expected, rel=MARGIN)


def test_measures_that_state_parts_state_the_whole(published: Path) -> None:
    """What no row of the scorecard holds is held by another mart."""
    sql = {one["metric"]: one["sql"] for _, one in MEASURES}
    others = {
        "won_amount": "select sum(won_amount) from marts.rpt_revenue_walk where is_total",
        "deals_won": "select sum(n_opportunities) from marts.rpt_revenue_walk where is_total",
        "sourced_won_amount": "select sum(won_amount) from marts.rpt_revenue_walk "
        "where sourcing_class = 'sourced'",
        "programme_roi": "select abm_roi_pct / 100 from marts.rpt_abm_roi where "
        "period = 'programme_to_date' and abm_tier = 'all' and roi_basis = 'sourced'",
        "programme_investment": "select investment from marts.rpt_abm_roi where "
        "period = 'programme_to_date' and abm_tier = 'all' and roi_basis = 'sourced'",
        "attributed_amount": "select sum(attributed_amount) from marts.rpt_attribution_by_channel "
        "where attribution_basis = 'revenue' and attribution_model = 'position_20_50_30'",
    }
    with duckdb.connect(str(published), read_only=True) as connection:
        for name, query in others.items():
            ((value,),) = connection.execute(sql[name]).fetchall()
            ((expected,),) = connection.execute(query).fetchall()
            assert float(value) == pytest.approx(float(expected), rel=MARGIN), name


def replace(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


INVESTMENT = "CALCULATE(SUM(fct_investments[amount])"
BREAKS = {
    "an unknown property": (
        *("tables/dim_dates.tmdl", replace("\t\tisKey", "\t\tisPrimary")),
        "isPrimary is no property here",
    ),
    "a missing column": (
        *("relationships.tmdl", replace("dim_accounts.account_id", "dim_accounts.account")),
        "there is no dim_accounts.account",
    ),
    "an ambiguous path": (
        "relationships.tmdl",
        replace("\tisActive: false\n\tfromColumn: dim_people", "\tfromColumn: dim_people"),
        "2 active ways lead from fct_touchpoints to dim_accounts",
    ),
    "types that differ": (
        "tables/dim_accounts.tmdl",
        replace(
            "column account_id\n\t\tdataType: string", "column account_id\n\t\tdataType: int64"
        ),
        "the types of account_id and account_id differ",
    ),
    "a type that is none": (
        *("tables/dim_dates.tmdl", replace("dataType: dateTime", "dataType: date")),
        "date is no type of a column",
    ),
    "a name twice": (
        *("tables/fct_alerts.tmdl", replace("measure 'Open alerts'", "measure 'deals WON'")),
        "there is another",
    ),
    "a translation of nothing": (
        *("cultures/fr-FR.tmdl", replace("measure 'Open alerts'", "measure 'Closed alerts'")),
        "there is no measure Closed alerts to translate",
    ),
    "open brackets": (
        *("tables/fct_investments.tmdl", replace(INVESTMENT, f"({INVESTMENT}")),
        "the brackets or quotes of Investment of the program do not close",
    ),
    "DAX on a missing column": (
        *("tables/fct_investments.tmdl", replace(INVESTMENT, INVESTMENT.replace("amount", "cost"))),
        "there is no column fct_investments[cost]",
    ),
    "a measure named like a column": (
        *("tables/fct_alerts.tmdl", replace("measure 'Open alerts'", "measure account_id")),
        "measure account_id is named like a column",
    ),
    "a table related to itself": (
        "relationships.tmdl",
        replace(
            "fromColumn: dim_people.account_id\n\ttoColumn: dim_accounts.account_id",
            "fromColumn: dim_accounts.parent_account_id\n\ttoColumn: dim_accounts.account_id",
        ),
        "dim_accounts is related to itself",
    ),
    "a path that no parameter names": (
        "tables/fct_investments.tmdl",
        replace('File.Contents(ParquetFolder & "', 'File.Contents("/srv/abm'),
        "its file is not under a folder that a parameter names",
    ),
    "spaces for tabs": (
        *("tables/fct_investments.tmdl", replace("\n\tcolumn amount\n", "\n    column amount\n")),
        "indented by spaces",
    ),
    "one step too deep": (
        *("tables/fct_investments.tmdl", replace("\n\tcolumn amount\n", "\n\t\tcolumn amount\n")),
        "a column does not stand in a column",
    ),
    "a column to sort by that is none": (
        *("tables/dim_dates.tmdl", replace("sortByColumn: month_number", "sortByColumn: month")),
        "it is sorted by month, which is no column",
    ),
}


@pytest.mark.parametrize("case", BREAKS)
def test_the_lint_sees_a_break(case: str, project: Path, tmp_path: Path) -> None:
    name, change, sentence = BREAKS[case]
    definition = tmp_path / "definition"
    shutil.copytree(project / MODEL, definition)
    file = definition / name
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    assert any(sentence in fault for fault in faults(definition)), faults(definition)


def test_the_command_writes_it(abm: Abm, company_built: Build, tmp_path: Path) -> None:
    result = abm("publish", "--db", company_built.db, "--out", tmp_path, "--powerbi")
    assert result.returncode == 0, said(result)
    assert (tmp_path / "powerbi" / "ABM.pbip").is_file()
    expressions = (tmp_path / "powerbi" / MODEL / "expressions.tmdl").read_text()
    assert f'expression ParquetFolder = "{tmp_path}/parquet/current"' in expressions
