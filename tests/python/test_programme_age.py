"""A programme is judged by its age, and pages say so: the first days, the first months, later."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, Build, run_dbt
from html_tree import Node, read_html

from abm.dictionary import read_dictionary
from abm.report.language import LOCALES, Language
from abm.report.pages import Pages
from abm.report.published import Published, read_published

FROM_START = {
    "index.html": {
        *("top_accounts", "engagement_by_sector", "hot_not_called", "missed_calls"),
        *("source_freshness", "notices"),
    },
    "week": {"hot_accounts", "score_changes", "hot_not_called", "missed_calls"},
    "month": {"engagement_by_sector"},
    "accounts": {"account_drivers", "account_touches"},
    "executives": {"executive_accounts", "executive_hot_not_called"},
}
"""The tables of pages and reports while the engagement score stands alone."""
OF_LATER_KPIS = ("Penetration rate", "Penetration target", "Journey stage")


def built_with(built: Build, folder: Path, variables: Mapping[str, Any]) -> Path:
    """A copy of the sample's build in which what depends on the programme's age is built anew."""
    db = folder / "abm.duckdb"
    if not db.exists():
        shutil.copy(built.db, db)
    said = "{" + ", ".join(f"{name}: {value}" for name, value in variables.items()) + "}"
    result = run_dbt(
        *("run", "--vars", said, "--select", "audit_settings", "rpt_kpi_scorecard"),
        *("rpt_programme_kpis", "int_roi_benchmarks", "rpt_abm_roi"),
        db=db,
        target=folder,
    )
    assert result.returncode == 0, result.stdout
    return db


@pytest.fixture(scope="module")
def young(built: Build, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The sample, had its programme begun five months before, at a company of 2500 people."""
    variables = {"programme_started_on": "'2026-05-15'", "programme_owner_employees": 2500}
    return read_published(
        built_with(built, tmp_path_factory.mktemp("young"), variables), is_forced=True
    )


@pytest.fixture(scope="module")
def alone(built: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, had its programme begun 29 days before and begun with the score alone."""
    variables = {"programme_started_on": "'2026-10-02'", "start_with_aes_days": 30}
    return built_with(built, tmp_path_factory.mktemp("alone"), variables)


def pages(published: Published, code: str) -> Pages:
    return Pages(
        published,
        read_dictionary(ROOT),
        Language(code, published.currency, published.labels),
    )


def statuses(rows: list[Mapping[str, Any]]) -> dict[str, str | None]:
    return {row["kpi"]: row["status"] for row in rows}


def blocks(page: Node) -> set[str]:
    return {block["id"] for block in page.all("div", class_="block") if "id" in block.attributes}


@pytest.mark.parametrize("code", LOCALES)
def test_a_young_programme_is_not_judged_on_what_comes_later(code: str, young: Published) -> None:
    made = pages(young, code)
    said = {
        "en": (
            "The program is 5 months old (stage: Maturation): it is not judged on pipeline "
            "before month 3, and shows its full potential between months 6 and 12."
        ),
        "fr": (
            "Le programme a 5 mois (étape\xa0: Maturation)\xa0: il ne se juge pas sur le pipeline "
            "avant le mois 3, et montre son plein potentiel entre les mois 6 et 12."
        ),
    }[code]
    index, month = read_html(made.index()), read_html(made.report("month"))
    for page, table in ((index, "return_on_investment"), (month, "stage_kpis")):
        assert page.one(class_="programme").text == said
        assert said in [node.text for node in page.one(id=table).all(class_="remark")]
    too_early = {"en": "too early", "fr": "trop tôt"}[code]
    assert {
        card["id"]: card.one(class_="target").text.endswith(too_early)
        for card in index.one(id="kpis").all("article")
    } == {
        "kpi_aes_mean": False,
        "kpi_velocity_monthly": False,
        "kpi_attributed_share": True,
        "kpi_apr_pct": False,
        "kpi_clv_cac_ratio": True,
    }
    values = list(index.one(id="lifetime_value_by_sector").all(class_="status"))
    assert {node.text for node in values} == {too_early}
    remarks = [node.text for node in index.one(id="return_on_investment").all(class_="remark")]
    (size,) = (remark for remark in remarks if remark != said)
    open_end = {"en": "+; here $", "fr": "\xa0$US et plus\xa0; ici "}[code]
    assert open_end in size


def test_statuses_of_a_young_programme(young: Published, built: Build) -> None:
    """Pipeline is due from month 3, August 15, and value to cost from month 9."""
    monthly = statuses(young.rows["all_kpis"])
    assert {kpi for kpi, status in monthly.items() if status == "too_early"} == {
        "attributed_share",
        "clv_cac_ratio",
        "win_rate",
        "won_amount",
    }
    (score,) = (row for row in young.rows["all_kpis"] if row["kpi"] == "aes_mean")
    assert score["status"] == ("below" if score["value"] < score["target"] else "on_target")
    by_stage = statuses(young.rows["stage_kpis"])
    assert by_stage["pipeline_generated"] in ("below", "on_target")
    assert by_stage["abm_roi_pct"] == by_stage["closed_revenue"] == "too_early"
    with built.connect() as connection:
        ((n,),) = connection.execute(
            "select count(*) from marts.rpt_kpi_scorecard where status = 'too_early'"
        ).fetchall()
    assert n == 0, "a programme of two years is too young for nothing"


@pytest.mark.full
@pytest.mark.parametrize("code", LOCALES)
def test_the_score_stands_alone_at_first(code: str, alone: Path) -> None:
    made = pages(read_published(alone, is_forced=True), code)
    said = {
        "en": (
            "For the first 30 days of the program the engagement score stands alone; the other "
            "four KPIs follow on November 1, 2026, pipeline is judged from January 2, 2027 and "
            "lifetime value from July 2, 2027."
        ),
        "fr": (
            "Pendant les 30 premiers jours du programme, le score "
            "d\N{RIGHT SINGLE QUOTATION MARK}engagement est seul\xa0; les quatre autres KPI "
            "suivent le 1er novembre 2026, le pipeline se juge à partir du 2 janvier 2027 et la "
            "valeur vie à partir du 2 juillet 2027."
        ),
    }[code]
    written = dict(made.all()) | {period: made.report(period) for period in ("week", "month")}
    for name, text in written.items():
        page = read_html(text)
        assert page.one(class_="programme").text == said, name
        if name != "definitions.html":
            assert blocks(page) == FROM_START[name.partition("/")[0]], name
        cards = [card["id"] for card in page.all("article")]
        assert cards == (["kpi_aes_mean"] if name in ("index.html", "month") else []), name
        headings = {head.text for head in page.all("th")}
        assert name == "definitions.html" or not headings & set(OF_LATER_KPIS), name
        for section in page.one("main").all("section"):
            assert list(section.all("article", "div", "ul")), f"{name}: empty section"


@pytest.mark.full
def test_the_score_is_joined_on_the_day_that_is_named(alone: Path, tmp_path: Path) -> None:
    db = tmp_path / "abm.duckdb"
    shutil.copy(alone, db)
    for day, is_alone in (("2026-11-01", True), ("2026-10-31", False), (None, False)):
        with duckdb.connect(str(db)) as connection:
            connection.execute("update audit.audit_settings set all_kpis_from_on = ?", [day])
        assert read_published(db, is_forced=True).is_score_alone is is_alone
    page = read_html(pages(read_published(db, is_forced=True), "en").index())
    assert len(list(page.all("article"))) == 5
