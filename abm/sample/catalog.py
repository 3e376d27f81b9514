"""Campaigns of every system: names, types, dates, and the programme they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from abm.sample.core import (
    DAY,
    NULL,
    Ints,
    Setting,
    add_months,
    salesforce_ids,
    synced,
    to_day,
)
from abm.sample.writer import RawWriter, frame


@dataclass(frozen=True)
class Campaign:
    """One campaign of one system.

    Attributes:
        kind: the system's type or channel.
        start, end: first and last day.
        programme: abm, non_abm, or None where the sheet forgets it.
        tier: the ABM tier it is made for.
        cost: in USD, over its life or per month, as the system tells it.
    """

    name: str
    kind: str
    start: int
    end: int
    programme: str | None
    tier: str | None = None
    cost: float = 0.0


@dataclass(frozen=True)
class Catalog:
    """All campaigns, by system, with their ids in the same order."""

    salesforce: list[Campaign]
    hubspot: list[Campaign]
    marketo_mails: list[Campaign]
    programs: list[Campaign]
    linkedin: list[Campaign]
    google: list[Campaign]
    id: pl.Series
    hubspot_first: int = 7_400_101
    mails_first: int = 3_001
    programs_first: int = 1_501
    linkedin_first: int = 690_210_001
    google_first: int = 18_300_450_001
    utm: list[str] = field(default_factory=list)


def _salesforce(setting: Setting) -> list[Campaign]:
    out = []
    first, last = setting.first, setting.last
    subjects = ["Intent Data", "Forecasting", "Security by Design", "Buying Committees",
                "Attribution", "Data Governance"]  # fmt: skip
    for i, start in enumerate(range(first + 20, last - 4, 38)):
        day = start + (2 - (start + 3) % 7)
        name = f"Webinar {subjects[i % 6]} {(date(1970, 1, 1) + timedelta(day)):%Y-%m}"
        abm = "non_abm" if i % 3 == 2 else "abm"
        out.append(Campaign(name, "Webinar", day, day, abm, "1:many" if abm == "abm" else None,
                            1_800))  # fmt: skip
    for year in range(setting.start.year, setting.as_of.year + 1):
        shows = [
            ("RevWorld", "Conference", (3, 18), "abm", "1:few", 21_000),
            ("HealthData Forum", "Conference", (9, 22), "abm", "1:few", 14_000),
            ("FinOps Expo", "Trade Show", (5, 13), "non_abm", None, 18_000),
            ("SaaS Market", "Trade Show", (11, 12), None, None, 16_000),
            ("Executive Dinner Boston", "Event", (6, 4), "abm", "1:1", 6_000),
            ("Executive Dinner Austin", "Event", (10, 8), "abm", "1:1", 6_000),
            ("Gift Box", "Direct Mail", (12, 2), "abm", "1:1", 4_500),
        ]
        for name, kind, (month, day), programme, tier, cost in shows:
            start = to_day(date(year, month, day))
            if first <= start <= last:
                out.append(
                    Campaign(f"{name} {year}", kind, start, start + 2, programme, tier, cost)
                )
    for quarter in range(0, setting.months, 3):
        month = add_months(setting.start, quarter)
        start = to_day(month)
        label = f"{month:%Y} Q{(month.month + 2) // 3}"
        out.append(Campaign(f"Demo Days {label}", "Demo", start, start + 90,
                            "abm" if quarter % 6 == 0 else "non_abm", None, 900))  # fmt: skip
        kind = "White Paper" if quarter % 2 else "Content"
        out.append(Campaign(f"Resource Hub {label}", kind, start, start + 90,
                            "abm" if quarter % 6 else None, None, 2_600))  # fmt: skip
    out.append(Campaign("Win-back Mailing", "Email", first + 60, last, "non_abm", None, 500))
    return sorted(out, key=lambda c: (c.start, c.name))


def make_catalog(setting: Setting) -> Catalog:
    """The campaigns of the window."""
    first, last = setting.first, setting.last
    salesforce = _salesforce(setting)
    hubspot, mails = [], []
    for month in setting.month_firsts():
        start = max(to_day(month) + 8, first)
        hubspot.append(
            Campaign(f"newsletter-{month:%Y-%m}", "BATCH_EMAIL", start, start, "non_abm")
        )
        mails.append(Campaign(f"digest-{month:%Y-%m}", "batch", start + 5, start + 5, "non_abm"))
    always = [
        ("nurture-software", "abm", "1:many"), ("nurture-health", "abm", "1:many"),
        ("nurture-finance", "abm", "1:few"), ("executive-letters", "abm", "1:1"),
        ("product-updates", None, None), ("trial-onboarding", "non_abm", None),
    ]  # fmt: skip
    for name, programme, tier in always:
        hubspot.append(Campaign(name, "AUTOMATED_EMAIL", first, last, programme, tier))
        mails.append(Campaign(f"m-{name}", "trigger", first, last, programme, tier))
    programs = [
        Campaign(c.name, {"Webinar": "Webinar", "Content": "Content", "White Paper": "Content"}.get(
            c.kind, "Tradeshow"), c.start, c.end, c.programme, c.tier)
        for c in salesforce
        if c.kind in ("Webinar", "Content", "White Paper", "Trade Show", "Conference")
    ]  # fmt: skip
    programs.append(Campaign("Roadshow Midwest", "Roadshow", first + 200, first + 215, "abm"))
    programs.append(Campaign("Operational Scoring", "Operational", first, last, None))
    linkedin = [
        Campaign("li-abm-software", "", first, last, "abm", "1:many", 1_700),
        Campaign("li-abm-health", "", first, last, "abm", "1:few", 1_500),
        Campaign("li-abm-finance", "", first, last, "abm", "1:few", 1_500),
        Campaign("li-abm-executives", "", first + 60, last, "abm", "1:1", 1_300),
        Campaign("li-retargeting", "", first + 30, last, None, None, 700),
        Campaign("li-brand", "", first, last, "non_abm", None, 1_900),
    ]
    google = [
        Campaign("gads-brand", "SEARCH", first, last, "non_abm", None, 1_500),
        Campaign("gads-software", "SEARCH", first, last, "non_abm", None, 2_100),
        Campaign("gads-competitors", "SEARCH", first + 90, last, "non_abm", None, 1_300),
        Campaign("gads-abm-remarketing", "DISPLAY", first, last, "abm", None, 1_400),
    ]
    utm = [c.name for c in linkedin + google + hubspot + mails]
    return Catalog(
        salesforce, hubspot, mails, programs, linkedin, google,
        salesforce_ids("701", np.arange(len(salesforce)) + 220_000), utm=utm,
    )  # fmt: skip


def nearest(campaigns: list[Campaign], kinds: set[str], time: Ints) -> Ints:
    """The campaign of some kinds that starts nearest to each time; -1 if none is within 45 days."""
    chosen = np.array([i for i, c in enumerate(campaigns) if c.kind in kinds], dtype=np.int64)
    if not len(chosen):
        return np.full(len(time), -1)
    starts = np.array([campaigns[i].start for i in chosen])
    day = time // DAY
    right = np.clip(np.searchsorted(starts, day), 0, len(starts) - 1)
    left = np.maximum(right - 1, 0)
    best = np.where(np.abs(starts[left] - day) <= np.abs(starts[right] - day), left, right)
    return np.where(np.abs(starts[best] - day) <= 45, chosen[best], -1)


def running(campaigns: list[Campaign], kinds: set[str], time: Ints) -> Ints:
    """The latest campaign of some kinds that has started by each time; -1 if none has."""
    chosen = np.array([i for i, c in enumerate(campaigns) if c.kind in kinds], dtype=np.int64)
    if not len(chosen):
        return np.full(len(time), -1)
    starts = np.array([campaigns[i].start for i in chosen])
    place = np.searchsorted(starts, time // DAY, side="right") - 1
    return np.where(place >= 0, chosen[np.maximum(place, 0)], -1)


def write_catalog(setting: Setting, writer: RawWriter, catalog: Catalog) -> None:
    """Write the campaign tables of all systems and the sheet that says what is ABM."""
    rng = setting.rng("catalog")
    sf = catalog.salesforce
    starts = np.array([c.start for c in sf])
    writer.add(
        "salesforce.campaign",
        frame(
            "salesforce.campaign",
            {
                "id": catalog.id,
                "name": [c.name for c in sf],
                "type": [c.kind for c in sf],
                "status": ["Completed" if c.end < setting.last else "In Progress" for c in sf],
                "parent_id": None,
                "start_date": starts,
                "end_date": np.array([c.end for c in sf]),
                "actual_cost": np.array([c.cost for c in sf]) * max(setting.scale, 0.2),
                "currency_iso_code": "USD",
                "is_active": [c.end >= setting.last for c in sf],
                "_fivetran_synced": synced(setting, rng, starts * DAY, 0.0),
            },
        ),
    )
    hubspot_ids = np.arange(len(catalog.hubspot)) + catalog.hubspot_first
    writer.add(
        "hubspot.email_campaign",
        frame(
            "hubspot.email_campaign",
            {
                "id": hubspot_ids,
                "name": [c.name for c in catalog.hubspot],
                "subject": [c.name.replace("-", " ").capitalize() for c in catalog.hubspot],
                "type": [c.kind for c in catalog.hubspot],
                "_fivetran_synced": synced(
                    setting, rng, np.array([c.start for c in catalog.hubspot]) * DAY, 0.0
                ),
            },
        ),
    )
    for table, campaigns, first, kind in (
        ("marketo.campaign", catalog.marketo_mails, catalog.mails_first, None),
        ("marketo.program", catalog.programs, catalog.programs_first, "Event"),
    ):
        begun = np.maximum(np.array([c.start for c in campaigns]) - 14, setting.first - 14)
        writer.add(
            table,
            frame(
                table,
                {
                    "id": np.arange(len(campaigns)) + first,
                    "name": [c.name for c in campaigns],
                    "type": [kind or c.kind for c in campaigns],
                    "channel": [c.kind if kind else "Email" for c in campaigns],
                    "status": "active",
                    "created_at": begun * DAY + 50_000_000_000,
                    "_fivetran_synced": synced(setting, rng, begun * DAY, 0.0),
                },
            ),
        )
    _write_sheet(setting, writer, catalog, hubspot_ids)


def _write_sheet(setting: Setting, writer: RawWriter, catalog: Catalog, hubspot_ids: Ints) -> None:
    systems: list[tuple[str, list[Campaign], list[str]]] = [
        ("salesforce", catalog.salesforce, catalog.id.to_list()),
        ("hubspot", catalog.hubspot, [str(i) for i in hubspot_ids]),
        ("marketo", catalog.marketo_mails, _ids(catalog.mails_first, catalog.marketo_mails)),
        ("marketo", catalog.programs, _ids(catalog.programs_first, catalog.programs)),
        ("linkedin_ads", catalog.linkedin, _ids(catalog.linkedin_first, catalog.linkedin)),
        ("google_ads", catalog.google, _ids(catalog.google_first, catalog.google)),
    ]
    middle = setting.last - 200
    rows: list[tuple[str, str, str, str | None, int, int]] = []
    for system, campaigns, ids in systems:
        for campaign, key in zip(campaigns, ids, strict=True):
            if campaign.programme is None:
                continue
            if campaign.name == "nurture-finance" and setting.months > 8:
                # Built for everybody, later reserved for the programme.
                rows.append((system, key, "non_abm", None, NULL, middle))
                rows.append((system, key, "abm", campaign.tier, middle, NULL))
            else:
                rows.append((system, key, campaign.programme, campaign.tier, NULL, NULL))
    source, key, programme, tier, begin, end = zip(*rows, strict=True)
    writer.add(
        "abm_program.programme_campaigns",
        frame(
            "abm_program.programme_campaigns",
            {
                "source_system": list(source),
                "campaign_id": list(key),
                "programme": list(programme),
                "abm_tier": list(tier),
                "valid_from": np.array(begin),
                "valid_to": np.array(end),
                "_fivetran_synced": setting.sheets_synced,
            },
        ),
    )
    # One effort under two names; the events of two systems share theirs.
    outreach = [
        (system, key)
        for system, campaigns, ids in systems
        for campaign, key in zip(campaigns, ids, strict=True)
        if campaign.name in ("executive-letters", "li-abm-executives")
    ]
    writer.add(
        "abm_program.campaign_groups",
        frame(
            "abm_program.campaign_groups",
            {
                "source_system": [system for system, _ in outreach],
                "campaign_id": [key for _, key in outreach],
                "campaign_group": "Executive outreach",
                "_fivetran_synced": setting.sheets_synced,
            },
        ),
    )


def _ids(first: int, campaigns: list[Campaign]) -> list[str]:
    return [str(first + i) for i in range(len(campaigns))]
