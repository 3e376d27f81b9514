"""What loaders mark rows with: deletions that empty a CRM, load times that are missing or renamed,
and the walk that must equal the deals' own rows whatever becomes of their history."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import COMPANY_DAY, Abm, Build, Result, errors, run_abm, said

from abm.compare import compare_databases

Change = Callable[[pl.DataFrame], pl.DataFrame]

WALK = (
    "select subject, expected_amount, difference from audit.audit_amount_reconciliation "
    "where check_name = 'walk_equals_crm' order by all"
)


@pytest.fixture
def rebuilt(abm: Abm, company: Path, tmp_path: Path) -> Callable[..., Build]:
    """Builds the small company after a change of every table of some sources."""

    def build(change: Change, *sources: str, crm: str = "salesforce") -> Build:
        raw, db = tmp_path / "raw", tmp_path / "abm.duckdb"
        shutil.copytree(company, raw)
        for file in raw.glob("*/*.parquet"):
            if not sources or file.parent.name in sources:
                change(pl.read_parquet(file)).write_parquet(file)
        options = ("--raw", raw, "--db", db, "--as-of", COMPANY_DAY, "--vars", f"{{crm: {crm}}}")
        return Build(abm("build", *options), raw, db, tmp_path)

    return build


def test_nothing_is_left_of_what_is_deleted(rebuilt: Callable[..., Build]) -> None:
    """Every row deleted by the loader alone: no table stages a row, and the build says what is
    wrong with it."""
    build = rebuilt(lambda rows: rows.with_columns(pl.lit(True).alias("_fivetran_deleted")))
    sentences = errors(build.result)
    assert len(sentences) == 1, sentences
    assert "No row of salesforce.account is left of" in sentences[0]
    assert "warning: No row of salesforce.opportunity is left of" in build.result.stderr
    with build.connect() as connection:
        kept = "from audit.audit_row_reconciliation where n_staged <> 0 or difference <> 0"
        assert connection.execute(kept).fetchall() == []


def test_load_time_under_another_name(rebuilt: Callable[..., Build], company_built: Build) -> None:
    build = rebuilt(lambda rows: rows.rename({"_fivetran_synced": "_sdc_extracted_at"}))
    assert build.result.returncode == 0, said(build.result)
    unlike = [
        table.name for table in compare_databases(company_built.db, build.db) if table.is_different
    ]
    assert unlike == []


def test_without_load_time_the_audit_names_what_differs(
    rebuilt: Callable[..., Build], company_built: Build
) -> None:
    build = rebuilt(lambda rows: rows.drop("_fivetran_synced"), "salesforce")
    assert build.result.returncode == 0, said(build.result)
    assert "of which no time tells the versions apart" in build.result.stderr
    with duckdb.connect() as connection:
        connection.execute(f"attach '{company_built.db}' as before (read_only)")
        connection.execute(f"attach '{build.db}' as after (read_only)")
        for model, table, key in (
            ("stg_salesforce__accounts", "account", "account_id"),
            ("stg_salesforce__contacts", "contact", "contact_id"),
            ("stg_salesforce__opportunities", "opportunity", "opportunity_id"),
            ("stg_salesforce__tasks", "task", "task_id"),
            ("stg_salesforce__events", "event", "event_id"),
            ("stg_salesforce__campaign_members", "campaign_member", "campaign_member_id"),
        ):
            differing = connection.execute(
                f"select {key} from (from before.staging.{model} except from after.staging.{model})"
                f" union select {key} from "
                f"(from after.staging.{model} except from before.staging.{model})"
            ).fetchall()
            named = connection.execute(
                "select record_id from after.audit.audit_rejected_records "
                f"where reason = 'undated_versions' and raw_table = '{table}'"
            ).fetchall()
            assert {row[0][:15] for row in differing} <= {row[0][:15] for row in named}, table
        n_named = connection.execute(
            "select count(*) from after.audit.audit_rejected_records "
            "where reason = 'undated_versions'"
        ).fetchall()
    assert n_named[0][0] > 0


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


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_walk_equals_the_deals_whatever_their_history(
    rebuilt: Callable[..., Build], crm: str
) -> None:
    """A year of history is lost: the walk stays that of the deals' own rows, and the audit counts
    the deals that history is behind of. A won deal that the walk lost would show."""
    build = rebuilt(spoil_history, crm, crm=crm)
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
    checks = ("--select", "audit_amount_reconciliation", "--select", "assert_amounts_reconcile")
    (sentence,) = errors(again(build, crm, *checks))
    assert "assert_amounts_reconcile" in sentence
