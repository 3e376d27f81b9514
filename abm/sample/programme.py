"""The ABM programme: who is targeted and when, and the sheets that marketing keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from abm.sample import names
from abm.sample.catalog import Campaign
from abm.sample.company import Company
from abm.sample.core import (
    NULL,
    Bools,
    Floats,
    Ints,
    Setting,
    add_months,
    choice,
    choice_by,
    joined,
    pick,
    quota,
    to_date,
    to_day,
)
from abm.sample.writer import RawWriter, frame

TIERS = ["1:1", "1:few", "1:many"]
SHARES = (12 / 250, 35 / 250, 65 / 250)
CLOSED, CURIOUS, WARM, BUYER = range(4)
"""Targets: nobody answers; engaged but never hot; hot for a while; hot, then in a purchase."""
INTEREST = [[0.08, 0.17, 0.08, 0.67], [0.14, 0.28, 0.13, 0.45], [0.20, 0.35, 0.16, 0.29]]
"""Share of each interest by tier: an account of its own programme is chosen with more care."""
IN_TALKS = np.array([0.0, 0.0, 0.9, 0.4, 0.0])
"""Share of each interest that was in talks already; the last is of accounts never targeted."""


@dataclass(frozen=True)
class Programme:
    """Membership of every company (shadows included, never targeted).

    Attributes:
        tier: position in `TIERS`, -1 for accounts never targeted.
        interest: CLOSED, CURIOUS, WARM or BUYER, -1 for accounts never targeted.
        in_talks: chosen while it was already talking to the vendor; the others were silent before.
        start: first day of the membership, NULL without one.
        end: first day after it, NULL while it lasts.
        rows: the sheet's rows: account, tier, start, end, fits the ideal customer profile.
    """

    tier: Ints
    interest: Ints
    in_talks: Bools
    start: Ints
    end: Ints
    rows: tuple[Ints, Ints, Ints, Ints, Bools]

    def holds(self, account: Ints, day: Ints) -> Bools:
        """Whether each account is in the programme on a day."""
        end = np.where(self.end == NULL, np.iinfo(np.int64).max, self.end)
        start = np.where(self.start == NULL, np.iinfo(np.int64).max, self.start)
        return (start[account] <= day) & (day < end[account])


def make_programme(setting: Setting, company: Company) -> Programme:
    """Choose the targets, larger accounts first, and activate them in waves."""
    rng = setting.rng("programme")
    counts = [max(1, round(share * setting.n)) for share in SHARES]
    fit = np.array([0.9, 1.2, 1.45, 0.35])[company.size[: setting.n]]
    fit = fit * np.where(company.sector[: setting.n] == 3, 0.45, 1.0)
    order = np.argsort(-np.log(rng.random(setting.n)) / fit, kind="stable")[: sum(counts)]
    # The largest of the chosen get a programme of their own.
    rank = np.lexsort((rng.random(len(order)), -(company.size[order] % 3)))
    tier = np.full(company.total, -1)
    tier[order[rank]] = np.repeat([0, 1, 2], counts)
    start = np.full(company.total, NULL)
    end = np.full(company.total, NULL)
    targets = np.flatnonzero(tier >= 0)
    waves = [m for m in (1, 3, 5, 8, 10, 13, 16) if m <= max(1, setting.months * 2 // 3)]
    wave = choice(rng, len(targets), [9, 7, 3, 2.5, 2, 1.5, 1][: len(waves)])
    wave = np.where(tier[targets] == 0, np.minimum(wave, rng.integers(0, 3, len(targets))), wave)
    month_starts = np.array([to_day(add_months(setting.start, m - 1)) for m in waves])
    start[targets] = month_starts[wave] + rng.integers(0, 3, len(targets)) * 7
    interest = np.full(company.total, -1)
    draw = setting.rng("programme.interest")
    interest[order[rank]] = np.concatenate(
        [quota(draw, count, shares) for count, shares in zip(counts, INTEREST, strict=True)]
    )
    # The later the programme chooses, the more of the chosen know the vendor.
    odds = IN_TALKS[interest] * np.where(start > setting.first + 250, 1.6, 0.8)
    in_talks = setting.rng("programme.in_talks").random(company.total) < odds
    in_talks &= start > setting.first + 40
    # Some leave while they buy, or as customers: others look after them from then on.
    likely = np.where(interest[targets] == BUYER, 3.0, 1.0)
    leavers = rng.choice(
        targets, max(1, round(len(targets) * 0.09)), replace=False, p=likely / likely.sum()
    )
    end[leavers] = np.maximum(
        start[leavers] + 160, setting.last - rng.integers(25, 320, len(leavers))
    )
    end[leavers] = np.where(end[leavers] > setting.last - 20, NULL, end[leavers])
    icp = rng.random(company.total) < np.where(company.sector == 3, 0.45, 0.95)
    others = np.setdiff1d(targets, leavers)
    moved = rng.choice(others, max(1, round(len(targets) * 0.03)), replace=False)
    back = rng.choice(np.setdiff1d(others, moved), max(1, round(len(targets) * 0.01)), False)
    rows: list[tuple[int, int, int, int, bool]] = []
    for account in targets:
        first, last = int(start[account]), int(end[account])
        level, is_icp = int(tier[account]), bool(icp[account])
        middle = (first + setting.last) // 2
        if account in moved:
            # A change of tier is two rows that touch.
            rows.append((account, min(level + 1, 2) if level else 1, first, middle, is_icp))
            rows.append((account, level, middle, NULL, is_icp))
        elif account in back:
            # Out for two months, then in again: the membership in force starts anew.
            rows.append((account, level, first, middle - 60, is_icp))
            rows.append((account, level, middle, NULL, is_icp))
            start[account] = middle
        else:
            rows.append((account, level, first, last, is_icp))
    a, t, s, e, i = (np.array(column) for column in zip(*rows, strict=True))
    return Programme(tier, interest, in_talks, start, end, (a, t, s, e, i.astype(bool)))


ASSETS: list[tuple[str, str, str, str | None]] = [
    ("/resources/abm-benchmark-report", "ABM benchmark report", "white_paper", "cmo"),
    ("/resources/cfo-guide-to-pipeline", "The CFO guide to pipeline", "white_paper", "cfo"),
    ("/resources/data-governance-handbook", "Data governance handbook", "white_paper", "cto"),
    ("/resources/buying-committee-study", "The buying committee, a study", "white_paper", None),
    ("/resources/procurement-checklist", "Procurement checklist", "white_paper", "procurement"),
    ("/resources/case-study-saas", "Case study: a SaaS vendor", "case_study", "operations"),
    ("/resources/case-study-hospital", "Case study: a hospital group", "case_study", "it"),
    ("/resources/case-study-bank", "Case study: a retail bank", "case_study", "cfo"),
    ("/resources/case-study-payments", "Case study: a payments firm", "case_study", "cto"),
    ("/resources/case-study-real-estate", "Case study: a property group", "case_study",
     "department_head"),
    ("/resources/case-study-logistics", "Case study: a carrier", "case_study", "operations"),
    ("/resources/security-overview", "Security overview", "technical_document", "it_security"),
    ("/resources/api-reference-guide", "API reference guide", "technical_document", "cto"),
    ("/resources/integration-guide", "Integration guide", "technical_document", "it"),
    ("/resources/dpa-and-legal-terms", "Data processing terms", "technical_document", "legal"),
    ("/resources/webinar-intent-data", "Webinar: intent data", "webinar", "cmo"),
    ("/resources/webinar-forecasting", "Webinar: forecasting", "webinar", "finance"),
    ("/resources/webinar-security", "Webinar: security by design", "webinar", "it_security"),
    ("/blog/five-kpis", "Five KPIs that matter", "blog", "ceo_owner"),
    ("/blog/attribution-myths", "Attribution myths", "blog", "cmo"),
    ("/blog/selling-to-committees", "Selling to committees", "blog", "end_user"),
    ("/pricing", "Pricing", "pricing", None),
    ("/compare/orbeline", "Lumenier or Orbeline", "comparison", "it"),
    ("/compare/datavane", "Lumenier or Datavane", "comparison", "department_head"),
]  # fmt: skip
"""Path, title, type and persona of every content asset."""


def write_programme(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    programme: Programme,
    campaigns: list[Campaign],
) -> Ints:
    """Write the sheets that do not depend on deals.

    Args:
        campaigns: the CRM's campaigns, whose costs the ledger books.

    Returns:
        The people (positions) who are declared stakeholders.
    """
    when = setting.sheets_synced
    account, tier, start, end, icp = programme.rows
    rng = setting.rng("abm_program.target_accounts")
    ids = pick(company.id, account)
    # Copied from a report: the short form of the id.
    short = pl.Series(rng.random(len(account)) < 0.15)
    ids = pl.select(pl.when(short).then(ids.str.slice(0, 15)).otherwise(ids)).to_series()
    writer.add(
        "abm_program.target_accounts",
        frame(
            "abm_program.target_accounts",
            {
                "account_id": ids,
                "abm_tier": pick(TIERS, tier),
                "activated_on": start,
                "exited_on": end,
                "is_icp": icp,
                "_fivetran_synced": when,
            },
        ),
    )
    declared = _write_stakeholders(setting, writer, company, programme, when)
    path, title, kind, persona = zip(*ASSETS, strict=True)
    writer.add(
        "abm_program.content_assets",
        frame(
            "abm_program.content_assets",
            {
                "content_asset_id": pl.Series([f"asset-{i + 1:02d}" for i in range(len(ASSETS))]),
                "url_path": list(path),
                "title": list(title),
                "asset_type": list(kind),
                "target_persona": list(persona),
                "_fivetran_synced": when,
            },
        ),
    )
    _write_ledger(setting, writer, when, campaigns)
    return declared


def _write_stakeholders(
    setting: Setting, writer: RawWriter, company: Company, programme: Programme, when: datetime
) -> Ints:
    rng = setting.rng("abm_program.stakeholders")
    targets = np.flatnonzero(programme.tier >= 0)
    size_of = company.size[targets]
    wanted = rng.integers(np.array([4, 5, 8, 4])[size_of], np.array([9, 11, 13, 8])[size_of])
    account = np.repeat(targets, wanted)
    place = np.concatenate([np.arange(k) for k in wanted])
    people = company.person
    size = np.diff(company.people_from)[account]
    # The map also names people nobody has met: in a large company more than half.
    met = np.array([0.72, 0.62, 0.45, 0.7])[company.size[account]]
    from_crm = (place < np.maximum(1, np.round(wanted.repeat(wanted) * met))) & (place < size)
    person = np.where(from_crm, company.people_from[account] + place, -1)
    known = np.maximum(person, 0)
    rows = len(account)
    persona = np.where(from_crm, people.persona[known], choice(rng, rows, names.TITLE_WEIGHTS))
    flat_title = pick([titles[0] for *_, titles in names.TITLES], persona)
    first = pick(names.FIRST_NAMES, rng.integers(0, len(names.FIRST_NAMES), rows))
    last = pick(names.LAST_NAMES, rng.integers(0, len(names.LAST_NAMES), rows))
    guess = joined(first, ".", last, "@", pick(company.domain, account)).str.to_lowercase()
    crm = pl.Series(from_crm)
    out = pl.DataFrame(
        {
            "email": pl.select(
                pl.when(crm).then(pick(people.email, person)).otherwise(guess)
            ).to_series(),
            "name": pl.select(
                pl.when(crm)
                .then(joined(pick(people.first, person), " ", pick(people.last, person)))
                .otherwise(joined(first, " ", last))
            ).to_series(),
        }
    )
    no_mail = pl.Series(rng.random(rows) < 0.1)
    email = pl.select(pl.when(no_mail).then(None).otherwise(out["email"])).to_series()
    boss = np.concatenate([[0], np.cumsum(wanted)[:-1]])
    reports = pick(out["email"], np.where(place > 0, boss.repeat(wanted), -1))
    reports = reports.set(pl.Series(rng.random(rows) < 0.4), None)
    source = choice(rng, rows, [0.45, 0.35, 0.2])
    source = np.where(from_crm & (source == 0) & (rng.random(rows) < 0.6), 1, source)
    role = choice_by(rng, persona, names.BUYING_ROLE_WEIGHTS)
    begun = np.minimum(programme.start[account], setting.last - 10)
    identified = np.minimum(begun + rng.integers(-20, 90, rows), setting.last)
    writer.add(
        "abm_program.stakeholders",
        frame(
            "abm_program.stakeholders",
            {
                "account_id": pick(company.id, account),
                "person_email": email,
                "person_name": out["name"],
                "title": flat_title,
                "department": pick([department for _, department, _ in names.TITLES], persona),
                "buying_role": pick(names.BUYING_ROLES, role),
                "reports_to_email": reports,
                "source": pick(["linkedin_sales_navigator", "crm", "org_chart"], source),
                "identified_on": identified,
                "_fivetran_synced": when,
            },
        ),
    )
    return np.unique(person[person >= 0])


LEDGER: list[tuple[str, str, str | None, float, str]] = [
    ("abm", "platform", None, 2_800, "USD"),
    ("abm", "platform", None, 1_200, "EUR"),
    ("abm", "headcount", None, 6_500, "USD"),
    ("abm", "headcount", None, 2_000, "EUR"),
    ("abm", "content", None, 2_400, "USD"),
    ("abm", "ad_spend", "paid_social", 6_000, "USD"),
    ("abm", "ad_spend", "paid_search", 1_600, "USD"),
    ("abm", "ad_spend", "display", 1_700, "USD"),
    ("abm", "sales_enablement", None, 2_000, "USD"),
    ("abm", "technology_data", None, 1_600, "USD"),
    ("abm", "sales_cost", None, 21_000, "USD"),
    ("non_abm", "platform", None, 3_300, "USD"),
    ("non_abm", "headcount", None, 9_600, "USD"),
    ("non_abm", "content", None, 2_600, "USD"),
    ("non_abm", "ad_spend", "paid_search", 4_800, "USD"),
    ("non_abm", "ad_spend", "paid_social", 1_900, "USD"),
    ("non_abm", "sales_enablement", None, 1_600, "USD"),
    ("non_abm", "technology_data", None, 1_800, "EUR"),
    ("non_abm", "sales_cost", None, 24_000, "USD"),
]
"""Programme, category, channel, usual monthly amount for 250 accounts, currency."""


def growth(setting: Setting) -> Floats:
    """Size of each month's budget against the usual one: the programme starts small."""
    months = np.arange(len(setting.month_firsts()))
    return np.minimum(0.6 + 0.06 * months, 1.05)


BOOKED = {"Webinar": "webinar", "Conference": "event", "Trade Show": "event", "Event": "event"}
"""Kinds of campaigns whose costs the ledger books, with their channel.

Mailings, content and a show that nobody assigned to a programme are forgotten, as in life: the
reports say which costs the CRM knows alone.
"""


def _write_ledger(
    setting: Setting, writer: RawWriter, when: datetime, campaigns: list[Campaign]
) -> None:
    rng = setting.rng("abm_program.investments")
    firsts = setting.month_firsts()
    scale = max(setting.scale, 0.2)
    rows: list[tuple[date, str, str, str | None, str | None, str | None, float, str]] = []
    for first, share in zip(firsts, growth(setting), strict=True):
        for programme, category, channel, usual, currency in LEDGER:
            factor = share if programme == "abm" else 1.0
            amount = usual * scale * factor * float(rng.normal(1, 0.06))
            parts: list[tuple[str | None, str | None, float]] = [(None, None, 1.0)]
            if programme == "abm" and category == "content":
                parts = [("1:1", None, 0.45), ("1:few", None, 0.35), ("1:many", None, 0.2)]
            elif programme == "abm" and category == "headcount" and currency == "USD":
                parts = [("1:1", None, 0.4), ("1:few", None, 0.35), (None, None, 0.25)]
            elif category == "sales_enablement" and programme == "abm":
                sector = names.SECTORS[int(rng.integers(0, 3))]
                parts = [(None, sector, 0.5), (None, None, 0.5)]
            for tier, sector, part in parts:
                value = round(amount * part, 2)
                rows.append((first, programme, category, tier, channel, sector, value, currency))
        if first.month in (3, 9):
            # Two equal invoices in one month are two costs.
            booth = ("abm", "content", "1:few", "event", None, round(2_400 * scale, 2), "USD")
            rows += [(first, *booth)] * 2
        for campaign in campaigns:
            opened = to_date(campaign.start)
            if (opened.year, opened.month) != (first.year, first.month):
                continue
            if campaign.kind in BOOKED and campaign.programme:
                # The invoice is not what the CRM was told.
                value = round(campaign.cost * scale * float(rng.normal(1.02, 0.03)), 2)
                rows.append((first, campaign.programme, "content", campaign.tier,
                             BOOKED[campaign.kind], None, value, "USD"))  # fmt: skip
    columns = [list(column) for column in zip(*rows, strict=True)]
    keys = ["month", "programme", "category", "abm_tier", "channel", "sector", "amount", "currency"]
    writer.add(
        "abm_program.investments",
        frame(
            "abm_program.investments",
            dict(zip(keys, columns, strict=True)) | {"_fivetran_synced": when},
        ),
    )
    plans = [("paid_social", 9_000), ("paid_search", 6_500), ("display", 1_900), ("webinar", 1_600),
             ("event", 8_000), ("email", 1_200)]  # fmt: skip
    months = firsts + [add_months(firsts[-1], k) for k in (1, 2, 3)]
    budget = [(m, c, round(a * scale, -1), "USD") for m in months for c, a in plans]
    month, channel, amount, currency = (list(x) for x in zip(*budget, strict=True))
    writer.add(
        "abm_program.budgets",
        frame(
            "abm_program.budgets",
            {
                "month": month,
                "channel": channel,
                "amount": amount,
                "currency": currency,
                "_fivetran_synced": when,
            },
        ),
    )


@dataclass(frozen=True)
class Experiment:
    """One test of the programme: its arms and days.

    Attributes:
        account: the assigned accounts.
        treated: whether each is in the treatment arm.
        start, end: first and last day; end NULL while it runs.
        effect: the heat that the treatment adds to an account that answers.
    """

    name: str
    account: Ints
    treated: Bools
    start: int
    end: int
    effect: float


def make_experiments(setting: Setting, programme: Programme) -> list[Experiment]:
    """Three tests: one won, one without a difference and out of balance, one running."""
    rng = setting.rng("experiments")
    out = []
    plans = [("EXP-1", 152, 96, 0.75, 0.5, 1.2), ("EXP-2", 190, 160, 1.0, 0.34, 0.0),
             ("EXP-3", 24, None, 0.5, 0.5, 0.05)]  # fmt: skip
    for name, back, ended, share, treated, effect in plans:
        start = max(setting.last - back, setting.first + 5)
        pool = np.flatnonzero(programme.holds(np.arange(len(programme.tier)), np.int64(start)))
        if not len(pool):
            pool = np.flatnonzero(programme.tier >= 0)
        size = max(2, int(len(pool) * share))
        account = np.sort(rng.choice(pool, size, replace=False))
        # Both arms get their share of the silent and the interested, the early and the late.
        arm = np.zeros(size, bool)
        order = np.lexsort((programme.start[account], programme.interest[account]))
        arm[order] = np.diff(np.floor(np.arange(size + 1) * treated + 0.5)) > 0
        end = NULL if ended is None else max(setting.last - ended, start + 28)
        out.append(Experiment(name, account, arm, start, end, effect))
    return out


def write_experiments(
    setting: Setting, writer: RawWriter, company: Company, experiments: list[Experiment]
) -> None:
    """Write the tests and who is in which arm."""
    when = setting.sheets_synced
    text = [
        ("Pages written for the sector raise engagement", "aes", 0.2, "scale"),
        ("A second account executive reaches more people", "engaged_people", 1.0, "stop"),
        ("Intent topics in the first mail bring more meetings", "sales_meetings", 0.2, None),
    ]
    writer.add(
        "abm_program.experiments",
        frame(
            "abm_program.experiments",
            {
                "experiment_id": [e.name for e in experiments],
                "hypothesis": [t[0] for t in text],
                "metric": [t[1] for t in text],
                "started_on": np.array([e.start for e in experiments]),
                "ended_on": np.array([e.end for e in experiments]),
                "minimum_detectable_effect": [t[2] for t in text],
                "decision": [t[3] for t in text],
                "_fivetran_synced": when,
            },
        ),
    )
    account = np.concatenate([e.account for e in experiments])
    writer.add(
        "abm_program.experiment_assignments",
        frame(
            "abm_program.experiment_assignments",
            {
                "experiment_id": [e.name for e in experiments for _ in e.account],
                "account_id": pick(company.id, account),
                "arm": ["treatment" if t else "control" for e in experiments for t in e.treated],
                "assigned_on": np.concatenate(
                    [np.full(len(e.account), e.start - 2) for e in experiments]
                ),
                "_fivetran_synced": when,
            },
        ),
    )
