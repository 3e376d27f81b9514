"""Which budgets get advice, once more in plain Python from the ledger, the touches and the plan."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from conftest import Build

WINDOW = timedelta(days=180)
DAY = timedelta(days=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def complete_months(as_of: date) -> list[date]:
    """The months that lie whole in the trailing days."""
    month = (as_of - WINDOW + DAY).replace(day=1)
    found = []
    while next_month(month) - DAY <= as_of:
        if month > as_of - WINDOW:
            found.append(month)
        month = next_month(month)
    return found


def reason_of(
    spend: float, deals: float, missing: float | None, used: float | None, credit: float | None
) -> str | None:
    """Why no advice is given."""
    if credit is None:
        return "no_known_amount"
    if used is not None and used < 0.8:
        return "plan_not_spent"
    if deals < 3:
        return "too_few_deals"
    if missing is None or missing > 0.2 * spend:
        return "costs_not_in_ledger"
    return None


def test_advice_stops_at_the_limits(built: Build) -> None:
    with built.connect() as connection:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        ((as_of,),) = rows("select as_of_on from audit.audit_settings")
        months = complete_months(as_of)
        first, last = months[0], next_month(months[-1]) - DAY
        spend: dict[tuple[str, date], float] = defaultdict(float)
        for channel, month, amount in rows(
            "select channel, month_start_on, amount::double from marts.fct_investments "
            "where amount is not null"
        ):
            spend[channel, month] += amount
        credit: dict[str, float] = defaultdict(float)
        deals: dict[str, float] = defaultdict(float)
        for channel, touched_on, amount, weight in rows(
            "select channel, touched_on, attributed_amount::double, weight::double "
            "from marts.fct_attribution where touched_on is not null"
        ):
            if first <= touched_on <= last:
                credit[channel] += amount or 0
                deals[channel] += weight
        missing: dict[str, float] = defaultdict(float)
        for channel, incurred_on, amount in rows(
            "select channel, incurred_on, amount::double "
            "from intermediate.int_campaign_costs_ledgered where not is_in_ledger"
        ):
            if first <= incurred_on <= last:
                missing[channel] += amount
        plan: dict[tuple[str, date], float] = defaultdict(float)
        for channel, month, amount in rows(
            "select channel, month_start_on, amount::double from intermediate.int_budget_lines "
            "where channel is not null"
        ):
            if month in months:
                plan[channel, month] += amount
        found = rows(
            "select channel, spend_trailing::double, attributed_trailing::double, "
            "weighted_opportunities::double, utilisation_rate, crm_cost_without_ledger::double, "
            "is_reliable, reason, current_budget, recommended_budget, change_ratio "
            "from marts.rpt_budget_allocation order by channel"
        )
    assert found
    reasons = set()
    n_movable = sum(1 for row in found if row[7] in (None, "no_return", "one_channel"))
    for channel, spent, credited, weighted, used, lacking, is_reliable, *rest in found:
        reason, current, recommended, change = rest
        total = sum(spend[channel, month] for month in months)
        planned = [month for month in months if (channel, month) in plan]
        expected_use = (
            sum(spend[channel, month] for month in planned)
            / sum(plan[channel, month] for month in planned)
            if planned
            else None
        )
        assert abs(spent - total) < 0.005, channel
        assert abs(credited - credit[channel]) < 0.005, channel
        assert abs(weighted - deals[channel]) < 1e-9, channel
        assert abs(lacking - missing[channel]) < 0.005, channel
        assert is_reliable == (deals[channel] >= 3), channel
        assert (used is None) == (expected_use is None), channel
        if used is not None and expected_use is not None:
            assert abs(used - expected_use) < 1e-9, channel
        expected = reason_of(total, deals[channel], missing[channel], expected_use, credited)
        if expected is None and n_movable == 1:
            expected = "one_channel"
        assert reason == expected, channel
        if reason:
            assert recommended == current, channel
            assert change == 0, channel
        reasons.add(reason)
    assert reasons & {"plan_not_spent", "too_few_deals", "costs_not_in_ledger"}, "a limit holds"
