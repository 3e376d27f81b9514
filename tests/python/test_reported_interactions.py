"""Situations that users of other packages reported, and others of their kind planted beside them.

What happened must be told as it was: a meeting that a calendar copies, a call that nobody took, a
click that the export calls organic, an ad campaign that was renamed. The folders hold the reported
case; rows of other accounts, people and sources put the same into further tables and columns.
"""

import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import CASES, COMPANY_DAY, Abm, said

REPORTS = CASES / "reports"
"""Extracts made up for the situations; they are no part of the project."""

LOADED = datetime(2026, 10, 31, 6)
ACTED = datetime(2026, 10, 6, 10)
ACTED_US = int(ACTED.replace(tzinfo=UTC).timestamp()) * 1_000_000
CREATED = datetime(2024, 2, 1)

Row = dict[str, Any]
Query = Callable[[str], list[tuple[Any, ...]]]

TOUCHES = """
    select people.email, touches.interaction_type, count(*)
    from intermediate.int_touchpoints as touches
    inner join (
        select distinct person_id, email from intermediate.int_person_records_unified
    ) as people on touches.person_id = people.person_id
    group by all order by all
"""

pytestmark = pytest.mark.skipif(not REPORTS.is_dir(), reason=f"{REPORTS} does not exist")


@pytest.fixture(scope="module")
def case(abm: Abm, tmp_path_factory: pytest.TempPathFactory) -> Iterable[Callable[..., Query]]:
    """Builds a folder with further rows and gives what queries its database."""
    import duckdb

    connections = []

    def build(
        name: str, planted: dict[str, list[Row]], *, select: str, variables: str = "{}"
    ) -> Query:
        folder = tmp_path_factory.mktemp(name)
        raw, db = folder / "raw", folder / "abm.duckdb"
        shutil.copytree(REPORTS / name, raw, copy_function=shutil.copyfile)
        for table, rows in planted.items():
            add(raw / f"{table}.parquet", rows)
        result = abm(
            *("build", "--raw", raw, "--db", db, "--as-of", COMPANY_DAY, "--vars", variables),
            *(part for node in select.split() for part in ("--select", node)),
        )
        assert result.returncode == 0, said(result)
        connection = duckdb.connect(str(db), read_only=True)
        connections.append(connection)
        return lambda sql: connection.execute(sql).fetchall()

    yield build
    for connection in connections:
        connection.close()


def add(file: Path, rows: list[Row]) -> None:
    """Add rows to a file, and the columns that it lacks; without a file, write one."""
    frame = pl.DataFrame(
        [{"_fivetran_synced": LOADED} | row for row in rows], infer_schema_length=None
    )
    if file.exists():
        there = pl.read_parquet(file)
        frame = frame.cast(
            {
                name: there.schema[name]
                for name, kind in frame.schema.items()
                if name in there.schema and not kind.is_nested()
            }
        )
        frame = pl.concat([there, frame], how="diagonal")
    file.parent.mkdir(exist_ok=True)
    frame.write_parquet(file)


def contact(contact_id: str, email: str, account_id: str = "001000000000C01") -> Row:
    return {
        "id": contact_id,
        "account_id": account_id,
        "email": email,
        "created_date": CREATED,
        "is_deleted": False,
    }


def call(number: int, disposition: str) -> Row:
    return {
        "id": f"00T00000000000{number}",
        "who_id": "003000000000C03",
        "type": "Call",
        "is_closed": True,
        "completed_date_time": ACTED + timedelta(days=number),
        "created_date": ACTED,
        "call_disposition": disposition,
        "call_duration_in_seconds": 60,
        "is_deleted": False,
    }


def test_a_calendar_copies_meetings(case: Callable[..., Query]) -> None:
    """Attendees of a copy or a series' master did not meet once more; calls of any spelling."""
    refused = ("No Answer", "no-answer", "Left Live Message", "LeftVoicemail", "Line busy")
    query = case(
        "sf_child_events",
        {
            "salesforce/contact": [
                contact("003000000000C03", "called@childevents.example"),
                contact("003000000000C04", "invited@childevents.example"),
            ],
            "salesforce/event_relation": [
                {"id": f"0RE00000000000{n}", "event_id": event, "relation_id": "003000000000C04"}
                for n, event in enumerate(
                    ("00U000000000C01", "00U000000000C02", "00U000000000C04"), start=1
                )
            ],
            "salesforce/task": [
                call(number, said) for number, said in enumerate((*refused, "Connected"), start=1)
            ],
        },
        select="+int_touchpoints",
    )
    assert query(TOUCHES) == [
        ("a@childevents.example", "sales_meeting", 1),
        ("b@childevents.example", "sales_meeting", 2),
        ("called@childevents.example", "sales_call", 1),
        ("invited@childevents.example", "sales_meeting", 1),
    ]


OWN_OUTCOME = "0a1b2c3d-0000-4000-8000-000000000001"
"""A call outcome that a HubSpot account made for itself."""


def test_outcomes_of_calls_and_meetings(case: Callable[..., Query]) -> None:
    """Old and present names, ids, words and the line's status; bursts of clicks; zones of dates."""
    calls = {
        6610: {"outcome": "WRONG_NUMBER"},
        6611: {"property_hs_call_disposition": OWN_OUTCOME, "outcome": "Left live message"},
        6612: {"property_hs_call_duration": 0},
        6613: {"property_hs_call_status": "NO_ANSWER"},
        6614: {"property_hs_call_disposition": OWN_OUTCOME},
        6615: {"outcome": "a4c4c377-d246-4b32-a13b-75a56a4cd0ff".upper()},
    }
    meetings = {
        6691: {"outcome": "CANCELED"},
        6692: {"outcome": "SCHEDULED", "property_hs_meeting_outcome": "No show"},
        6693: {"property_hs_meeting_outcome": "COMPLETED"},
    }
    held = {**calls, **meetings}
    clicks = [("burst", n, link) for n, link in enumerate("abc")]
    clicks += [("slow", 3 * n, link) for n, link in enumerate("abc")]
    query = case(
        "hs_call_outcomes",
        {
            "hubspot/contact": [
                {
                    "id": 10 * number,
                    "property_email": f"{number}@calloutcomes.example",
                    "property_associatedcompanyid": 9601,
                    "property_createdate": CREATED,
                }
                for number in held
            ],
            "hubspot/engagement_contact": [
                {"engagement_id": number, "contact_id": 10 * number} for number in held
            ],
            "hubspot/engagement_call": [
                {"engagement_id": number, "property_hs_timestamp": ACTED, **row}
                for number, row in calls.items()
            ],
            "hubspot/engagement_meeting": [
                {"engagement_id": number, "property_hs_timestamp": ACTED, **row}
                for number, row in meetings.items()
            ],
            "hubspot/email_event": [
                {
                    "id": f"{mail}{link}",
                    "type": "CLICK",
                    "recipient": "a0@calloutcomes.example",
                    "email_campaign_id": len(mail),
                    "created": ACTED + timedelta(seconds=second),
                    "filtered_event": False,
                }
                for mail, second, link in clicks
            ],
            "hubspot/email_event_click": [
                {"id": f"{mail}{link}", "user_agent": "Mozilla/5.0 (X11)", "url": link}
                for mail, _, link in clicks
            ],
            "hubspot/contact_form_submission": [
                {
                    "contact_id": 604,
                    "form_id": form,
                    "conversion_id": form,
                    "page_url": f"https://www.seller.example/form?{query}",
                    "timestamp": ACTED,
                }
                for form, query in {
                    "clicked": "utm_source=LinkedIn&utm_medium=Paid_Social&wbraid=1",
                    "unsaid": "utm_source=%28direct%29&utm_medium=(None)",
                    "social": "utm_source=LinkedIn&utm_medium=CPC",
                }.items()
            ],
            "hubspot/deal": [
                {
                    "deal_id": 1,
                    "owner_id": 61000001,
                    "deal_pipeline_id": "default",
                    "deal_pipeline_stage_id": "closedwon",
                    "property_dealname": "at night",
                    "property_amount": 100.0,
                    "property_createdate": CREATED,
                    "property_closedate": datetime(2026, 6, 30, 22, 30),
                    "is_deleted": False,
                }
            ],
            "hubspot/deal_company": [{"deal_id": 1, "company_id": 9601, "type_id": 5}],
        },
        select="+int_touchpoints +fct_opportunities +audit_unmapped_values",
        variables="{crm: hubspot, hubspot_time_zone: Europe/Paris}",
    )
    assert [row for row in query(TOUCHES) if row[1] in ("sales_call", "sales_meeting")] == [
        ("6614@calloutcomes.example", "sales_call", 1),
        ("6693@calloutcomes.example", "sales_meeting", 1),
        ("a0@calloutcomes.example", "sales_call", 1),
    ]
    assert query(
        "select raw_value from audit.audit_unmapped_values where raw_value like '%call:%'"
    ) == [(f"hubspot engagement_call: {OWN_OUTCOME}",)]
    assert query(
        "select source_record_id, is_machine, aes_weight from intermediate.int_touchpoints "
        "where interaction_type = 'email_click' order by 1"
    ) == [
        *((f"burst{link}", True, 0) for link in "abc"),
        *((f"slow{link}", False, 1) for link in "abc"),
    ]
    assert query(
        "select channel from intermediate.int_touchpoints "
        "where interaction_type = 'form_submission' order by 1"
    ) == [("direct",), ("paid_search",), ("paid_social",)]
    assert query("select closed_on from marts.fct_opportunities") == [(date(2026, 7, 1),)]


def hit(visitor: str | None, page: str, second: int = 0, **columns: Any) -> Row:
    values = {"int_value": None, "float_value": None, "double_value": None}
    return {
        "event_name": "page_view",
        "event_timestamp": ACTED_US + second * 1_000_000,
        "user_pseudo_id": visitor,
        "user_id": "gclidnull@web.example",
        "event_params": [
            {
                "key": "page_location",
                "value": {"string_value": f"https://www.seller.example/{page}", **values},
            },
            {
                "key": "ga_session_id",
                "value": {**values, "string_value": None, "int_value": 1},
            },
        ],
        **columns,
    }


def last_click(**campaigns: Row) -> Row:
    manual: Row = {"source": None, "medium": None}
    ads: Row = {"campaign_name": None}
    return {
        "session_traffic_source_last_click": {
            "manual_campaign": manual | campaigns.get("manual", {}),
            "google_ads_campaign": ads | campaigns.get("ads", {}),
        }
    }


def test_the_web_as_it_is_exported(case: Callable[..., Query]) -> None:
    """Click ids in any address, batches, sessions with a source of their own, refused consent."""
    organic = {"manual_source": "bing", "manual_medium": "organic", "manual_campaign_name": None}
    organic |= {"manual_content": None, "gclid": None}
    query = case(
        "ga4_web",
        {
            "ga4/events": [
                hit("late", "a", collected_traffic_source=organic),
                hit("late", "b?x=1&wbraid=3", 60),
                hit("empty", "a?gclid=", collected_traffic_source=organic),
                hit("own", "a", collected_traffic_source=organic),
                hit("own", "b", 60, **last_click(manual={"source": "LinkedIn", "medium": "cpc"})),
                hit("straight", "a", collected_traffic_source=organic),
                hit("straight", "b", 60, **last_click(manual={"source": "(direct)"})),
                hit("unset", "a", collected_traffic_source=organic),
                hit("unset", "b", 60, **last_click(manual={"source": "(not set)"})),
                hit("ads", "a", **last_click(ads={"campaign_name": "Brand"})),
                # Loaded twice, and refused.
                hit("again", "a"),
                hit("again", "a"),
                hit(None, "a", 5),
                hit("", "a", 5),
            ],
            "custom/touchpoints": [
                {
                    "touchpoint_source_id": asset,
                    "occurred_at": ACTED,
                    "interaction_type": "content_download",
                    "channel": "webinar",
                    "person_email": "batch@web.example",
                    "content_asset_id": asset,
                    "campaign_name": "(Not Set)",
                }
                for asset in ("asset-0", "asset-lost")
            ],
        },
        select="+fct_touchpoints +dim_content_assets +audit_unmapped_values "
        "+audit_unmatched_touchpoints +audit_row_reconciliation",
    )
    visits = dict(
        query(
            "select visitor_id, channel from marts.fct_touchpoints "
            "where interaction_type = 'web_visit' and occurred_on = date '2026-10-06'"
        )
    )
    reported = {"v.1": "paid_search", "v.2": "paid_search", "v.3": "paid_social"}
    reported |= {"v.4": "organic_search", "v.6": "direct", "v.7": "paid_search"}
    planted = {"late": "paid_search", "empty": "organic_search", "own": "paid_social"}
    planted |= {"straight": "direct", "unset": "organic_search", "ads": "paid_search"}
    assert visits == reported | planted | {"again": "direct"}
    assert query(
        "select visitor_id, page_views from marts.fct_touchpoints "
        "where visitor_id in ('v.4', 'again') and interaction_type = 'web_visit' order by 1"
    ) == [("again", 1), ("v.4", 2)]
    assert query(
        "select n_touchpoints from audit.audit_unmatched_touchpoints "
        "where source_system = 'ga4' and reason = 'not_identifiable'"
    ) == [(3,)]
    assert query(
        "select n_raw, n_staged, n_duplicate, n_rejected, difference "
        "from audit.audit_row_reconciliation where source_system = 'ga4' and raw_table = 'events'"
    ) == [(24, 22, 2, 0, 0)]
    assert query(
        "select source_record_id, content_asset_id, campaign_id from marts.fct_touchpoints "
        "where source_system = 'custom' order by 1"
    ) == [("asset-0", "asset-0", "unknown"), ("asset-lost", "unknown", "unknown")]
    assert ("content assets of touchpoints", "asset-lost", 1) in query(
        "select * from audit.audit_unmapped_values"
    )


def google(campaign_id: int, name: str, updated: datetime, synced: datetime = LOADED) -> Row:
    return {
        "id": campaign_id,
        "customer_id": 1,
        "name": name,
        "status": "ENABLED",
        "updated_at": updated,
        "_fivetran_synced": synced,
    }


def test_ad_campaigns_keep_their_past_names(case: Callable[..., Query]) -> None:
    """A link made before the campaign was renamed; a past name that is another's name today."""
    first, second = datetime(2026, 1, 1), datetime(2026, 7, 1)
    names = ["search_old", "search-new", "handed_over", "used_by_two", "9001"]
    traffic = {"manual_source": "google", "manual_medium": "cpc"}
    rest = {"manual_content": None, "gclid": None}
    query = case(
        "ads_campaign_versions",
        {
            "google_ads/campaign_history": [
                google(9001, "Search Old", first, LOADED + timedelta(hours=1)),
                google(9001, "Handed-Over", first - timedelta(1)),
                google(9001, "Used by two", first - timedelta(2)),
                google(9001, "Search New", second),
                google(9002, "Used by two", first),
                google(9002, "Handed over", second),
            ],
            "google_ads/campaign_stats": [
                {"id": 9001, "customer_id": 1, "date": first.date(), "impressions": 1, "clicks": 0}
                | {"cost_micros": 0, "_fivetran_synced": LOADED}
            ],
            "ga4/events": [
                hit(
                    name,
                    "x",
                    user_id="a@renamed.example",
                    collected_traffic_source={**traffic, "manual_campaign_name": name, **rest},
                )
                for name in names
            ],
        },
        select="+int_touchpoints",
    )
    campaigns = (
        "select campaign_source_id, campaign_name from intermediate.int_campaigns order by 1"
    )
    assert query(campaigns) == [
        ("501", "brand-generic-emea"),
        ("502", "new-name"),
        ("9001", "Search New"),
        ("9002", "Handed over"),
    ]
    assert dict(
        query(
            "select visitor_id, campaign_source_id from intermediate.int_touchpoints "
            "left join intermediate.int_campaigns using (campaign_id)"
        )
    ) == {
        "k.1": "501",
        **{"search_old": "9001", "search-new": "9001", "9001": "9001"},
        **{"handed_over": "9002", "used_by_two": None},
    }


def deal(number: int, currency: str, closed: date) -> Row:
    return {
        "id": f"00600000000000{number}",
        "account_id": "001000000000G01",
        "owner_id": "005000000000001",
        "stage_name": "Closed Won",
        "amount": 100.01,
        "currency_iso_code": currency,
        "is_closed": True,
        "is_won": True,
        "created_date": datetime(2026, 3, 1),
        "close_date": closed,
        "is_deleted": False,
    }


def split(number: int, owner: int, percentage: float, kind: str) -> Row:
    return {
        "opportunity_id": f"00600000000000{number}",
        "split_owner_id": f"00500000000000{owner}",
        "split_percentage": percentage,
        "split_type_id": kind,
        "is_deleted": False,
    }


def test_currencies_without_dated_rates(case: Callable[..., Query]) -> None:
    """A static rate where no dated one holds; shares of deals from their splits, else the team."""
    query = case(
        "sf_currency_not_dated",
        {
            "salesforce/opportunity": [
                deal(1, "SEK", date(2026, 6, 10)),
                deal(2, "NOK", date(2026, 6, 9)),
                deal(3, "NOK", date(2026, 6, 10)),
                deal(4, "USD", date(2026, 6, 10)),
                deal(5, "XXX", date(2026, 6, 10)),
            ],
            "salesforce/currency_type": [{"iso_code": "NOK", "conversion_rate": 10.0}],
            "salesforce/dated_conversion_rate": [
                {
                    "iso_code": "NOK",
                    "start_date": date(2026, 6, 10),
                    "next_start_date": date(2026, 7, 1),
                    "conversion_rate": 20.0,
                }
            ],
            "salesforce/user": [
                {"id": f"00500000000000{n}", "name": f"Owner {n}", "is_active": True}
                for n in (2, 3)
            ],
            "salesforce/opportunity_split": [
                split(1, 1, 50.0, "revenue"),
                split(1, 2, 50.0, "revenue"),
                split(1, 3, 30.0, "overlay"),
                split(2, 2, 40.0, "overlay"),
                split(2, 3, 10.0, "overlay"),
                split(3, 2, 100.0, "revenue") | {"is_deleted": True},
            ],
            "salesforce/opportunity_team_member": [
                {"opportunity_id": f"00600000000000{n}", "user_id": f"00500000000000{user}"}
                for n, user in ((1, 3), (3, 1), (3, 2), (3, 3))
            ],
        },
        select="+fct_opportunities +bridge_opportunity_executives +audit_rejected_records",
    )
    amounts = dict(query("select left(opportunity_id, 15), amount from marts.fct_opportunities"))
    assert {key: value and float(value) for key, value in amounts.items()} == {
        "006000000000G01": 100_000.0,
        "006000000000001": 10.0,
        "006000000000002": 10.0,
        "006000000000003": 5.0,
        "006000000000004": 100.01,
        "006000000000005": None,
    }
    shares = query(
        "select opportunity_id[14:15] || account_executive_id[14:15], "
        "cast(split_rate as double), cast(split_amount as double) "
        "from marts.bridge_opportunity_executives where opportunity_id not like '%G01%' order by 1"
    )
    assert shares == [
        *(("0101", 0.5, 5.0), ("0102", 0.5, 5.0)),
        *(("0202", 0.8, 8.0), ("0203", 0.2, 2.0)),
        *(("0301", 0.333333, 1.67), ("0302", 0.333334, 1.67), ("0303", 0.333333, 1.66)),
        *(("0401", 1.0, 100.01), ("0501", 1.0, None)),
    ]
    assert query(
        "select record_id[14:15], raw_value from audit.audit_rejected_records "
        "where reason = 'split_not_100'"
    ) == [("02", "50.00")]
