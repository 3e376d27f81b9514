"""Opportunities: when they open, how they move, how they end, what they are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from abm.sample import names
from abm.sample.company import Company, Users
from abm.sample.core import (
    DAY,
    NULL,
    SECOND,
    Bools,
    Floats,
    Ints,
    Setting,
    business_seconds,
    calendar_of,
    choice,
    is_holiday,
    joined,
    normal,
    pick,
    salesforce_ids,
    strata,
    text,
    workday,
)
from abm.sample.programme import BUYER, Programme

NEW, EXPANSION, RENEWAL = range(3)
OPEN, WON, LOST = range(3)
STAGES: list[tuple[str, float, bool, bool]] = [
    ("Prospecting", 10, False, False),
    ("Qualification", 20, False, False),
    ("Discovery", 30, False, False),
    ("Proposal", 60, False, False),
    ("Negotiation", 80, False, False),
    ("Closed Won", 100, True, True),
    ("Closed Lost", 0, True, False),
]
CLOSED_WON, CLOSED_LOST = 5, 6
_ENTRY = np.array([0.0, 0.10, 0.28, 0.60, 0.82])
"""Share of the cycle at which a stage is usually entered."""

CYCLE_DAYS = np.array([76.0, 158.0, 93.0, 84.0])
DEAL_SIZE = np.array([22_000.0, 50_000.0, 124_000.0, 22_000.0])
SECTOR_PRICE = np.array([0.85, 1.60, 1.30, 0.85])
"""An untargeted account's deal: mean days by sector, mean amount in USD by size, and the sector's
factor of that amount."""
TIER_CHANCE = np.array([0.57, 0.46, 0.37, 0.26])
TIER_SIZE = np.array([1.55, 1.55, 1.50, 1.0])
"""Chance of winning a first attempt, and factor of the amount, by tier; last outside of all."""

MONTH_WINS = np.array([0.35, 0.5, 0.8, 0.6, 0.9, 1.0, 0.7, 0.15, 1.1, 2.6, 3.4, 5.0])
"""Pull of each month on the signature of a deal, before that of a quarter's last weeks."""

_OFFSETS = np.arange(-50, 81)
"""Days by which a deal's end moves to a day on which deals do end."""

RATES = {"USD": 1.0, "EUR": 0.91, "GBP": 0.78, "CAD": 1.38, "CHF": 0.87}
"""Units of currency for one US dollar, in the middle of the window."""


@dataclass(frozen=True)
class Deals:
    """Every deal that shapes behaviour; those created after the as-of date are not in the CRM.

    Attributes:
        account: position of the company.
        kind: NEW, EXPANSION or RENEWAL.
        abm: whether the account was in the programme at creation.
        created: day of creation.
        end: day it closes or would close (after the as-of day while open).
        outcome: OPEN, WON or LOST as seen on the as-of day.
        fate: WON or LOST, whenever that comes.
        stuck: open deals that nobody works any more.
        amount: in USD, at the end.
        term: months of contract.
        owner: position among the users.
    """

    account: Ints
    kind: Ints
    abm: Bools
    created: Ints
    end: Ints
    outcome: Ints
    fate: Ints
    stuck: Bools
    amount: Floats
    term: Ints
    owner: Ints
    id: pl.Series

    def __len__(self) -> int:
        return len(self.account)

    def in_crm(self, setting: Setting) -> Ints:
        """Positions of the deals created by the as-of day."""
        return np.flatnonzero(self.created <= setting.last)


def _openings(setting: Setting, company: Company, programme: Programme) -> Ints:
    """Day of each account's first new-business deal; NULL for those that want none.

    A target's comes some months after its activation: it is engaged, then hot, then buys.
    """
    rng = setting.rng("deals.openings")
    total = company.total
    target = programme.tier >= 0
    comes_back = rng.random(total) < np.array([0.0, 0.22, 0.75, 0.0, 0.0])[programme.interest]
    buys = np.where(target, (programme.interest == BUYER) | comes_back, rng.random(total) < 0.95)
    buys[company.n :] = False
    place = strata(rng, target * 2 + buys)
    span = setting.last - setting.first + 300
    day = np.where(target, programme.start + 35 + 95 * place, setting.first - 240 + span * place)
    # Some of those that wanted nothing come back much later.
    late = programme.start + 200 + 360 * place
    day = np.where(target & (programme.interest < BUYER), late, day)
    # Those in talks have a deal already, or sign one soon after.
    day = np.where(programme.in_talks, programme.start - rng.integers(15, 75, total), day)
    return np.where(buys, _opening(rng, day.astype(np.int64)), NULL)


def _likely_days(
    rng: np.random.Generator, day: Ints, offsets: Ints, spread: float, weight: Floats
) -> Ints:
    """Each day moved by one of the offsets: near it, and where the calendar's weight is high."""
    odds = weight * np.exp(-0.5 * (offsets / spread) ** 2)
    edges = np.cumsum(odds, axis=1)
    drawn = rng.random(len(day)) * edges[:, -1]
    return day + offsets[(edges <= drawn[:, None]).sum(axis=1)]


def _opening(rng: np.random.Generator, day: Ints) -> Ints:
    """Days on which sellers open deals: few in August and around the turn of the year."""
    offsets = np.arange(-7, 29)
    days = day[:, None] + offsets
    month, _, weekday = calendar_of(days)
    weight = np.array([1.1, 1.2, 1.1, 1.0, 0.8, 0.01, 0.01])[weekday]
    weight = weight * np.where(month == 8, 0.35, 1.0) * np.where(is_holiday(days), 0.02, 1.0)
    return _likely_days(rng, day, offsets, 14.0, weight)


def _closing(rng: np.random.Generator, day: Ints, created: Ints, rush: Floats) -> Ints:
    """Days on which deals end: the last weeks of a quarter, above all of the year.

    Args:
        rush: how much a deal is drawn there; a buyer's no comes when it comes.
    """
    days = np.maximum(day[:, None] + _OFFSETS, created[:, None] + 8)
    month, of_month, weekday = calendar_of(days)
    season = MONTH_WINS[month - 1] * np.where((month % 3 == 0) & (of_month >= 12), 2.8, 1.0)
    weight = np.array([0.35, 1.1, 1.25, 1.35, 1.0, 0.006, 0.004])[weekday]
    weight = weight * season ** rush[:, None] * np.where(is_holiday(days), 0.02, 1.0)
    return np.maximum(_likely_days(rng, day, _OFFSETS, 42.0, weight), created + 8)


def make_deals(setting: Setting, company: Company, programme: Programme, users: Users) -> Deals:
    """All deals: attempts one after the other until a win, then growth."""
    rng = setting.rng("deals.made")
    market = company.size * len(DEAL_SIZE) + company.sector
    created = _openings(setting, company, programme)
    # Customers from before the window: their first deal is history without a journey.
    legacy = rng.choice(company.n, max(2, round(company.n * 0.16)), replace=False)
    legacy = legacy[programme.tier[legacy] < 0] if len(legacy) > 4 else legacy
    created[legacy] = NULL
    past = np.full(len(legacy), WON)
    end = setting.first - rng.integers(20, 330, len(legacy))
    end = np.minimum(_closing(rng, end, end - 400, np.ones(len(legacy))), setting.first - 2)
    cycle = _cycle(rng, company.sector[legacy], past < 0, past * 0, past)
    parts = [(legacy, past * 0, end - cycle, end, past)]
    account = np.flatnonzero(created != NULL)
    begun = created[account]
    while len(account):
        abm = programme.holds(account, begun)
        # Whoever said no once is harder to win.
        tier = np.where(abm, programme.tier[account], -1)
        chance = TIER_CHANCE[tier] * (1.0 if len(parts) == 1 else 0.6)
        fate = _fate(rng, chance, tier, market[account], begun)
        kind = np.full(len(account), NEW)
        end = begun + _cycle(rng, company.sector[account], abm, kind, fate)
        end = _closing(rng, end, begun, np.where(fate == WON, 1.0, 0.35))
        parts.append((account, kind, begun, end, fate))
        pause = np.where(
            abm, rng.integers(15, 60, len(account)), rng.integers(25, 95, len(account))
        )
        again = (fate == LOST) & (end + pause <= setting.last + 90)
        # A few deals never close: nobody says no, and nobody tries again.
        again &= (end < setting.last - 330) | (rng.random(len(account)) > 0.15)
        account, begun = account[again], _opening(rng, (end + pause)[again])
    wins = [np.concatenate([p[i][(p[4] == WON)] for p in parts]) for i in (0, 3)]
    parts += _growth(setting, rng, company, programme, *wins)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[0], columns[2]))
    account, kind, created, end, fate = (column[order] for column in columns)
    end = np.maximum(end, created + 1)
    abm = programme.holds(account, created)
    outcome = np.where(end <= setting.last, fate, OPEN)
    stuck = (outcome == LOST) & (kind != RENEWAL) & (end >= setting.last - 330)
    # Where another deal of the account followed, somebody did close this one.
    stuck &= _is_last(account, created)
    outcome = np.where(stuck, OPEN, outcome)
    amount = _amounts(rng, company, programme, account, kind, abm, fate)
    term = np.full(len(account), 12)
    owner = company.owner[account]
    left = (created < setting.first + 240) & (rng.random(len(account)) < 0.12)
    gone = users.executives - 1 - rng.integers(0, users.inactive, len(account))
    owner = np.where(left & (outcome != OPEN), gone, owner)
    ids = salesforce_ids("006", np.arange(len(account)) + 930_000)
    return Deals(account, kind, abm, created, end, outcome, fate, stuck, amount, term, owner, ids)


def _cycle(rng: np.random.Generator, sector: Ints, abm: Bools, kind: Ints, fate: Ints) -> Ints:
    mean = CYCLE_DAYS[sector] * np.where(abm, 0.88, 0.98)
    mean = mean * np.array([1.0, 0.8, 0.0])[kind] + np.array([0, 0, 60])[kind]
    spread = normal(strata(rng, (sector * 2 + abm) * 3 + fate))
    return np.maximum(8, np.round(mean * np.exp(0.33 * spread - 0.055))).astype(np.int64)


def _fate(
    rng: np.random.Generator, chance: Floats, tier: Ints, market: Ints, created: Ints
) -> Ints:
    """Who wins: the expected number in each tier, then in each market and stretch of time."""
    order = np.lexsort((created, market, tier))
    edges = np.floor(np.cumsum(chance[order]) + rng.random())
    out = np.empty(len(chance), dtype=np.int64)
    out[order] = np.where(np.diff(edges, prepend=0) > 0, WON, LOST)
    return out


def _growth(
    setting: Setting,
    rng: np.random.Generator,
    company: Company,
    programme: Programme,
    account: Ints,
    won: Ints,
) -> list[tuple[Ints, Ints, Ints, Ints, Ints]]:
    """Renewals at the end of each term, and expansions of the customers that grow between them."""
    parts = []
    market = company.size * len(DEAL_SIZE) + company.sector
    never = np.iinfo(np.int64).max
    gone = np.full(company.total, never)
    renewing: list[tuple[Ints, Ints]] = []
    alive, started = account, won
    for _ in range(4):
        term_end = started + 365
        member = programme.holds(alive, term_end)
        created = _opening(rng, term_end - rng.integers(56, 90, len(alive)))
        end = term_end + rng.integers(-20, 11, len(alive))
        end = np.clip(_closing(rng, end, created, np.full(len(end), 0.5)), term_end - 60,
                      term_end + 50)  # fmt: skip
        chance = np.where(member, 0.92, 0.84)
        fate = _fate(rng, chance, member.astype(np.int64), market[alive] * 0, created)
        keep = created <= setting.last
        kind = np.full(keep.sum(), RENEWAL)
        parts.append((alive[keep], kind, created[keep], end[keep], fate[keep]))
        busy_from, busy_to = np.full(company.total, never), np.full(company.total, never)
        busy_from[alive], busy_to[alive] = created, end
        renewing.append((busy_from, busy_to))
        lost = keep & (fate == LOST)
        gone[alive[lost]] = end[lost]
        goes_on = keep & (fate == WON)
        alive, started = alive[goes_on], term_end[goes_on]
        if not len(alive):
            break
    abm = programme.holds(account, won)
    grows = strata(rng, abm.astype(np.int64)) < np.where(abm, 0.70, 0.45)
    who, end = account[grows], won[grows]
    for _ in range(6):
        created = _opening(rng, end + rng.integers(25, 70, len(who)))
        length = _cycle(rng, company.sector[who], who < 0, np.full(len(who), EXPANSION), who * 0)
        # A customer rarely talks about its renewal and about more of the product at once.
        patient = rng.random(len(who)) < 0.9
        for busy_from, busy_to in renewing:
            clash = (created < busy_to[who]) & (created + length + 15 > busy_from[who]) & patient
            created[clash] = _opening(rng, busy_to[who][clash] + 20)
        keep = (created <= setting.last + 90) & (created < gone[who])
        who, created = who[keep], created[keep]
        kind = np.full(len(who), EXPANSION)
        now = programme.holds(who, created)
        fate = _fate(rng, np.where(now, 0.48, 0.38), now.astype(np.int64), market[who], created)
        end = created + _cycle(rng, company.sector[who], now, kind, fate)
        end = _closing(rng, end, created, np.where(fate == WON, 1.0, 0.35))
        parts.append((who, kind, created, end, fate))
    return parts


def _is_last(account: Ints, created: Ints) -> Bools:
    """Whether each deal is the newest of its account."""
    order = np.lexsort((created, account))
    last = np.append(account[order][1:] != account[order][:-1], True)
    out = np.empty(len(account), dtype=bool)
    out[order] = last
    return out


def _amounts(
    rng: np.random.Generator,
    company: Company,
    programme: Programme,
    account: Ints,
    kind: Ints,
    abm: Bools,
    fate: Ints,
) -> Floats:
    sector = company.sector[account]
    tier = np.where(abm, programme.tier[account], -1)
    mean = DEAL_SIZE[company.size[account]] * SECTOR_PRICE[sector] * TIER_SIZE[tier]
    mean = mean * np.array([1.0, 0.55, 0.98])[kind]
    group = ((sector * 2 + abm) * 3 + kind) * 3 + fate
    amount = mean * np.exp(0.35 * normal(strata(rng, group)) - 0.06)
    return np.maximum(4_000, np.round(amount, -2))


@dataclass(frozen=True)
class History:
    """Rows of the stage history in order of deal and time.

    Attributes:
        deal: position of the deal.
        time: microseconds.
        stage: position in `STAGES`.
        amount: in USD.
        close: the close date then believed in.
    """

    deal: Ints
    time: Ints
    stage: Ints
    amount: Floats
    close: Ints


def make_history(setting: Setting, deals: Deals) -> History:
    """Every change of stage, amount or close date up to the as-of day.

    The last row of a deal is its present state; the first is written at its creation.
    """
    rng = setting.rng("history")
    shown = deals.in_crm(setting)
    rows = len(shown)
    created, end = deals.created[shown], deals.end[shown]
    outcome, stuck = deals.outcome[shown], deals.stuck[shown]
    span = np.maximum(end - created, 1)
    born = created * DAY + business_seconds(rng, rows) * SECOND
    first_stage = np.where(deals.kind[shown] == RENEWAL, 2, choice(rng, rows, [0.62, 0.3, 0.08]))
    reach = np.where(
        (outcome == WON) | (deals.fate[shown] == WON),
        4,
        choice(rng, rows, [0.06, 0.23, 0.30, 0.26, 0.15]),
    )
    reach = np.where(stuck, choice(rng, rows, [0, 0.5, 0.34, 0.16]), reach)
    reach = np.maximum(reach, first_stage)
    parts: list[tuple[Ints, Ints, Ints, Floats, Ints]] = []
    none = np.full(rows, np.nan)
    number = np.arange(rows)
    factor = np.where(rng.random(rows) < 0.45, rng.uniform(0.7, 1.25, rows), 1.0)
    final = deals.amount[shown]
    planned = created + np.maximum(14, (span * rng.uniform(0.7, 1.15, rows)).astype(np.int64))
    begin_amount = np.maximum(3_000, np.round(final * factor, -2))
    parts.append((number, born, first_stage, begin_amount, planned))
    cut = (setting.last + 1) * DAY
    for stage in range(1, 5):
        day = created + np.round(
            span * np.clip(_ENTRY[stage] + rng.normal(0, 0.04, rows), 0.02, 0.97)
        ).astype(np.int64)
        time = np.maximum(
            workday(day) * DAY + business_seconds(rng, rows) * SECOND, born + stage * 600 * SECOND
        )
        skip = (stage < 3) & (rng.random(rows) < 0.12) & (reach > stage)
        use = (stage > first_stage) & (stage <= reach) & (time < cut) & ~skip
        parts.append((number[use], time[use], np.full(use.sum(), stage), none[use],
                      np.full(use.sum(), NULL)))  # fmt: skip
    # The amount settles in one step, after a third to two thirds of the cycle.
    day = created + np.round(span * rng.uniform(0.3, 0.68, rows)).astype(np.int64)
    time = np.maximum(workday(day) * DAY + business_seconds(rng, rows) * SECOND, born + SECOND)
    settles = (factor != 1.0) & (time < cut)
    parts.append((number[settles], time[settles], np.full(settles.sum(), NULL), final[settles],
                  np.full(settles.sum(), NULL)))  # fmt: skip
    # Close dates slip while the deal is open.
    for _ in range(3):
        day = created + np.round(span * rng.uniform(0.25, 0.95, rows)).astype(np.int64)
        time = np.maximum(workday(day) * DAY + business_seconds(rng, rows) * SECOND, born + SECOND)
        later = np.maximum(day, planned) + rng.integers(7, 40, rows)
        use = (time < cut) & (rng.random(rows) < 0.33)
        parts.append((number[use], time[use], np.full(use.sum(), NULL), none[use], later[use]))
    # Open deals expect to close soon; those nobody works are overdue.
    still = (outcome == OPEN) & ~stuck
    due = np.maximum(end, setting.last + 3)
    refreshed = np.minimum((setting.last - rng.integers(1, 12, rows)), setting.last)
    time = np.maximum(
        workday(refreshed - 2) * DAY + business_seconds(rng, rows) * SECOND, born + 2 * SECOND
    )
    use = still & (time < cut) & (time > born)
    parts.append((number[use], time[use], np.full(use.sum(), NULL), none[use], due[use]))
    closed = outcome != OPEN
    late = np.where(rng.random(rows) < 0.12, rng.integers(1, 4, rows), 0)
    last_time = np.minimum(
        (end + late) * DAY + business_seconds(rng, rows) * SECOND, cut - 30 * SECOND
    )
    stage = np.where(outcome == WON, CLOSED_WON, CLOSED_LOST)
    reopened = np.flatnonzero((outcome == WON) & (span > 60) & (end < setting.last - 200))[:1]
    parts.append((number[closed], last_time[closed], stage[closed], final[closed], end[closed]))
    if len(reopened):
        # One deal was given up, and came back a fortnight later.
        gone = (end[reopened] - 25) * DAY + 66_000 * SECOND
        parts.append((reopened, gone, np.array([CLOSED_LOST]), none[:1], end[reopened] - 25))
        parts.append((reopened, gone + 14 * DAY, np.array([4]), none[:1], end[reopened]))
    deal, time, stage, amount, close = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    born_of = born[deal]
    end_of = np.where(closed, last_time, np.iinfo(np.int64).max)[deal]
    valid = (time >= born_of) & ((time < end_of) | (stage >= CLOSED_WON))
    table = (
        pl.DataFrame(
            {
                "deal": deal[valid],
                "time": time[valid],
                "stage": pl.Series(stage[valid]).replace(NULL, None),
                "amount": pl.Series(amount[valid]).fill_nan(None),
                "close": pl.Series(close[valid]).replace(NULL, None),
            }
        )
        .sort("deal", "time", maintain_order=True)
        .with_columns(pl.col("stage", "amount", "close").forward_fill().over("deal"))
        .unique(["deal", "time"], keep="last", maintain_order=True)
    )
    return History(
        shown[table["deal"].to_numpy()],
        table["time"].to_numpy(),
        table["stage"].to_numpy(),
        table["amount"].to_numpy(),
        table["close"].to_numpy(),
    )


def present(history: History, deals: Deals) -> tuple[Ints, Ints, Floats, Ints, Ints]:
    """State of each deal in the CRM: first time, stage, amount in USD, close date, last time.

    Arrays have one entry per deal; those not in the CRM hold NULL and not-a-number.
    """
    rows = len(deals)
    first = np.full(rows, NULL)
    stage, close, last = (np.full(rows, NULL) for _ in range(3))
    amount = np.full(rows, np.nan)
    first[history.deal[::-1]] = history.time[::-1]
    stage[history.deal] = history.stage
    amount[history.deal] = history.amount
    close[history.deal] = history.close
    last[history.deal] = history.time
    return first, stage, amount, close, last


def titles(company: Company, deals: Deals) -> pl.Series:
    """Name of each deal: account, product and what it is about, no two alike in an account."""
    flat = [name for about in names.DEAL_NAMES for name in about]
    first = np.cumsum([0] + [len(about) for about in names.DEAL_NAMES])[:-1][deals.kind]
    width = np.array([len(about) for about in names.DEAL_NAMES])[deals.kind]
    # Sellers begin with what they believe in: another thing in each account.
    turn = (
        pl.DataFrame({"account": deals.account, "kind": deals.kind})
        .select(pl.int_range(pl.len()).over("account", "kind"))
        .to_series()
        .to_numpy()
    )
    about = pick(flat, first + (turn + deals.account) % width)
    again = turn // width + 1
    suffix = pl.select(
        pl.when(pl.Series(deals.kind == RENEWAL)).then(joined(" year ", text(turn + 2)))
        .when(pl.Series(again > 1)).then(joined(" phase ", text(again))).otherwise(pl.lit(""))
    ).to_series()  # fmt: skip
    product = pick(names.DEAL_PRODUCTS, company.sector[deals.account])
    return joined(pick(company.name, deals.account), " - ", product, " ", about, suffix)


def currency_of(company: Company, deals: Deals) -> pl.Series:
    """Currency of each deal: its account's; one deal in a hundred is in a currency without rate."""
    code = pick(company.currency, deals.account).to_list()
    for odd in range(37, len(deals), 110):
        code[odd] = "CHF"
    return pl.Series(code)


def local(company: Company, deals: Deals, deal: Ints, usd: Floats) -> Floats:
    """Amounts in the currency of their deals, rounded to the unit."""
    rate = currency_of(company, deals).replace_strict(RATES, return_dtype=pl.Float64).to_numpy()
    return np.round(usd * rate[deal])
