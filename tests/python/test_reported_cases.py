"""Situations that users of other packages reported, on small extracts with their right values."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import CASES, COMPANY_DAY, Build, run_abm, said

REPORTS = CASES / "reports"

pytestmark = pytest.mark.skipif(not REPORTS.is_dir(), reason=f"there is no {REPORTS}")

READ = [
    *("dim_accounts", "dim_people", "dim_account_executives"),
    *("fct_opportunities", "fct_touchpoints"),
    *("rpt_revenue_walk", "audit_amount_reconciliation", "audit_row_reconciliation"),
    *("audit_unmapped_values", "audit_notices"),
]
"""The tables that the cases look at; the audit's tests are built with them."""

DEALS = (
    "select opportunity_id, is_won, is_lost, amount, closed_on from marts.fct_opportunities "
    "where opportunity_id <> 'unknown' order by all"
)
MEETINGS = "select count(*) from marts.fct_touchpoints where interaction_type = 'sales_meeting'"
HISTORY = (
    "select n_opportunities, n_behind, amount_behind, n_unknown_stage_names "
    "from audit.audit_opportunity_history"
)
NOTICES = "select notice, notice_level, n_records from audit.audit_notices order by all"
WALK = (
    "select sum(won_amount), (select count(*) from audit.audit_amount_reconciliation "
    "where difference <> 0) from marts.rpt_revenue_walk where is_total"
)
PEOPLE = "select count(*) from marts.dim_people where person_id <> 'unknown'"


@dataclass(frozen=True)
class Case:
    """What an extract must come to.

    Attributes:
        folder: The raw directory.
        won: The revenue of the walk, which equals the deals' own rows.
        shown: Queries and what they return.
    """

    folder: str
    won: float | None
    shown: tuple[tuple[str, list[tuple[Any, ...]]], ...]


SPRING = date(2026, 6, 10)
# Extracts of the same columns stand together: dbt parses the project once for them.
REPORTED = [
    Case(
        "sf_history_behind",
        60_000,
        (
            (DEALS, [("006000000000B01AAE", True, False, 60_000, date(2026, 9, 15))]),
            (HISTORY, [(1, 1, 60_000, 0)]),
            (NOTICES, [("history_behind", "note", 1)]),
        ),
    ),
    Case(
        "sf_retired_stage_name",
        50_000,
        (
            (
                DEALS,
                [
                    ("006000000000A01AAE", True, False, 50_000, SPRING),
                    ("006000000000A02AAE", False, True, 20_000, SPRING),
                ],
            ),
            (
                "select seed_name, raw_value from audit.audit_unmapped_values order by all",
                [
                    ("stages of opportunity history", "Dead"),
                    ("stages of opportunity history", "Signed"),
                ],
            ),
            (NOTICES, [("history_behind", "note", 2), ("stages_unknown", "note", 2)]),
        ),
    ),
    Case(
        "hs_closed_won_renamed",
        5_000,
        (
            (
                DEALS,
                [
                    ("401", False, False, 30_000, None),
                    ("402", False, False, 30_000, None),
                    ("403", True, False, 5_000, SPRING),
                    ("404", False, True, 7_000, SPRING),
                ],
            ),
        ),
    ),
    Case(
        "hs_two_pipelines",
        5_000,
        (
            (
                "select stage_name, is_advanced from marts.fct_opportunities "
                "where is_open order by all",
                [("Proposal (Enterprise)", True), ("Proposal (Sales)", True)],
            ),
        ),
    ),
    Case("hs_merged_deals", 90_000, ((DEALS, [("101", True, False, 90_000, SPRING)]),)),
    Case(
        "sf_fivetran_deleted",
        None,
        (
            (DEALS, []),
            (MEETINGS, [(0,)]),
            (
                "select raw_table, n_deleted from audit.audit_row_reconciliation "
                "where n_deleted > 0 order by all",
                [("account", 1), ("event", 1), ("opportunity", 1)],
            ),
            (NOTICES, [("deals_all_deleted", "warning", 1)]),
        ),
    ),
    Case(
        "sf_history_mode",
        11_000,
        (
            (
                "select account_executive_name, sector, annual_revenue_usd from marts.dim_accounts "
                "inner join marts.dim_account_executives "
                "on account_owner_id = account_executive_id "
                "where account_id <> 'unknown'",
                [("Owner Two", "fintech", 90_000_000)],
            ),
            (NOTICES, []),
        ),
    ),
    Case(
        "hs_float_ids",
        100,
        (
            (
                "select account_executive_name from marts.dim_accounts "
                "inner join marts.dim_account_executives "
                "on account_owner_id = account_executive_id "
                "where account_id <> 'unknown'",
                [("Owner One",)],
            ),
            (PEOPLE, [(1,)]),
            (
                "select interaction_type, is_machine, person_id <> 'unknown' "
                "from marts.fct_touchpoints where account_id <> 'unknown' order by all",
                [("email_delivered", False, True), ("email_open", True, True)],
            ),
        ),
    ),
    Case(
        "marketo_merged_lead",
        None,
        (
            (PEOPLE, [(1,)]),
            (
                "select interaction_type, person_id <> 'unknown', account_id "
                "from marts.fct_touchpoints where account_id <> 'unknown' order by all",
                [
                    ("email_click", True, "001000000000L01AAE"),
                    ("form_submission", True, "001000000000L01AAE"),
                ],
            ),
        ),
    ),
]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt target directory that the builds of the cases share."""
    return tmp_path_factory.mktemp("reported_target")


def built(raw: Path, folder: Path, target: Path, crm: str = "salesforce") -> Build:
    db = folder / "abm.duckdb"
    select = [part for table in READ for part in ("--select", f"+{table}")]
    result = run_abm(
        *("build", "--raw", raw, "--db", db, "--as-of", COMPANY_DAY, "--vars", f"{{crm: {crm}}}"),
        *select,
        target=target,
    )
    return Build(result, raw, db, target)


@pytest.mark.parametrize("case", REPORTED, ids=lambda case: case.folder)
def test_reported_case(case: Case, tmp_path: Path, target: Path) -> None:
    crm = "hubspot" if case.folder.startswith("hs_") else "salesforce"
    build = built(REPORTS / case.folder, tmp_path, target, crm)
    assert build.result.returncode == 0, said(build.result)
    with build.connect() as connection:
        assert connection.execute(WALK).fetchall() == [(case.won, 0)]
        for query, expected in case.shown:
            assert connection.execute(query).fetchall() == expected, query
