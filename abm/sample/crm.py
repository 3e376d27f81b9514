"""The CRM's own tables, and their mirror in HubSpot and Marketo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from abm.sample import names
from abm.sample.catalog import Catalog
from abm.sample.company import CONTACT, CONVERTED, LEAD, STRANGER, Company, Users
from abm.sample.core import (
    DAY,
    HOUR,
    NULL,
    SECOND,
    Floats,
    Ints,
    Setting,
    add_months,
    choice,
    choice_by,
    joined,
    pick,
    salesforce_ids,
    stamped,
    synced,
    text,
    to_day,
)
from abm.sample.deals import (
    CLOSED_WON,
    EXPANSION,
    NEW,
    RENEWAL,
    STAGES,
    WON,
    Deals,
    History,
    currency_of,
    local,
    present,
    titles,
)
from abm.sample.dirt import with_deleted, with_versions
from abm.sample.programme import Programme
from abm.sample.writer import RawWriter, frame

COMPANY_ID = 9_100_001
DEAL_ID = 14_500_001
_STAGE_ID = ["appointment", "qualified", "discovery", "proposal", "negotiation", "won", "lost"]


@dataclass(frozen=True)
class Merged:
    """Duplicate records that were merged away; activity may still name them.

    Attributes:
        account, contact: ids by company and by person; the surviving id where nothing was merged.
    """

    account: pl.Series
    contact: pl.Series


@dataclass(frozen=True)
class _Shown:
    """The deals in the CRM and their present state, row by row."""

    rows: Ints
    first: Ints
    stage: Ints
    amount: Floats
    close: Ints


def write_users(setting: Setting, writer: RawWriter, users: Users) -> None:
    """Write the sales staff in Salesforce and the same people as HubSpot owners."""
    rows = len(users.id)
    when = np.full(rows, setting.first * DAY + 8 * HOUR)
    writer.add(
        "salesforce.user",
        frame(
            "salesforce.user",
            {
                "id": users.id,
                "name": users.name,
                "email": users.email,
                "title": users.title,
                "manager_id": pick(users.id, users.manager),
                "is_active": users.active,
                "_fivetran_synced": when,
            },
        ),
    )
    parts = users.name.str.split_exact(" ", 1).struct.unnest()
    writer.add(
        "hubspot.owner",
        frame(
            "hubspot.owner",
            {
                "owner_id": users.hubspot,
                "email": users.email,
                "first_name": parts.to_series(0),
                "last_name": parts.to_series(1),
                "_fivetran_synced": when,
            },
        ),
    )


def write_accounts(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    programme: Programme,
    deals: Deals,
) -> Merged:
    """Write accounts and people in Salesforce, HubSpot and Marketo."""
    rng = setting.rng("salesforce.account")
    n = company.n
    born = company.since.copy()
    np.minimum.at(born, deals.account, deals.created - 25)
    targeted = programme.start != NULL
    born[targeted] = np.minimum(born[targeted], programme.start[targeted] - 5)
    born = np.minimum(born[:n], setting.last - 2)
    created = stamped(rng, born)
    won = np.unique(deals.account[(deals.outcome == WON) & (deals.kind != RENEWAL)])
    currency = company.currency[:n].to_list()
    if n > 100:
        currency[60] = "US$"
    accounts = frame(
        "salesforce.account",
        {
            "id": company.id[:n],
            "name": company.name[:n],
            "website": company.website[:n].set(pl.Series(rng.random(n) < 0.012), None),
            "industry": company.industry[:n],
            "annual_revenue": company.revenue[:n],
            "number_of_employees": company.employees[:n],
            "billing_country": company.country_text[:n],
            "billing_state": company.state[:n],
            "parent_id": pick(company.id, company.parent[:n]),
            "owner_id": pick(users.id, company.owner[:n]),
            "type": pick(["Prospect", "Customer"], np.isin(np.arange(n), won).astype(np.int64)),
            "master_record_id": None,
            "created_date": created,
            "currency_iso_code": currency,
            "_fivetran_synced": synced(setting, rng, created + rng.integers(0, 90, n) * DAY),
        },
    )
    twice = rng.choice(n, max(1, n // 80), replace=False)
    loser = salesforce_ids("001", np.arange(len(twice)) + 980_000)
    master = pick(company.id, twice)
    if len(twice) > 2:
        # Merged twice over: the second duplicate points to the first.
        master = master.scatter(1, loser[0])
        twice[1] = twice[0]
    lost = accounts[twice].with_columns(
        id=loser,
        name=joined(pick(company.name, twice), " Inc."),
        master_record_id=master,
        is_deleted=pl.lit(True),
    )
    accounts = with_versions(setting, rng, accounts, 0.02, type=pl.lit("Prospect"),
                             number_of_employees=pl.lit(None, pl.Int32))  # fmt: skip
    writer.add("salesforce.account", pl.concat([accounts, lost]))
    alias = company.id.clone().scatter(twice[::-1], loser[::-1])
    merged = Merged(alias, _write_people(setting, writer, company, users, deals))
    _write_hubspot_people(setting, writer, company, users, created)
    _write_marketo_people(setting, writer, company)
    return merged


def _write_people(
    setting: Setting, writer: RawWriter, company: Company, users: Users, deals: Deals
) -> pl.Series:
    rng = setting.rng("salesforce.contact")
    people = company.person
    rows = np.flatnonzero(people.kind <= CONVERTED)
    created = people.created[rows]
    changed = np.minimum(created + rng.integers(0, 200, len(rows)) * DAY, setting.end)
    email = pick(people.email, rows)
    loud = pl.Series(rng.random(len(rows)) < 0.02)
    email = pl.select(pl.when(loud).then(email.str.to_titlecase()).otherwise(email)).to_series()
    contacts = frame(
        "salesforce.contact",
        {
            "id": people.contact.gather(rows),
            "account_id": pick(company.id, people.company[rows]),
            "email": email.set(pl.Series(rng.random(len(rows)) < 0.01), None),
            "first_name": people.first.gather(rows),
            "last_name": people.last.gather(rows),
            "title": people.title.gather(rows),
            "department": pick([d for _, d, _ in names.TITLES], people.persona[rows]),
            "lead_source": pick(names.LEAD_SOURCES, rng.integers(0, 7, len(rows))),
            "master_record_id": None,
            "created_date": created,
            "last_modified_date": changed,
            "_fivetran_synced": synced(setting, rng, changed),
        },
    )
    twice = np.sort(rng.choice(len(rows), max(1, len(rows) // 70), replace=False))
    loser = salesforce_ids("003", np.arange(len(twice)) + 1_980_000)
    lost = contacts[twice].with_columns(
        id=loser, master_record_id=contacts["id"].gather(twice), is_deleted=pl.lit(True)
    )
    # The same consultant sits in two accounts.
    shared = contacts[[5]].with_columns(
        id=salesforce_ids("003", range(1_990_000, 1_990_001)),
        account_id=pl.lit(company.id[(int(people.company[rows[5]]) + 9) % company.n]),
    )
    contacts = with_versions(setting, rng, contacts, 0.015, title=pl.lit(None, pl.String))
    writer.add("salesforce.contact", pl.concat([contacts, lost, shared]))
    alias = people.who.clone().scatter(rows[twice], loser)

    rng = setting.rng("salesforce.lead")
    rows = np.flatnonzero(people.kind != CONTACT)
    kind, owner = people.kind[rows], people.company[rows]
    created = people.created[rows] - np.where(kind == CONVERTED, 12 * DAY, 0)
    converted = np.where(kind == CONVERTED, people.created[rows] + HOUR, NULL)
    is_converted = kind == CONVERTED
    first_deal = np.full(company.total, -1)
    mine = deals.in_crm(setting)[::-1]
    first_deal[deals.account[mine]] = mine
    deal = np.where(is_converted & (rng.random(len(rows)) < 0.25), first_deal[owner], -1)
    status = np.where(is_converted, 3, rng.integers(0, 3, len(rows)))
    last = np.where(is_converted, converted, created)
    site = np.where((kind == LEAD) & (rng.random(len(rows)) < 0.5), owner, -1)
    leads = frame(
        "salesforce.lead",
        {
            "id": people.lead.gather(rows),
            "email": people.email.gather(rows),
            "first_name": people.first.gather(rows),
            "last_name": people.last.gather(rows),
            "title": people.title.gather(rows),
            "company": pick(company.name, owner),
            "website": pick(company.domain, site),
            "industry": pick(company.industry, np.where(rng.random(len(rows)) < 0.6, owner, -1)),
            "annual_revenue": np.where(rng.random(len(rows)) < 0.4, company.revenue[owner], np.nan),
            "country": pick(company.country_text, owner),
            "status": pick(["Open", "Working", "Nurturing", "Qualified"], status),
            "lead_source": pick(names.LEAD_SOURCES, rng.integers(0, 7, len(rows))),
            "owner_id": pick(users.id, company.owner[owner]),
            "is_converted": is_converted,
            "converted_account_id": pick(company.id, np.where(is_converted, owner, -1)),
            "converted_contact_id": pick(people.contact, np.where(is_converted, rows, -1)),
            "converted_opportunity_id": pick(deals.id, deal),
            "converted_date": converted,
            "created_date": created,
            "_fivetran_synced": synced(setting, rng, last),
        },
    )
    leads = with_versions(setting, rng, leads, 0.02, status=pl.lit("Open"))
    writer.add("salesforce.lead", with_deleted(rng, leads, 0.004))
    return alias


def _write_hubspot_people(
    setting: Setting, writer: RawWriter, company: Company, users: Users, created: Ints
) -> None:
    rng = setting.rng("hubspot.company")
    rows = np.flatnonzero((company.marketing % 2 == 1) & (np.arange(company.total) < company.n))
    parent = company.parent[rows]
    parent = np.where((parent >= 0) & np.isin(parent, rows), parent, -1)
    companies = frame(
        "hubspot.company",
        {
            "id": rows + COMPANY_ID,
            "property_name": company.name.gather(rows),
            "property_domain": company.domain.gather(rows),
            "property_industry": company.industry.gather(rows),
            "property_annualrevenue": company.revenue[rows],
            "property_numberofemployees": company.employees[rows],
            "property_country": company.country_text.gather(rows),
            "property_hubspot_owner_id": users.hubspot[company.owner[rows]],
            "property_hs_parent_company_id": np.where(parent >= 0, parent + COMPANY_ID, NULL),
            "property_createdate": created[rows] + 5 * 60 * SECOND,
            "_fivetran_synced": synced(setting, rng, created[rows] + HOUR),
        },
    )
    companies = with_versions(
        setting, rng, companies, 0.02, property_country=pl.lit(None, pl.String)
    )
    writer.add("hubspot.company", companies)

    rng = setting.rng("hubspot.contact")
    people = company.person
    rows = np.flatnonzero(people.hubspot != NULL)
    owner = people.company[rows]
    known = np.isin(owner, np.arange(company.n)) & (rng.random(len(rows)) < 0.9)
    likely = choice_by(rng, people.persona[rows], names.HUBSPOT_ROLE_WEIGHTS)
    role = np.where(rng.random(len(rows)) < 0.22, likely, -1)
    before = people.created[rows] - rng.integers(0, 3, len(rows)) * DAY
    absorbed = np.where(rng.random(len(rows)) < 0.01, people.hubspot[rows] + 400_000, -1)
    merged_ids = pl.select(
        pl.when(pl.Series(absorbed >= 0)).then(text(absorbed)).otherwise(None)
    ).to_series()
    contacts = frame(
        "hubspot.contact",
        {
            "id": people.hubspot[rows],
            "property_email": people.email.gather(rows),
            "property_firstname": people.first.gather(rows),
            "property_lastname": people.last.gather(rows),
            "property_jobtitle": people.title.gather(rows),
            "property_company": pick(company.name, owner),
            "property_associatedcompanyid": np.where(known, owner + COMPANY_ID, NULL),
            "property_hs_buying_role": pick(names.HUBSPOT_ROLES, role),
            "property_hs_merged_object_ids": merged_ids,
            "property_createdate": before,
            "_fivetran_synced": synced(setting, rng, before + rng.integers(0, 60, len(rows)) * DAY),
        },
    )
    contacts = with_versions(
        setting, rng, contacts, 0.015, property_jobtitle=pl.lit(None, pl.String)
    )
    writer.add("hubspot.contact", with_deleted(rng, contacts, 0.003))


def _write_marketo_people(setting: Setting, writer: RawWriter, company: Company) -> None:
    rng = setting.rng("marketo.lead")
    people = company.person
    rows = np.flatnonzero(people.marketo != NULL)
    linked = (rng.random(len(rows)) < 0.92) & (people.kind[rows] != STRANGER)
    position = np.where(linked, rows, -1)
    of_contact = linked & (people.kind[rows] <= CONVERTED)
    created = people.created[rows] - rng.integers(0, 3, len(rows)) * DAY
    changed = np.minimum(created + rng.integers(0, 300, len(rows)) * DAY, setting.end)
    leads = frame(
        "marketo.lead",
        {
            "id": people.marketo[rows],
            "email": people.email.gather(rows),
            "first_name": people.first.gather(rows),
            "last_name": people.last.gather(rows),
            "title": people.title.gather(rows),
            "company": pick(company.name, people.company[rows]),
            "sfdc_lead_id": pick(people.lead, position),
            "sfdc_contact_id": pick(people.contact, position),
            "sfdc_account_id": pick(company.id, np.where(of_contact, people.company[rows], -1)),
            "created_at": created,
            "updated_at": changed,
            "_fivetran_synced": synced(setting, rng, changed),
        },
    )
    leads = with_versions(setting, rng, leads, 0.015, title=pl.lit(None, pl.String))
    writer.add("marketo.lead", with_deleted(rng, leads, 0.003))


def write_deals(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    deals: Deals,
    history: History,
    catalog: Catalog,
) -> None:
    """Write opportunities, their history, roles and splits; stages and exchange rates."""
    rng = setting.rng("salesforce.opportunity")
    first, stage, usd, close, last = present(history, deals)
    rows = deals.in_crm(setting)
    count = len(rows)
    first, stage, close, last = first[rows], stage[rows], close[rows].copy(), last[rows]
    amount = local(company, deals, rows, usd[rows])
    probability = np.array([p for _, p, _, _ in STAGES])[stage]
    kind = deals.kind[rows]
    label = np.where(kind == NEW, rng.random(count) < 0.2, rng.random(count) < 0.3).astype(np.int64)
    label = kind * 2 + label
    # Somebody forgot the type.
    label[7::70] = -1
    types = ["New Business", "New Customer", "Expansion", "Upsell", "Renewal", "Renewal"]
    starts = np.array([c.start for c in catalog.salesforce])
    begun = np.searchsorted(starts, first // DAY) - 1 - rng.integers(0, 4, count)
    campaign = np.where((rng.random(count) < 0.35) & (kind != RENEWAL), begun, -1)
    campaign = np.maximum(campaign, -1)
    won = np.flatnonzero((stage == CLOSED_WON) & (close < setting.last - 380))
    flawed = amount.copy()
    if len(won) > 3:
        flawed[won[1]] = np.nan
    wrong = np.flatnonzero((stage > CLOSED_WON) & (kind == NEW) & (close < setting.last - 30))
    if len(wrong) > 4:
        close[wrong[2]] = first[wrong[2]] // DAY - 4
    is_closed = stage >= CLOSED_WON
    table = frame(
        "salesforce.opportunity",
        {
            "id": deals.id.gather(rows),
            "account_id": pick(company.id, deals.account[rows]),
            "owner_id": pick(users.id, deals.owner[rows]),
            "name": titles(company, deals).gather(rows),
            "stage_name": pick([label for label, *_ in STAGES], stage),
            "amount": flawed,
            "currency_iso_code": pick(currency_of(company, deals), rows),
            "probability": probability,
            "type": pick(types, label),
            "contract_term_months": np.where(rng.random(count) < 0.8, deals.term[rows], NULL),
            "lead_source": pick(names.LEAD_SOURCES, rng.integers(0, 7, count)),
            "campaign_id": pick(catalog.id, campaign),
            "is_closed": is_closed,
            "is_won": stage == CLOSED_WON,
            "created_date": first,
            "close_date": close,
            "last_modified_date": last,
            "_fivetran_synced": synced(setting, rng, last),
        },
    )
    if count > 120:
        # A stage that was renamed and left behind on one record.
        odd = int(np.flatnonzero(~is_closed)[3])
        table[odd, "stage_name"] = "Verbal Agreement"
    table = with_versions(
        setting, rng, table, 0.04, stage_name=pl.lit("Qualification"), is_closed=pl.lit(False),
        is_won=pl.lit(False), probability=pl.lit(20.0),
    )  # fmt: skip
    gone = table[[1]].with_columns(
        id=salesforce_ids("006", range(999_000, 999_001)),
        name=pl.lit("Test, please delete"),
        is_deleted=pl.lit(True),
    )
    writer.add("salesforce.opportunity", pl.concat([table, gone]))
    _write_history(setting, writer, company, deals, history)
    _write_roles(setting, writer, company, users, deals, rows, first)
    _write_stages(setting, writer)
    shown = _Shown(rows, first, stage, amount, close)
    _mirror_deals(setting, writer, company, users, deals, history, shown)


def _write_history(
    setting: Setting, writer: RawWriter, company: Company, deals: Deals, history: History
) -> None:
    rng = setting.rng("salesforce.opportunity_history")
    order = np.argsort(history.time, kind="stable")
    deal, stage = history.deal[order], history.stage[order]
    rows = frame(
        "salesforce.opportunity_history",
        {
            "id": salesforce_ids("008", np.arange(len(order)) + 440_000),
            "opportunity_id": pick(deals.id, deal),
            "stage_name": pick([label for label, *_ in STAGES], stage),
            "amount": local(company, deals, deal, history.amount[order]),
            "close_date": history.close[order],
            "probability": np.array([p for _, p, _, _ in STAGES])[stage],
            "created_date": history.time[order],
            "_fivetran_synced": synced(setting, rng, history.time[order]),
        },
    )
    writer.add("salesforce.opportunity_history", with_versions(setting, rng, rows, 0.004))


def _write_roles(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    deals: Deals,
    rows: Ints,
    first: Ints,
) -> None:
    rng = setting.rng("salesforce.opportunity_contact_role")
    people = company.person
    count = choice(rng, len(rows), [0.04, 0.2, 0.27, 0.24, 0.15, 0.1])
    account = deals.account[rows]
    size = np.diff(company.people_from)[account]
    count = np.minimum(count, size)
    deal = np.repeat(np.arange(len(rows)), count)
    place = np.arange(len(deal)) - np.concatenate([[0], np.cumsum(count)[:-1]])[deal]
    person = company.people_from[account[deal]] + place
    keep = people.kind[person] <= CONVERTED
    deal, place, person = deal[keep], place[keep], person[keep]
    created = np.minimum(first[deal] + rng.integers(0, 30, len(deal)) * DAY, setting.end - 60)
    role = choice_by(rng, people.persona[person], names.CONTACT_ROLE_WEIGHTS)
    table = frame(
        "salesforce.opportunity_contact_role",
        {
            "id": salesforce_ids("00K", np.arange(len(deal)) + 150_000),
            "opportunity_id": deals.id.gather(rows[deal]),
            "contact_id": people.contact.gather(person),
            "role": pick(names.CONTACT_ROLES, role),
            "is_primary": place == 0,
            "created_date": created,
            "_fivetran_synced": synced(setting, rng, created),
        },
    )
    writer.add("salesforce.opportunity_contact_role", with_deleted(rng, table, 0.006))

    rng = setting.rng("salesforce.opportunity_team_member")
    shared = rows[rng.random(len(rows)) < 0.35]
    second = (deals.owner[shared] + 1 + rng.integers(0, 3, len(shared))) % users.executives
    third = rng.random(len(shared)) < 0.25
    extra = (second + 2) % users.executives
    extra = np.where(extra == deals.owner[shared], (extra + 1) % users.executives, extra)
    third &= (extra != second) & (second != deals.owner[shared])
    second = np.where(second == deals.owner[shared], (second + 1) % users.executives, second)
    deal = np.concatenate([shared, shared, shared[third]])
    user = np.concatenate([deals.owner[shared], second, extra[third]])
    lead = np.where(third, 50.0, rng.choice([60.0, 70.0, 80.0], len(shared)))
    rest = np.where(third, 30.0, 100 - lead)
    split = np.concatenate([lead, rest, np.full(third.sum(), 20.0)])
    born = deals.created[deal] * DAY + 20 * HOUR
    order = np.lexsort((-split, deal))
    loaded = synced(setting, rng, born[order], 0.0)
    writer.add(
        "salesforce.opportunity_team_member",
        frame(
            "salesforce.opportunity_team_member",
            {
                "opportunity_id": deals.id.gather(deal[order]),
                "user_id": users.id.gather(user[order]),
                "_fivetran_synced": loaded,
            },
        ),
    )
    writer.add(
        "salesforce.opportunity_split",
        frame(
            "salesforce.opportunity_split",
            {
                "opportunity_id": deals.id.gather(deal[order]),
                "split_owner_id": users.id.gather(user[order]),
                "split_percentage": split[order],
                "split_type_id": salesforce_ids("149", np.full(len(order), 1)),
                "_fivetran_synced": loaded,
            },
        ),
    )


def _write_stages(setting: Setting, writer: RawWriter) -> None:
    when = np.full(len(STAGES) + 1, setting.first * DAY)
    writer.add(
        "salesforce.opportunity_stage",
        frame(
            "salesforce.opportunity_stage",
            {
                "id": salesforce_ids("01J", np.arange(len(STAGES) + 1) + 100),
                "master_label": [label for label, *_ in STAGES] + ["Verbal Agreement"],
                "default_probability": [p for _, p, _, _ in STAGES] + [90.0],
                "is_closed": [c for _, _, c, _ in STAGES] + [False],
                "is_won": [w for *_, w in STAGES] + [False],
                "is_active": [True] * len(STAGES) + [False],
                "sort_order": [*range(1, len(STAGES) + 1), 99],
                "_fivetran_synced": when,
            },
        ),
    )
    quarters = []
    first = setting.start.replace(month=(setting.start.month - 1) // 3 * 3 + 1, day=1)
    start = add_months(first, -48)
    while start <= setting.as_of:
        quarters.append(to_day(start))
        start = add_months(start, 3)
    begin = np.array(quarters)
    end = np.append(begin[1:], to_day(start))
    swing = np.sin(np.arange(len(begin)) / 2.3)
    parts = [("USD", 1.0, 0.0), ("EUR", 0.91, 0.025), ("GBP", 0.78, 0.02), ("CAD", 1.38, 0.02)]
    writer.add(
        "salesforce.dated_conversion_rate",
        frame(
            "salesforce.dated_conversion_rate",
            {
                "iso_code": [code for code, *_ in parts for _ in begin],
                "start_date": np.tile(begin, len(parts)),
                "next_start_date": np.tile(end, len(parts)),
                "conversion_rate": np.concatenate(
                    [np.round(rate + width * swing, 4) for _, rate, width in parts]
                ),
                "_fivetran_synced": np.tile(begin * DAY + 6 * HOUR, len(parts)),
            },
        ),
    )
    writer.add(
        "salesforce.currency_type",
        frame(
            "salesforce.currency_type",
            {
                "iso_code": [code for code, *_ in parts],
                "conversion_rate": np.array([rate for _, rate, _ in parts]),
                "is_corporate": [code == "USD" for code, *_ in parts],
                "_fivetran_synced": np.full(len(parts), begin[-1] * DAY + 6 * HOUR),
            },
        ),
    )


def _mirror_deals(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    deals: Deals,
    history: History,
    shown: _Shown,
) -> None:
    """The deals of accounts that marketing keeps in HubSpot, as the sync writes them there."""
    rows, first, stage = shown.rows, shown.first, shown.stage
    amount, close = shown.amount, shown.close
    rng = setting.rng("hubspot.deal")
    mine = np.flatnonzero(company.marketing[deals.account[rows]] % 2 == 1)
    deal = rows[mine]
    key = deal + DEAL_ID
    stage_id = pick(_STAGE_ID, stage[mine])
    kind = pick(["newbusiness", "existingbusiness", "renewal"], deals.kind[deal])
    writer.add(
        "hubspot.deal",
        frame(
            "hubspot.deal",
            {
                "deal_id": key,
                "owner_id": users.hubspot[deals.owner[deal]],
                "deal_pipeline_id": "default",
                "deal_pipeline_stage_id": stage_id,
                "property_dealname": titles(company, deals).gather(deal),
                "property_amount": amount[mine],
                "property_deal_currency_code": pick(currency_of(company, deals), deal),
                "property_dealtype": kind,
                "property_closedate": close[mine] * DAY + 20 * HOUR,
                "property_createdate": first[mine] + 4 * 60 * SECOND,
                "property_hs_is_closed": [STAGES[number][2] for number in stage[mine]],
                "property_hs_is_closed_won": [STAGES[number][3] for number in stage[mine]],
                "_fivetran_synced": synced(setting, rng, first[mine] + 20 * DAY),
            },
        ),
    )
    when = synced(setting, rng, first[mine] + HOUR)
    writer.add(
        "hubspot.deal_company",
        frame(
            "hubspot.deal_company",
            {
                "deal_id": key,
                "company_id": deals.account[deal] + COMPANY_ID,
                "type_id": 5,
                "category": "HUBSPOT_DEFINED",
                "_fivetran_synced": when,
            },
        ),
    )
    size = np.diff(company.people_from)[deals.account[deal]]
    count = np.minimum(rng.integers(1, 4, len(deal)), size)
    place = np.concatenate([np.arange(k) for k in count]) if len(deal) else count
    person = company.people_from[np.repeat(deals.account[deal], count)] + place
    inside = company.person.hubspot[person] != NULL
    writer.add(
        "hubspot.deal_contact",
        frame(
            "hubspot.deal_contact",
            {
                "deal_id": np.repeat(key, count)[inside],
                "contact_id": company.person.hubspot[person[inside]],
                "type_id": 3,
                "category": "HUBSPOT_DEFINED",
                "_fivetran_synced": np.repeat(when, count)[inside],
            },
        ),
    )
    moves = np.isin(history.deal, deal)
    of, step, time = history.deal[moves], history.stage[moves], history.time[moves]
    before = np.concatenate([[-1], of[:-1]])
    changes = (of != before) | (step != np.concatenate([[-1], step[:-1]]))
    writer.add(
        "hubspot.deal_stage",
        frame(
            "hubspot.deal_stage",
            {
                "deal_id": of[changes] + DEAL_ID,
                "value": pick(_STAGE_ID, step[changes]),
                "date_entered": time[changes] + 4 * 60 * SECOND,
                "_fivetran_start": time[changes] + 4 * 60 * SECOND,
                "_fivetran_synced": synced(setting, rng, time[changes] + HOUR, 0.0),
            },
        ),
    )
    value = local(company, deals, of, history.amount[moves])
    changes = (of != before) | (value != np.concatenate([[-1], value[:-1]]))
    writer.add(
        "hubspot.deal_property_history",
        frame(
            "hubspot.deal_property_history",
            {
                "deal_id": of[changes] + DEAL_ID,
                "name": "amount",
                "value": text(value[changes].astype(np.int64)),
                "timestamp": time[changes] + 4 * 60 * SECOND,
                "_fivetran_synced": synced(setting, rng, time[changes] + HOUR, 0.0),
            },
        ),
    )
    start = np.full(len(STAGES), setting.first * DAY)
    writer.add(
        "hubspot.deal_pipeline",
        frame(
            "hubspot.deal_pipeline",
            {"pipeline_id": ["default"], "label": ["Sales"], "_fivetran_synced": start[:1]},
        ),
    )
    writer.add(
        "hubspot.deal_pipeline_stage",
        frame(
            "hubspot.deal_pipeline_stage",
            {
                "stage_id": _STAGE_ID,
                "pipeline_id": "default",
                "label": [label for label, *_ in STAGES],
                "probability": [p / 100 for _, p, _, _ in STAGES],
                "closed_won": [won for *_, won in STAGES],
                "is_closed": [closed for _, _, closed, _ in STAGES],
                "display_order": list(range(len(STAGES))),
                "_fivetran_synced": start,
            },
        ),
    )


def write_contracts(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    programme: Programme,
    deals: Deals,
) -> None:
    """Write the contracts of most customers and the decisions of sales about hot accounts."""
    rng = setting.rng("abm_program.contracts")
    won = np.flatnonzero((deals.outcome == WON) & (deals.kind != EXPANSION))
    # A quarter of the customers never had a contract typed in.
    won = won[(rng.random(company.total) < 0.75)[deals.account[won]]]
    start = deals.end[won] + np.where(deals.kind[won] == RENEWAL, 20, 7)
    days = np.where(deals.term[won] == 24, 730, 365)
    order = np.argsort(start, kind="stable")
    writer.add(
        "abm_program.contracts",
        frame(
            "abm_program.contracts",
            {
                "contract_id": joined("C-", text(np.arange(len(won)) + 1_001)),
                "account_id": pick(company.id, deals.account[won][order]),
                "started_on": start[order],
                "ended_on": (start + days - 1)[order],
                "_fivetran_synced": setting.sheets_synced,
            },
        ),
    )
    rng = setting.rng("abm_program.account_acceptances")
    own = deals.in_crm(setting)
    own = own[deals.abm[own] & (deals.kind[own] == NEW)]
    # Sales decides once about an account, before its first deal.
    own = own[np.unique(deals.account[own], return_index=True)[1]]
    own = own[rng.random(len(own)) < 0.75]
    yes_day = deals.created[own] - rng.integers(5, 28, len(own))
    # Most accounts that warm up and want nothing are turned down, and a few of the others.
    odds = np.array([0.0, 0.3, 0.7, 0.0, 0.0])[programme.interest]
    no = np.flatnonzero(rng.random(company.total) < odds)
    room = np.maximum(setting.last - programme.start[no], 2)
    no_day = programme.start[no] + (rng.random(len(no)) * room).astype(np.int64)
    account = np.concatenate([deals.account[own], no])
    day = np.minimum(np.concatenate([yes_day, no_day]), setting.last)
    day = np.maximum(day, programme.start[account])
    accepted = np.arange(len(account)) < len(own)
    order = np.argsort(day, kind="stable")
    reason = np.where(accepted, -1, rng.integers(0, 4, len(account)))
    reasons = ["No budget this year", "Wrong contact", "Competitor under contract", None]
    writer.add(
        "abm_program.account_acceptances",
        frame(
            "abm_program.account_acceptances",
            {
                "account_id": pick(company.id, account[order]),
                "decision": pick(["rejected", "accepted"], accepted.astype(np.int64)[order]),
                "decided_on": day[order],
                "decided_by": pick(users.email, company.owner[account[order]]),
                "reason": pick(reasons, reason[order]),
                "_fivetran_synced": setting.sheets_synced,
            },
        ),
    )
