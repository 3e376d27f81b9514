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


WORDS = {"label_texts", "label_domains", "french_descriptions"}
"""Seeds of words, which stand on nothing."""


def test_every_row_says_its_basis() -> None:
    known = {"source_a", "source_b", "project_default"}
    files = {file.stem: file for file in (ROOT / "seeds").glob("*.csv")}
    assert set(files) >= WORDS
    for file in (files[name] for name in sorted(set(files) - WORDS)):
        rows = duckdb.sql(f"select distinct basis from {seed(file.stem)}").fetchall()
        assert {basis for (basis,) in rows} <= known, file.name
