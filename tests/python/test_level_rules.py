"""The level rules, recomputed from deals, touches and costs one day after the other."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any

import pytest
from conftest import Build

DAY = timedelta(days=1)
DAYS_PER_MONTH = 30.4375
Row = dict[str, Any]
Breach = tuple[float, float]
"""Metric and threshold."""


@dataclass
class Deal:
    """An opportunity and its versions, the oldest first."""

    row: Row
    versions: list[Row] = field(default_factory=list)

    def on(self, day: date) -> Row | None:
        """How it stood on a day: stage, outcome, day of closing, amount in its own currency."""
        if self.row["created_on"] and self.row["created_on"] > day:
            return None
        days = [version["valid_from_on"] or date.min for version in self.versions]
        number = bisect_right(days, day) - 1
        if number < 0:
            return {"outcome": "open", "is_advanced": False, "closed_on": None, "amount": None}
        version = self.versions[number]
        outcome, first = version["outcome"], number
        while first and self.versions[first - 1]["outcome"] == outcome:
            first -= 1
        began = self.versions[first]
        if not version["has_history"] and began["close_on"] and began["close_on"] > day:
            outcome = "open"
        since = began["valid_from_on"] or date.min
        closed_on = None
        if outcome != "open":
            closed_on = began["close_on"] if not version["has_history"] else since
            if version["has_history"] and began["close_on"] and began["close_on"] < since:
                closed_on = began["close_on"]
        return {
            "outcome": outcome,
            "is_advanced": outcome == "open" and version["is_advanced_stage"],
            "closed_on": closed_on,
            "amount": version["amount"],
        }


class History:
    """What the sample's build knows of deals, rates, customers and costs."""

    def __init__(self, build: Build) -> None:
        self.connection = build.connect()
        self.days = [row["as_of_on"] for row in self.rows("select * from intermediate.int_days")]
        self.days.sort()
        self.deals: dict[str, Deal] = {
            row["opportunity_id"]: Deal(row)
            for row in self.rows(
                "select deals.*, accounts.benchmark_sector from intermediate.int_opportunities_now "
                "as deals left join intermediate.int_accounts as accounts using (account_id)"
            )
        }
        for row in self.rows(
            "select *, valid_from_at::date as valid_from_on from "
            "intermediate.int_opportunity_versions order by opportunity_id, version_number"
        ):
            if row["opportunity_id"] in self.deals:
                self.deals[row["opportunity_id"]].versions.append(row)
        self.rates = defaultdict(list)
        for row in self.rows("select * from intermediate.int_currency_rates"):
            self.rates[row["currency"]].append(row)

    def rows(self, sql: str) -> list[Row]:
        result = self.connection.execute(sql)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def rate(self, currency: str, day: date) -> float | None:
        for row in self.rates[currency]:
            if row["valid_from_on"] <= day and (not row["valid_to_on"] or day < row["valid_to_on"]):
                return row["rate"]
        return None

    def deals_on(self, day: date) -> Iterator[Row]:
        """Every deal of a day with its amount in dollars, to the cent."""
        for deal in self.deals.values():
            state = deal.on(day)
            if state is None:
                continue
            rate = self.rate(deal.row["original_currency"], state["closed_on"] or day)
            amount = None
            if state["amount"] is not None and rate:
                amount = round(float(state["amount"]) / rate, 2)
            yield deal.row | state | {"amount": amount}

    def daily(self, day: date) -> dict[tuple[str, str], Breach | None]:
        """Rule and entity to what is in breach on a day, without those of accounts."""
        deals = list(self.deals_on(day))
        found: dict[tuple[str, str], Breach | None] = {}
        for executive, breach in self.velocities(day, deals).items():
            found["velocity_below_target", executive] = breach
        found |= self.concentration(day)
        found["clv_cac_below_minimum", "all"] = self.lifetime_value(day, deals)
        return found

    def velocities(self, day: date, deals: list[Row]) -> dict[str, Breach]:
        benchmarks = {
            row["sector"]: float(row["velocity_monthly"])
            for row in self.rows("select * from intermediate.int_sector_benchmarks")
        }
        known = {
            row["account_executive_id"] for row in self.rows("from marts.dim_account_executives")
        }
        measured = [d for d in deals if d["opportunity_type"] in ("new_business", "expansion")]
        by_executive = defaultdict(list)
        for deal in measured:
            executive = deal["account_executive_id"]
            by_executive[executive if executive in known else "unknown"].append(deal)

        def cycles(some: Iterable[Row]) -> list[int]:
            return [
                max(1, (deal["closed_on"] - deal["created_on"]).days)
                for deal in some
                if deal["outcome"] == "won"
                and day - 365 * DAY < deal["closed_on"] <= day
                and deal["created_on"]
                and deal["closed_on"] >= deal["created_on"]
            ]

        breaches = {}
        for executive, own in by_executive.items():
            weighed = [
                deal
                for deal in own
                if deal["outcome"] == "open" and deal["amount"] and deal["account_id"]
            ]
            total = sum(deal["amount"] for deal in weighed)
            if not total:
                continue
            target = sum(d["amount"] * benchmarks[d["benchmark_sector"]] for d in weighed) / total
            advanced = [deal for deal in own if deal["is_advanced"]]
            amounts = [deal["amount"] for deal in advanced if deal["amount"] is not None]
            days = cycles(own)
            days = days if len(days) >= 3 else cycles(measured)
            if not advanced:
                velocity = 0.0
            elif amounts and days:
                velocity = len(advanced) * fmean(amounts) / (fmean(days) / DAYS_PER_MONTH)
            else:
                continue
            if velocity <= target and len(advanced) >= 3:
                breaches[executive] = (velocity, target)
        return breaches

    def concentration(self, day: date) -> dict[tuple[str, str], Breach]:
        credited = self.rows(
            "select channel, sum(attributed_amount) as amount, sum(weight) as weight "
            "from marts.fct_attribution "
            f"where channel <> 'unattributed' and closed_on <= date '{day}' "
            f"and closed_on > date '{day}' - 365 group by channel"
        )
        total = float(sum(row["amount"] or 0 for row in credited))
        if not total or sum(row["weight"] for row in credited) < 3:
            return {}
        shares = {row["channel"]: float(row["amount"] or 0) / total for row in credited}
        index = sum(share**2 for share in shares.values())
        top = min(shares, key=lambda channel: (-shares[channel], channel))
        if round(shares[top], 12) > 0.5:
            return {("attribution_concentrated", top): (100 * shares[top], 50)}
        if round(index, 12) > 0.4:
            return {("attribution_concentrated", top): (100 * index, 40)}
        return {}

    def lifetime_value(self, day: date, deals: list[Row]) -> Breach | None:
        """Of the customers won by the programme, over all sectors."""
        won = defaultdict(list)
        for deal in deals:
            if deal["outcome"] == "won" and deal["account_id"]:
                won[deal["account_id"]].append(deal)
        contracts = defaultdict(list)
        for row in self.rows(
            "select ids.account_id, started_on, ended_on from staging.stg_abm_program__contracts "
            "as contracts inner join intermediate.int_account_ids as ids "
            "on contracts.account_id = ids.known_account_id order by started_on, contract_id"
        ):
            if row["started_on"] <= day:
                contracts[row["account_id"]].append(row)
        first_of_month = day.replace(day=1)
        months_from = first_of_month.replace(year=first_of_month.year - 1)
        first_year, expansion, n_valued, n_older, kept, n_new = 0.0, 0.0, 0, 0, [], 0
        for account_id, own in won.items():
            new = [deal for deal in own if deal["opportunity_type"] == "new_business"]
            if not new:
                continue
            first = min(new, key=lambda d: (d["closed_on"], d["opportunity_id"]))
            if not first["is_abm_at_creation"]:
                continue
            since = first["closed_on"]
            n_new += months_from <= since < first_of_month

            def in_year(kind: str, own: list[Row] = own, since: date = since) -> list[float]:
                return [
                    deal["amount"]
                    for deal in own
                    if deal["opportunity_type"] == kind
                    and since <= deal["closed_on"] < since + 365 * DAY
                    and deal["amount"] is not None
                ]

            if since < day - 365 * DAY:
                n_older += 1
                year = in_year("new_business")
                first_year += sum(year)
                n_valued += bool(year)
                expansion += sum(in_year("expansion"))
            terms = contracts[account_id]
            end = terms[0]["ended_on"] if terms and terms[0]["ended_on"] else None
            end = end or months_after(since, first["contract_term_months"] or 12) - DAY
            if end <= day - 90 * DAY:
                kept.append(
                    any(
                        deal["opportunity_type"] == "renewal"
                        and end - 180 * DAY <= deal["closed_on"] <= end + 90 * DAY
                        for deal in own
                    )
                    or any(
                        row["started_on"] <= end + 90 * DAY
                        and (not row["ended_on"] or row["ended_on"] >= end + 90 * DAY)
                        for row in terms
                    )
                )
        ((months, cost),) = self.connection.execute(
            "select (select count(distinct month_start_on) from intermediate.int_ledger_lines "
            "where programme = 'abm' and month_start_on >= $1 and month_start_on < $2), "
            "(select sum(amount) from intermediate.int_investments where programme = 'abm' "
            "and in_cac and month_start_on >= $1 and month_start_on < $2)",
            [months_from, first_of_month],
        ).fetchall()
        if months < 12 or not n_new or not n_valued or not first_year:
            return None
        if min(len(kept), n_older) < 10:
            return None
        cost_of_one = float(cost) / n_new
        value = first_year / n_valued * fmean(kept) * (1 + expansion / first_year)
        ratio = (value - cost_of_one) / cost_of_one
        return (ratio, 10) if ratio < 10 else None


def months_after(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)


def runs(days: list[date], breaches: dict[date, Breach | None]) -> list[tuple[object, ...]]:
    """First day, what was found on it, and the first day after without, of runs of breaches."""
    found: list[tuple[object, ...]] = []
    began: date | None = None
    for day in days:
        if breaches.get(day) and began is None:
            began = day
        elif not breaches.get(day) and began is not None:
            found.append((began, *breaches[began], day))  # type: ignore[misc]
            began = None
    if began is not None:
        found.append((began, *breaches[began], None))  # type: ignore[misc]
    return found


def rounded(run: Iterable[object]) -> tuple[object, ...]:
    return tuple(round(value, 6) if isinstance(value, float | int) else value for value in run)


@pytest.fixture(scope="module")
def history(built: Build) -> History:
    return History(built)


def alerts(history: History, rule: str) -> dict[str, list[tuple[object, ...]]]:
    fired = defaultdict(list)
    for row in history.rows(
        f"select * from marts.fct_alerts where rule_id = '{rule}' order by entity_id, fired_on"
    ):
        fired[row["entity_id"]].append(
            rounded((row["fired_on"], row["metric_value"], row["threshold"], row["ended_on"]))
        )
    return dict(fired)


def test_rules_of_deals_and_costs_fire_on_the_first_day(history: History) -> None:
    daily: dict[tuple[str, str], dict[date, Breach | None]] = defaultdict(dict)
    for day in history.days:
        for key, breach in history.daily(day).items():
            daily[key][day] = breach
    expected: dict[str, dict[str, list[tuple[object, ...]]]] = defaultdict(dict)
    for (rule, entity), breaches in daily.items():
        if found := [rounded(run) for run in runs(history.days, breaches)]:
            expected[rule][entity] = found
    for rule in ("velocity_below_target", "attribution_concentrated"):
        assert alerts(history, rule) == expected.get(rule, {}), rule
    values = alerts(history, "clv_cac_below_minimum")
    assert values.get("all", []) == expected["clv_cac_below_minimum"].get("all", [])
    assert expected["velocity_below_target"], "somebody has deals enough to be below the target"


def test_rules_of_accounts_fire_on_the_first_day(history: History) -> None:
    people = history.rows(
        """
        select
            days.as_of_on,
            memberships.account_id,
            any_value(tiers.apr_target_pct)::double as target,
            count(distinct stakeholders.person_id) as identified,
            count(distinct case when touched.person_id is not null then stakeholders.person_id end)
                as engaged
        from intermediate.int_days as days
        inner join intermediate.int_account_memberships as memberships
            on memberships.valid_from_on <= days.as_of_on
            and (memberships.valid_to_on is null or memberships.valid_to_on > days.as_of_on)
        inner join intermediate.int_accounts as accounts using (account_id)
        inner join reference.account_size_tiers as tiers using (account_size_tier)
        left join (
            select people.account_id, people.person_id, people.known_since_on, roles.stated_at
            from intermediate.int_people as people
            inner join intermediate.int_person_records_unified as records using (person_id)
            inner join intermediate.int_buying_role_records as roles
                using (source_system, person_record_id)
            where roles.role_raw is not null or roles.role_source = 'declared'
        ) as stakeholders
            on stakeholders.account_id = memberships.account_id
            and (known_since_on is null or known_since_on <= days.as_of_on)
            and (stated_at is null or stated_at::date <= days.as_of_on)
        left join intermediate.int_touchpoints as touched
            on touched.person_id = stakeholders.person_id
            and touched.account_id = stakeholders.account_id
            and touched.is_counted_engagement
            and touched.occurred_on <= days.as_of_on
            and touched.occurred_on > days.as_of_on - 90
        group by all
        """
    )
    thin = history.rows(
        """
        select days.as_of_on, deals.account_id, count(distinct touched.person_id) as engaged
        from intermediate.int_days as days
        inner join intermediate.int_opportunity_open_stretches as deals
            on deals.opportunity_type in ('new_business', 'expansion')
            and deals.opened_on <= days.as_of_on
            and (deals.closed_on is null or deals.closed_on > days.as_of_on)
        inner join intermediate.int_account_memberships as memberships
            on memberships.account_id = deals.account_id
            and memberships.valid_from_on <= days.as_of_on
            and (memberships.valid_to_on is null or memberships.valid_to_on > days.as_of_on)
        left join intermediate.int_touchpoints as touched
            on touched.account_id = deals.account_id
            and touched.is_counted_engagement
            and touched.occurred_on <= days.as_of_on
            and touched.occurred_on > days.as_of_on - 90
        group by all
        """
    )
    daily: dict[str, dict[str, dict[date, Breach | None]]] = defaultdict(lambda: defaultdict(dict))
    for row in people:
        if not row["identified"]:
            continue
        rate, day, account = (
            100 * row["engaged"] / row["identified"],
            row["as_of_on"],
            row["account_id"],
        )
        if rate <= row["target"]:
            daily["apr_below_tier_target"][account][day] = (rate, row["target"])
        if rate < 20:
            daily["apr_floor"][account][day] = (rate, 20)
    for row in thin:
        if row["engaged"] <= 2:
            daily["committee_too_thin"][row["account_id"]][row["as_of_on"]] = (row["engaged"], 2)
    assert set(daily) == {"apr_below_tier_target", "apr_floor", "committee_too_thin"}
    for rule, accounts in daily.items():
        expected = {
            account: [rounded(run) for run in runs(history.days, breaches)]
            for account, breaches in accounts.items()
        }
        assert alerts(history, rule) == expected, rule


def score(history: History, account_id: str, moment: datetime, is_included: bool) -> Row:
    """The score of an account, from what was in the day's window by a moment, or just before it."""
    by = f"{'<=' if is_included else '<'} timestamp '{moment}'"
    since = f"> date '{moment.date()}' - 90"
    touches = (
        f"from intermediate.int_touchpoints where account_id = '{account_id}' "
        f"and occurred_at {by} and occurred_on {since}"
    )
    (row,) = history.rows(
        f"""
        select
            (select coalesce(sum(aes_weight), 0) {touches} and is_counted_engagement)
            + 2 * people
            + 1.5 * (
                select coalesce(sum(depth), 0) from (
                    select max(content_depth) as depth {touches} and content_depth > 0
                    group by consumer_id, content_item
                )
            )
            + 3 * (
                select count(distinct signal_key) from intermediate.int_intent_signals
                where account_id = '{account_id}' and occurred_at {by} and occurred_on {since}
            ) as aes,
            people
        from (select count(distinct person_id) as people {touches} and is_counted_engagement)
        """
    )
    return row


def test_the_moment_of_a_hot_alert_is_that_of_its_crossing(history: History) -> None:
    fired = history.rows("from marts.fct_alerts where rule_id = 'aes_hot'")
    assert len(fired) > 50
    for alert in fired:
        account, moment = alert["entity_id"], alert["crossed_at"]
        after = score(history, account, moment, is_included=True)
        before = score(history, account, moment, is_included=False)
        assert after["aes"] > alert["threshold"], alert
        assert after["people"] >= 1, alert
        assert before["aes"] <= alert["threshold"] or before["people"] == 0, alert
