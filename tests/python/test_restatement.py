"""A past month whose value moves has one row that says by how much and why."""

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import COMPANY_DAY, ROOT, Abm, Build, said
from test_updates import PROJECT

Restatement = tuple[str, float]

pytestmark = pytest.mark.full


def rewrite(raw: Path, table: str, columns: str) -> None:
    file = raw / f"{table}.parquet"
    new = file.with_suffix(".new")
    duckdb.sql(f"select {columns} from '{file}'").write_parquet(str(new))
    new.replace(file)


def restated(db: Path, kpi: str, month_on: str) -> list[Restatement]:
    """Causes and deltas of a KPI's month, oldest first."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(
            "select cause, cast(delta as double) from marts.fct_kpi_publications "
            "where kpi = ? and month_on = ? and is_restatement order by published_at",
            [kpi, month_on],
        ).fetchall()


def causes(db: Path, kpi: str) -> list[str]:
    """Causes of a KPI's restatements of any month, oldest first."""
    with duckdb.connect(str(db), read_only=True) as connection:
        rows = connection.execute(
            "select cause from marts.fct_kpi_publications where kpi = ? and is_restatement "
            "order by published_at, month_on",
            [kpi],
        ).fetchall()
    return [cause for (cause,) in rows]


def won_deal(db: Path) -> tuple[str, str, float]:
    """An opportunity won in a past month: its id, month and amount."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(
            "select opportunity_id, cast(date_trunc('month', closed_on) as varchar)[:10], "
            "cast(amount as double) from marts.fct_opportunities where is_won and amount > 0 "
            f"and closed_on < date_trunc('month', date '{COMPANY_DAY}') "
            f"and closed_on >= date '{COMPANY_DAY}' - interval 9 months "
            "order by amount desc limit 1"
        ).fetchall()[0]


def test_a_moved_past_names_its_cause(
    abm: Abm, company_built: Build, company_copy: Path, tmp_path: Path
) -> None:
    """In turn: a deal that arrives late, an account merged into another, a weight and an alias."""
    project, db = tmp_path / "project", tmp_path / "abm.duckdb"
    for part in PROJECT:
        shutil.copytree(ROOT / part, project / part)
    for part in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / part, project / part)

    def build() -> None:
        result = abm(
            *("build", "--raw", company_copy, "--db", db, "--as-of", COMPANY_DAY),
            cwd=project,
            target=tmp_path / "target",
        )
        assert result.returncode == 0, said(result)

    deal, month_on, amount = won_deal(company_built.db)
    rewrite(
        company_copy,
        "salesforce/opportunity",
        f"* replace (is_deleted or id = '{deal}' as is_deleted)",
    )
    build()
    assert restated(db, "won_amount", month_on) == []
    rewrite(
        company_copy,
        "salesforce/opportunity",
        f"* replace (is_deleted and id <> '{deal}' as is_deleted)",
    )
    build()
    assert restated(db, "won_amount", month_on) == [("late_data", pytest.approx(amount, abs=0.01))]

    before = restated(db, "aes_mean", "2026-09-01")
    with duckdb.connect(str(db), read_only=True) as connection:
        hot, target = connection.execute(
            "select account_id from marts.fct_account_engagement "
            "inner join marts.dim_accounts using (account_id) where is_abm_now "
            "order by aes desc limit 2"
        ).fetchall()
    rewrite(
        company_copy,
        "salesforce/account",
        f"* replace (is_deleted or id = '{hot[0]}' as is_deleted, "
        f"case when id = '{hot[0]}' then '{target[0]}' else master_record_id end "
        "as master_record_id)",
    )
    build()
    merged = restated(db, "aes_mean", "2026-09-01")
    assert [cause for cause, _ in merged[len(before) :]] == ["merge"]

    weights = project / "seeds/aes_coefficients.csv"
    weights.write_text(weights.read_text().replace("stakeholder_reach,2", "stakeholder_reach,3"))
    build()
    weighted = restated(db, "aes_mean", "2026-09-01")
    assert [cause for cause, _ in weighted[len(merged) :]] == ["configuration"]
    assert weighted[-1][1] > 0

    hot_before = causes(db, "hot_accounts")
    aliases = project / "seeds/sector_aliases.csv"
    aliases.write_text(aliases.read_text().replace(",saas_b2b,", ",healthtech,"))
    build()
    # Which months move depends on who lies between the two sectors' thresholds.
    assert set(causes(db, "hot_accounts")[len(hot_before) :]) == {"reclassification"}
    assert restated(db, "won_amount", month_on)[1:] == []
