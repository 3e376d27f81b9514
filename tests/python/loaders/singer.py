"""Writes a company as Singer taps deliver it, in the Parquet files of a target.

The streams and columns are those of tap-salesforce 2.8.1, tap-hubspot 4.5.0, tap-marketo 2.9.4 and
tap-linkedin-ads 2.8.0: API names; on HubSpot's deals and companies a property is an object with
`value`, on contacts it is the bare value; moments are text, and so are Salesforce's plain dates,
which the tap labels and spells as moments.
"""

from pathlib import Path

import duckdb
from loaders.plain import (
    SYNCED,
    alive,
    api_name,
    columns_of,
    copy_others,
    open_plain,
    plain_tables,
    write_parts,
)

SOURCES = ("salesforce", "hubspot", "marketo", "linkedin_ads")

LOST: dict[str, list[str]] = {
    "hubspot.contact_form_submission": [],
    "hubspot.deal_stage": [],
    "hubspot.deal_property_history": [],
    "hubspot.engagement_call": [],
    "hubspot.engagement_meeting": [],
    "hubspot.merged_deal": [],
    "hubspot.deal_company": ["type_id", "category"],
    "hubspot.deal_contact": ["type_id", "category"],
    "linkedin_ads.company_engagement": [],
    "marketo.campaign": ["channel", "status"],
}
"""What no stream delivers: a table (no columns named) or columns of one."""

EXTRACTED = f"strftime({SYNCED}, '%Y-%m-%dT%H:%M:%S.%fZ')"
MARKS = (
    f"{SYNCED} at time zone 'UTC' as _sdc_extracted_at, {SYNCED} at time zone 'UTC' "
    "as _sdc_received_at, {0} at time zone 'UTC' as _sdc_batched_at, "
    "cast(epoch_ms({0}) as bigint) as _sdc_sequence, cast(null as varchar) as _sdc_deleted_at"
).format(SYNCED)

MARKETO = {"lead": "leads", "program": "programs", "campaign": "campaigns"}
MARKETO_LEAD = {
    "first_name": "firstName",
    "last_name": "lastName",
    "sfdc_lead_id": "sfdcLeadId",
    "sfdc_contact_id": "sfdcContactId",
    "sfdc_account_id": "sfdcAccountId",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
}
ACTIVITY = {
    "id": "marketoGUID",
    "lead_id": "leadId",
    "activity_date": "activityDate",
    "campaign_id": "campaignId",
}


def write_singer(plain: Path, out: Path, sources: tuple[str, ...] = SOURCES) -> None:
    """Write what four taps and a target that writes Parquet leave.

    Args:
        plain: A raw directory of the plain shape.
        out: The raw directory to write; other sources are copied.
        sources: Which of the four are written in this shape.
    """
    copy_others(plain, out, *sources)
    with open_plain(plain) as connection:
        streams: dict[str, dict[str, str]] = {}
        if "salesforce" in sources:
            streams["salesforce"] = {
                api_name(table): salesforce_rows(connection, table)
                for table in plain_tables(plain, "salesforce")
            }
        if "hubspot" in sources:
            streams["hubspot"] = hubspot_rows(connection)
        if "marketo" in sources:
            streams["marketo"] = dict(
                marketo_rows(connection, table) for table in plain_tables(plain, "marketo")
            )
        if "linkedin_ads" in sources:
            streams["linkedin_ads"] = linkedin_rows(connection)
        for source, queries in streams.items():
            for stream, query in queries.items():
                files = [
                    out / source / stream / f"2026-10-{day}.T060000.parquet" for day in (30, 31)
                ]
                write_parts(connection, query, files, order="_sdc_extracted_at, _sdc_sequence")


def _text(name: str, data_type: str) -> str:
    return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')" if data_type.startswith(MOMENTS) else name


MOMENTS = ("TIMESTAMP", "DATE")


def salesforce_rows(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The rows of an object: every queryable object that has an Id is a stream of its name."""
    relation = f'salesforce."{table}"'
    types = columns_of(connection, relation)
    columns = [
        f'{_text(name, data_type)} as "{api_name(name)}"'
        for name, data_type in types.items()
        if not name.startswith("_fivetran")
    ]
    if "id" not in types:
        columns.append('left(md5(columns_text), 18) as "Id"')
        keys = [name for name in types if not name.startswith("_")]
        relation = f"(select *, concat_ws('|', {', '.join(keys)}) as columns_text from {relation})"
    return f"select {', '.join(columns)}, {MARKS} from {relation}"


def _properties(
    connection: duckdb.DuckDBPyConnection, table: str, more: dict[str, str]
) -> list[str]:
    """A property is `{value, timestamp, source, sourceId}`; one without a value is absent."""
    given = {
        name.removeprefix("property_"): _text(name, data_type)
        for name, data_type in columns_of(connection, f"hubspot.{table}").items()
        if name.startswith("property_")
    }
    return [
        f"case when ({value}) is not null then {{'value': {value}, 'timestamp': {EXTRACTED}, "
        f"'source': 'CRM_UI', 'sourceId': cast(null as varchar)}} end as \"property_{name}\""
        for name, value in (given | more).items()
    ]


def hubspot_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """A query per stream."""
    lists = (
        "coalesce((select list(distinct linked.{value} order by linked.{value}) "
        "from hubspot.{link} as linked where linked.{key} = {record} "
        "and not coalesce(linked._fivetran_deleted, false)), [])"
    )
    deal_stage = (
        "select value as stage, max(date_entered) as entered, deal_id "
        "from hubspot.deal_stage group by value, deal_id"
    )
    stages = [
        row[0]
        for row in connection.execute(f"select distinct stage from ({deal_stage})").fetchall()
    ]
    entered = {
        f"hs_v2_date_entered_{stage}": (
            f"(select strftime(max(entered), '%Y-%m-%dT%H:%M:%S.%fZ') from ({deal_stage}) as "
            f"visits where visits.deal_id = deal.deal_id and stage = '{stage}')"
        )
        for stage in sorted(stages)
    }
    deal = {
        "hubspot_owner_id": "cast(owner_id as varchar)",
        "pipeline": "deal_pipeline_id",
        "dealstage": "deal_pipeline_stage_id",
    }
    contact = [
        f"{_text(name, data_type)} as {name}"
        for name, data_type in columns_of(connection, "hubspot.contact").items()
        if name.startswith("property_")
    ]
    # A stream of engagements of every kind, with the meeting's and the call's own in `metadata`.
    held = (
        "(select engagement_id, property_hs_timestamp, property_hubspot_owner_id, "
        "cast(null as varchar) as disposition, cast(null as bigint) as duration "
        "from hubspot.engagement_meeting union all select engagement_id, property_hs_timestamp, "
        "property_hubspot_owner_id, property_hs_call_disposition, duration "
        "from hubspot.engagement_call)"
    )
    company_ids = lists.format(
        value="company_id", link="deal_company", key="deal_id", record="deal.deal_id"
    )
    contact_ids = lists.format(
        value="contact_id", link="deal_contact", key="deal_id", record="deal.deal_id"
    )
    engaged = {
        kind: lists.format(
            value=f"{kind}_id",
            link=f"engagement_{kind}",
            key="engagement_id",
            record="engagement.id",
        )
        for kind in ("company", "contact")
    }
    return {
        "companies": (
            f'select cast(1 as bigint) as "portalId", id as "companyId", '
            f"{', '.join(_properties(connection, 'company', {}))}, {MARKS} "
            f"from {alive('hubspot.company', 'id')} where not coalesce(is_deleted, false)"
        ),
        "contacts": (
            f"select cast(id as varchar) as id, {_text('property_createdate', 'TIMESTAMP')} "
            f'as "createdAt", coalesce(_fivetran_deleted, false) as archived, '
            f"{', '.join(contact)}, {MARKS} from hubspot.contact"
        ),
        "deals": (
            f'select cast(1 as bigint) as "portalId", deal_id as "dealId", '
            f'(is_deleted or coalesce(_fivetran_deleted, false)) as "isDeleted", '
            f"{{'associatedVids': {contact_ids}, 'associatedCompanyIds': {company_ids}, "
            f"'associatedDealIds': cast([] as bigint[])}} as associations, "
            f"{', '.join(_properties(connection, 'deal', deal | entered))}, {MARKS} "
            "from hubspot.deal as deal"
        ),
        "deal_pipelines": (
            'select pipeline_id as "pipelineId", label, true as active, '
            "cast(0 as bigint) as \"displayOrder\", (select list({'stageId': stage_id, "
            "'label': stages.label, 'probability': probability, 'active': true, "
            "'displayOrder': cast(display_order as bigint), 'closedWon': closed_won}) "
            "from hubspot.deal_pipeline_stage as stages "
            f"where stages.pipeline_id = deal_pipeline.pipeline_id) as stages, {MARKS} "
            "from hubspot.deal_pipeline as deal_pipeline"
        ),
        "owners": (
            'select cast(owner_id as varchar) as id, email, first_name as "firstName", '
            f'last_name as "lastName", false as archived, {MARKS} from '
            f"{alive('hubspot.owner', 'owner_id')}"
        ),
        "email_events": (
            "select cast(event.id as varchar) as id, type, recipient, email_campaign_id as "
            "\"emailCampaignId\", strftime(created, '%Y-%m-%dT%H:%M:%S.%fZ') as created, "
            "filtered_event as \"filteredEvent\", {'created': cast(null as varchar), "
            "'id': cast(sent_by_id as varchar)} as \"sentBy\", clicks.url, "
            'coalesce(opens.user_agent, clicks.user_agent) as "userAgent", '
            f'coalesce(opens.ip_address, clicks.ip_address) as "ipAddress", '
            f"{MARKS.replace(SYNCED, 'event.' + SYNCED)} "
            f"from {alive('hubspot.email_event', 'id')} as event "
            "left join (select distinct id, user_agent, ip_address from hubspot.email_event_open) "
            "as opens on event.id = opens.id left join (select distinct id, user_agent, ip_address,"
            " url from hubspot.email_event_click) as clicks on event.id = clicks.id"
        ),
        "campaigns": (
            f"select id, name, subject, type, {MARKS} from {alive('hubspot.email_campaign', 'id')}"
        ),
        "engagements": (
            "select engagement.id as engagement_id, {'id': engagement.id, 'portalId': 1, "
            "'active': true, 'ownerId': held.property_hubspot_owner_id, 'type': engagement.type, "
            f"'timestamp': {_text('held.property_hs_timestamp', 'TIMESTAMP')}}} as engagement, "
            f"{{'contactIds': {engaged['contact']}, 'companyIds': {engaged['company']}, "
            "'dealIds': cast([] as bigint[])} as associations, "
            "{'disposition': held.disposition, 'durationMilliseconds': held.duration} as metadata, "
            f"{MARKS.replace(SYNCED, 'engagement.' + SYNCED)} "
            f"from {alive('hubspot.engagement', 'id')} as engagement "
            f"left join {held} as held on engagement.id = held.engagement_id"
        ),
    }


def marketo_rows(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, str]:
    """A stream and its rows: an activity's own fields are named `user_agent`, others `leadId`."""
    activity = table.removeprefix("activity_") if table.startswith("activity_") else None
    stream = f"activities_{activity}" if activity else MARKETO[table]
    columns = []
    for name, data_type in columns_of(connection, f"marketo.{table}").items():
        if name.startswith("_fivetran") or name in LOST.get(f"marketo.{table}", []):
            continue
        called = (ACTIVITY if activity else MARKETO_LEAD).get(name, name)
        value = _text(name, data_type)
        if called in ("marketoGUID", "primary_attribute_value_id"):
            value = f"cast({name} as varchar)"
        columns.append(f'{value} as "{called}"')
    return stream, (
        f"select {', '.join(columns)}, {MARKS} "
        f"from {alive(f'marketo.{table}', 'lead_id' if table == 'activity_merge_leads' else 'id')}"
    )


def linkedin_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """A query per stream; of a cost the tap keeps digits and points, nothing else."""
    cost = "regexp_replace(cast({0} as varchar), '[^0-9.]', '', 'g') as {0}"
    columns = {
        table: ", ".join(
            f"{_text(name, data_type)} as {name}"
            for name, data_type in columns_of(connection, f"linkedin_ads.{table}").items()
            if not name.startswith("_fivetran")
        )
        for table in ("account_history", "campaign_history")
    }
    return {
        "accounts": (
            f"select {columns['account_history']}, {MARKS} from linkedin_ads.account_history"
        ),
        "campaigns": (
            f"select {columns['campaign_history']}, 'urn:li:sponsoredAccount:' || account_id "
            f"as account, {MARKS} from linkedin_ads.campaign_history"
        ),
        "ad_analytics_by_campaign": (
            "select campaign_id, 'urn:li:sponsoredCampaign:' || campaign_id as campaign, "
            f"'CAMPAIGN' as pivot, {_text('day', 'TIMESTAMP')} as start_at, "
            "strftime(day + interval 1 day, '%Y-%m-%dT%H:%M:%SZ') as end_at, impressions, clicks, "
            f"{cost.format('cost_in_usd')}, {cost.format('cost_in_local_currency')}, {MARKS} "
            "from linkedin_ads.ad_analytics_by_campaign"
        ),
    }
