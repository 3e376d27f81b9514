"""Faults of every kind in one extract: the build ends well, each is found, nobody else is touched.

Every planted row is a new one, of accounts and people that the small company does not have. So what
the company's own accounts measure must be exactly what it is without the faults.
"""

import itertools
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from conftest import COMPANY_DAY, Abm, Build, errors, said

Row = dict[str, Any]
Listing = tuple[str, str, str | None]
"""Column, reason and value in int_rejected_records."""

LOADED = datetime(2026, 10, 30)
CREATED = datetime(2025, 3, 1, 9)
ACTED = datetime(2026, 10, 5, 14, 30)
"""In the window of every score: a touch that leaked to another account would show."""
ACTED_US = int(ACTED.replace(tzinfo=UTC).timestamp()) * 1_000_000

GOOD: dict[str, Row] = {
    "salesforce/account": {"name": "Faulty", "is_deleted": False, "created_date": CREATED},
    "salesforce/contact": {"created_date": CREATED, "account_id": "F-HOME", "is_deleted": "false"},
    "salesforce/lead": {"created_date": CREATED, "is_converted": False, "is_deleted": False},
    "salesforce/opportunity": {
        **{"account_id": "F-HOME", "stage_name": "Closed Won", "type": "New Business"},
        **{"amount": "1000", "is_closed": True, "is_won": True, "is_deleted": False},
        **{"created_date": CREATED, "close_date": date(2025, 9, 1)},
    },
    "salesforce/opportunity_history": {"stage_name": "Discovery", "created_date": CREATED},
    "salesforce/opportunity_contact_role": {"created_date": CREATED, "is_deleted": False},
    "salesforce/campaign": {"type": "Webinar", "is_deleted": False},
    "salesforce/campaign_member": {
        **{"has_responded": True, "first_responded_date": ACTED.date()},
        **{"created_date": CREATED, "is_deleted": False},
    },
    "salesforce/task": {
        **{"type": "Call", "is_closed": True, "completed_date_time": ACTED},
        **{"created_date": ACTED, "is_deleted": False},
    },
    "salesforce/event": {
        **{"subject": "Review", "start_date_time": ACTED, "end_date_time": ACTED},
        **{"created_date": CREATED, "is_deleted": False},
    },
    "hubspot/contact": {"property_createdate": CREATED},
    "hubspot/company": {"property_createdate": CREATED, "is_deleted": False},
    "hubspot/deal": {"property_createdate": CREATED, "is_deleted": False},
    "hubspot/email_event": {"type": "OPEN", "created": ACTED, "email_campaign_id": 7_400_101.0},
    "hubspot/contact_form_submission": {"timestamp": ACTED},
    "hubspot/engagement_meeting": {"property_hs_timestamp": ACTED},
    "hubspot/engagement_call": {"property_hs_timestamp": ACTED},
    "marketo/lead": {"created_at": CREATED},
    "marketo/activity_open_email": {"activity_date": ACTED},
    "marketo/activity_merge_leads": {"activity_date": ACTED},
    "marketo/activity_change_status_in_progression": {"activity_date": ACTED, "success": True},
    "ga4/events": {"event_name": "page_view", "event_params": []},
    "ga4/visitor_accounts": {"first_seen_at": CREATED, "confidence": 0.9},
    "sixsense/keyword_activity": {"domain": "home.fault", "activity_date": ACTED.date()},
    "bombora/company_surge": {"domain": "home.fault", "week_start": date(2026, 10, 5)},
    "linkedin_ads/ad_analytics_by_campaign": {"day": ACTED},
    "linkedin_ads/company_engagement": {"day": ACTED.date(), "campaign_id": 1},
    "google_ads/campaign_stats": {"date": ACTED.date(), "id": 1},
    "abm_program/target_accounts": {"abm_tier": "1:few", "activated_on": CREATED.date()},
    "abm_program/stakeholders": {"account_id": "F-HOME", "identified_on": CREATED.date()},
    "abm_program/investments": {
        **{"month": date(2026, 3, 1), "programme": "abm", "category": "content"},
        **{"amount": 100.0, "currency": "USD"},
    },
    "custom/touchpoints": {"occurred_at": ACTED, "account_domain": "home.fault"},
    "custom/intent_signals": {"occurred_on": ACTED.date(), "account_domain": "home.fault"},
}
"""What a planted row of a table says where its fault says nothing."""

AS_TEXT = {
    "salesforce/account": ["number_of_employees"],
    "salesforce/contact": ["is_deleted"],
    "salesforce/opportunity": ["amount"],
    "salesforce/task": ["call_duration_in_seconds"],
    "hubspot/deal": ["deal_id"],
    "bombora/company_surge": ["composite_score"],
    "sixsense/keyword_activity": ["activity_date"],
    "custom/touchpoints": ["occurred_at"],
}
AS_NANOSECONDS = {
    "marketo/lead": ["created_at"],
    "hubspot/contact_form_submission": ["timestamp"],
}
"""Moments in nanoseconds and in a time zone, as pandas writes them."""
AS_DOUBLE = {
    "hubspot/contact": ["property_associatedcompanyid"],
    "hubspot/email_event": ["email_campaign_id", "sent_by_id"],
    "marketo/activity_open_email": ["lead_id"],
}
AS_BYTES = {"salesforce/campaign": ["name"]}
"""Columns whose type the whole file changes; Parquet without a text annotation is bytes."""

MERGED_IDS = "property_hs_merged_object_ids"
GONE = "demandbase"
"""The vendor whose folder is gone: it feeds nothing but the intent signals of known domains."""

EMPTIED = ("abm_program", "budgets")


@dataclass(frozen=True)
class Fault:
    """A row that is planted, and where it must be found.

    Attributes:
        kind: What is wrong with it.
        table: Source and raw table.
        row: The row, on top of what a good one says.
        outcome: What becomes of it: staged, duplicate, deleted or rejected.
        listed: Its lines in int_rejected_records; they block exactly if it is rejected.
        record: Its record_id there, if that is not its id.
        unmapped: Its values in audit_unmapped_values, with their seeds.
        unmatched: Its reasons in audit_unmatched_touchpoints, one per touch.
        shown: A query on the warehouse, and what it must return.
    """

    kind: str
    table: str
    row: Row
    outcome: str = "staged"
    listed: tuple[Listing, ...] = ()
    record: str | None = None
    unmapped: tuple[tuple[str, str], ...] = ()
    unmatched: tuple[str, ...] = ()
    shown: tuple[str, list[tuple[Any, ...]]] | None = None


def account(account_id: str, columns: str) -> str:
    return f"select {columns} from marts.dim_accounts where account_id = '{account_id}'"


def deal(deal_id: str, columns: str) -> str:
    return f"select {columns} from marts.fct_opportunities where opportunity_id = '{deal_id}'"


def person(email: str, columns: str) -> str:
    of_email = f"select person_id from intermediate.int_people where email = '{email}'"
    return f"select {columns} from marts.dim_people where person_id in ({of_email})"


HUGE = "Ω" * 524_288
"""1 MB in UTF-8."""

HOSTILE_NAMES = {
    "emoji": "🚀 Faulty 👩‍👩‍👧",
    "control": "bell\x07 unit\x1f record\x1e tab\t line\nend",
    "right_to_left": "שלום \u202eevil\u202c عربي",
    "combining": "Zoe\u0308 is not Zo\u00eb",
    "sql": "'; drop table marts.dim_accounts; -- \" {{ 1/0 }} {% raw %}",
    "huge": HUGE,
}

ACCOUNT_FAULTS = [
    Fault(
        "none: the good account of the planted rows",
        "salesforce/account",
        {"id": "F-HOME", "website": "https://home.fault"},
        shown=(account("F-HOME", "domain, account_size_tier"), [("home.fault", "unsized")]),
    ),
    Fault("null id", "salesforce/account", {"id": None}, "rejected", (("id", "missing_id", None),)),
    Fault("empty id", "salesforce/account", {"id": ""}, "rejected", (("id", "missing_id", ""),)),
    Fault(
        *("id of spaces", "salesforce/account", {"id": "   "}, "rejected"),
        (("id", "missing_id", "   "),),
    ),
    Fault(
        "before 1990",
        "salesforce/account",
        {"id": "F-1989", "created_date": datetime(1989, 12, 31, 23, 59, 59)},
        "rejected",
        (("created_date", "impossible_date", "1989-12-31 23:59:59"),),
    ),
    Fault(
        "far in the future",
        "salesforce/account",
        {"id": "F-9999", "created_date": datetime(9999, 12, 31)},
        "rejected",
        (("created_date", "impossible_date", "9999-12-31 00:00:00"),),
    ),
    Fault(
        "text for a number",
        "salesforce/account",
        {"id": "F-MANY", "number_of_employees": "many"},
        "rejected",
        (("number_of_employees", "unreadable_integer", "many"),),
    ),
    Fault(
        "two unreadable values in a row",
        "salesforce/account",
        {"id": "F-BOTH", "number_of_employees": "1,200", "annual_revenue": float("nan")},
        "rejected",
        (
            ("number_of_employees", "unreadable_integer", "1,200"),
            ("annual_revenue", "unreadable_double", "nan"),
        ),
    ),
    Fault(
        "infinite",
        "salesforce/account",
        {"id": "F-INF", "annual_revenue": float("-inf")},
        "rejected",
        (("annual_revenue", "unreadable_double", "-inf"),),
    ),
    Fault(
        "1e300",
        "salesforce/account",
        {"id": "F-1E300", "annual_revenue": 1e300},
        listed=(("annual_revenue", "out_of_range", "1e+300"),),
        shown=(account("F-1E300", "annual_revenue_usd, account_size_tier"), [(None, "unsized")]),
    ),
    Fault(
        "its own parent",
        "salesforce/account",
        {"id": "F-SELF", "parent_id": "F-SELF"},
        shown=(
            account("F-SELF", "parent_account_id, ultimate_parent_account_id"),
            [(None, "F-SELF")],
        ),
    ),
    Fault(
        "parent of nobody",
        "salesforce/account",
        {"id": "F-ORPHAN", "parent_id": "F-NOBODY"},
        shown=(account("F-ORPHAN", "parent_account_id"), [(None,)]),
    ),
    *(
        Fault(
            f"parents in a circle of three, {child}",
            "salesforce/account",
            {"id": f"F-RING-{child}", "parent_id": f"F-RING-{parent}"},
            shown=(
                account(f"F-RING-{child}", "ultimate_parent_account_id"),
                [(f"F-RING-{child}",)],
            ),
        )
        for child, parent in ("ab", "bc", "ca", "da")
    ),
    *(
        Fault(
            f"merged in a circle, {gone}",
            "salesforce/account",
            {"id": f"F-MERGED-{gone}", "master_record_id": f"F-MERGED-{into}"},
            "deleted",
            shown=(account(f"F-MERGED-{gone}", "account_name"), []),
        )
        for gone, into in ("ab", "ba", "cc", "dz")
    ),
    Fault(
        "merged into what was merged",
        "salesforce/account",
        {"id": "F-FIRST", "master_record_id": "F-SECOND", "is_deleted": True},
        "deleted",
    ),
    Fault(
        "merged into a survivor",
        "salesforce/account",
        {"id": "F-SECOND", "master_record_id": "F-HOME", "is_deleted": True},
        "deleted",
    ),
    Fault("the newest version", "salesforce/account", {"id": "F-TWICE", "name": "New"}),
    Fault("an equal version", "salesforce/account", {"id": "F-TWICE", "name": "New"}, "duplicate"),
    Fault(
        "an older version",
        "salesforce/account",
        {"id": "F-TWICE", "name": "Old", "_fivetran_synced": datetime(2026, 10, 29)},
        "duplicate",
        shown=(account("F-TWICE", "account_name"), [("New",)]),
    ),
    *(
        Fault(
            f"name: {name}",
            "salesforce/account",
            {"id": f"F-NAME-{name}", "name": text},
            shown=(account(f"F-NAME-{name}", "account_name"), [(text,)]),
        )
        for name, text in HOSTILE_NAMES.items()
    ),
    *(
        Fault(
            f"website: {website}",
            "salesforce/account",
            {"id": f"F-WEB-{number}", "website": website},
            shown=(account(f"F-WEB-{number}", "domain"), [(domain,)]),
        )
        for number, (website, domain) in enumerate(
            [
                ("noscheme.fault/path?x=1", "noscheme.fault"),
                ("HTTP://WWW.Port.Fault:8443/x", "port.fault"),
                ("https://xn--mnchen-3ya.fault", "xn--mnchen-3ya.fault"),
                ("//dots.fault.", "dots.fault"),
                ("  ", None),
                ("https://www.gmail.com", "gmail.com"),
            ]
        )
    ),
    Fault(
        "15-character id",
        "salesforce/account",
        {"id": "001Fa0000FaUlTy"},
        shown=(account("001Fa0000FaUlTyIQK", "length(account_id)"), [(18,)]),
    ),
    Fault(
        "empty text",
        "salesforce/account",
        {"id": "F-EMPTY", "industry": "", "billing_country": " ", "currency_iso_code": ""},
        shown=(account("F-EMPTY", "industry_raw, country, sector"), [(None, None, "other")]),
    ),
    Fault(
        "unknown industry and country",
        "salesforce/account",
        {"id": "F-ALCHEMY", "industry": "Alchemy", "billing_country": "Atlantis"},
        unmapped=(("sector_aliases", "Alchemy"), ("country_aliases", "Atlantis")),
        shown=(account("F-ALCHEMY", "sector, is_benchmark_fallback"), [("other", True)]),
    ),
    Fault(
        "revenue in an unknown currency",
        "salesforce/account",
        {"id": "F-XXA", "annual_revenue": 5e6, "currency_iso_code": "XXA"},
        listed=(("annual_revenue", "no_currency_rate", "5000000.0 XXA"),),
        unmapped=(("currency_rates", "XXA"),),
        shown=(account("F-XXA", "annual_revenue_usd, account_size_tier"), [(None, "unsized")]),
    ),
    Fault(
        "revenue at a rate that makes it absurd",
        "salesforce/account",
        {"id": "F-TIN", "annual_revenue": 5e6, "currency_iso_code": "TIN"},
        listed=(("annual_revenue", "out_of_range", "5000000.0 TIN"),),
        shown=(account("F-TIN", "annual_revenue_usd, account_size_tier"), [(None, "unsized")]),
    ),
]

PERSON_FAULTS = [
    Fault(
        "boolean as unreadable text",
        "salesforce/contact",
        {"id": "F-C-PERHAPS", "is_deleted": "perhaps"},
        "rejected",
        (("is_deleted", "unreadable_boolean", "perhaps"),),
    ),
    Fault(
        "e-mail with spaces and capitals",
        "salesforce/contact",
        {"id": "F-C-ANN", "email": "  Ann@HOME.Fault "},
        shown=(person("ann@home.fault", "account_id"), [("F-HOME",)]),
    ),
    Fault(
        "the same person as a lead",
        "salesforce/lead",
        {"id": "F-L-ANN", "email": "ann@home.fault"},
        shown=(person("ann@home.fault", "account_id, match_method"), [("F-HOME", "crm_account")]),
    ),
    Fault(
        "of a 15-character account id",
        "salesforce/contact",
        {"id": "F-C-15", "email": "e@short.fault", "account_id": "001Fa0000FaUlTyIQK"},
        shown=(person("e@short.fault", "account_id"), [("001Fa0000FaUlTyIQK",)]),
    ),
    Fault(
        "of a merged account",
        "salesforce/contact",
        {"id": "F-C-MERGED", "email": "m@merged.fault", "account_id": "F-FIRST"},
        shown=(person("m@merged.fault", "account_id"), [("F-HOME",)]),
    ),
    Fault(
        "of an account that merged into itself",
        "salesforce/contact",
        {"id": "F-C-LOST", "email": "l@lost.fault", "account_id": "F-MERGED-c"},
        shown=(person("l@lost.fault", "account_id, match_method"), [("unknown", "unmatched")]),
    ),
    Fault(
        "of nobody's account",
        "salesforce/contact",
        {"id": "F-C-NOBODY", "email": "n@nobody.fault", "account_id": "F-NOBODY"},
        shown=(person("n@nobody.fault", "account_id, match_method"), [("unknown", "unmatched")]),
    ),
    Fault(
        "at a free-mail domain that an account has as website",
        "salesforce/lead",
        {"id": "F-L-GMAIL", "email": "faulty@gmail.com"},
        shown=(person("faulty@gmail.com", "account_id, match_method"), [("unknown", "unmatched")]),
    ),
    Fault(
        "a contact merged into itself",
        "salesforce/contact",
        {"id": "F-C-SELF", "master_record_id": "F-C-SELF"},
        "deleted",
    ),
    *(
        Fault(
            f"contacts merged in a circle, {gone}",
            "salesforce/contact",
            {"id": f"F-C-RING-{gone}", "master_record_id": f"F-C-RING-{into}"},
            "deleted",
        )
        for gone, into in ("ab", "ba")
    ),
    Fault(
        "unknown title",
        "salesforce/contact",
        {"id": "F-C-TITLE", "email": "t@home.fault", "title": "Grand Vizier"},
        unmapped=(("personas", "Grand Vizier"),),
        shown=(person("t@home.fault", "persona"), [("other",)]),
    ),
    Fault(
        "without a date",
        "salesforce/contact",
        {"id": "F-C-UNDATED", "email": "u@home.fault", "created_date": None},
        shown=(person("u@home.fault", "account_id"), [("F-HOME",)]),
    ),
    Fault(
        "unknown role",
        "salesforce/opportunity_contact_role",
        {"id": "F-R-1", "contact_id": "F-C-ANN", "opportunity_id": "F-O-GOOD", "role": "Wizard"},
        unmapped=(("buying_roles", "Wizard"),),
        shown=(person("ann@home.fault", "buying_role"), [("other",)]),
    ),
    Fault(
        "a HubSpot contact merged into itself",
        "hubspot/contact",
        {
            **{"id": 990_001, "property_email": "self@home.fault"},
            "property_hs_merged_object_ids": "990001",
        },
        shown=(person("self@home.fault", "match_method"), [("email_domain",)]),
    ),
    Fault(
        "a HubSpot contact that swallowed missing ones",
        "hubspot/contact",
        {
            **{"id": 990_002, "property_email": "whale@home.fault"},
            "property_hs_merged_object_ids": "990777; ;990778;x",
        },
        shown=(person("whale@home.fault", "match_method"), [("email_domain",)]),
    ),
    *(
        Fault(
            f"HubSpot contacts merged into each other, {own}",
            "hubspot/contact",
            {
                **{"id": own, "property_email": f"{own}@home.fault"},
                "property_hs_merged_object_ids": str(other),
            },
            "staged" if own < other else "deleted",
        )
        for own, other in ((990_003, 990_004), (990_004, 990_003))
    ),
    Fault(
        "a HubSpot contact of a missing company",
        "hubspot/contact",
        {
            **{"id": 990_005, "property_email": "c@else.fault"},
            "property_associatedcompanyid": 123456789012345.0,
        },
        shown=(person("c@else.fault", "match_method"), [("unmatched",)]),
    ),
    Fault(
        "a Marketo lead of nobody's records",
        "marketo/lead",
        {
            **{"id": -1, "email": None, "sfdc_contact_id": "F-NOBODY"},
            **{"sfdc_account_id": "F-NOBODY", "sfdc_lead_id": ""},
        },
    ),
    Fault(
        "a stakeholder without e-mail or name",
        "abm_program/stakeholders",
        {"buying_role": "Sorcerer"},
        unmapped=(("buying_roles", "Sorcerer"),),
    ),
    Fault(
        "a stakeholder of nobody's account",
        "abm_program/stakeholders",
        {"account_id": "F-NOBODY", "person_email": "s@stake.fault", "buying_role": "champion"},
        unmapped=(("accounts of stakeholders", "F-NOBODY"),),
        shown=(person("s@stake.fault", "account_id, match_method"), [("unknown", "unmatched")]),
    ),
]

DEAL_FAULTS = [
    Fault(
        "none: the good deal of the planted rows",
        "salesforce/opportunity",
        {"id": "F-O-GOOD"},
        shown=(deal("F-O-GOOD", "account_id, amount, is_won"), [("F-HOME", 1000, True)]),
    ),
    Fault(
        "negative and won",
        "salesforce/opportunity",
        {"id": "F-O-NEGATIVE", "amount": "-500"},
        listed=(("amount", "negative_amount", "-500.00"),),
        shown=(deal("F-O-NEGATIVE", "amount, original_amount"), [(None, -500)]),
    ),
    Fault(
        "won without amount",
        "salesforce/opportunity",
        {"id": "F-O-FREE", "amount": None},
        listed=(("amount", "missing_amount", None),),
        shown=(deal("F-O-FREE", "amount, is_won"), [(None, True)]),
    ),
    Fault(
        "amount in words",
        "salesforce/opportunity",
        {"id": "F-O-WORDS", "amount": "twelve"},
        "rejected",
        (("amount", "unreadable_double", "twelve"),),
    ),
    Fault(
        "amount of 1e300",
        "salesforce/opportunity",
        {
            **{"id": "F-O-1E300", "amount": "1e300", "stage_name": "Proposal"},
            **{"is_closed": False, "is_won": False, "close_date": date(9999, 12, 31)},
        },
        listed=(("amount", "out_of_range", "1e300"),),
        shown=(deal("F-O-1E300", "amount, is_open"), [(None, True)]),
    ),
    Fault(
        "closed before created",
        "salesforce/opportunity",
        {"id": "F-O-EARLY", "close_date": date(2025, 2, 1)},
        listed=(("close_date", "closed_before_created", "2025-02-01"),),
        shown=(deal("F-O-EARLY", "amount, cycle_days, is_won"), [(1000, None, True)]),
    ),
    Fault(
        "closed in the year 1",
        "salesforce/opportunity",
        {"id": "F-O-ROMAN", "close_date": date(1, 1, 1), "amount": "700"},
        listed=(
            ("close_date", "closed_before_created", "0001-01-01"),
            ("amount", "no_currency_rate", "700.00 USD"),
        ),
        shown=(deal("F-O-ROMAN", "amount, original_amount, cycle_days"), [(None, 700, None)]),
    ),
    Fault(
        "in an unknown currency",
        "salesforce/opportunity",
        {"id": "F-O-XXB", "currency_iso_code": "XXB"},
        listed=(("amount", "no_currency_rate", "1000.00 XXB"),),
        unmapped=(("currency_rates", "XXB"),),
        shown=(deal("F-O-XXB", "amount, original_amount"), [(None, 1000)]),
    ),
    Fault(
        "at a rate that makes it absurd",
        "salesforce/opportunity",
        {"id": "F-O-TIN", "currency_iso_code": "TIN"},
        listed=(("amount", "out_of_range", "1000.00 TIN"),),
        shown=(deal("F-O-TIN", "amount, original_amount"), [(None, 1000)]),
    ),
    *(
        Fault(
            f"a rate of {rate}",
            "salesforce/dated_conversion_rate",
            {"iso_code": code, "start_date": date(2020, 1, 1), "conversion_rate": rate},
        )
        for code, rate in (("TIN", 1e-20), ("XXB", 0.0), ("XXA", -2.0))
    ),
    Fault(
        "unknown stage and type",
        "salesforce/opportunity",
        {
            **{"id": "F-O-NAP", "stage_name": "Napping", "type": "Barter"},
            **{"is_closed": False, "is_won": False},
        },
        unmapped=(("opportunity_stages", "Napping"), ("opportunity_types", "Barter")),
        shown=(
            deal("F-O-NAP", "stage_name, is_advanced, opportunity_type"),
            [("Napping", False, "other")],
        ),
    ),
    Fault(
        "of nobody's account and owner",
        "salesforce/opportunity",
        {"id": "F-O-NOBODY", "account_id": "F-NOBODY", "owner_id": "F-NOBODY"},
        shown=(
            deal("F-O-NOBODY", "account_id, account_executive_id, amount"),
            [("unknown", "unknown", 1000)],
        ),
    ),
    Fault(
        "with nothing but an id",
        "salesforce/opportunity",
        dict.fromkeys(GOOD["salesforce/opportunity"]) | {"id": "F-O-BARE"},
        shown=(
            deal(
                "F-O-BARE",
                "account_id, stage_name, amount, is_open, created_on, is_abm_at_creation",
            ),
            [("unknown", None, None, True, None, False)],
        ),
    ),
    Fault(
        "history without a moment: as it stands now",
        "salesforce/opportunity",
        {"id": "F-O-UNDATED", "amount": "300"},
        shown=(deal("F-O-UNDATED", "amount, is_won, stage_name"), [(300, True, "Closed Won")]),
    ),
    Fault(
        "a change without a moment",
        "salesforce/opportunity_history",
        {"id": "F-H-UNDATED", "opportunity_id": "F-O-UNDATED", "created_date": None},
    ),
    Fault(
        "a change of nobody's deal",
        "salesforce/opportunity_history",
        {"id": "F-H-NOBODY", "opportunity_id": "F-NOBODY", "amount": -1e300},
        listed=(("amount", "out_of_range", "-1e+300"),),
    ),
    Fault(
        "a negative split",
        "salesforce/opportunity_split",
        {"opportunity_id": "F-O-GOOD", "split_owner_id": "F-NOBODY", "split_percentage": -50.0},
        shown=(
            "select account_executive_id, split_rate from marts.bridge_opportunity_executives "
            "where opportunity_id = 'F-O-GOOD'",
            [("unknown", 1)],
        ),
    ),
    Fault(
        "a deal whose id is no number",
        "hubspot/deal",
        {"deal_id": "D-1"},
        "rejected",
        (("deal_id", "unreadable_bigint", "D-1"),),
        record="D-1",
    ),
]


def touches(record_id: str, columns: str) -> str:
    return f"select {columns} from marts.fct_touchpoints where source_record_id = '{record_id}'"


TOUCH_FAULTS = [
    Fault(
        "a deleted campaign with Latin-1 bytes",
        "salesforce/campaign",
        {"id": "F-K-GONE", "name": "Caf\xe9".encode("latin-1"), "is_deleted": True},
        "deleted",
    ),
    Fault(
        "a campaign with Latin-1 bytes and an unknown type",
        "salesforce/campaign",
        {"id": "F-K-SKY", "name": "D\xe9mo".encode("latin-1"), "type": "Skywriting"},
        unmapped=(("interaction_rules", "salesforce campaign_member: Skywriting"),),
        shown=(
            "select campaign_name from marts.dim_campaigns where campaign_type = 'Skywriting'",
            [("D\\xE9mo",)],
        ),
    ),
    Fault(
        "a member of a deleted campaign",
        "salesforce/campaign_member",
        {"id": "F-M-GONE", "campaign_id": "F-K-GONE", "contact_id": "F-C-ANN"},
        shown=(
            "select account_id, campaign_name, interaction_type from marts.fct_touchpoints "
            "inner join marts.dim_campaigns using (campaign_id) "
            "where source_record_id = 'F-M-GONE' and campaign_id <> 'unknown'",
            [("F-HOME", None, "form_submission")],
        ),
    ),
    Fault(
        "a member that nobody knows",
        "salesforce/campaign_member",
        {"id": "F-M-NOBODY", "campaign_id": "F-K-SKY", "lead_id": "F-NOBODY"},
        unmatched=("unknown_person_record",),
    ),
    Fault(
        "a response before 1990",
        "salesforce/campaign_member",
        {"id": "F-M-1970", "first_responded_date": date(1970, 1, 1), "contact_id": "F-C-ANN"},
        "rejected",
        (("first_responded_date", "impossible_date", "1970-01-01"),),
    ),
    Fault(
        "a call with nobody at nobody's",
        "salesforce/task",
        {"id": "F-T-NOBODY", "who_id": "F-NOBODY", "account_id": "F-NOBODY"},
        unmatched=("unknown_person_record",),
    ),
    Fault(
        "a call at nobody's",
        "salesforce/task",
        {"id": "F-T-ACCOUNT", "account_id": "F-NOBODY"},
        unmatched=("unknown_account_id",),
    ),
    Fault(*("a call of nobody", "salesforce/task", {"id": "F-T-NONE"}), unmatched=("no_identity",)),
    Fault(
        "a duration in words",
        "salesforce/task",
        {"id": "F-T-LONG", "call_duration_in_seconds": "long", "who_id": "F-C-ANN"},
        "rejected",
        (("call_duration_in_seconds", "unreadable_integer", "long"),),
    ),
    Fault(
        "an event without a start",
        "salesforce/event",
        {"id": "F-E-UNDATED", "who_id": "F-C-ANN", "start_date_time": None, "end_date_time": None},
        unmatched=("undated",),
    ),
    Fault(
        "an event that ends before it starts",
        "salesforce/event",
        {"id": "F-E-BACK", "who_id": "F-C-ANN", "end_date_time": datetime(1815, 6, 18)},
        shown=(touches("F-E-BACK", "interaction_type, account_id"), [("sales_meeting", "F-HOME")]),
    ),
    Fault(
        "an attendee of a missing event",
        "salesforce/event_relation",
        {"id": "F-ER-1", "event_id": "F-NOBODY", "relation_id": "F-C-ANN", "is_deleted": False},
    ),
    Fault(
        "mail to nobody",
        "hubspot/email_event",
        {"id": 99_000_001, "recipient": " NOBODY@Nowhere.fault "},
        unmatched=("unknown_person_record",),
    ),
    Fault(
        "mail to an address with spaces and capitals",
        "hubspot/email_event",
        {"id": 99_000_002, "recipient": " ANN@home.FAULT "},
        shown=(touches("99000002", "account_id, is_machine"), [("F-HOME", False)]),
    ),
    Fault(
        "a form of nobody",
        "hubspot/contact_form_submission",
        {"contact_id": 999_999_999, "form_id": "f", "conversion_id": "F-HF-1"},
        unmatched=("unknown_person_record",),
    ),
    Fault(
        "a meeting of nobody",
        "hubspot/engagement_meeting",
        {"engagement_id": 990_101},
        unmatched=("no_identity",),
    ),
    Fault(
        "a meeting without a moment",
        "hubspot/engagement_meeting",
        {"engagement_id": 990_102, "property_hs_timestamp": None},
        unmatched=("undated",),
    ),
    Fault(
        "a call in the future",
        "hubspot/engagement_call",
        {"engagement_id": 990_103, "property_hs_timestamp": datetime(2030, 1, 1)},
        "rejected",
        (("property_hs_timestamp", "impossible_date", "2030-01-01 00:00:00"),),
        record="990103",
    ),
    Fault(
        "an open of nobody",
        "marketo/activity_open_email",
        {"id": 9_900_001, "lead_id": 999_999_999},
        unmatched=("unknown_person_record",),
    ),
    Fault(
        "a success in a missing program of nobody",
        "marketo/activity_change_status_in_progression",
        {"id": 9_900_002, "lead_id": None, "program_id": 999_999_999},
        unmatched=("no_identity",),
    ),
    *(
        Fault(
            f"a page view {what}",
            "ga4/events",
            {
                **{"user_pseudo_id": f"F-V-{number}", "event_params": params},
                "event_timestamp": ACTED_US,
            },
            unmatched=("anonymous_visitor",),
            shown=(
                touches(f"F-V-{number}.2026-10-05", "interaction_type, page_views"),
                [("web_visit", 1)],
            ),
        )
        for number, (what, params) in enumerate(
            [
                ("with an empty parameter list", []),
                ("without a parameter list", None),
                (
                    "with a null session and unknown keys",
                    [
                        {"key": "ga_session_id", "value": None},
                        {"key": None, "value": {"string_value": "x"}},
                        {"key": "percent_scrolled", "value": {"int_value": 10**15}},
                    ],
                ),
            ]
        )
    ),
    *(
        Fault(
            f"an event at {moment} microseconds",
            "ga4/events",
            {"user_pseudo_id": "F-V-TIME", "event_timestamp": moment},
            "rejected",
            (("event_timestamp", "impossible_date", str(moment)),),
            record=f"F-V-TIME / {moment} / page_view / (none) / (none) / (none)",
        )
        for moment in (0, -62_135_596_800_000_001, 9_223_372_036_854_775_806)
    ),
    Fault(
        "an event without visitor",
        "ga4/events",
        {"user_pseudo_id": None, "event_timestamp": 1},
        "rejected",
        (("event_timestamp", "impossible_date", "1"),),
        record="(none) / 1 / page_view / (none) / (none) / (none)",
    ),
    Fault(
        "an event of somebody who refused consent",
        "ga4/events",
        {"user_pseudo_id": None, "event_timestamp": ACTED_US},
        unmatched=("not_identifiable",),
    ),
    Fault(
        "a visitor of an unsure company",
        "ga4/visitor_accounts",
        {"user_pseudo_id": "F-V-0", "domain": "home.fault", "confidence": float("nan")},
        "rejected",
        (("confidence", "unreadable_double", "nan"),),
        record="F-V-0 / home.fault",
    ),
    Fault(
        "an ad shown to nobody's company",
        "linkedin_ads/company_engagement",
        {"company_domain": "nobody.fault", "impressions": 3, "clicks": -1},
        unmatched=("unknown_company_domain",),
    ),
    Fault(
        "an ad shown less than never",
        "linkedin_ads/company_engagement",
        {"company_domain": "home.fault", "impressions": -3, "clicks": None},
        shown=(
            "select count(*) from marts.fct_touchpoints where account_id = 'F-HOME' "
            "and source_system = 'linkedin_ads'",
            [(0,)],
        ),
    ),
    Fault(
        "spend that is no number",
        "linkedin_ads/ad_analytics_by_campaign",
        {"campaign_id": 1, "cost_in_local_currency": float("inf")},
        "rejected",
        (("cost_in_local_currency", "unreadable_double", "inf"),),
        record="1 / 2026-10-05 14:30:00",
    ),
    Fault(
        "spend of a missing campaign",
        "google_ads/campaign_stats",
        {"_fivetran_id": "F-G-1", "cost_micros": -5_000_000},
    ),
    Fault(
        "an unknown type and channel",
        "custom/touchpoints",
        {"touchpoint_source_id": "F-X-1", "interaction_type": "Teleport", "channel": "Smoke"},
        unmapped=(("interaction_rules", "custom touchpoints: teleport"), ("channels", "smoke")),
        shown=(
            touches("F-X-1", "interaction_type, account_id, aes_weight"),
            [("unmapped", "F-HOME", 0)],
        ),
    ),
    Fault(
        "an asset that nobody lists",
        "custom/touchpoints",
        {
            **{"touchpoint_source_id": "F-X-ASSET", "interaction_type": "content_view"},
            **{"channel": "direct", "content_asset_id": "F-ASSET"},
        },
        unmapped=(("content assets of touchpoints", "F-ASSET"),),
        shown=(touches("F-X-ASSET", "content_asset_id, content_depth"), [("unknown", 0.25)]),
    ),
    Fault(
        "viewed a million times over",
        "custom/touchpoints",
        {
            **{"touchpoint_source_id": "F-X-2", "interaction_type": "content_view"},
            **{"channel": "direct", "content_depth": 1e6},
        },
        listed=(("content_depth", "out_of_range", "1000000.0"),),
        shown=(touches("F-X-2", "content_depth"), [(0.25,)]),
    ),
    Fault(
        "viewed to no number",
        "custom/touchpoints",
        {"touchpoint_source_id": "F-X-NAN", "content_depth": float("nan")},
        "rejected",
        (("content_depth", "unreadable_double", "nan"),),
    ),
    *(
        Fault(
            f"a view of an address that nobody knows, {number}",
            "custom/touchpoints",
            {
                **{"touchpoint_source_id": f"F-X-TWICE-{number}", "channel": "direct"},
                **{"interaction_type": "content_view", "person_email": "x@else.fault"},
            },
            shown=(
                touches(f"F-X-TWICE-{number}", "account_id, person_id"),
                [("F-HOME", "unknown")],
            ),
        )
        for number in range(2)
    ),
    Fault(
        "viewed less than not at all",
        "custom/touchpoints",
        {
            **{"touchpoint_source_id": "F-X-3", "interaction_type": "content_view"},
            **{"channel": "direct", "content_depth": -0.5},
        },
        listed=(("content_depth", "out_of_range", "-0.5"),),
        shown=(touches("F-X-3", "content_depth"), [(0.25,)]),
    ),
]

INTENT_AND_PROGRAMME_FAULTS = [
    Fault(
        "a score in words",
        "bombora/company_surge",
        {"topic_name": "crm", "composite_score": "high"},
        "rejected",
        (("composite_score", "unreadable_double", "high"),),
        record="home.fault / crm / 2026-10-05",
    ),
    Fault(
        "a surge without a topic",
        "bombora/company_surge",
        {"topic_name": "", "composite_score": "99"},
        "rejected",
        (("topic_name", "missing_id", ""),),
        record="home.fault /  / 2026-10-05",
    ),
    Fault(
        "a day that no calendar has",
        "sixsense/keyword_activity",
        {"company_id": "F-6-1", "keyword": "crm", "activity_date": "2026-02-30"},
        "rejected",
        (("activity_date", "unreadable_date", "2026-02-30"),),
        record="F-6-1 / crm / 2026-02-30",
    ),
    Fault(
        "a membership that ends before it starts",
        "abm_program/target_accounts",
        {"account_id": "F-HOME", "exited_on": date(2025, 2, 1)},
        listed=(("exited_on", "ended_before_started", "2025-02-01"),),
        record="F-HOME / 2025-03-01",
        shown=(account("F-HOME", "is_abm_now, activated_on"), [(False, None)]),
    ),
    Fault(
        "a membership of nobody in an unknown tier",
        "abm_program/target_accounts",
        {"account_id": "F-NOBODY", "abm_tier": "1:none"},
        unmapped=(
            ("accounts of target_accounts", "F-NOBODY"),
            ("tiers of target_accounts", "1:none"),
        ),
    ),
    Fault(
        "a contract of nobody that ends before it starts",
        "abm_program/contracts",
        {
            **{"contract_id": "F-CT-1", "account_id": "F-NOBODY"},
            **{"started_on": date(2026, 1, 1), "ended_on": date(2025, 1, 1)},
        },
        listed=(("ended_on", "ended_before_started", "2025-01-01"),),
        record="F-CT-1",
        unmapped=(("accounts of contracts", "F-NOBODY"),),
    ),
    Fault(
        "a contract that never was in force",
        "abm_program/contracts",
        {
            **{"contract_id": "F-CT-2", "account_id": "F-HOME"},
            **{"started_on": date(2025, 9, 1), "ended_on": date(2025, 8, 1)},
        },
        listed=(("ended_on", "ended_before_started", "2025-08-01"),),
        record="F-CT-2",
        shown=(
            "select retention_basis from marts.fct_customer_value where account_id = 'F-HOME'",
            [("assumed_12_months",)],
        ),
    ),
    Fault(
        "a listing of a missing campaign",
        "abm_program/programme_campaigns",
        {"source_system": "salesforce", "campaign_id": "F-NOBODY", "programme": "abm"},
        unmapped=(("campaigns of programme_campaigns", "salesforce F-NOBODY"),),
    ),
    Fault(
        "an asset of an unknown type without a path",
        "abm_program/content_assets",
        {"content_asset_id": "F-A-1", "url_path": "", "asset_type": "hologram"},
        unmapped=(("content_asset_types", "hologram"),),
        shown=(
            "select url_path from marts.dim_content_assets where content_asset_id = 'F-A-1'",
            [(None,)],
        ),
    ),
    Fault(
        "a negative line in the middle of a month",
        "abm_program/investments",
        {"month": date(2026, 3, 17), "channel": "fault", "amount": -40.0},
        unmapped=(("channels", "fault"),),
        shown=(
            "select month_start_on, amount from marts.fct_investments where channel = 'fault'",
            [(date(2026, 3, 1), -40)],
        ),
    ),
    Fault(
        "a line of 1e300",
        "abm_program/investments",
        {"channel": "absurd", "amount": 1e300},
        unmapped=(("channels", "absurd"),),
        listed=(("amount", "out_of_range", "1e+300"),),
        record=" / ".join(
            ["2026-03-01", "abm", "content", "(none)", "absurd", "(none)", "1e+300", "USD"]
        ),
        shown=(
            "select original_amount from marts.fct_investments where channel = 'absurd'",
            [(None,)],
        ),
    ),
    Fault(
        "a line without a month",
        "abm_program/investments",
        {"month": None},
        "rejected",
        (("month", "missing_id", None),),
        record=" / ".join(["(none)", "abm", "content", *["(none)"] * 3, "100.0", "USD"]),
    ),
    Fault(
        "a line of an unknown programme and category",
        "abm_program/investments",
        {"programme": "guerilla", "category": "bribes", "sector": "Heraldry"},
        unmapped=(
            ("programmes of investments", "guerilla"),
            ("investment_categories", "bribes"),
            ("sector_aliases", "Heraldry"),
        ),
    ),
]

LATER = datetime(2026, 10, 30, 12)
"""After LOADED, when the other planted rows were loaded."""


def twice(kind: str, table: str, record: int | str, newer: Row, older: Row) -> tuple[Fault, Fault]:
    """Two versions of a person's record, a CFO and a CEO: it must be the CFO."""
    email = f"{record}@twice.fault".lower()
    key = {"id": record, "email": email}
    is_cfo = person(email, "title"), [("CFO",)]
    return (
        Fault(f"{kind}: the present one", table, key | {"title": "CFO"} | newer, shown=is_cfo),
        Fault(f"{kind}: a past one", table, key | {"title": "CEO"} | older, "duplicate"),
    )


ROW_FAULTS = [
    *(
        Fault(
            f"no whole number: {text}",
            "salesforce/account",
            {"id": f"F-WHOLE-{number}", "number_of_employees": text},
            "rejected",
            (("number_of_employees", "unreadable_integer", text),),
        )
        for number, text in enumerate(("12.7", "1_000", "0x1F", "1e3"))
    ),
    Fault(
        "no whole number of seconds",
        "salesforce/task",
        {"id": "F-T-HEX", "call_duration_in_seconds": "0x1F"},
        "rejected",
        (("call_duration_in_seconds", "unreadable_integer", "0x1F"),),
    ),
    # Marks of deletion, each where the contract does not name it.
    *(
        Fault(f"deleted by {mark}", table, row | {mark: value}, "deleted")
        for mark, value, table, row in (
            ("_fivetran_deleted", True, "salesforce/account", {"id": "F-GONE"}),
            ("_fivetran_deleted", True, "custom/touchpoints", {"touchpoint_source_id": "F-GONE"}),
            ("_fivetran_deleted", True, "abm_program/investments", {"category": "platform"}),
            ("_sdc_deleted_at", LATER, "bombora/company_surge", {"topic_name": "gone"}),
            ("_ab_cdc_deleted_at", LATER, "hubspot/contact", {"id": 990_101}),
            ("archived", True, "hubspot/contact", {"id": 990_102}),
            ("archived", True, "marketo/lead", {"id": 990_101}),
        )
    ),
    # History Mode.
    *(
        Fault("a past version alone", table, row | {"_fivetran_active": False}, "deleted")
        for table, row in (
            ("marketo/lead", {"id": 990_102}),
            ("salesforce/contact", {"id": "F-C-PAST"}),
        )
    ),
    *twice(
        *("an active version", "salesforce/contact", "F-C-ACTIVE"),
        {"_fivetran_active": True},
        {"_fivetran_active": False, "_fivetran_synced": LATER},
    ),
    *twice(
        *("a version modified last", "salesforce/contact", "F-C-MODIFIED"),
        {"last_modified_date": datetime(2026, 2, 1)},
        {"last_modified_date": datetime(2026, 1, 1), "_fivetran_synced": LATER},
    ),
    *twice(
        *("a version modified last", "marketo/lead", 990_103),
        {"updated_at": datetime(2026, 2, 1)},
        {"updated_at": datetime(2026, 1, 1), "_fivetran_synced": LATER},
    ),
    # Versions that nothing tells apart.
    Fault(
        "two versions of one time: the greater one",
        "salesforce/account",
        {"id": "F-TIE", "name": "Zebra"},
        listed=(("_fivetran_synced", "undated_versions", "2"),),
        shown=(account("F-TIE", "account_name"), [("Zebra",)]),
    ),
    Fault(
        "two versions of one time: the smaller one",
        *("salesforce/account", {"id": "F-TIE", "name": "Aardvark"}, "duplicate"),
    ),
    Fault(
        "two versions of one time",
        "custom/touchpoints",
        {"touchpoint_source_id": "F-TIE", "interaction_type": "demo", "campaign_name": "b"},
        listed=(("_fivetran_synced", "undated_versions", "2"),),
    ),
    Fault(
        "two versions of one time: the smaller one",
        "custom/touchpoints",
        {"touchpoint_source_id": "F-TIE", "interaction_type": "demo", "campaign_name": "a"},
        "duplicate",
    ),
    # Moments as texts with an offset, which their whole columns are.
    Fault(
        "a moment five hours behind UTC",
        "custom/touchpoints",
        {
            **{"touchpoint_source_id": "F-OFFSET", "interaction_type": "demo"},
            "occurred_at": "2026-10-05T23:30:00-05:00",
        },
        shown=(touches("F-OFFSET", "occurred_at"), [(datetime(2026, 10, 6, 4, 30),)]),
    ),
    Fault(
        "a moment in a named zone",
        "custom/touchpoints",
        {
            **{"touchpoint_source_id": "F-REGION", "interaction_type": "demo"},
            "occurred_at": "2026-10-05 23:30:00 America/New_York",
        },
        shown=(touches("F-REGION", "occurred_at"), [(datetime(2026, 10, 6, 3, 30),)]),
    ),
    # Merges, with and without a row of what was merged away.
    *(
        Fault(
            f"{table}: a record merged into another, {own}",
            table,
            {"id": own, email: f"{own}@merged.fault"} | merged,
            outcome,
        )
        for table, email, own, merged, outcome in (
            ("hubspot/contact", "property_email", 990_110, {MERGED_IDS: "990111.0"}, "staged"),
            ("hubspot/contact", "property_email", 990_111, {}, "deleted"),
            ("marketo/lead", "email", 990_110, {}, "staged"),
            ("marketo/lead", "email", 990_111, {}, "deleted"),
            ("salesforce/lead", "email", "F-L-KEPT", {}, "staged"),
            ("salesforce/lead", "email", "F-L-GONE", {"master_record_id": "F-L-KEPT"}, "deleted"),
        )
    ),
    Fault(
        "the merge of two leads, and of one that nobody delivers",
        "marketo/activity_merge_leads",
        {"lead_id": 990_110, "merge_ids": '["990111", 990112.0]'},
    ),
    Fault(
        "an open of a merged lead",
        "marketo/activity_open_email",
        {"id": 990_111, "lead_id": 990_112},
        unmatched=("person_without_account",),
        shown=(
            "select count(*) from marts.fct_touchpoints as t "
            "inner join intermediate.int_people as p using (person_id) "
            "where t.source_record_id = '990111' "
            "and p.email = '990110@merged.fault'",
            [(1,)],
        ),
    ),
]

FAULTS = [
    *(ACCOUNT_FAULTS + PERSON_FAULTS + DEAL_FAULTS),
    *(TOUCH_FAULTS + INTENT_AND_PROGRAMME_FAULTS + ROW_FAULTS),
]


def planted(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Add the faulty rows of a table, in the types that its faults make of its columns."""
    types = {
        **dict.fromkeys(AS_TEXT.get(table, []), pl.String()),
        **dict.fromkeys(AS_DOUBLE.get(table, []), pl.Float64()),
        **dict.fromkeys(AS_BYTES.get(table, []), pl.Binary()),
    }
    frame = frame.cast(types)  # type: ignore[arg-type]
    zoned = pl.col(AS_NANOSECONDS.get(table, [])).dt.replace_time_zone("UTC")
    added = [
        {"_fivetran_synced": LOADED} | GOOD.get(table, {}) | fault.row
        for fault in FAULTS
        if fault.table == table
    ]
    if added:
        marks = {name: pl.Boolean() for name in ("archived", "_fivetran_active")}
        marks |= {name: pl.Datetime("us") for name in ("_sdc_deleted_at", "_ab_cdc_deleted_at")}
        schema = {name: (marks | frame.schema)[name] for name in added_columns(added)}
        texts = AS_TEXT.get(table, [])
        spelled = [{k: str(v) if k in texts and v else v for k, v in row.items()} for row in added]
        rows = pl.DataFrame(spelled, schema=schema)
        frame = pl.concat([frame, rows], how="diagonal")
    if table in AS_NANOSECONDS:
        frame = frame.with_columns(
            zoned.dt.convert_time_zone("America/New_York").dt.cast_time_unit("ns")
        )
    return frame


def added_columns(added: list[Row]) -> list[str]:
    return list(dict.fromkeys(itertools.chain.from_iterable(added)))


@pytest.fixture(scope="module")
def spoiled(
    abm: Abm, company: Path, company_target: Path, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    """The small company with every fault in it, built once."""
    folder = tmp_path_factory.mktemp("planted_faults")
    raw, db = folder / "raw", folder / "abm.duckdb"
    shutil.copytree(company, raw)
    shutil.rmtree(raw / GONE)
    for table in {fault.table for fault in FAULTS} | AS_DOUBLE.keys() | AS_NANOSECONDS.keys():
        file = raw / f"{table}.parquet"
        # Many small row groups, as a streaming writer leaves them.
        planted(pl.read_parquet(file), table).write_parquet(file, row_group_size=50)
    emptied = raw.joinpath(*EMPTIED).with_suffix(".parquet")
    pl.read_parquet(emptied).clear().write_parquet(emptied)
    users = raw / "salesforce" / "user.parquet"
    frame = pl.read_parquet(users)
    frame.select(
        *(pl.lit(7).alias(name) for name in ("select", "Naïve name", "order by 1; --")),
        *reversed(frame.columns),
    ).write_parquet(users)
    result = abm("build", "--raw", raw, "--db", db, "--as-of", COMPANY_DAY)
    return Build(result, raw, db, company_target)


def read(build: Build, query: str) -> list[tuple[Any, ...]]:
    assert build.result.returncode == 0, said(build.result)
    with build.connect() as connection:
        return connection.execute(query).fetchall()


def changes(company_built: Build, spoiled: Build, query: str) -> Counter[Any]:
    """By how much the counts of a query, its last column, differ from those without faults."""
    before, after = (
        {tuple(row[:-1]): row[-1] for row in read(build, query)}
        for build in (company_built, spoiled)
    )
    keys = before.keys() | after.keys()
    counts = {key: after.get(key, 0) - before.get(key, 0) for key in keys}
    return Counter({key: count for key, count in counts.items() if count})


def record_of(fault: Fault) -> str:
    identity = fault.row.get("id", fault.row.get("touchpoint_source_id"))
    return fault.record or ("(none)" if identity is None else str(identity))


def test_build_ends_well(spoiled: Build) -> None:
    assert len(FAULTS) > 100
    assert spoiled.result.returncode == 0, said(spoiled.result)
    for printed in (spoiled.result.stdout, spoiled.result.stderr):
        assert "Traceback" not in printed, said(spoiled.result)
    assert " 0 failed, 0 skipped" in spoiled.result.stdout, said(spoiled.result)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.table}: {fault.kind}"[:80])
def test_fault_is_shown(spoiled: Build, fault: Fault) -> None:
    """What a fault leaves in the marts, and its own lines in the audit."""
    source, table = fault.table.split("/")
    lines = read(
        spoiled,
        "select raw_table, stated_record_id, column_name, reason, stated_value, is_blocking "
        f"from intermediate.int_rejected_records where source_system = '{source}'",
    )
    for column, reason, value in fault.listed:
        line = (table, record_of(fault), column, reason, value, fault.outcome == "rejected")
        assert line in lines, [other for other in lines if other[1] == line[1]]
    if fault.shown:
        query, expected = fault.shown
        assert read(spoiled, query) == expected


def test_nothing_else_is_listed(company_built: Build, spoiled: Build) -> None:
    """The audit of rejected records has the planted lines and no other."""
    expected = Counter(
        (*fault.table.split("/"), record_of(fault), *listing, fault.outcome == "rejected")
        for fault in FAULTS
        for listing in fault.listed
    )
    found = changes(
        company_built,
        spoiled,
        "select source_system, raw_table, stated_record_id, column_name, reason, stated_value, "
        "is_blocking, count(*) from intermediate.int_rejected_records group by all",
    )
    assert found == expected, (found - expected, expected - found)


def test_every_row_is_accounted_for(company_built: Build, spoiled: Build) -> None:
    """Each planted row is where its fault puts it, and no other row has moved."""
    columns = ("n_raw", "n_staged", "n_duplicate", "n_deleted", "n_rejected", "difference")
    for column in columns:
        expected: Counter[Any] = Counter(
            tuple(fault.table.split("/"))
            for fault in FAULTS
            if column in ("n_raw", f"n_{fault.outcome}")
        )
        query = f"select source_system, raw_table, {column} from audit.audit_row_reconciliation"
        before = {tuple(row[:2]): row[2] for row in read(company_built, query)}
        for key, count in before.items():
            if key == EMPTIED or key[0] == GONE:
                expected[key] = -count
        expected = Counter({key: count for key, count in expected.items() if count})
        assert changes(company_built, spoiled, query) == expected, column
    unequal = read(spoiled, "from audit.audit_row_reconciliation where difference <> 0")
    assert not unequal


def test_unmapped_values_are_listed(company_built: Build, spoiled: Build) -> None:
    expected = Counter(value for fault in FAULTS for value in fault.unmapped)
    found = changes(
        company_built,
        spoiled,
        "select seed_name, raw_value, n_rows from audit.audit_unmapped_values",
    )
    assert found == expected, (found - expected, expected - found)


def test_unmatched_touches_are_counted(company_built: Build, spoiled: Build) -> None:
    expected = Counter(
        (fault.table.split("/")[0], reason) for fault in FAULTS for reason in fault.unmatched
    )
    found = changes(
        company_built,
        spoiled,
        "select source_system, reason, n_touchpoints from audit.audit_unmatched_touchpoints",
    )
    assert found == expected, (found - expected, expected - found)


KPIS = {
    "fct_account_engagement": (
        "account_id, aes, touchpoint_score, stakeholder_reach, content_consumption, "
        "intent_signals, engagement_points, aes_band, is_mqa, last_engaged_on"
    ),
    "fct_account_penetration": "*",
    "fct_opportunities": "*",
    "fct_attribution": (
        "account_id, opportunity_id, touchpoint_id, channel, weight, attributed_amount"
    ),
    "fct_touchpoints": (
        "account_id, touchpoint_id, person_id, interaction_type, is_abm_touch, aes_weight"
    ),
    "fct_customer_value": "*",
    "dim_accounts": (
        "account_id, account_name, domain, ultimate_parent_account_id, sector, annual_revenue_usd, "
        "account_size_tier, employee_count, is_abm_now, abm_tier, is_customer"
    ),
}


@pytest.mark.parametrize("table", KPIS)
def test_nobody_else_is_touched(company_built: Build, spoiled: Build, table: str) -> None:
    """Every row of the company's accounts is what it is without faults.

    Only the intent signals of the domains that the missing vendor knew may fall, and with them
    the score.
    """
    assert spoiled.result.returncode == 0, said(spoiled.result)
    columns = KPIS[table]
    is_score = table == "fct_account_engagement"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{company_built.db}' as before (read_only)")
        connection.execute(f"attach '{spoiled.db}' as after (read_only)")
        connection.execute(f"""
            create temp table known as
            select account_id, domain in (
                select domain from '{company_built.raw}/{GONE}/intent.parquet'
            ) as is_known_to_vendor
            from before.marts.dim_accounts
            where account_id <> 'unknown'
        """)
        ((n_accounts, n_known),) = connection.execute(
            "select count(*), sum(case when is_known_to_vendor then 1 else 0 end) from known"
        ).fetchall()
        assert n_accounts == 30
        assert 0 < n_known < n_accounts
        own = "account_id in (select account_id from known{})"
        whose = own.format(" where not is_known_to_vendor" if is_score else "")
        assert connection.execute(
            f"select count(*) from before.marts.{table} where {whose}"
        ).fetchall() > [(0,)]
        for one, other in (("before", "after"), ("after", "before")):
            differing = connection.execute(
                f"select {columns} from {one}.marts.{table} where {whose} "
                f"except all select {columns} from {other}.marts.{table} where {whose}"
            ).fetchall()
            assert not differing, (one, differing[:3])
        if is_score:
            moved = connection.execute("""
                select before.account_id, before.aes - after.aes, before.intent_signals,
                    after.intent_signals
                from before.marts.fct_account_engagement as before
                inner join after.marts.fct_account_engagement as after using (account_id)
                where before.account_id in (select account_id from known where is_known_to_vendor)
                    and (
                        before.aes - after.aes <> 3 * (before.intent_signals - after.intent_signals)
                        or after.intent_signals > before.intent_signals
                        or before.touchpoint_score <> after.touchpoint_score
                        or before.stakeholder_reach <> after.stakeholder_reach
                        or before.content_consumption <> after.content_consumption
                    )
            """).fetchall()
            assert not moved


# What stops a build before it starts.

Spoil = Callable[[Path], None]


def replaced_by_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def replaced_by_csv(file: Path) -> None:
    frame = pl.read_parquet(file)
    frame.write_csv(file)


def cut_in_half(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def emptied_to_nothing(file: Path) -> None:
    file.write_bytes(b"")


def made_unreadable(file: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads every file")
    file.chmod(0)


def without_columns(*columns: str) -> Spoil:
    def spoil(file: Path) -> None:
        pl.read_parquet(file).drop(*columns).write_parquet(file)

    spoil.__name__ = f"without_{'_'.join(columns)}"
    return spoil


FATAL = [
    (replaced_by_directory, "salesforce/contact", ("absent {salesforce: {contact: all}}",)),
    (replaced_by_directory, "salesforce/account", ("var crm (hubspot)",)),
    (replaced_by_csv, "bombora/company_surge", ("absent {bombora: {company_surge: all}}",)),
    (cut_in_half, "ga4/events", ("absent {ga4: {events: all}}",)),
    (emptied_to_nothing, "marketo/lead", ("absent {marketo: {lead: all}}",)),
    (made_unreadable, "hubspot/contact", ("absent {hubspot: {contact: all}}",)),
    (
        without_columns("stage_name", "amount"),
        "salesforce/opportunity",
        ("columns stage_name, amount", "var crm (hubspot)"),
    ),
    (
        without_columns("event_timestamp"),
        "ga4/events",
        ("column event_timestamp", "absent {ga4: {events: all}}"),
    ),
    (
        without_columns("month"),
        "abm_program/investments",
        ("column month", "absent {abm_program: {investments: all}}"),
    ),
]


@pytest.mark.parametrize(
    ("spoil", "table", "words"),
    FATAL,
    ids=[f"{spoil.__name__}: {table}" for spoil, table, _ in FATAL],
)
def test_fatal_faults_stop_the_build(
    abm: Abm, company_copy: Path, tmp_path: Path, spoil: Spoil, table: str, words: tuple[str, ...]
) -> None:
    """One sentence names the file and the var that would do without it; nothing is written."""
    spoil(company_copy / f"{table}.parquet")
    db = tmp_path / "new" / "abm.duckdb"
    sentences = errors(abm("build", "--raw", company_copy, "--db", db, "--as-of", COMPANY_DAY))
    assert len(sentences) == 1, sentences
    for word in (f"{table}.parquet", *words):
        assert word in sentences[0]
    assert not db.exists()
    assert not db.parent.exists()
