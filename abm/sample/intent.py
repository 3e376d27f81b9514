"""Third-party intent: Bombora, 6sense, Demandbase, and the custom source."""

from __future__ import annotations

import numpy as np
import polars as pl

from abm.sample import names
from abm.sample.company import Company
from abm.sample.core import (
    DAY,
    HOUR,
    NULL,
    SECOND,
    Floats,
    Ints,
    Setting,
    joined,
    pick,
    synced,
    text,
    to_day,
)
from abm.sample.dirt import with_versions
from abm.sample.journeys import Journeys
from abm.sample.writer import RawWriter, frame

_TOPIC_SET = 5
"""Topics that one account cares about."""


def _topic(rng: np.random.Generator, account: Ints) -> Ints:
    """One of the topics that an account cares about."""
    slot = rng.integers(0, _TOPIC_SET, len(account))
    return (account * 5 + slot * (1 + account % 2)) % len(names.TOPICS)


def _smooth(heat: Floats) -> Floats:
    """Heat over four weeks: what a research vendor can see."""
    padded = np.concatenate([np.repeat(heat[:, :1], 3, axis=1), heat], axis=1)
    return (padded[:, 3:] + padded[:, 2:-1] + padded[:, 1:-2] + padded[:, :-3]) / 4


def write_intent(setting: Setting, writer: RawWriter, company: Company, journeys: Journeys) -> None:
    """Write what the intent vendors saw of every company they know."""
    heat = _smooth(journeys.heat)
    _write_bombora(setting, writer, company, heat)
    _write_sixsense(setting, writer, company, heat)
    _write_demandbase(setting, writer, company, heat)
    _write_custom(setting, writer, company, heat)


def _observed(
    setting: Setting, name: str, heat: Floats, low: float, slope: float, share: float
) -> tuple[np.random.Generator, Ints, Ints, Floats]:
    """Sightings of companies: stream, company, week, heat. A vendor covers a share of them."""
    rng = setting.rng(name)
    covered = rng.random(heat.shape[0]) < share
    rate = covered[:, None] * (low + slope * np.minimum(heat, 1.3))
    account, week = np.nonzero(rng.poisson(rate))
    return rng, account, week, heat[account, week]


def _write_bombora(setting: Setting, writer: RawWriter, company: Company, heat: Floats) -> None:
    rng, account, week, warm = _observed(setting, "bombora.company_surge", heat, 0.05, 0.5, 0.8)
    several = 1 + (rng.random(len(account)) < 0.5 * np.minimum(warm, 1))
    account, week, warm = (np.repeat(x, several) for x in (account, week, warm))
    topic = _topic(rng, account)
    start = setting.week_zero + 7 * week
    _, first = np.unique((account * 1_000 + week) * 100 + topic, return_index=True)
    first = first[(start[first] >= setting.first) & (start[first] <= setting.last)]
    first = first[np.lexsort((topic[first], account[first], start[first]))]
    account, topic, start, warm = account[first], topic[first], start[first], warm[first]
    score = np.clip(np.round(44 + 30 * np.minimum(warm, 1.2) + rng.normal(0, 9, len(warm))), 30, 95)
    rows = frame(
        "bombora.company_surge",
        {
            "company_name": pick(company.name, account),
            "domain": pick(company.domain, account),
            "topic_name": pick(names.TOPICS, topic),
            "topic_id": joined("t", text(topic + 100)),
            "composite_score": score,
            "week_start": start,
            "_fivetran_synced": np.minimum((start + 8) * DAY + 7 * HOUR, setting.extracted),
        },
    ).unique(["domain", "topic_name", "week_start"], keep="first", maintain_order=True)
    writer.add(
        "bombora.company_surge",
        with_versions(setting, rng, rows, 0.004, composite_score=pl.lit(50.0)),
    )


def _month_ends(setting: Setting) -> tuple[Ints, Ints]:
    """Day of each monthly extract, and the week that it falls in."""
    firsts = np.array([to_day(d) for d in setting.month_firsts()])
    days = np.append(firsts[firsts > setting.first] - 1, setting.last)
    return days, np.clip((days - setting.week_zero) // 7, 0, setting.weeks - 1)


def _write_sixsense(setting: Setting, writer: RawWriter, company: Company, heat: Floats) -> None:
    rng = setting.rng("sixsense.accounts")
    days, weeks = _month_ends(setting)
    covered = np.flatnonzero(rng.random(company.total) < 0.72)
    # One company exists once per country.
    abroad = covered[rng.random(len(covered)) < 0.04]
    account = np.concatenate([covered, abroad])
    country = pick([name for *_, name, _ in names.COUNTRIES], company.country[account]).to_list()
    country[len(covered) :] = ["Ireland"] * len(abroad)
    key = np.concatenate([covered, abroad + 50_000]) + 1_200_000
    rows, extracts = len(account), len(days)
    warm = heat[account][:, weeks].T.ravel()
    of = np.tile(np.arange(rows), extracts)
    points = 18 + 62 * np.minimum(warm, 1.25) + rng.normal(0, 8, len(warm))
    score = np.clip(np.round(points), 0, 100)
    stage = np.searchsorted([25, 40, 60, 78], score, side="right")
    fit = np.clip(np.round(rng.normal(62, 18, rows)), 5, 99)
    bands = ["1-49", "50-199", "200-999", "1,000-4,999", "5,000+"]
    band = np.searchsorted([50, 200, 1_000, 5_000], company.employees[account], side="right")
    day = np.repeat(days, rows)
    table = frame(
        "sixsense.accounts",
        {
            "company_id": pick(text(key), of),
            "name": pick(company.name, account[of]),
            "domain": pick(company.domain, account[of]),
            "country": pick(country, of),
            "industry": pick(company.industry, account[of]),
            "employee_range": pick(bands, band[of]),
            "company_intent_score": score,
            "company_buying_stage": pick(
                ["Target", "Awareness", "Consideration", "Decision", "Purchase"], stage
            ),
            "company_profile_fit": pick(
                ["Weak", "Moderate", "Strong"], np.searchsorted([45, 70], fit)[of]
            ),
            "company_profile_score": fit[of],
            "is_6qa": (score >= 72) & (fit[of] >= 50),
            "extract_date": day,
            "_fivetran_synced": np.minimum((day + 1) * DAY + 4 * HOUR, setting.extracted),
        },
    )
    writer.add("sixsense.accounts", table)

    rng, who, week, warm = _observed(setting, "sixsense.keyword_activity", heat, 0.012, 0.30, 0.72)
    inside = np.isin(who, covered)
    who, week, warm = who[inside], week[inside], warm[inside]
    topic = _topic(rng, who)
    keyword = [t.lower() for t in names.TOPICS] + ["orbeline pricing", "datavane alternatives"]
    rival = rng.random(len(who)) < 0.05
    topic = np.where(rival, len(names.TOPICS) + rng.integers(0, 2, len(who)), topic)
    day = setting.week_zero + 7 * week + rng.integers(0, 5, len(who))
    keep = np.flatnonzero((day >= setting.first) & (day <= setting.last))
    keep = keep[np.lexsort((who[keep], day[keep]))]
    writer.add(
        "sixsense.keyword_activity",
        frame(
            "sixsense.keyword_activity",
            {
                "company_id": text(who[keep] + 1_200_000),
                "domain": pick(company.domain, who[keep]),
                "keyword": pick(keyword, topic[keep]),
                "activity_date": day[keep],
                "researchers": 1 + rng.poisson(1.5 * np.minimum(warm[keep], 1.5)),
                "_fivetran_synced": synced(setting, rng, day[keep] * DAY + 20 * HOUR),
            },
        ),
    )


def _write_demandbase(setting: Setting, writer: RawWriter, company: Company, heat: Floats) -> None:
    rng = setting.rng("demandbase.accounts")
    days, weeks = _month_ends(setting)
    covered = np.flatnonzero(rng.random(company.total) < 0.45)
    rows = len(covered)
    warm = heat[covered][:, weeks].T.ravel()
    account, day = np.tile(covered, len(days)), np.repeat(days, rows)
    stage = np.searchsorted([0.12, 0.3, 0.6, 0.95], warm, side="right")
    noise = rng.normal(0, 6, len(warm))
    linked = (account < company.n) & (account % 5 > 0)
    writer.add(
        "demandbase.accounts",
        frame(
            "demandbase.accounts",
            {
                "account_id": joined("db-", text(account + 20_001)),
                "account_name": pick(company.name, account),
                "account_domain": pick(company.domain, account),
                "external_account_id": pick(company.id, np.where(linked, account, -1)),
                "journey_stage": pick(
                    ["Qualified", "Aware", "Engaged", "MQA", "Opportunity"], stage
                ),
                "engagement_points_3_months": np.maximum(0, np.round(260 * warm + 4 * noise)),
                "pipeline_predict_score": np.clip(np.round(30 + 50 * warm + noise), 0, 100),
                "qualification_score": np.clip(np.round(55 + 3 * noise), 0, 100),
                "snapshot_date": day,
                "_fivetran_synced": np.minimum((day + 1) * DAY + 6 * HOUR, setting.extracted),
            },
        ),
    )
    rng, who, week, warm = _observed(setting, "demandbase.intent", heat, 0.015, 0.28, 0.6)
    inside = np.isin(who, covered)
    who, week, warm = who[inside], week[inside], warm[inside]
    topic = _topic(rng, who)
    # Demandbase writes the same topics in capitals, now and then with a double space.
    spelled = [t.upper() for t in names.TOPICS] + [t.replace(" ", "  ") for t in names.TOPICS]
    form = np.where(rng.random(len(who)) < 0.08, len(names.TOPICS), 0)
    start = setting.week_zero + 7 * week
    _, first = np.unique((who * 1_000 + week) * 100 + topic, return_index=True)
    first = first[(start[first] >= setting.first) & (start[first] + 6 <= setting.last)]
    first = first[np.lexsort((who[first], start[first]))]
    level = warm[first] + rng.normal(0, 0.2, len(first))
    strength = np.searchsorted([0.3, 0.7], level)
    rows_out = frame(
        "demandbase.intent",
        {
            "company_id": joined("db-", text(who[first] + 20_001)),
            "domain": pick(company.domain, who[first]),
            "keyword": pick(spelled, (topic + form)[first]),
            "num_people_researching": 1 + rng.poisson(2 * np.minimum(warm[first], 1.5)),
            "intent_strength": pick(["Low", "Medium", "High"], strength),
            "is_trending": rng.random(len(first)) < 0.1 + 0.2 * np.minimum(warm[first], 1),
            "trending_score": np.clip(np.round(50 * level + 20), 0, 100),
            "start_date": start[first],
            "end_date": start[first] + 6,
            "_fivetran_synced": np.minimum((start[first] + 8) * DAY, setting.extracted),
        },
    )
    writer.add(
        "demandbase.intent",
        with_versions(setting, rng, rows_out, 0.006, intent_strength=pl.lit("Low")),
    )


def _write_custom(setting: Setting, writer: RawWriter, company: Company, heat: Floats) -> None:
    """A review site and a podcast: sources without a connector of their own."""
    rng, who, week, _ = _observed(setting, "custom.touchpoints", heat, 0.0, 0.04, 1.0)
    day = setting.week_zero + 7 * week + rng.integers(0, 6, len(who))
    keep = (who < company.n) & (day >= setting.first) & (day <= setting.last)
    who, day = who[keep], day[keep]
    order = np.argsort(day, kind="stable")
    who, day = who[order], day[order]
    rows = len(who)
    people = company.person
    person = company.people_from[who] + rng.integers(0, 3, rows) % np.diff(company.people_from)[who]
    named = rng.random(rows) < 0.45
    form = rng.integers(0, 3, rows)
    time = day * DAY + rng.integers(50_000, 80_000, rows) * SECOND
    by_id = rng.random(rows) < 0.2
    writer.add(
        "custom.touchpoints",
        frame(
            "custom.touchpoints",
            {
                "touchpoint_source_id": joined("ct-", text(np.arange(rows) + 1)),
                "occurred_at": time,
                "interaction_type": pick(["content_view", "web_visit", "event_attended"], form),
                "channel": pick(["review_site", "review_site", "podcast"], form),
                "person_email": pick(people.email, np.where(named, person, -1)),
                "account_domain": pick(company.domain, np.where(by_id, -1, who)),
                "account_id": pick(company.id, np.where(by_id, who, -1)),
                "campaign_name": pick(["Podcast live"], np.where(form == 2, 0, -1)),
                "content_asset_id": None,
                "content_depth": np.where(form == 0, 0.5, np.nan),
                "_fivetran_synced": synced(setting, rng, time),
            },
        ),
    )
    rng, who, week, _ = _observed(setting, "custom.intent_signals", heat, 0.001, 0.025, 1.0)
    day = setting.week_zero + 7 * week + 2
    keep = np.flatnonzero((day >= setting.first) & (day <= setting.last))
    keep = keep[np.argsort(day[keep], kind="stable")]
    who, day = who[keep], day[keep]
    versus = rng.random(len(who)) < 0.5
    topic = _topic(rng, who)
    writer.add(
        "custom.intent_signals",
        frame(
            "custom.intent_signals",
            {
                "signal_source_id": joined("cs-", text(np.arange(len(who)) + 1)),
                "occurred_on": day,
                "signal_kind": pick(
                    ["third_party_topic", "competitor_comparison"], versus.astype(np.int64)
                ),
                "topic": pick(names.TOPICS, np.where(versus, -1, topic)),
                "account_domain": pick(company.domain, who),
                "provider": "g2",
                "_fivetran_synced": synced(setting, rng, np.where(day == NULL, 0, day) * DAY),
            },
        ),
    )
