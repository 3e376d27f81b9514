"""Seeds as they are shipped say one thing once, or the same thing twice."""

from itertools import pairwise

import duckdb
import pytest
from conftest import ROOT


def seed(name: str) -> str:
    return f"read_csv('{ROOT / 'seeds' / name}.csv', header = true, all_varchar = true)"


BENCHMARK = "select value_min, value_max from {benchmarks} where benchmark_id = "
STATED = {
    "account_coverage": BENCHMARK + "'account_coverage'",
    "abm_roi_pct": BENCHMARK + "'abm_roi'",
    "clv_cac_ratio": BENCHMARK + "'clv_cac_minimum'",
    "apr_pct": "select apr_target_pct, null from {account_size_tiers} "
    "where account_size_tier = 'mid_market'",
    "aes_mean": "select lower_threshold, null from {sector_thresholds} where sector = 'saas_b2b'",
}
"""Where a target that kpi_targets repeats stands first."""


@pytest.mark.parametrize("kpi", STATED)
def test_targets_are_what_their_source_says(kpi: str) -> None:
    names = ("benchmarks", "account_size_tiers", "sector_thresholds")
    stated = duckdb.sql(STATED[kpi].format(**{name: seed(name) for name in names})).fetchall()
    targets = duckdb.sql(
        f"select distinct target_min, target_max from {seed('kpi_targets')} where kpi = '{kpi}'"
    ).fetchall()
    assert targets == stated


def test_programme_stages_follow_each_other() -> None:
    """A gap would leave a programme without a stage, an overlap would give it two."""
    stages = duckdb.sql(
        f"select months_from, months_to from {seed('programme_stages')} "
        "order by stage_order::integer"
    ).fetchall()
    assert stages[0][0] == "0"
    assert stages[-1][1] is None
    for (_, months_to), (months_from, _) in pairwise(stages):
        assert months_to == months_from


A_ALONE = ("source_a", "article on the five US ABM KPIs", "US")
B_ALONE = ("source_b", "article on the four-pillar ABM ROI framework", None)
OURS = ("project_default", None, None)
CLAIMS = {
    "expected_committee": ((6, 10), B_ALONE),
    "clv_cac_minimum": ((10, None), A_ALONE),
    "abm_roi": ((200, 300), ("source_b", "ABM Leadership Alliance", None)),
    "attribution_herfindahl_maximum": ((None, 0.4), OURS),
    "attribution_top_channel_maximum": ((None, 0.5), OURS),
    "budget_change_maximum": ((None, 0.2), OURS),
    "budget_utilisation_minimum": ((0.8, None), OURS),
    "budget_missing_cost_maximum": ((None, 0.2), OURS),
    "account_coverage": ((70, 85), B_ALONE),
    "contact_coverage": ((5, 12), B_ALONE),
    "committee_penetration": ((40, 60), B_ALONE),
    "channel_coverage": ((3, 5), B_ALONE),
    "claim_aes_basis": ((200, None), A_ALONE),
    "claim_velocity_example": ((34, 34), A_ALONE),
    "claim_velocity_conclusion": ((45, 45), A_ALONE),
    "claim_cac_conclusion": ((-38, -38), A_ALONE),
    "claim_cycle_example": ((-23, -23), A_ALONE),
    "claim_us_cycles": ((-30, -30), ("source_a", "Salesforce Research 2024", "US")),
    "claim_stakeholders_per_deal": ((6.8, 6.8), ("source_a", "Gartner 2024", "US")),
    "claim_last_touch_misses": ((70, 70), A_ALONE),
    "claim_penetration_basis": ((300, None), A_ALONE),
    "claim_penetration_example_before": ((18, 18), A_ALONE),
    "claim_penetration_example_after": ((31, 31), A_ALONE),
    "claim_deal_size_range": ((50000, 500000), B_ALONE),
    "claim_cycle_range": ((6, 18), B_ALONE),
    "claim_intent_overlay": ((35, 50), B_ALONE),
    "claim_personalised_content": ((200, 300), B_ALONE),
    "claim_coordinated_channels": ((5, None), B_ALONE),
    "claim_sector_behaviour": ((73, 73), ("source_a", "Forrester 2024", "US")),
    "claim_87_percent_for": ((87, 87), ("source_b", "ITSMA", None)),
    "claim_87_percent_against": ((87, 87), ("source_a", "ITSMA 2024", "US")),
    "abm_uplift_deal_size": ((1.71, 1.71), ("source_b", "Demandbase", None)),
    "abm_uplift_win_rate": ((0.36, 0.36), ("source_b", "Demandbase", None)),
    "abm_uplift_cycle_days": ((0.24, 0.24), ("source_b", "Demandbase", None)),
    "abm_uplift_year_1_revenue": ((1.3, 1.3), ("source_a", "ITSMA 2024", "US")),
    "abm_uplift_retention_rate": ((0.7, 0.7), ("source_a", "ITSMA 2024", "US")),
    "abm_uplift_expansion_revenue": ((2.1, 2.1), ("source_a", "ITSMA 2024", "US")),
    "anomaly_robust_z_maximum": ((None, 3.5), OURS),
    "anomaly_months": ((6, 12), OURS),
    "anomaly_widest_factor": ((None, 20), OURS),
    "anomaly_share_bounds": ((0.001, 0.999), OURS),
    "target_questioned_factor": ((10, None), OURS),
    "activation_uplift_baseline": ((1, None), OURS),
    "full_potential_months": ((6, 12), B_ALONE),
}
"""Every row of benchmarks: its figures, the article, whom the article cites, and where it holds."""


def test_every_claim_has_the_source_that_makes_it() -> None:
    rows = duckdb.sql(
        "select benchmark_id, value_min::double, value_max::double, basis, cited_source, "
        f"geography, source, claim from {seed('benchmarks')}"
    ).fetchall()
    assert {row[0]: (row[1:3], row[3:6]) for row in rows} == CLAIMS
    assert [row[0] for row in rows if (row[6] or "project_default") != row[3]] == []
    claims = {row[0]: row[7] for row in rows}
    assert "fail" in claims["claim_87_percent_against"]
    assert "higher return" in claims["claim_87_percent_for"]


SOURCES = {
    "sector_benchmarks": "select distinct basis, cited_source, geography from {}",
    "programme_size_benchmarks": "select distinct basis, cited_source, geography from {}",
    "sector_thresholds": "select distinct basis from {}",
    "account_size_tiers": "select basis, account_size_tier from {} order by all",
    "key_roles": "select distinct basis, account_size_tier from {} order by all",
    "investment_categories": "select category from {} where basis <> 'source_b'",
    "interaction_types": "select interaction_type from {} where basis = 'source_a' order by 1",
    "alert_rules": "select rule_id from {} where basis = 'project_default'",
    "kpi_targets": "select distinct kpi, basis from {} where basis <> 'project_default' order by 1",
    "kpi_definitions": "select kpi, basis from {} where is_core_kpi order by 1",
}
STATED_BY = {
    "sector_benchmarks": [("source_a", "Forrester Sales Performance 2024", "US")],
    "programme_size_benchmarks": [B_ALONE],
    "sector_thresholds": [("source_a",)],
    "account_size_tiers": [
        ("project_default", "unsized"),
        ("source_a", "enterprise"),
        ("source_a", "mid_market"),
        ("source_a", "small"),
    ],
    "investment_categories": [("sales_cost",)],
    "interaction_types": [("content_download",), ("demo",)],
    "alert_rules": [],
    "kpi_targets": [
        ("abm_roi_pct", "source_b"),
        ("account_coverage", "source_b"),
        ("activation_uplift", "source_b"),
        ("activation_uplift_median", "source_b"),
        ("clv_cac_ratio", "source_a"),
        ("velocity_change_6_months", "source_a"),
        ("velocity_monthly", "source_a"),
    ],
    "kpi_definitions": [
        ("aes_mean", "project_default"),
        ("apr_pct", "project_default"),
        ("attributed_share", "project_default"),
        ("clv_cac_ratio", "source_a"),
        ("velocity_monthly", "source_a"),
    ],
}
STATED_BY["key_roles"] = STATED_BY["account_size_tiers"]
"""Whose the other figures are that the articles could have stated."""


@pytest.mark.parametrize("name", SOURCES)
def test_figures_of_the_articles_and_ours_are_told_apart(name: str) -> None:
    assert duckdb.sql(SOURCES[name].format(seed(name))).fetchall() == STATED_BY[name]


def test_an_open_end_has_no_upper_end() -> None:
    """100 million and more."""
    ends = duckdb.sql(
        f"select pipeline_max, pipeline_open_from from {seed('programme_size_benchmarks')}"
    ).fetchall()
    assert ends == [("5000000", None), ("20000000", None), (None, "100000000")]


WORDS = {"label_texts", "label_domains", "french_descriptions", "loader_names", "crm_fields"}
"""Seeds of words and names, which stand on nothing."""


def test_every_row_says_its_basis() -> None:
    known = {"source_a", "source_b", "project_default"}
    files = {file.stem: file for file in (ROOT / "seeds").glob("*.csv")}
    assert set(files) >= WORDS
    for file in (files[name] for name in sorted(set(files) - WORDS)):
        rows = duckdb.sql(f"select distinct basis from {seed(file.stem)}").fetchall()
        assert {basis for (basis,) in rows} <= known, file.name
