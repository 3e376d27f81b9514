"""LinkedIn and Google Ads: spend per campaign and day, and companies reached."""

from __future__ import annotations

import numpy as np
import polars as pl

from abm.sample.catalog import Campaign, Catalog
from abm.sample.company import Company
from abm.sample.core import DAY, HOUR, Floats, Ints, Setting, joined, pick, synced, text
from abm.sample.dirt import with_versions
from abm.sample.journeys import Cells, draw
from abm.sample.marketing import QUARTER_WEEKS
from abm.sample.programme import growth
from abm.sample.writer import RawWriter, frame

LINKEDIN_ACCOUNT = 507_300_111
GOOGLE_CUSTOMER = 4_415_206_610
EURO = 0.91


def impression_rate(company: Company, cells: Cells) -> Floats:
    """Days per cell on which a LinkedIn campaign reached the company."""
    real = cells.account < company.n
    quarterly = cells.reached * (3.0 + 13.0 * cells.member) + 8.0 * np.minimum(cells.heat, 1.5)
    return real * quarterly / QUARTER_WEEKS


def write_company_engagement(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    catalog: Catalog,
    cells: Cells,
    scale: float,
) -> None:
    """Write which companies LinkedIn's campaigns reached, for a run of cells."""
    rng = setting.rng("linkedin_ads.company_engagement", cells.part)
    acts = draw(setting, rng, cells, impression_rate(company, cells) * scale, office=False)
    rows = len(acts)
    sector = np.minimum(company.sector[acts.account], 2)
    own = np.where(rng.random(rows) < 0.7, sector, np.where(rng.random(rows) < 0.5, 3, 4))
    campaign = np.where(acts.member, own, np.where(rng.random(rows) < 0.3, 4, 5))
    start = np.array([c.start for c in catalog.linkedin])
    day = acts.time // DAY
    key = (acts.account * 100_000 + day) * 16 + campaign
    _, first = np.unique(key, return_index=True)
    first = first[start[campaign[first]] <= day[first]]
    first = first[np.lexsort((acts.account[first], day[first], campaign[first]))]
    heat = acts.heat[first]
    shown = rng.poisson(3 + 9 * heat) + 1
    clicks = (rng.random(len(first)) < 0.03 + 0.09 * np.minimum(heat, 1.2)).astype(np.int64)
    out = frame(
        "linkedin_ads.company_engagement",
        {
            "campaign_id": campaign[first] + catalog.linkedin_first,
            "company_domain": pick(company.domain, acts.account[first]),
            "day": day[first],
            "impressions": shown,
            "clicks": clicks,
            "_fivetran_synced": synced(setting, rng, day[first] * DAY + 20 * HOUR),
        },
    )
    # Two accounts may share a domain: LinkedIn counts it once.
    out = out.unique(["campaign_id", "company_domain", "day"], keep="first", maintain_order=True)
    writer.add(
        "linkedin_ads.company_engagement",
        with_versions(setting, rng, out, 0.006, impressions=pl.lit(1, pl.Int64)),
    )


def _days(setting: Setting, campaigns: list[Campaign]) -> tuple[Ints, Ints]:
    """Campaign and day of every day that a campaign runs; weekends rest in part."""
    campaign = np.concatenate([np.full(c.end - c.start + 1, i) for i, c in enumerate(campaigns)])
    day = np.concatenate([np.arange(c.start, c.end + 1) for c in campaigns])
    runs = ((day + 3) % 7 < 5) | (campaign % 2 == 0)
    return campaign[runs], day[runs]


def _spend(
    setting: Setting, rng: np.random.Generator, campaigns: list[Campaign], campaign: Ints, day: Ints
) -> Floats:
    """Cost in USD per campaign and day: the monthly plan, the programme's growth and noise."""
    plan = np.array([c.cost for c in campaigns]) * max(setting.scale, 0.2)
    month = np.clip((day - setting.first) // 30, 0, setting.months - 1)
    size = np.append(growth(setting), 1.05)[np.minimum(month, setting.months - 1)]
    is_abm = np.array([c.programme != "non_abm" for c in campaigns])
    share = np.bincount(campaign) / np.array([c.end - c.start + 1 for c in campaigns])
    daily = plan[campaign] / 30.44 / share[campaign] * np.where(is_abm[campaign], size, 1.0)
    return daily * rng.gamma(9, 1 / 9, len(day))


def write_ads(setting: Setting, writer: RawWriter, catalog: Catalog) -> None:
    """Write spend and the campaigns' names on both platforms."""
    _write_linkedin(setting, writer, catalog)
    _write_google(setting, writer, catalog)


def _write_linkedin(setting: Setting, writer: RawWriter, catalog: Catalog) -> None:
    rng = setting.rng("linkedin_ads.ad_analytics_by_campaign")
    campaign, day = _days(setting, catalog.linkedin)
    cost = _spend(setting, rng, catalog.linkedin, campaign, day)
    shown = np.round(cost / 45 * 1_000 * rng.uniform(0.8, 1.2, len(cost)))
    out = frame(
        "linkedin_ads.ad_analytics_by_campaign",
        {
            "campaign_id": campaign + catalog.linkedin_first,
            "day": day * DAY,
            "impressions": shown,
            "clicks": rng.binomial(shown.astype(np.int64), 0.0055),
            "cost_in_usd": np.round(cost, 2),
            "cost_in_local_currency": np.round(cost * EURO, 2),
            "_fivetran_synced": synced(setting, rng, day * DAY + 22 * HOUR),
        },
    )
    writer.add(
        "linkedin_ads.ad_analytics_by_campaign",
        with_versions(setting, rng, out, 0.01, clicks=pl.lit(0, pl.Int64)),
    )
    rows = []
    for i, c in enumerate(catalog.linkedin):
        for version in range(1 + i % 3):
            name = c.name if version == i % 3 else f"{c.name} draft {version + 1}"
            when = c.start * DAY + (version * 12 - 20) * DAY
            status = "PAUSED" if version < i % 3 else "ACTIVE"
            rows.append((i + catalog.linkedin_first, name, status, c.start * DAY - 20 * DAY, when))
    key, name, status, created, changed = zip(*rows, strict=True)
    writer.add(
        "linkedin_ads.campaign_history",
        frame(
            "linkedin_ads.campaign_history",
            {
                "id": np.array(key),
                "name": list(name),
                "campaign_group_id": np.array(key) // 10 * 10,
                "account_id": np.full(len(key), LINKEDIN_ACCOUNT),
                "status": list(status),
                "created_time": np.array(created),
                "last_modified_time": np.array(changed),
                "_fivetran_synced": np.array(changed) + HOUR,
            },
        ),
    )
    opened = np.array([setting.first - 100, setting.first - 40]) * DAY
    writer.add(
        "linkedin_ads.account_history",
        frame(
            "linkedin_ads.account_history",
            {
                "id": np.full(2, LINKEDIN_ACCOUNT),
                "name": ["Lumenier", "Lumenier US"],
                "currency": "EUR",
                "last_modified_time": opened,
                "_fivetran_synced": opened + HOUR,
            },
        ),
    )


def _write_google(setting: Setting, writer: RawWriter, catalog: Catalog) -> None:
    rng = setting.rng("google_ads.campaign_stats")
    campaign, day = _days(setting, catalog.google)
    cost = _spend(setting, rng, catalog.google, campaign, day)
    rows = len(day)
    device = np.tile([0, 1], (rows, 1)).ravel()
    campaign, day = np.repeat(campaign, 2), np.repeat(day, 2)
    cost = np.repeat(cost, 2) * np.where(device == 0, 0.72, 0.28)
    clicks = rng.poisson(cost / 7.5)
    search = pick(["SEARCH", "CONTENT"], (campaign == 3).astype(np.int64))
    network = pl.select(
        pl.when(pl.Series((day % 6 == 0) & (campaign < 3)))
        .then(pl.lit("SEARCH_PARTNERS"))
        .otherwise(search)
    ).to_series()
    out = frame(
        "google_ads.campaign_stats",
        {
            "_fivetran_id": joined("gs-", text(np.arange(rows * 2) + 100_000)),
            "id": campaign + catalog.google_first,
            "customer_id": GOOGLE_CUSTOMER,
            "date": day,
            "device": pick(["DESKTOP", "MOBILE"], device),
            "ad_network_type": network,
            "impressions": clicks * 24 + rng.poisson(30, rows * 2),
            "clicks": clicks,
            "cost_micros": np.round(cost, 2) * 1e6,
            "conversions": rng.binomial(clicks, 0.03).astype(np.float64),
            "_fivetran_synced": synced(setting, rng, day * DAY + 22 * HOUR),
        },
    )
    writer.add(
        "google_ads.campaign_stats",
        with_versions(setting, rng, out, 0.005, conversions=pl.lit(0.0)),
    )
    versions = [(i, v) for i in range(len(catalog.google)) for v in range(1 + i % 2)]
    index = np.array([i for i, _ in versions])
    version = np.array([v for _, v in versions])
    newest = version == index % 2
    named = pick([c.name for c in catalog.google], index)
    changed = np.array([c.start for c in catalog.google])[index] * DAY + (version * 9 - 20) * DAY
    writer.add(
        "google_ads.campaign_history",
        frame(
            "google_ads.campaign_history",
            {
                "id": index + catalog.google_first,
                "customer_id": GOOGLE_CUSTOMER,
                "name": pl.select(
                    pl.when(pl.Series(newest)).then(named).otherwise(joined(named, "-old"))
                ).to_series(),
                "status": pick(["PAUSED", "ENABLED"], newest.astype(np.int64)),
                "updated_at": changed,
                "_fivetran_active": newest,
                "_fivetran_synced": changed + HOUR,
            },
        ),
    )
    opened = np.array([setting.first - 100]) * DAY
    writer.add(
        "google_ads.account_history",
        frame(
            "google_ads.account_history",
            {
                "id": np.array([GOOGLE_CUSTOMER]),
                "currency_code": ["USD"],
                "time_zone": ["America/New_York"],
                "updated_at": opened,
                "_fivetran_synced": opened + HOUR,
            },
        ),
    )
