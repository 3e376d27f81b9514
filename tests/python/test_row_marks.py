"""What loaders mark rows with: deletions that empty a CRM, load times that are missing or renamed,
and the walk that must equal the deals' own rows whatever becomes of their history."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from conftest import COMPANY_DAY, Abm, Build, Result, errors, run_abm, said

Change = Callable[[pl.DataFrame], pl.DataFrame]

WALK = (
    "select subject, expected_amount, difference from audit.audit_amount_reconciliation "
    "where check_name = 'walk_equals_crm' order by all"
)


@pytest.fixture
def rebuilt(abm: Abm, company: Path, tmp_path: Path) -> Callable[..., Build]:
    """Builds some models of the small company after a change of every table of some sources."""

    def build(
        change: Change, *sources: str, select: tuple[str, ...], crm: str = "salesforce"
    ) -> Build:
        raw, db = tmp_path / "raw", tmp_path / "abm.duckdb"
        shutil.copytree(company, raw)
        for file in raw.glob("*/*.parquet"):
            if not sources or file.parent.name in sources:
                change(pl.read_parquet(file)).write_parquet(file)
        options = ("--raw", raw, "--db", db, "--as-of", COMPANY_DAY, "--vars", f"{{crm: {crm}}}")
        selected = [part for name in select for part in ("--select", name)]
        return Build(abm("build", *options, *selected), raw, db, tmp_path)

    return build


def test_nothing_is_left_of_what_is_deleted(rebuilt: Callable[..., Build]) -> None:
    """Every row deleted by the loader alone: no table stages a row, and the build says what is
    wrong with it."""
    build = rebuilt(
        lambda rows: rows.with_columns(pl.lit(True).alias("_fivetran_deleted")),
        select=("+audit_notices",),
    )
    sentences = errors(build.result)
    assert len(sentences) == 1, sentences
    assert "No row of salesforce.account is left of" in sentences[0]
    assert "warning: No row of salesforce.opportunity is left of" in build.result.stderr
    with build.connect() as connection:
        kept = "from audit.audit_row_reconciliation where n_staged <> 0 or difference <> 0"
        assert connection.execute(kept).fetchall() == []


def differing(before: Path, after: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The staged rows that are in one database only, by model."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{before}' as before (read_only)")
        connection.execute(f"attach '{after}' as after (read_only)")
        models = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'after' "
            "and schema_name = 'staging'"
        ).fetchall()
        assert len(models) > 60
        unlike = {}
        for (model,) in models:
            rows = connection.execute(
                f"(from before.staging.{model} except all from after.staging.{model}) union all "
                f"(from after.staging.{model} except all from before.staging.{model})"
            ).fetchall()
            if rows:
                unlike[model] = rows
    return unlike


def test_load_time_under_another_name(rebuilt: Callable[..., Build], company_built: Build) -> None:
    """Every staged row is what it was, and all else is made of staged rows."""
    build = rebuilt(
        lambda rows: rows.rename({"_fivetran_synced": "_sdc_extracted_at"}),
        select=("path:models/staging",),
    )
    assert build.result.returncode == 0, said(build.result)
    assert differing(company_built.db, build.db) == {}


@pytest.mark.full
def test_without_load_time_the_audit_names_what_differs(
    rebuilt: Callable[..., Build], company_built: Build
) -> None:
    build = rebuilt(
        lambda rows: rows.drop("_fivetran_synced"),
        "salesforce",
        select=("path:models/staging", "+audit_notices", "audit_rejected_records"),
    )
    assert build.result.returncode == 0, said(build.result)
    assert "of which no time tells the versions apart" in build.result.stderr
    with build.connect() as connection:
        named: dict[str, set[str]] = {}
        for table, record in connection.execute(
            "select raw_table, record_id from audit.audit_rejected_records "
            "where reason = 'undated_versions'"
        ).fetchall():
            plural = "opportunities" if table == "opportunity" else f"{table}s"
            named.setdefault(f"stg_salesforce__{plural}", set()).add(record[:15])
    unlike = differing(company_built.db, build.db)
    assert unlike
    for model, rows in unlike.items():
        ids = named.get(model, set())
        assert [row for row in rows if not ids & {str(value)[:15] for value in row}] == [], model


def again(build: Build, crm: str, *select: str) -> Result:
    """Build some of it once more, on the database as it is."""
    options = ("--raw", build.raw, "--db", build.db, "--as-of", COMPANY_DAY)
    variables = ("--vars", f"{{crm: {crm}}}")
    return run_abm("build", *options, *variables, *select, target=build.target)


def spoil_history(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave the history of deals before its last year."""
    when = next((name for name in ("created_date", "date_entered") if name in rows.columns), "")
    is_history = {"opportunity_id", "created_date", "probability"} <= set(rows.columns) or (
        "date_entered" in rows.columns
    )
    return rows.filter(pl.col(when) < datetime(2025, 10, 31)) if is_history else rows


@pytest.mark.parametrize("crm", ["salesforce", pytest.param("hubspot", marks=pytest.mark.full)])
def test_walk_equals_the_deals_whatever_their_history(
    rebuilt: Callable[..., Build], crm: str
) -> None:
    """A year of history is lost: the walk stays that of the deals' own rows, and the audit counts
    the deals that history is behind of. A won deal that the walk lost would show."""
    build = rebuilt(
        *(spoil_history, crm), crm=crm, select=("+audit_amount_reconciliation", "+audit_notices")
    )
    assert build.result.returncode == 0, said(build.result)
    assert "something else than the last row of their history" in build.result.stdout
    with build.connect() as connection:
        walk = connection.execute(WALK).fetchall()
        behind = connection.execute(
            "select source_system, n_behind > 0, amount_behind > 0 "
            "from audit.audit_opportunity_history"
        ).fetchall()
    assert walk
    assert [row for row in walk if row[2] != 0] == []
    assert sum(row[1] for row in walk) > 0
    assert behind == [(crm, True, True)]

    lost = "(select won_amount from marts.rpt_revenue_walk where not is_total and won_amount > 0)"
    with duckdb.connect(str(build.db)) as connection:
        connection.execute(f"delete from marts.rpt_revenue_walk where won_amount = any{lost}")
        # A build does not look for what somebody did by hand.
        connection.execute("delete from ledger.nodes where node_id like '%.rpt_revenue_walk'")
    checks = ("--select", "audit_amount_reconciliation", "--select", "assert_amounts_reconcile")
    (sentence,) = errors(again(build, crm, *checks))
    assert "assert_amounts_reconcile" in sentence
