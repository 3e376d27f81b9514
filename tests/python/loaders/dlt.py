"""Writes a company as dlt leaves it: dlt 1.31.0 with its verified sources hubspot and salesforce.

The names are those of the verified sources (`sources/hubspot`, `sources/salesforce`) after dlt's
naming convention `snake_case`: `firstName` becomes `first_name`, a list becomes the child table
`parent__list`, an object the columns `parent__field`, and a trailing `_` an `x`, so that the
source's `hs_v2_date_entered_` is `hs_v2_date_enteredx`. HubSpot properties have hinted types, hence
columns where all is null; Salesforce fields have none.
"""

from pathlib import Path

import duckdb
from loaders.plain import SYNCED, columns_of, copy_others, open_plain, quoted, write_parts

RENAMED = {"user": "sf_user"}
SALESFORCE = (
    "account campaign campaign_member contact event lead opportunity opportunity_contact_role task "
    "user"
).split()

HUBSPOT_TABLES = {
    "company": "companies",
    "contact": "contacts",
    "deal": "deals",
    "owner": "owners",
    "deal_pipeline": "pipelines_deals",
}

LOST: dict[str, list[str]] = {
    "salesforce.opportunity_history": [],
    "salesforce.opportunity_stage": [],
    "salesforce.opportunity_split": [],
    "salesforce.opportunity_team_member": [],
    "salesforce.dated_conversion_rate": [],
    "salesforce.currency_type": [],
    "salesforce.event_relation": [],
    "salesforce.task_relation": [],
    "hubspot.contact_form_submission": [],
    "hubspot.email_campaign": [],
    "hubspot.email_event": [],
    "hubspot.email_event_click": [],
    "hubspot.email_event_open": [],
    "hubspot.engagement": [],
    "hubspot.engagement_call": [],
    "hubspot.engagement_company": [],
    "hubspot.engagement_contact": [],
    "hubspot.engagement_meeting": [],
    "hubspot.merged_deal": [],
    "hubspot.deal_company": ["type_id", "category"],
    "hubspot.deal_contact": ["type_id", "category"],
    "hubspot.deal_pipeline_stage": ["closed_won"],
}
"""What neither verified source delivers: a table (no columns named) or columns of one."""

ENUMERATIONS = {"hubspot_owner_id"}
"""HubSpot properties with ids of a list, which dlt keeps as text; other numbers become doubles."""


def write_dlt(plain: Path, out: Path, sources: tuple[str, ...] = ("salesforce", "hubspot")) -> None:
    """Write what dlt's filesystem destination leaves of Salesforce and HubSpot.

    Args:
        plain: A raw directory of the plain shape.
        out: The raw directory to write; other sources are copied.
        sources: Which of the two are written in dlt's shape.
    """
    copy_others(plain, out, *sources)
    with open_plain(plain) as connection:
        if "salesforce" in sources:
            for table in SALESFORCE:
                name = RENAMED.get(table, table)
                query = salesforce_rows(connection, table)
                _write(connection, query, out / "salesforce" / name)
        if "hubspot" in sources:
            for name, query in hubspot_rows(connection).items():
                _write(connection, query, out / "hubspot" / name)


def salesforce_rows(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The rows of an object; a column without any value has no type in dlt and is not written."""
    relation = f'salesforce."{table}"'
    types = columns_of(connection, relation)
    filled = connection.execute(
        f"select {', '.join(f'count({name})' for name in types)} from {relation}"
    ).fetchall()[0]
    written = []
    for (name, data_type), n_filled in zip(types.items(), filled, strict=True):
        if not n_filled or name.startswith("_fivetran"):
            continue
        column = {"contract_term_months": "contract_term_months__c"}.get(name, name)
        written.append(f'{_as_dlt(name, data_type)} as "{column}"')
    return (
        f"select {', '.join(written)}, {LOAD_ID} as _dlt_load_id, "
        f"{_row_id(table, 'id')} as _dlt_id from {relation}"
    )


LOAD_ID = f"format('{{:.6f}}', epoch({SYNCED}))"
"""A load is named by its start in seconds since 1970, as text."""


def _row_id(table: str, key: str) -> str:
    return f"left(md5('{table}' || {key} || {SYNCED}), 14)"


def _as_dlt(name: str, data_type: str) -> str:
    if data_type == "TIMESTAMP":
        return f"{name} at time zone 'UTC'"
    if data_type == "INTEGER":
        return f"cast({name} as bigint)"
    # Salesforce says a day as text without a time; dlt takes only moments for more than text.
    return f"cast({name} as varchar)" if data_type == "DATE" else name


def _properties(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    columns = []
    for name, data_type in columns_of(connection, f"hubspot.{table}").items():
        if not name.startswith("property_"):
            continue
        called = name.removeprefix("property_")
        if called in ENUMERATIONS:
            value = f"cast({name} as varchar)"
        elif data_type in ("BIGINT", "INTEGER"):
            value = f"cast({name} as double)"
        else:
            value = _as_dlt(name, data_type)
        columns.append(f'{value} as "{called}"')
    return ", ".join(columns)


def hubspot_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """A query per table of the source, with history, deleted records and the properties asked for.

    The source's defaults leave out history, deleted records and most properties named `hs_...`.
    """
    loaded = f"{LOAD_ID} as _dlt_load_id"
    deleted = "coalesce(_fivetran_deleted, false)"
    # What a list becomes names the row that had it: the newest of its record.
    newest = (
        "(select id as value, {parent} as _dlt_parent_id from hubspot.{table} "
        f"qualify row_number() over (partition by id order by {SYNCED} desc) = 1)"
    )
    links = (
        "select cast(linked.{key} as varchar) as value, cast(linked.deal_id as varchar) "
        "as deals_id, newest._dlt_parent_id, "
        "row_number() over (partition by linked.{key} order by linked.deal_id) - 1 "
        "as _dlt_list_idx, "
        "left(md5('{name}' || linked.{key} || '-' || linked.deal_id), 14) as _dlt_id "
        "from hubspot.{link} as linked inner join {newest} as newest "
        "on linked.{key} = newest.value where not coalesce(linked._fivetran_deleted, false)"
    )
    queries = {}
    for table, is_deleted in (("company", f"(is_deleted or {deleted})"), ("contact", deleted)):
        name = HUBSPOT_TABLES[table]
        parent = _row_id(name, "id")
        queries[name] = (
            f"select {_properties(connection, table)}, cast(id as double) as hs_object_id, "
            f"cast(id as varchar) as id, {is_deleted} as is_deleted, {loaded}, {parent} as _dlt_id "
            f"from hubspot.{table}"
        )
        queries[f"{name}__deals"] = links.format(
            key=f"{table}_id",
            name=f"{name}__deals",
            link=f"deal_{table}",
            newest=newest.format(parent=parent, table=table),
        )
    queries["deals"] = (
        f"select {_properties(connection, 'deal')}, cast(owner_id as varchar) as hubspot_owner_id, "
        "deal_pipeline_id as pipeline, deal_pipeline_stage_id as dealstage, "
        "cast(deal_id as double) as hs_object_id, cast(deal_id as varchar) as id, "
        f"(is_deleted or {deleted}) as is_deleted, {loaded}, {_row_id('deals', 'deal_id')} "
        "as _dlt_id from hubspot.deal"
    )
    queries["owners"] = (
        "select cast(owner_id as varchar) as id, email, first_name, last_name, "
        f"{deleted} as archived, {loaded}, {_row_id('owners', 'owner_id')} as _dlt_id "
        "from hubspot.owner"
    )
    pipeline_id = _row_id("pipelines_deals", "pipeline_id")
    queries["pipelines_deals"] = (
        f"select pipeline_id as id, label, cast(0 as bigint) as display_order, false as archived, "
        f"{loaded}, {pipeline_id} as _dlt_id from hubspot.deal_pipeline"
    )
    queries["pipelines_deals__stages"] = (
        "select stages.stage_id as id, stages.label, cast(stages.display_order as bigint) "
        "as display_order, false as archived, cast(stages.is_closed as varchar) "
        "as metadata__is_closed, cast(stages.probability as varchar) as metadata__probability, "
        "pipelines._dlt_parent_id, stages.display_order as _dlt_list_idx, "
        "left(md5('stages' || stages.stage_id), 14) as _dlt_id "
        "from hubspot.deal_pipeline_stage as stages inner join "
        f"(select pipeline_id, {pipeline_id} as _dlt_parent_id from hubspot.deal_pipeline) "
        "as pipelines on stages.pipeline_id = pipelines.pipeline_id"
    )
    queries["stages_timing_deals"] = (
        "select cast(deal_id as varchar) as id, max(date_entered) at time zone 'UTC' "
        f"as hs_v2_date_enteredx, value as stage, {LOAD_ID.replace(SYNCED, f'max({SYNCED})')} "
        f"as _dlt_load_id, left(md5('timing' || deal_id || value), 14) as _dlt_id "
        "from hubspot.deal_stage group by deal_id, value"
    )
    history = (
        f"(select deal_id, name, value, timestamp, {SYNCED} from hubspot.deal_property_history "
        f"union all select deal_id, 'dealstage', value, date_entered, {SYNCED} "
        "from hubspot.deal_stage)"
    )
    # The hints of the properties make columns of their own here too, in which nothing ever stands.
    queries["deals_property_history"] = (
        "select cast(null as double) as amount, cast(null as varchar) as dealname, "
        "cast(null as varchar) as dealstage, cast(null as timestamptz) as closedate, "
        "cast(deal_id as varchar) as object_id, name as property_name, value, "
        f"timestamp at time zone 'UTC' as timestamp, 'CRM_UI' as source_type, {loaded}, "
        f"left(md5(name || deal_id || timestamp || value), 14) as _dlt_id from {history}"
    )
    return queries


def _write(connection: duckdb.DuckDBPyConnection, query: str, folder: Path) -> None:
    """Two loads of a table, each a file `<load id>.<file id>.parquet`."""
    files = [
        folder / f"{load_id}.{load_id[-10:].replace('.', '')}a.parquet"
        for load_id in ("1793491200.123456", "1793577600.654321")
    ]
    write_parts(connection, query, files, order="_dlt_id")
    (folder.parent / "init").touch()
    assert list(folder.glob("*")), quoted(folder)
