"""Interest over time, and the acts that follow from it.

Interest ("heat") is a number per company and week: about 0.1 for an account that knows the vendor,
1 for one in the middle of a purchase. Every channel turns it into a rate of acts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from abm.sample.company import Company, known_people
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
    is_holiday,
)
from abm.sample.deals import LOST, NEW, RENEWAL, WON, Deals
from abm.sample.programme import CLOSED, WARM, Experiment, Programme

TALKS = 2.2
TALKS_ON = np.array([0.0, 0.62, 0.62, 0.25])
"""Heat of an account that is in talks before its activation, and its factor after it, by interest.

The programme's own meetings and mails, and a buyer's deal, come on top: engagement grows.
"""


@dataclass(frozen=True)
class Journeys:
    """Heat per company and week.

    Attributes:
        heat: interest, companies in rows and weeks in columns.
        selling: share of the week in which sales works a deal of the account (0-1).
        member: whether the account is in the programme that week.
        reached: how far mails, advertising and sellers get through to the company: 0 not at all,
            1 as usual, more where a programme of its own works on it.
    """

    heat: Floats
    selling: Floats
    member: Bools
    reached: Floats


def make_journeys(
    setting: Setting,
    company: Company,
    programme: Programme,
    deals: Deals,
    experiments: list[Experiment],
) -> Journeys:
    """Base interest, warm-up before deals, attention during them, silence after a loss.

    Before its activation a target hardly hears of the vendor.
    """
    rng = setting.rng("journeys")
    weeks, total = setting.weeks, company.total
    day = setting.week_zero + 7 * np.arange(weeks) + 3
    member = np.stack([programme.holds(np.arange(total), np.int64(d)) for d in day], axis=1)
    target = programme.tier >= 0
    level = np.where(target, np.array([0.42, 0.24, 0.17, 0.0])[programme.tier], 0.0)
    level = level * np.array([0.0, 0.3, 0.6, 0.7, 1.0])[programme.interest]
    before = np.where(target, 0.0, 0.075)
    taste = np.exp(rng.normal(0, 0.45, total) - 0.1)
    base = np.where(member, level[:, None], before[:, None]) * taste[:, None]
    base[np.arange(total) >= company.n] = 0.07
    heat = base * rng.gamma(0.9, 1 / 0.9, (total, weeks))
    # Some accounts warm up for a few weeks and buy nothing; a WARM target does so once.
    warm = (programme.interest == WARM) & ~programme.in_talks
    spells = np.where(warm, 1, rng.poisson(np.where(target, 0.0, 0.45) * weeks / 104))
    spells[company.n :] = 0
    owner = np.repeat(np.arange(total), spells)
    since = np.where(warm, (programme.start - setting.week_zero) // 7 + 10, -4)[owner]
    room = np.where(target[owner], 16, weeks + 4)
    begin = since + (rng.random(len(owner)) * room).astype(np.int64)
    length = np.where(target[owner], 10, rng.integers(4, 11, len(owner)))
    peak = rng.uniform(0.32, 0.74, len(owner)) * np.where(target[owner], 2.6, 0.7)
    for step in range(10):
        week = begin + step
        use = (step < length) & (week >= 0) & (week < weeks)
        shape = np.sin(np.pi * (step + 0.7) / (length + 0.6))
        np.add.at(heat, (owner[use], week[use]), peak[use] * shape[use])
    _talk(heat, programme, rng, day)
    selling = np.zeros((total, weeks))
    quiet = np.ones((total, weeks))
    amplitude = np.where(deals.abm, 0.53, 0.58) * np.exp(rng.normal(0, 0.38, len(deals)) - 0.05)
    amplitude = amplitude * np.where(deals.fate == WON, 1.12, 0.88)
    # A long purchase is less intense from week to week.
    amplitude = amplitude * np.array([1.0, 0.72, 1.08, 1.0])[company.sector[deals.account]]
    amplitude = np.where(deals.kind == RENEWAL, 0.25, amplitude)
    ramp = rng.uniform(60, 120, len(deals))
    # The first deal of a target is what marketing worked for: hot well before sales opens it.
    courted = np.flatnonzero(deals.abm & (deals.kind == NEW) & ~programme.in_talks[deals.account])
    courted = courted[np.unique(deals.account[courted], return_index=True)[1]]
    warmth, steepness = np.ones(len(deals)), np.full(len(deals), 1.6)
    warmth[courted], steepness[courted] = 3.0, 0.6
    noise = rng.gamma(3.0, 1 / 3.0, (len(deals), weeks))
    middle = day[None, :]
    for part in np.array_split(np.arange(len(deals)), max(1, len(deals) // 2_000)):
        start, end = deals.created[part, None], deals.end[part, None]
        lead = np.clip(1 - (start - middle) / ramp[part, None], 0, 1)
        lead = warmth[part, None] * lead ** steepness[part, None]
        progress = np.clip((middle - start) / np.maximum(end - start, 1), 0, 1)
        during = (middle >= start) & (middle <= end)
        working = during & ~(deals.stuck[part, None] & (middle > start + 45))
        shape = np.where(middle < start, lead, np.where(working, 0.82 + 0.3 * progress, 0.0))
        add = amplitude[part, None] * shape * noise[part]
        np.add.at(heat, deals.account[part], add)
        np.maximum.at(
            selling, deals.account[part], working * np.minimum(1.0, amplitude[part, None])
        )
        lost = (deals.outcome[part, None] == LOST) | deals.stuck[part, None]
        hush = np.where(lost & (middle > end) & (middle < end + 120), 0.35, 1.0)
        np.minimum.at(quiet, deals.account[part], hush)
    heat *= quiet
    # A year is busier than the one before; July is slow, August slower.
    month, _, _ = calendar_of(day)
    heat *= np.linspace(0.75, 1.2, weeks) * np.select([month == 8, month == 7], [0.55, 0.85], 1.05)
    # Some accounts never answer: wrong people, closed doors. Of the others those with a recent
    # deal do.
    recent = np.unique(deals.account[deals.end > setting.last - 200])
    deaf = ~target & (rng.random(total) < 0.4)
    deaf[recent] = False
    deaf[company.n :] = False
    heat[deaf] *= 0.02
    nearly = np.where(rng.random(total) < 0.7, 0.015, 0.0)
    reached = np.where(programme.interest == CLOSED, nearly, np.where(deaf, 0.01, 1.0))
    reached = reached * np.array([1.6, 1.25, 0.95, 1.0])[programme.tier]
    reached = reached[:, None] * np.where(target[:, None] & ~member, 0.0, 1.0)
    for test in experiments:
        stop = test.end if test.end != NULL else setting.last
        span = (day >= test.start) & (day <= stop)
        answers = test.account[test.treated & (programme.interest[test.account] != CLOSED)]
        heat[np.ix_(answers, span)] += test.effect
    _warm_up_one(heat, member, company)
    return Journeys(heat, selling, member, reached)


def _talk(heat: Floats, programme: Programme, rng: np.random.Generator, day: Ints) -> None:
    """Accounts in talks were warm in the weeks before their activation, and stay so after it."""
    for account in np.flatnonzero(programme.in_talks):
        since = day - programme.start[account]
        strength = TALKS * np.exp(rng.normal(0, 0.2))
        heat[account, (since >= -50) & (since < 0)] += strength
        strength *= TALKS_ON[programme.interest[account]]
        heat[account, (since >= 0) & (since < 91)] += strength
        fading = (since >= 91) & (since < 150)
        heat[account, fading] += strength * (150 - since[fading]) / 59


def _warm_up_one(heat: Floats, member: Bools, company: Company) -> None:
    """However small the company, one account of the programme is in the middle of a purchase."""
    recent = heat[: company.n, -13:].mean(axis=1) * member[: company.n, -1]
    # Only people can warm an account: those it has hardly any of stay out.
    crowd = np.diff(company.people_from)[: company.n] >= 5
    best = int(np.argmax(recent * crowd))
    if recent[best] > 0:
        heat[best, -13:] *= max(1.0, 1.2 / recent[best])


@dataclass(frozen=True)
class Cells:
    """A run of (company, week) cells, worked on together to bound memory.

    Attributes:
        part: number of the run, which chooses its random streams.
        account, week: positions, with `heat`, `selling`, `member`, `reached` of each cell.
    """

    part: int
    account: Ints
    week: Ints
    heat: Floats
    selling: Floats
    member: Bools
    reached: Floats


@dataclass(frozen=True)
class Acts:
    """Single acts: when, by which account's which person.

    Attributes:
        time: microseconds.
        account: position of the company.
        heat, selling, member: of the act's cell.
    """

    time: Ints
    account: Ints
    heat: Floats
    selling: Floats
    member: Bools

    def __len__(self) -> int:
        return len(self.time)

    def where(self, keep: Bools | Ints) -> Acts:
        """Some of the acts."""
        return Acts(
            self.time[keep],
            self.account[keep],
            self.heat[keep],
            self.selling[keep],
            self.member[keep],
        )


def runs(journeys: Journeys, weight: Floats, limit: float) -> Iterator[Cells]:
    """Consecutive cells whose expected number of acts stays near `limit`.

    Args:
        weight: expected acts per cell, in the shape of the heat.
        limit: acts per run.
    """
    weeks = journeys.heat.shape[1]
    edges = np.cumsum(weight.ravel())
    number = max(1, int(np.ceil(edges[-1] / limit)))
    cuts = np.searchsorted(edges, edges[-1] * np.arange(1, number) / number)
    for part, cell in enumerate(np.split(np.arange(weight.size), cuts)):
        account, week = cell // weeks, cell % weeks
        yield Cells(
            part,
            account,
            week,
            journeys.heat.ravel()[cell],
            journeys.selling.ravel()[cell],
            journeys.member.ravel()[cell],
            journeys.reached.ravel()[cell],
        )


def draw(
    setting: Setting, rng: np.random.Generator, cells: Cells, rate: Floats, office: bool = True
) -> Acts:
    """Acts at a rate per cell, on days of the week that people work, inside the window.

    Args:
        rate: mean number of acts in each cell.
        office: office hours; else any hour of the day, weekends included.
    """
    index = np.repeat(np.arange(len(rate)), rng.poisson(rate))
    first_weekday = (setting.week_zero + 3) % 7
    likely = np.array([0.19, 0.21, 0.22, 0.2, 0.13, 0.02, 0.03])
    likely = np.roll(likely, -first_weekday)
    day = np.searchsorted(np.cumsum(likely)[:-1], rng.random(len(index)), side="right")
    day = day + setting.week_zero + 7 * cells.week[index]
    if office:
        second = business_seconds(rng, len(index))
    else:
        second = np.clip(rng.normal(62_000, 14_000, len(index)), 0, 86_390).astype(np.int64)
    time = day * DAY + second * SECOND
    inside = (day >= setting.first) & (day <= setting.last)
    inside &= ~(is_holiday(day) & (rng.random(len(day)) < 0.85))
    index, time = index[inside], time[inside]
    order = np.argsort(time, kind="stable")
    index = index[order]
    return Acts(
        time[order],
        cells.account[index],
        cells.heat[index],
        cells.selling[index],
        cells.member[index],
    )


def actors(rng: np.random.Generator, company: Company, acts: Acts) -> Ints:
    """The person behind each act, -1 where the CRM knew nobody yet.

    In a cold account one or two people answer; the hotter it is, the more of them do.
    """
    known = known_people(company, acts.account, acts.time)
    skew = 1.0 + 1.6 * np.exp(-1.6 * acts.heat)
    place = (known * rng.random(len(acts)) ** skew).astype(np.int64)
    return np.where(known > 0, company.people_from[acts.account] + place, -1)
