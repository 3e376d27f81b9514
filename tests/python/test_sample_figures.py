"""The sample is a company that a director recognises: its year, and the figures of docs/sample.md.

The page shows figures of the sample beside the ranges of the two source articles, as the seeds hold
them; its queries run on the built sample, so that neither a figure nor a range can be out of date.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from conftest import ROOT, Build

PAGE = ROOT / "docs/sample.md"
LEAST_FIGURES = 15
SHORTEST_REASON = 25
"""Letters of the shortest sentence that explains anything."""

FAR = 0.5
FAR_OFF = 0.2
"""Of the indicators that have a target, how many may miss or beat it by more than half."""

Rows = Callable[[str], list[tuple]]


@dataclass(frozen=True)
class Figure:
    """A row of the page's table.

    Attributes:
        name: What the figure is.
        value: The sample's, as the page shows it.
        bounds: The range as the page shows it.
        verdict: inside, or why not.
        query: Gives the value and both ends of the range, null where it is open.
    """

    name: str
    value: str
    bounds: str
    verdict: str
    query: str


def figures() -> list[Figure]:
    """The rows of the page."""
    found = []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if cells[-1].startswith("`select"):
            name, value, bounds, _, verdict, query = cells
            found.append(Figure(name, value, bounds, verdict, query.strip("`")))
    return found


@pytest.fixture
def rows(built: Build) -> Rows:
    """Runs a query on the built sample."""

    def run(query: str) -> list[tuple]:
        with built.connect() as connection:
            return connection.execute(query).fetchall()

    return run


def shown(value: object) -> str:
    """A number as the page writes it."""
    return f"{value:,}"


def bounds_of(low: object, high: object) -> str:
    """A range as the page writes it."""
    if high is None:
        return f"{shown(low)} or more"
    return f"{shown(low)} to {shown(high)}"


def faults(figure: Figure, found: list[tuple]) -> list[str]:
    """What a row of the page says that is not so."""
    if len(found) != 1 or found[0][0] is None:
        return [f"{figure.name}: the query gives {found}"]
    value, low, high = found[0]
    wrong = []
    if figure.value != shown(value):
        wrong.append(f"{figure.name}: {figure.value} is shown, {shown(value)} is so")
    if figure.bounds != bounds_of(low, high):
        wrong.append(f"{figure.name}: {figure.bounds} is shown, {bounds_of(low, high)} is so")
    is_inside = value >= low and (high is None or value <= high)
    if is_inside != (figure.verdict == "inside"):
        wrong.append(f"{figure.name}: {shown(value)} in {bounds_of(low, high)}: {figure.verdict}")
    if not is_inside and len(figure.verdict) < SHORTEST_REASON:
        wrong.append(f"{figure.name} is outside, and nothing explains it: {figure.verdict}")
    return wrong


def test_every_figure_is_so_and_inside_or_explained(rows: Rows) -> None:
    read = figures()
    assert len(read) >= LEAST_FIGURES
    assert [fault for figure in read for fault in faults(figure, rows(figure.query))] == []


@pytest.mark.parametrize(
    ("value", "bounds", "verdict", "found"),
    [
        ("7", "5 to 12", "inside", (8, 5, 12)),
        ("8", "5 to 10", "inside", (8, 5, 12)),
        ("13", "5 to 12", "inside", (13, 5, 12)),
        ("13", "5 to 12", "too many", (13, 5, 12)),
        ("8", "5 to 12", "few people answer in a summer like this one", (8, 5, 12)),
        ("8", "5 or more", "inside", (None, 5, None)),
    ],
)
def test_a_false_row_is_found(value: str, bounds: str, verdict: str, found: tuple) -> None:
    assert faults(Figure("figure", value, bounds, verdict, ""), [found]) != []


def test_a_true_row_is_none() -> None:
    assert faults(Figure("figure", "1,200", "900 or more", "inside", ""), [(1200, 900, None)]) == []
    why = "the other range is of another kind of company"
    assert faults(Figure("figure", "8", "9 to 12", why, ""), [(8, 9, 12)]) == []


def test_the_closer_the_programme_works_the_more_it_gets(rows: Rows) -> None:
    tiers = rows(
        """
        with accounts as (
            select dim_accounts.abm_tier, count(*) as n_accounts, avg(aes) as aes
            from marts.fct_account_engagement
            inner join marts.dim_accounts using (account_id)
            where dim_accounts.is_abm_now
            group by dim_accounts.abm_tier
        ),

        deals as (
            select
                abm_tier_at_creation as abm_tier,
                count(*) filter (is_won) / count(*) filter (is_won or is_lost) as win_rate,
                avg(amount) filter (is_won) as deal_size
            from marts.fct_opportunities
            where opportunity_type = 'new_business' and is_abm_at_creation
            group by abm_tier_at_creation
        )

        select n_accounts, aes, win_rate, deal_size
        from accounts inner join deals using (abm_tier)
        order by n_accounts
        """
    )
    one_to_one, one_to_few, one_to_many = tiers
    assert 2 * one_to_one[0] < one_to_few[0] < one_to_many[0]
    for closer, wider in ((one_to_one, one_to_few), (one_to_few, one_to_many)):
        assert all(a > b for a, b in zip(closer[1:], wider[1:], strict=True)), tiers


WINS = """
    from marts.fct_opportunities
    where is_won and closed_on between date '2024-11-01' and date '2026-10-31'
"""


def test_the_year_has_seasons(rows: Rows) -> None:
    quarters = rows(
        f"""
        select cast(date_trunc('quarter', closed_on) as date) as quarter_start_on, count(*)
        {WINS} and opportunity_type <> 'renewal'
            and closed_on between date '2025-04-01' and date '2026-09-30'
        group by quarter_start_on order by count(*) desc
        """
    )
    assert len(quarters) == 6
    assert str(quarters[0][0]) == "2025-10-01"
    assert quarters[0][1] >= 1.2 * quarters[1][1]
    ((n, n_ends, n_august, n_holiday, n_monday, n_weekend),) = rows(
        f"""
        select
            count(*),
            count(*) filter (month(closed_on) in (3, 6, 9, 12)),
            count(*) filter (month(closed_on) = 8),
            count(*) filter (
                (month(closed_on) = 12 and day(closed_on) >= 23)
                or (month(closed_on) = 1 and day(closed_on) <= 2)
            ),
            count(*) filter (isodow(closed_on) = 1),
            count(*) filter (isodow(closed_on) > 5)
        {WINS}
        """
    )
    assert n_ends / n > 0.4
    assert n_august / n < 0.04
    assert n_holiday / n < 0.02
    assert n_monday / n < 0.1
    assert n_weekend / n < 0.05


def test_deals_of_an_account_differ_and_follow_one_another(rows: Rows) -> None:
    ((n, n_names, n_overlapping),) = rows(
        """
        with deals as (
            select *, coalesce(closed_on, date '2026-10-31') as until_on
            from marts.fct_opportunities
            where account_id <> 'unknown'
        )

        select
            (select count(*) from deals),
            (select count(distinct (account_id, opportunity_name)) from deals),
            (
                select count(distinct later.opportunity_id)
                from deals as earlier
                inner join deals as later
                    on earlier.account_id = later.account_id
                    and earlier.opportunity_id <> later.opportunity_id
                    and earlier.created_on <= later.created_on
                    and earlier.until_on > later.created_on
            )
        """
    )
    assert n_names == n
    assert 0 < n_overlapping / n < 0.06


def test_some_things_go_wrong(rows: Rows) -> None:
    ((n_open, n_stale),) = rows(
        "select count(*), count(*) filter (is_stale) from marts.fct_opportunities where is_open"
    )
    assert 0.08 < n_stale / n_open < 0.3
    reached = dict(rows("select stage, n_reached from marts.rpt_journey_funnel where is_total"))
    assert 3 <= reached["targeted"] - reached["reached"] <= 15
    # The ledger books events and webinars; what it forgets the reports name.
    costs = {
        channel: (spend, missing)
        for channel, spend, missing in rows(
            "select distinct channel, spend, crm_cost_without_ledger from marts.rpt_return_on_spend"
        )
    }
    for channel in ("event", "webinar"):
        assert costs[channel][0] > 2 * costs[channel][1], channel
    assert costs["event"][1] > 0
    assert costs["other"][1] > 0


def test_roles_follow_titles(rows: Rows) -> None:
    likely = dict(
        rows(
            """
            select persona, mode(buying_role) from marts.dim_people
            where buying_role <> 'none' group by persona
            """
        )
    )
    assert likely["cfo"] == "economic_buyer"
    assert likely["ceo_owner"] == "decision_maker"
    assert likely["it_security"] == likely["it"] == "technical_buyer"
    assert likely["procurement"] == "procurement"
    assert likely["legal"] == "legal_compliance"
    assert likely["end_user"] == "end_user"


def test_three_memberships_are_three_numbers(rows: Rows) -> None:
    ((at_creation, at_close, now),) = rows(
        """
        select
            sum(amount) filter (is_abm_at_creation),
            sum(amount) filter (is_abm_at_close),
            sum(amount) filter (is_abm_now)
        from marts.fct_opportunities
        inner join (select account_id, is_abm_now from marts.dim_accounts) using (account_id)
        where is_won and closed_on > date '2025-10-31'
        """
    )
    assert len({at_creation, at_close, now}) == 3


def test_retention_is_reliable_for_one_sector_and_not_for_another(rows: Rows) -> None:
    observed = dict(
        rows(
            """
            select sector, n_retention from marts.rpt_customer_lifetime_value
            where programme = 'non_abm' and not is_total and as_of_on = date '2026-10-31'
            """
        )
    )
    assert observed["saas_b2b"] >= 10 > observed["healthtech"] > 0


def test_targets_are_missed_and_met_by_margins_one_believes(rows: Rows) -> None:
    judged = rows(
        """
        select kpi, value, target_min, target_max from marts.rpt_programme_kpis
        where is_total and value is not null and coalesce(target_min, target_max) is not null
        union all
        select kpi, value, target, null from marts.rpt_kpi_scorecard
        where
            month_on = date '2026-10-01' and value is not null and target is not null
            -- A limit, and no target.
            and kpi <> 'top_channel_share'
        """
    )
    far = [
        kpi
        for kpi, value, low, high in judged
        if value < (1 - FAR) * float(low or 0) or value > (1 + FAR) * float(high or low)
    ]
    assert len(judged) >= 15
    assert len(far) <= FAR_OFF * len(judged), far
