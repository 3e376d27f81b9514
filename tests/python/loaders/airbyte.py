"""A raw directory as Airbyte's file destinations leave it.

Streams, columns and types are those that the sources declare (airbyte_names.json: stream, column,
type of JSON schema, of which date and date-time are formats). Where an account defines columns
itself, the rule of the source's code gave names and types: HubSpot's properties stand here,
Marketo's attributes are spelled by its clean_string, Salesforce's fields keep their API's names. Of
the columns that nothing reads, only those are written that could be taken for one that is read. A
column has letters, digits and `_` alone in its name: `metrics.clicks` becomes `metrics_clicks`.

What Airbyte lacks is left out: HubSpot's deleted contacts, companies and mail events, people merged
in Marketo, form submissions by contact, kinds of association, Google's devices, and what
`lost_with_airbyte` takes from the plain directory besides.
"""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

NAMES: dict[str, Any] = json.loads(
    Path(__file__).with_name("airbyte_names.json").read_text(encoding="utf-8")
)
SYNCED_AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
"""When the files were written, which their names tell; their rows were read at other times."""

PARTS = 2
TYPES = {
    "string": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "date-time": "timestamptz",
}
LIVE = "not coalesce(_fivetran_deleted, false)"
PROPERTIES = {
    "deal": {
        "pipeline": "deal_pipeline_id",
        "dealstage": "deal_pipeline_stage_id",
        "hubspot_owner_id": "cast(owner_id as varchar)",
    },
    # The property holds HubSpot's id of an outcome, Fivetran's older column its words.
    "engagement_call": {
        "hs_call_disposition": """
            case outcome
                when 'Connected' then 'f240bbac-87c9-4f6e-bf70-924b57d47db7'
                when 'No answer' then '73a0d17f-1163-4015-bdd5-ec830791da20'
                else coalesce(property_hs_call_disposition, outcome)
            end
        """,
        "hs_call_duration": "cast(coalesce(property_hs_call_duration, duration) as double)",
    },
    "engagement_meeting": {
        "hs_meeting_outcome": "coalesce(property_hs_meeting_outcome, outcome)",
    },
}
"""HubSpot's properties that the plain table has under another name."""

GOOGLE_ADS = {
    # Hours of a day whose parts add up to it; a campaign's name is that of when the day was read.
    "campaign": """
        with days as (
            select
                id,
                customer_id,
                date,
                ad_network_type,
                sum(impressions) as impressions,
                sum(clicks) as clicks,
                sum(cost_micros) as cost_micros,
                sum(conversions) as conversions,
                max(_fivetran_synced) as _fivetran_synced
            from (
                select * from google_ads.campaign_stats
                qualify row_number() over (
                    partition by _fivetran_id order by _fivetran_synced desc
                ) = 1
            )
            group by all
        ),
        versions as (
            select *, lead(_fivetran_synced) over (
                partition by id order by _fivetran_synced
            ) as replaced_at
            from google_ads.campaign_history
        )
        select
            days.id as "campaign.id",
            versions.name as "campaign.name",
            versions.status as "campaign.status",
            'SERVING' as "campaign.serving_status",
            'customers/' || days.customer_id || '/campaigns/' || days.id
                as "campaign.resource_name",
            days.date as "segments.date",
            hours.hour as "segments.hour",
            ad_network_type as "segments.ad_network_type",
            impressions // 2 + hours.is_last * (impressions % 2) as "metrics.impressions",
            clicks // 2 + hours.is_last * (clicks % 2) as "metrics.clicks",
            cost_micros // 2 + hours.is_last * (cost_micros % 2) as "metrics.cost_micros",
            hours.is_last * conversions as "metrics.conversions",
            days._fivetran_synced
        from days
        cross join (values (9, 0), (16, 1)) as hours (hour, is_last)
        left join versions
            on days.id = versions.id
            and days._fivetran_synced >= versions._fivetran_synced
            and (
                versions.replaced_at is null or days._fivetran_synced < versions.replaced_at
            )
    """,
    "customer": """
        select
            id as "customer.id",
            currency_code as "customer.currency_code",
            time_zone as "customer.time_zone",
            'customers/' || id as "customer.resource_name",
            cast(updated_at as date) + cast(day as integer) as "segments.date",
            _fivetran_synced
        from google_ads.account_history
        cross join range(2) as days (day)
    """,
}

LINKEDIN_ADS = {
    "accounts": """
        select
            id,
            name,
            currency,
            'BUSINESS' as type,
            last_modified_time as created,
            last_modified_time as "lastModified",
            _fivetran_synced
        from linkedin_ads.account_history
    """,
    "campaigns": """
        select
            id,
            name,
            status,
            'SPONSORED_UPDATES' as type,
            'urn:li:sponsoredAccount:' || account_id as account,
            'urn:li:sponsoredCampaignGroup:' || campaign_group_id as "campaignGroup",
            created_time as created,
            last_modified_time as "lastModified",
            _fivetran_synced
        from linkedin_ads.campaign_history
    """,
    "ad_campaign_analytics": """
        select
            campaign_id as "sponsoredCampaign",
            ['urn:li:sponsoredCampaign:' || campaign_id] as "pivotValues",
            'urn:li:sponsoredCampaign:' || campaign_id as "string_of_pivot_values",
            'CAMPAIGN' as pivot,
            day as start_date,
            day as end_date,
            impressions,
            clicks,
            cost_in_usd as "costInUsd",
            cost_in_local_currency as "costInLocalCurrency",
            _fivetran_synced
        from linkedin_ads.ad_analytics_by_campaign
    """,
}

MARKETO = {
    "leads": f"""
        select
            id,
            email,
            first_name as "firstName",
            last_name as "lastName",
            title,
            company,
            sfdc_lead_id as "sfdcLeadId",
            sfdc_contact_id as "sfdcContactId",
            sfdc_account_id as "sfdcAccountId",
            created_at as "createdAt",
            updated_at as "updatedAt",
            _fivetran_synced
        from marketo.lead
        where {LIVE}
    """,
    "programs": """
        select
            id,
            name,
            type,
            channel,
            status,
            created_at as "createdAt",
            created_at as "updatedAt",
            _fivetran_synced
        from marketo.program
    """,
    "campaigns": """
        select
            id,
            name,
            type,
            true as active,
            created_at as "createdAt",
            created_at as "updatedAt",
            _fivetran_synced
        from marketo.campaign
    """,
}
ACTIVITIES = {
    "change_statusin_progression": "change_status_in_progression",
    "click_email": "click_email",
    "email_delivered": "email_delivered",
    "fill_out_form": "fill_out_form",
    "merge_leads": "merge_leads",
    "open_email": "open_email",
    "visit_webpage": "visit_webpage",
}
"""How the source spells an activity, and the plain table without its `activity_`."""

HUBSPOT = {
    "campaigns": """
        select
            id,
            name,
            subject,
            type,
            epoch_ms(_fivetran_synced) as "lastUpdatedTime",
            _fivetran_synced
        from hubspot.email_campaign
    """,
    "deal_pipelines": f"""
        select
            label,
            0 as "displayOrder",
            true as active,
            (
                select list({{
                    'label': label,
                    'displayOrder': cast(display_order as bigint),
                    'metadata': {{
                        'isClosed': cast(is_closed as varchar),
                        'probability': cast(probability as varchar)
                    }},
                    'stageId': stage_id,
                    'createdAt': epoch_ms(_fivetran_synced),
                    'updatedAt': epoch_ms(_fivetran_synced),
                    'active': true
                }} order by display_order)
                from hubspot.deal_pipeline_stage
                where pipeline_id = deal_pipeline.pipeline_id and {LIVE}
            ) as stages,
            'DEAL' as "objectType",
            pipeline_id as "pipelineId",
            epoch_ms(_fivetran_synced) as "createdAt",
            epoch_ms(_fivetran_synced) as "updatedAt",
            _fivetran_synced
        from hubspot.deal_pipeline
        where {LIVE}
    """,
    "deals_property_history": f"""
        with history as (
            select deal_id, name, value, timestamp, _fivetran_synced
            from hubspot.deal_property_history
            where {LIVE}

            union all

            select deal_id, 'dealstage', value, date_entered, _fivetran_synced
            from hubspot.deal_stage
            where {LIVE}
        )
        select
            deal_id as "dealId",
            name as property,
            value,
            timestamp,
            'CRM_UI' as "sourceType",
            deal_id in (select deal_id from hubspot.deal where is_deleted) as archived,
            _fivetran_synced
        from history
        where name <> 'hs_lastmodifieddate'
    """,
    "email_events": f"""
        with opens as (
            select
                id,
                arg_max(user_agent, _fivetran_synced) as user_agent,
                arg_max(ip_address, _fivetran_synced) as ip_address,
                null as url
            from hubspot.email_event_open
            group by id
        ),
        clicks as (
            select
                id,
                arg_max(user_agent, _fivetran_synced) as user_agent,
                arg_max(ip_address, _fivetran_synced) as ip_address,
                arg_max(url, _fivetran_synced) as url
            from hubspot.email_event_click
            group by id
        )
        select
            email_event.id,
            email_event.type,
            recipient,
            email_campaign_id as "emailCampaignId",
            epoch_ms(created) as created,
            filtered_event as "filteredEvent",
            case
                when sent_by_id is not null
                    then {{'created': epoch_ms(created), 'id': cast(sent_by_id as varchar)}}
            end as "sentBy",
            coalesce(opens.user_agent, clicks.user_agent) as "userAgent",
            coalesce(opens.ip_address, clicks.ip_address) as "ipAddress",
            clicks.url,
            _fivetran_synced
        from hubspot.email_event
        left join opens using (id)
        left join clicks using (id)
        where {LIVE}
    """,
    "engagements": f"""
        select
            id,
            type,
            true as active,
            epoch_ms(_fivetran_synced) as timestamp,
            (
                select list(contact_id order by contact_id)
                from hubspot.engagement_contact
                where engagement_id = engagement.id and {LIVE}
            ) as "associations_contactIds",
            (
                select list(company_id order by company_id)
                from hubspot.engagement_company
                where engagement_id = engagement.id and {LIVE}
            ) as "associations_companyIds",
            _fivetran_synced
        from hubspot.engagement
        where {LIVE}
    """,
    "form_submissions": """
        select
            conversion_id as "conversionId",
            form_id as "formId",
            page_url as "pageUrl",
            epoch_ms(timestamp) as "submittedAt",
            epoch_ms(timestamp) as "updatedAt",
            [{'name': 'email', 'value': property_email, 'objectTypeId': '0-1'}] as "values",
            submissions._fivetran_synced
        from hubspot.contact_form_submission as submissions
        left join (
            select id, arg_max(property_email, _fivetran_synced) as property_email
            from hubspot.contact
            group by id
        ) as contacts on submissions.contact_id = contacts.id
    """,
}
OWNERS = f"""
    select
        owner_id as id,
        email,
        first_name as "firstName",
        last_name as "lastName",
        owner_id - 60000000 as "userId",
        _fivetran_synced as "createdAt",
        _fivetran_synced as "updatedAt",
        {{is_archived}} as archived,
        _fivetran_synced
    from hubspot.owner
    where {LIVE}
        and owner_id {{comparison}} (select max(owner_id) from hubspot.owner)
"""
"""Who left is in a stream of its own: here the owner with the greatest id."""
HUBSPOT["owners"] = OWNERS.format(is_archived="false", comparison="<")
HUBSPOT["owners_archived"] = OWNERS.format(is_archived="true", comparison="=")


def write_airbyte(plain: Path, out: Path) -> None:
    """Write a raw directory again as Airbyte's file destinations leave it.

    Args:
        plain: A raw directory with one Parquet file per table, named as Fivetran does.
        out: The directory to write; sources that Airbyte has no connector for are copied.
    """
    shutil.copytree(plain, out, ignore=lambda folder, names: NAMES.keys() & {*names})
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for source in NAMES:
            connection.execute(f"create schema {source}")
            for file in sorted((plain / source).glob("*.parquet")):
                connection.execute(
                    f"create view {source}.{file.stem} as from read_parquet('{file}')"
                )
        streams = {
            "google_ads": GOOGLE_ADS,
            "hubspot": HUBSPOT | _hubspot_objects(connection),
            "linkedin_ads": LINKEDIN_ADS,
            "marketo": MARKETO | _activities(connection),
            "salesforce": _salesforce_objects(connection),
        }
        for source, queries in streams.items():
            for stream, query in queries.items():
                _write(connection, out / source / stream, query, NAMES[source]["streams"][stream])


def _write(
    connection: duckdb.DuckDBPyConnection, folder: Path, query: str, declared: dict[str, str]
) -> None:
    """Write the rows of a stream, if it has any, in part files."""
    columns = [name for name in _columns(connection, f"({query})") if name != "_fivetran_synced"]
    if unknown := [name for name in columns if name not in declared and "properties" not in name]:
        raise KeyError(f"{folder.name} has no {unknown}")
    typed = [
        (
            f'cast("{name}" as {TYPES[declared[name]]})'
            if declared.get(name) in TYPES
            else f'"{name}"'
        )
        + f' as "{re.sub("[^A-Za-z0-9_]", "_", name)}"'
        for name in columns
    ]
    connection.execute(
        f"create or replace temp table stream as select {', '.join(typed)}, "
        "md5(cast(row_number() over () as varchar)) as _airbyte_raw_id, "
        "cast(_fivetran_synced as timestamptz) as _airbyte_extracted_at, "
        "{'sync_id': 1::bigint, 'changes': []::struct("
        "field varchar, change varchar, reason varchar)[]} as _airbyte_meta, "
        f"0::bigint as _airbyte_generation_id, (row_number() over () - 1) % {PARTS} as part "
        f"from ({query})"
    )
    parts = connection.execute("select distinct part from stream order by part").fetchall()
    for (part,) in parts:
        folder.mkdir(parents=True, exist_ok=True)
        epoch = int(SYNCED_AT.timestamp() * 1000)
        file = folder / f"{SYNCED_AT:%Y_%m_%d}_{epoch}_{part}.parquet"
        connection.execute(
            f"copy (select * exclude (part) from stream where part = {part}) to '{file}'"
        )


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Name the columns of a relation, and the type of each."""
    rows = connection.execute(f"describe select * from {relation}").fetchall()
    return {name: data_type for name, data_type, *_ in rows}


def _activities(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Marketo's activities: attributes of all of them, and under our names those of one kind."""
    common = {
        "marketoGUID": "id",
        "leadId": "lead_id",
        "activityDate": "activity_date",
        "campaignId": "campaign_id",
        "primaryAttributeValueId": "primary_attribute_value_id",
        "primaryAttributeValue": "primary_attribute_value",
    }
    queries = {}
    for number, (stream, table) in enumerate(ACTIVITIES.items()):
        columns = _columns(connection, f"marketo.activity_{table}")
        selected = [
            f'{column if column in columns else "null"} as "{name}"'
            for name, column in common.items()
        ]
        selected += [f'{number} as "activityTypeId"']
        selected += [
            name for name in columns if name not in common.values() and name != "_fivetran_deleted"
        ]
        queries[f"activities_{stream}"] = (
            f"select {', '.join(selected)} from marketo.activity_{table} where {LIVE}"
        )
    return queries


def _salesforce_objects(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Salesforce's objects under the names of its API, deleted records among them."""
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'salesforce'"
    ).fetchall()
    queries = {}
    for (table,) in sorted(tables):
        columns = _columns(connection, f"salesforce.{table}")
        selected = [
            f'{name} as "{_api_name(name)}"'
            for name in columns
            if name not in ("_fivetran_deleted", "_fivetran_synced")
        ]
        modified = "last_modified_date, " if "last_modified_date" in columns else ""
        selected.append(f'coalesce({modified}_fivetran_synced) as "SystemModstamp"')
        queries[_api_name(table)] = (
            f"select {', '.join(selected)}, _fivetran_synced from salesforce.{table} where {LIVE}"
        )
    queries["EventWhoRelation"] = queries["EventRelation"]
    queries["TaskWhoRelation"] = queries.pop("TaskRelation")
    return queries


def _api_name(name: str) -> str:
    if name == "contract_term_months":
        return "Contract_Term_Months__c"
    return "".join(part.capitalize() for part in name.split("_"))


def _hubspot_objects(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """HubSpot's records with their properties, nested and beside one another, and associations."""
    of_deal = {
        # The API names a company once per kind of its association with the deal.
        "companies": _ids("company_id", "deal_company", "deal_id = deal.deal_id", times=2),
        "contacts": _ids("contact_id", "deal_contact", "deal_id = deal.deal_id"),
    }
    deal = ("deal", "deal_id", of_deal)
    queries = {
        "companies": (
            "company",
            "id",
            {"contacts": _ids("id", "contact", "property_associatedcompanyid = company.id")},
        ),
        "contacts": (
            "contact",
            "id",
            {"companies": _ids("id", "company", "id = contact.property_associatedcompanyid")},
        ),
        "deals": deal,
        "deals_archived": deal,
        "engagements_calls": _engagement("engagement_call"),
        "engagements_meetings": _engagement("engagement_meeting"),
    }
    return {
        stream: _hubspot_object(connection, table, key, lists, stream == "deals_archived")
        for stream, (table, key, lists) in queries.items()
    }


def _engagement(table: str) -> tuple[str, str, dict[str, str]]:
    its_own = f"engagement_id = {table}.engagement_id"
    return (
        table,
        "engagement_id",
        {
            "contacts": _ids("contact_id", "engagement_contact", its_own),
            "companies": _ids("company_id", "engagement_company", its_own),
        },
    )


def _ids(name: str, table: str, condition: str, times: int = 1) -> str:
    """An array of ids, as text."""
    return (
        f"(select list(cast({name} as varchar)) from hubspot.{table} cross join range({times}) "
        f"where {condition} and {LIVE})"
    )


def _hubspot_object(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    key: str,
    lists: dict[str, str],
    is_archive: bool,
) -> str:
    columns = _columns(connection, f"hubspot.{table}")
    properties = {
        name.removeprefix("property_"): _property(name, data_type, is_archive)
        for name, data_type in columns.items()
        if name.startswith("property_")
    } | PROPERTIES.get(table, {})
    nested = ", ".join(f"'{name}': {value}" for name, value in properties.items())
    selected = [f"{value} as properties_{name}" for name, value in properties.items()]
    selected += [f"{ids} as {name}" for name, ids in lists.items()]
    deleted = "coalesce(is_deleted, false)" if "is_deleted" in columns else "false"
    return (
        f"select {key} as id, {{{nested}}} as properties, {', '.join(selected)}, "
        f'_fivetran_synced as "createdAt", _fivetran_synced as "updatedAt", '
        f"{deleted} as archived, _fivetran_synced from hubspot.{table} "
        f"where {LIVE} and {deleted} = {is_archive}"
    )


def _property(name: str, data_type: str, is_archive: bool) -> str:
    """A property as HubSpot's type of it is written; the archive declares its own, mostly text."""
    if data_type == "TIMESTAMP":
        return f"cast({name} as timestamptz)"
    if is_archive or name == "property_hubspot_owner_id":
        return f"cast({name} as varchar)"
    return f"cast({name} as double)" if data_type in ("BIGINT", "INTEGER", "DOUBLE") else name
