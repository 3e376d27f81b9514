"""The whole company, from accounts to activity, written table by table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from abm.errors import unwritable
from abm.paths import shown
from abm.sample import ads, crm, intent, marketing, programme, sales, web
from abm.sample.catalog import make_catalog, write_catalog
from abm.sample.company import Company, make_company, make_users
from abm.sample.core import Floats, Setting
from abm.sample.deals import make_deals, make_history
from abm.sample.journeys import Cells, Journeys, make_journeys, runs
from abm.sample.writer import RawWriter

ROWS_PER_RUN = 400_000
"""Touchpoints worked on at a time: bounds memory, whatever the size of the data."""
_TOUCHES_PER_MAIL = 1.05
"""Deliveries, opens and clicks per mail drawn, of which a quarter finds nobody to go to."""
_TOUCHES_PER_PAGE = 0.78
_DAYS_PER_WEEK = 13.0
"""Campaign days per company and week at which LinkedIn's reach is exhausted."""
_FIXED_TOUCHES = 14.0
"""Touchpoints per account that do not scale: sales, forms, events, attendances."""


def write_sample(
    out: Path,
    accounts: int = 250,
    seed: int = 20241196,
    touchpoints: int | None = None,
    as_of: date = date(2026, 10, 31),
    months: int = 24,
    on_progress: Callable[[str], None] | None = None,
) -> dict[str, int]:
    """Write the raw tables of the sample company as `<out>/<source>/<table>.parquet`.

    The same arguments give the same rows. Files already in `out` are overwritten.

    Args:
        out: folder to write to; made if it does not exist.
        accounts: accounts in the CRM; 30 is the least that shows everything.
        seed: root of all random streams.
        touchpoints: about how many touchpoints the mails, web sessions and ads shall make
            together; None keeps the natural number, about 180 per account and two years.
        as_of: last day of the data, inclusive.
        months: length of the window that ends with `as_of`.
        on_progress: called with one line of text at each step.

    Returns:
        Rows written per "source.table".

    Raises:
        AbmError: The files cannot be written; those that were there are untouched.
    """
    try:
        return _write_sample(out, Setting(seed, accounts, as_of, months), touchpoints, on_progress)
    except OSError as error:
        raise unwritable(f"write the sample to {shown(out.absolute())}", error) from error


def _write_sample(
    out: Path,
    setting: Setting,
    touchpoints: int | None,
    on_progress: Callable[[str], None] | None,
) -> dict[str, int]:
    accounts = setting.n
    say = on_progress or (lambda line: None)
    users = make_users(setting)
    company = make_company(setting, users)
    targets = programme.make_programme(setting, company)
    deals = make_deals(setting, company, targets, users)
    history = make_history(setting, deals)
    catalog = make_catalog(setting)
    tests = programme.make_experiments(setting, targets)
    journeys = make_journeys(setting, company, targets, deals, tests)
    say(f"{company.n} accounts, {len(company.person)} people, {len(deals)} deals")
    with RawWriter(out) as writer:
        crm.write_users(setting, writer, users)
        merged = crm.write_accounts(setting, writer, company, users, targets, deals)
        crm.write_deals(setting, writer, company, users, deals, history, catalog)
        crm.write_contracts(setting, writer, company, users, targets, deals)
        programme.write_programme(setting, writer, company, targets, catalog.salesforce)
        programme.write_experiments(setting, writer, company, tests)
        write_catalog(setting, writer, catalog)
        ads.write_ads(setting, writer, catalog)
        web.write_visitors(setting, writer, company)
        intent.write_intent(setting, writer, company, journeys)
        say("accounts, deals, programme, intent and spend are written")
        everything = _all_cells(journeys)
        scale = 1.0
        if touchpoints is not None:
            wanted = max(touchpoints - _FIXED_TOUCHES * accounts, 1.0)
            # Reach saturates, so that twice the scale is less than twice the touchpoints.
            for _ in range(6):
                scale *= wanted / float(_expected(company, everything, scale).sum())
        weight = _expected(company, everything, scale).reshape(journeys.heat.shape)
        for cells in runs(journeys, weight, ROWS_PER_RUN):
            marketing.write_mails(setting, writer, company, targets, catalog, cells, scale)
            marketing.write_forms(setting, writer, company, cells, scale)
            marketing.write_members(setting, writer, company, targets, catalog, cells)
            sales.write_sales(setting, writer, company, users, deals, merged, cells)
            web.write_sessions(setting, writer, company, catalog, cells, scale)
            ads.write_company_engagement(setting, writer, company, catalog, cells, scale)
            say(f"activity: {sum(writer.rows.values()):,} rows so far")
    return dict(writer.rows)


def _all_cells(journeys: Journeys) -> Cells:
    account, week = np.indices(journeys.heat.shape)
    return Cells(
        0,
        account.ravel(),
        week.ravel(),
        journeys.heat.ravel(),
        journeys.selling.ravel(),
        journeys.member.ravel(),
        journeys.reached.ravel(),
    )


def _expected(company: Company, cells: Cells, scale: float) -> Floats:
    """Touchpoints per cell that mails, web and ads make at a multiple of their natural rates."""
    reach = ads.impression_rate(company, cells) * scale / _DAYS_PER_WEEK
    return (
        marketing.mail_rate(company, cells) * _TOUCHES_PER_MAIL * scale
        + marketing.page_rate(company, cells) * _TOUCHES_PER_PAGE * scale
        + web.session_rate(company, cells) * web.TOUCHES_PER_SESSION * scale
        + _DAYS_PER_WEEK * (1 - np.exp(-reach)) * 1.06
    )
