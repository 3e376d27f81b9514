"""A month end says today what it said on that day: what came later has no say in it."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import COMPANY_DAY, run_dbt, said

TODAY = date.fromisoformat(COMPANY_DAY)
MONTH_ENDS = [
    date(2026, month, day) for month, day in ((4, 30), (5, 31), (6, 30), (7, 31), (8, 31))
]
MONTH_ENDS.append(date(2026, 9, 30))

TABLES = {
    "marts.rpt_pipeline_velocity": "entity_type <> 'account'",
    "marts.rpt_account_coverage": "true",
    "marts.rpt_customer_lifetime_value": "true",
    "marts.rpt_penetration_by_tier": "true",
    "marts.rpt_open_pipeline": "true",
    "intermediate.int_account_stages_by_reporting_date": "true",
    "intermediate.int_progression_bases_by_reporting_date": "true",
    "intermediate.int_forecast_deals_by_reporting_date": "true",
    "intermediate.int_revenue_forecasts_by_reporting_date": "true",
}
"""Tables with month ends, and their rows that have them."""

DAYS = [date(2026, 5, 9), date(2026, 8, 23)]
DAILY_TABLES = {
    "intermediate.int_velocities_by_day": "entity_type in ('account_executive', 'all')",
    "intermediate.int_lifetime_values_by_day": "true",
}
"""What the level rules look at on every day. The credit of a deal follows today's touches."""

LATER = {
    "versions": "int_opportunity_versions where valid_from_at",
    "wins": "int_opportunities_by_reporting_date where is_won and closed_at",
    "touches": "int_touchpoints where occurred_at",
}
"""What happened after a month end, and must not be seen on it."""

LONG_AGO = "timestamp '2015-01-01'"
TIMELESS = {
    "salesforce/account": f"* replace ({LONG_AGO} as created_date)",
    "salesforce/contact": f"* replace ({LONG_AGO} as created_date)",
    "salesforce/lead": f"""* replace (
        {LONG_AGO} as created_date,
        case when is_converted then {LONG_AGO} end as converted_date
    )""",
    "hubspot/contact": f"* replace ({LONG_AGO} as property_createdate)",
    "hubspot/company": f"* replace ({LONG_AGO} as property_createdate)",
    "marketo/lead": f"* replace ({LONG_AGO} as created_at)",
    "ga4/events": "* replace (min(user_id) over (partition by user_pseudo_id) as user_id)",
    "ga4/visitor_accounts": f"* replace ({LONG_AGO} as first_seen_at)",
}
"""Who is who, known from the start: identity is the one thing that today's knowledge decides."""


def build(raw: Path, folder: Path, as_of: date) -> Path:
    """Build the tables with month ends as of a day; the database is in the folder."""
    folder.mkdir()
    db = folder / "abm.duckdb"
    result = run_dbt(
        *("build", "--select", *(f"+{table.split('.')[1]}" for table in TABLES | DAILY_TABLES)),
        *("--exclude-resource-type", "test", "unit_test"),
        *("--vars", f"{{as_of_date: {as_of.isoformat()}}}"),
        db=db,
        target=folder / "target",
        environment={"ABM_RAW_DIR": str(raw)},
    )
    assert result.returncode == 0, said(result)
    return db


def rows(db: Path, table: str, as_of: date) -> list[tuple[object, ...]]:
    """The rows of a table for one date, without what says how the date relates to today."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(
            f"""
            select columns(lambda name: name not in ('history_basis', 'is_reporting_date'))
            from {table}
            where as_of_on = date '{as_of}' and {(TABLES | DAILY_TABLES)[table]}
            order by all
            """
        ).fetchall()


def happened_later(db: Path, day: date) -> dict[str, bool]:
    """Whether there is something that a month end must not see."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return {
            what: bool(
                connection.execute(
                    f"select 1 from intermediate.{when} > timestamp '{day} 23:59:59' limit 1"
                ).fetchall()
            )
            for what, when in LATER.items()
        }


@pytest.mark.parametrize(
    "month_ends",
    [
        pytest.param(MONTH_ENDS[:1], id="one month end", marks=pytest.mark.full),
        pytest.param(MONTH_ENDS, id="six month ends", marks=pytest.mark.full),
        pytest.param(DAYS, id="two days", marks=pytest.mark.full),
    ],
)
def test_month_ends_do_not_see_what_came_later(
    company_copy: Path, tmp_path: Path, month_ends: list[date]
) -> None:
    for table, columns in TIMELESS.items():
        file = company_copy / f"{table}.parquet"
        new = file.with_suffix(".new")
        duckdb.sql(f"select {columns} from '{file}'").write_parquet(str(new))
        new.replace(file)
    today = build(company_copy, tmp_path / "today", TODAY)
    for month_end in month_ends:
        later = happened_later(today, month_end)
        assert all(later.values()), (later, month_end)
        then = build(company_copy, tmp_path / month_end.isoformat(), month_end)
        for table in TABLES if month_end in MONTH_ENDS else DAILY_TABLES:
            known_then = rows(then, table, month_end)
            assert known_then, (table, month_end)
            assert rows(today, table, month_end) == known_then, (table, month_end)
