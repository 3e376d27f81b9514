"""Accounts, people and users: who exists, before anybody does anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from abm.sample import names
from abm.sample.core import (
    DAY,
    NULL,
    SECOND,
    Bools,
    Floats,
    Ints,
    Setting,
    add_months,
    choice,
    joined,
    pick,
    quota,
    salesforce_ids,
    stamped,
    text,
    to_day,
)

CONTACT, CONVERTED, LEAD, STRANGER = range(4)
"""Kinds of people: contact; contact that was a lead; lead of a known or of an unknown company."""

SMALL, MID_MARKET, ENTERPRISE, UNSIZED = range(4)


@dataclass(frozen=True)
class Company:
    """Accounts first, then shadow companies: visitors and leads that the CRM does not know.

    Attributes:
        n: accounts in the CRM; positions from `n` on are shadows.
        sector: position in `names.SECTORS`.
        size: SMALL, MID_MARKET, ENTERPRISE or UNSIZED.
        revenue: annual, in the account's own currency; not-a-number when unknown.
        marketing: 0 none, 1 HubSpot, 2 Marketo, 3 both.
        owner: position among the users.
        people_from: first person of each company; one more entry than companies.
    """

    n: int
    total: int
    name: pl.Series
    domain: pl.Series
    website: pl.Series
    industry: pl.Series
    sector: Ints
    size: Ints
    revenue: Floats
    employees: Ints
    country: Ints
    country_text: pl.Series
    currency: pl.Series
    state: pl.Series
    parent: Ints
    owner: Ints
    marketing: Ints
    since: Ints
    id: pl.Series
    people_from: Ints
    person: People


@dataclass(frozen=True)
class People:
    """Contacts and leads in company order, the more responsive first inside a company.

    Attributes:
        company: position of the company.
        kind: CONTACT, CONVERTED, LEAD or STRANGER.
        persona: position in `names.TITLES`.
        who: the Salesforce id that an activity names: contact, else lead.
        hubspot, marketo: the tool's id, NULL where the person is not in it.
        created: time of creation in the CRM.
    """

    company: Ints
    kind: Ints
    first: pl.Series
    last: pl.Series
    email: pl.Series
    title: pl.Series
    persona: Ints
    created: Ints
    contact: pl.Series
    lead: pl.Series
    who: pl.Series
    hubspot: Ints
    marketo: Ints

    def __len__(self) -> int:
        return len(self.company)


@dataclass(frozen=True)
class Users:
    """Sales staff. Account executives come first, the last `inactive` of them have left.

    Attributes:
        executives: number of account executives.
        inactive: how many of them are no longer active.
    """

    executives: int
    inactive: int
    id: pl.Series
    name: pl.Series
    email: pl.Series
    title: pl.Series
    manager: Ints
    active: Bools
    hubspot: Ints


def make_users(setting: Setting) -> Users:
    """Account executives (one for about 25 accounts), their managers, a vice president, reps."""
    rng = setting.rng("users")
    active = int(np.clip(round(setting.n / 25), 3, 120))
    inactive = 2
    executives = active + inactive
    managers = max(2, active // 8)
    total = executives + managers + 3
    title = (
        ["Account Executive"] * executives
        + ["Sales Manager"] * managers
        + ["VP Sales"]
        + ["Sales Development Representative"] * 2
    )
    boss = executives + managers
    manager = np.full(total, boss)
    manager[:executives] = executives + np.arange(executives) % managers
    manager[boss] = -1
    first = pick(names.FIRST_NAMES, (np.arange(total) * 7 + 3) % len(names.FIRST_NAMES))
    last = pick(names.LAST_NAMES, rng.permutation(np.arange(total) * 3 % len(names.LAST_NAMES)))
    mark = pl.Series([str(i // 80) if i >= 80 else "" for i in range(total)])
    lower = joined(first, ".", last, mark).str.to_lowercase()
    return Users(
        executives=executives,
        inactive=inactive,
        id=salesforce_ids("005", np.arange(total) + 70_000),
        name=joined(first, " ", last),
        email=joined(lower, "@lumenier.example"),
        title=pl.Series(title),
        manager=manager,
        active=~np.isin(np.arange(total), np.arange(active, executives)),
        hubspot=np.arange(total) + 61_000_000,
    )


def _firm_names(setting: Setting, total: int, sector: Ints) -> tuple[pl.Series, pl.Series]:
    """Distinct names and domains; a kind of firm follows the invented word."""
    rng = setting.rng("company.names")
    pairs = len(names.FIRM_STARTS) * len(names.FIRM_ENDS)
    order = rng.permutation(pairs)[np.arange(total) % pairs]
    start = pick(names.FIRM_STARTS, order // len(names.FIRM_ENDS))
    end = pick(names.FIRM_ENDS, order % len(names.FIRM_ENDS))
    word = joined(start, end)
    kinds = list(names.FIRM_KINDS.values())
    flat = [kind for group in kinds for kind in group]
    offset = np.cumsum([0] + [len(k) for k in kinds])[:-1]
    size = np.array([len(k) for k in kinds])
    kind = pick(flat, offset[sector] + rng.integers(0, 60, total) % size[sector])
    again = np.arange(total) // pairs
    suffix = pl.Series(np.where(again > 0, " " + again.astype(str).astype(object), ""))
    name = joined(word, " ", kind, suffix)
    web = joined(word, suffix.str.replace(" ", "-")).str.to_lowercase()
    return name, joined(web, ".example")


def make_company(setting: Setting, users: Users) -> Company:
    """Accounts with their people, and the shadows around them."""
    n = setting.n
    shadows = max(4, round(n * 0.08))
    total = n + shadows
    rng = setting.rng("company")
    label = np.concatenate(
        [
            quota(rng, n, [share for _, _, share in names.INDUSTRIES]),
            choice(rng, shadows, [share for _, _, share in names.INDUSTRIES]),
        ]
    )
    sector_of = np.array([names.SECTORS.index(s) for _, s, _ in names.INDUSTRIES])
    sector = sector_of[label]
    size = np.concatenate(
        [quota(rng, n, [0.40, 0.32, 0.22, 0.06]), choice(rng, shadows, [0.8, 0.15, 0.05])]
    )
    low = np.array([1.5e6, 50e6, 205e6, 0.5e6])[size]
    high = np.array([49e6, 200e6, 2e9, 0.95e6])[size]
    usd = np.exp(rng.uniform(np.log(low), np.log(high)))
    country = np.concatenate(
        [
            quota(rng, n, [share for *_, share in names.COUNTRIES]),
            choice(rng, shadows, [share for *_, share in names.COUNTRIES]),
        ]
    )
    rate = np.array([1.0, 1.38, 0.78, 0.91, 0.91])[country]
    revenue = np.round(usd * rate, -4)
    revenue[(size == UNSIZED) & (rng.random(total) < 0.5)] = np.nan
    employees = np.maximum(5, np.round(usd / rng.uniform(150e3, 320e3, total))).astype(np.int64)
    name, domain = _firm_names(setting, total, sector)
    spellings = [s for spelled, *_ in names.COUNTRIES for s in spelled]
    first = np.cumsum([0] + [len(spelled) for spelled, *_ in names.COUNTRIES])[:-1]
    spelled = (
        np.where(rng.random(total) < 0.8, 0, rng.integers(0, 6, total))
        % np.array([len(s) for s, *_ in names.COUNTRIES])[country]
    )
    form = choice(rng, total, [0.55, 0.25, 0.12, 0.08])
    prefix = pick(["https://www.", "www.", "", "http://"], form)
    slash = pick(["", "/"], (rng.random(total) < 0.3).astype(np.int64))
    if n > 12:
        # Two subsidiaries behind one site: the domain alone cannot tell them apart.
        domain = domain.scatter(11, domain[4])
    website = joined(prefix, domain, slash)
    parent = np.full(total, -1)
    children = rng.choice(n, max(1, n // 10), replace=False)
    heads = np.setdiff1d(np.flatnonzero(size[:n] >= MID_MARKET), children)
    if len(heads):
        parent[children] = heads[rng.integers(0, len(heads), len(children))]
    staff = users.executives - users.inactive
    # Uneven books: two executives hold the most accounts, one hardly any.
    book = np.linspace(1.35, 0.45, staff)
    owner = quota(rng, total, book)
    window = to_day(add_months(setting.start, -42))
    since = rng.integers(window, setting.first + 60, total)
    recent = rng.random(total) < 0.15
    since[recent] = rng.integers(setting.first, max(setting.last - 120, setting.first + 1), total)[
        recent
    ]
    people_from, person = _make_people(
        setting, n, size, domain, since, quota(rng, total, [0.06, 0.46, 0.41, 0.07])
    )
    marketing = person.pop("marketing")
    return Company(
        n=n,
        total=total,
        name=name,
        domain=domain,
        website=website,
        industry=pick([label for label, *_ in names.INDUSTRIES], label),
        sector=sector,
        size=size,
        revenue=revenue,
        employees=employees,
        country=country,
        country_text=pick(spellings, first[country] + spelled),
        currency=pick([code for _, code, *_ in names.COUNTRIES], country),
        state=pick(names.STATES, np.where(country == 0, rng.integers(0, 7, total), -1)),
        parent=parent,
        owner=owner,
        marketing=marketing,
        since=since,
        id=salesforce_ids("001", np.arange(total) + 310_000),
        people_from=people_from,
        person=People(**person),
    )


def _make_people(
    setting: Setting, n: int, size: Ints, domain: pl.Series, since: Ints, marketing: Ints
) -> tuple[Ints, dict[str, object]]:
    rng = setting.rng("people")
    total = len(size)
    fewest = np.array([3, 4, 7, 3])[size]
    most = np.array([6, 9, 14, 4])[size]
    contacts = rng.integers(fewest, most + 1)
    leads = rng.poisson(0.9, total)
    count = np.where(np.arange(total) < n, contacts + leads, rng.integers(1, 3, total))
    people_from = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    company = np.repeat(np.arange(total), count)
    rows = len(company)
    place = np.arange(rows) - people_from[company]
    known = company < n
    # Leads sit at random places among the contacts.
    is_lead = known & (rng.random(rows) < 0.12) & (place > 0)
    kind = np.where(~known, STRANGER, np.where(is_lead, LEAD, CONTACT))
    kind = np.where((kind == CONTACT) & (rng.random(rows) < 0.12), CONVERTED, kind)
    persona = choice(rng, rows, names.TITLE_WEIGHTS)
    flat = [title for *_, titles in names.TITLES for title in titles]
    first_of = np.cumsum([0] + [len(titles) for *_, titles in names.TITLES])[:-1]
    width = np.array([len(titles) for *_, titles in names.TITLES])
    title = pick(flat, first_of[persona] + rng.integers(0, 12, rows) % width[persona])
    title = title.set(pl.Series(rng.random(rows) < 0.02), None)
    first = pick(names.FIRST_NAMES, rng.integers(0, len(names.FIRST_NAMES), rows))
    last = pick(names.LAST_NAMES, rng.integers(0, len(names.LAST_NAMES), rows))
    local = joined(first, ".", last).str.to_lowercase()
    again = (
        pl.DataFrame({"company": company, "local": local})
        .select(pl.int_range(pl.len()).over("company", "local"))
        .to_series()
        .to_numpy()
    )
    local = joined(local, pl.Series(np.where(again > 0, again.astype(str), "")))
    free = rng.random(rows) < np.where(known, 0.01, 0.35)
    mail = pick(names.FREE_MAIL, np.where(free, rng.integers(0, 4, rows), -1))
    # A free-mail address is nobody's namesake: it carries the person's number.
    local = pl.Series(np.where(free, joined(local, text(np.arange(rows))), local))
    email = joined(local, "@", mail.fill_null(pick(domain, company)))
    created = stamped(
        rng,
        since[company]
        + (rng.random(rows) ** 2 * np.maximum(setting.last - since[company] - 5, 1)).astype(int),
    )
    created = created[np.lexsort((created, company))]
    contact = salesforce_ids("003", np.arange(rows) + 520_000)
    lead = salesforce_ids("00Q", np.arange(rows) + 840_000)
    is_contact = kind <= CONVERTED
    in_tool = rng.random(rows) < 0.85
    tool = marketing[company]
    number = np.arange(rows)
    return people_from, {
        "company": company,
        "kind": kind,
        "first": first,
        "last": last,
        "email": email,
        "title": title,
        "persona": persona,
        "created": created,
        "contact": pick(contact, np.where(is_contact, number, -1)),
        "lead": pick(lead, np.where((kind == CONTACT), -1, number)),
        "who": pl.Series(np.where(is_contact, contact, lead)),
        "hubspot": np.where(in_tool & (tool % 2 == 1), number + 51_001, NULL),
        "marketo": np.where(in_tool & (tool >= 2), number + 1_200_001, NULL),
        "marketing": marketing,
    }


def known_people(company: Company, account: Ints, time: Ints) -> Ints:
    """How many people of each account the CRM knows at a time (they come in order of creation)."""
    span = 2**46
    origin = company.person.created.min() - DAY
    keys = company.person.company * span + (company.person.created - origin) // SECOND
    wanted = account * span + np.maximum((time - origin) // SECOND, 0)
    return np.searchsorted(keys, wanted, side="right") - company.people_from[account]
