"""The plain company as the records that Salesforce's and HubSpot's APIs give, and Singer messages.

dlt and a Singer target make their tables of these records themselves.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from loaders.dlt import RENAMED, SALESFORCE
from loaders.plain import SYNCED, api_name, columns_of, open_plain
from loaders.singer import hubspot_rows, linkedin_rows, marketo_rows, salesforce_rows

Record = dict[str, Any]

KEYS = (
    *("Id", "dealId", "companyId", "pipelineId", "engagement_id", "marketoGUID", "id"),
    *("campaign_id", "leadId"),
)
"""What identifies a record of a stream, where it is there."""


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[Record]:
    """The rows of a query, by name of column."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def spelled(value: Any) -> Any:
    """A value as JSON has it: a moment with a `Z`."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: spelled(part) for name, part in value.items()}
    return [spelled(part) for part in value] if isinstance(value, list) else value


def write_lines(records: list[Record], file: Path) -> None:
    """Write one JSON document per line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(spelled(r))}\n" for r in records), encoding="utf-8")


def write_salesforce(plain: Path, out: Path, before: Path | None = None) -> None:
    """Write what dlt's verified source reads: of some objects what changed, of others all.

    Args:
        plain: The company.
        out: The folder to write a file per resource to.
        before: The company at the last load: a resource that is merged gets what changed since.
    """
    merged = set(SALESFORCE) - {"campaign", "contact", "lead", "user"}
    with open_plain(plain) as connection:
        earlier = open_plain(before) if before else None
        for table in SALESFORCE:
            relation = f'select * exclude (_fivetran_deleted, {SYNCED}) from salesforce."{table}"'
            records = rows_of(connection, relation)
            if earlier and table in merged:
                known = rows_of(earlier, relation)
                records = [record for record in records if record not in known]
            named = [{api_name(k): v for k, v in record.items()} for record in records]
            for record in named:
                # JSON has one kind of number, and Python's reader makes an integer of `100`.
                if isinstance(amount := record.get("Amount"), float) and amount.is_integer():
                    record["Amount"] = int(amount)
            write_lines(named, out / f"{RENAMED.get(table, table)}.jsonl")
        if earlier:
            earlier.close()


def write_hubspot(plain: Path, out: Path) -> None:
    """Write what dlt's verified source makes of HubSpot's answers; it reads everything each time.

    Args:
        plain: The company.
        out: The folder to write a file per resource to.
    """
    types: dict[str, dict[str, str]] = {}
    kinds = {"BIGINT": "number", "INTEGER": "number", "DOUBLE": "number", "BOOLEAN": "bool"}
    deleted = "coalesce(_fivetran_deleted, false)"
    with open_plain(plain) as connection:

        def write_objects(table: str, key: str, more: dict[str, str], is_deleted: str) -> None:
            resource = {"company": "companies", "contact": "contacts", "deal": "deals"}[table]
            of_resource = types.setdefault(resource, {"hs_object_id": "number"})
            listed = []
            for name, data_type in columns_of(connection, f"hubspot.{table}").items():
                if name.startswith("property_"):
                    called = name.removeprefix("property_")
                    kind = "datetime" if data_type == "TIMESTAMP" else kinds.get(data_type)
                    kind = kind if called != "hubspot_owner_id" else None
                    of_resource[called] = kind or "string"
                    # The API spells every value as text.
                    text = f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%gZ')"
                    value = text if kind == "datetime" else f"cast({name} as varchar)"
                    listed.append(f'{value} as "{called}"')
            listed += [f"{value} as {name}" for name, value in more.items()]
            query = (
                f"select {', '.join(listed)}, cast({key} as varchar) as hs_object_id, "
                f"cast({key} as varchar) as id, {is_deleted} as is_deleted from hubspot.{table}"
            )
            write_lines(rows_of(connection, query), out / f"{resource}.jsonl")

        for table in ("company", "contact"):
            linked = (
                "(select list({'value': cast(linked.KEY as varchar), "
                "'deals_id': cast(linked.deal_id as varchar)} order by linked.deal_id) "
                f"from hubspot.deal_{table} as linked where linked.KEY = {table}.id)"
            ).replace("KEY", f"{table}_id")
            is_deleted = f"(is_deleted or {deleted})" if table == "company" else deleted
            write_objects(table, "id", {"deals": linked}, is_deleted)
        deal = {
            "hubspot_owner_id": "cast(owner_id as varchar)",
            "pipeline": "deal_pipeline_id",
            "dealstage": "deal_pipeline_stage_id",
        }
        write_objects("deal", "deal_id", deal, f"(is_deleted or {deleted})")
        (out / "properties.json").write_text(json.dumps(types), encoding="utf-8")
        queries = {
            "owners": (
                'select cast(owner_id as varchar) as id, email, first_name as "firstName", '
                f'last_name as "lastName", {deleted} as archived from hubspot.owner'
            ),
            "pipelines_deals": (
                'select pipeline_id as id, label, 0 as "displayOrder", false as archived, '
                "(select list({'id': stage_id, 'label': stages.label, 'displayOrder': "
                "display_order, 'archived': false, 'metadata': {'isClosed': cast(is_closed as "
                "varchar), 'probability': cast(probability as varchar)}}) "
                "from hubspot.deal_pipeline_stage as stages where stages.pipeline_id = "
                "deal_pipeline.pipeline_id) as stages from hubspot.deal_pipeline as deal_pipeline"
            ),
            "stages_timing_deals": (
                "select cast(deal_id as varchar) as id, max(date_entered) as hs_v2_date_entered_, "
                "value as stage from hubspot.deal_stage group by deal_id, value"
            ),
            "deals_property_history": (
                "select cast(deal_id as varchar) as object_id, name as property_name, value, "
                "timestamp, 'CRM_UI' as \"sourceType\" from (select deal_id, name, value, "
                "timestamp from hubspot.deal_property_history union all select deal_id, "
                "'dealstage', value, date_entered from hubspot.deal_stage)"
            ),
        }
        for resource, query in queries.items():
            write_lines(rows_of(connection, query), out / f"{resource}.jsonl")


def singer_messages(
    plain: Path, source: str, extracted: datetime, before: Path | None = None
) -> list[Record]:
    """What a tap writes: the schema of every stream and its records.

    Args:
        plain: The company.
        source: The source whose tap it is.
        extracted: When the tap ran.
        before: The company at the last run: the records that changed since are written.
    """
    messages: list[Record] = []
    with open_plain(plain) as connection:
        earlier = open_plain(before) if before else None
        for stream, query in _streams(connection, source).items():
            types = {
                name: data_type
                for name, data_type in columns_of(connection, f"({query})").items()
                if not name.startswith("_sdc_")
            }
            listed = ", ".join(f'"{name}"' for name in types)
            kept = f"select distinct {listed} from ({query})"
            key = next(name for name in KEYS if name in types)
            records = [r for r in rows_of(connection, kept) if r[key] is not None]
            if earlier:
                known = {json.dumps(spelled(record)) for record in rows_of(earlier, kept)}
                records = [r for r in records if json.dumps(spelled(r)) not in known]
            schema = {name: _schema(data_type) for name, data_type in types.items()}
            messages.append(
                {
                    "type": "SCHEMA",
                    "stream": stream,
                    "schema": {"type": "object", "properties": schema},
                    "key_properties": [key],
                }
            )
            messages += [
                {
                    "type": "RECORD",
                    "stream": stream,
                    # A property without a value is not in HubSpot's answer.
                    "record": {k: v for k, v in record.items() if v is not None},
                    "time_extracted": extracted.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                }
                for record in records
            ]
        if earlier:
            earlier.close()
    return messages


def _streams(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    tables = [
        row[0]
        for row in connection.execute(
            "select table_name from information_schema.tables where table_schema = ? order by 1",
            [source],
        ).fetchall()
    ]
    if source == "salesforce":
        return {api_name(table): salesforce_rows(connection, table) for table in tables}
    if source == "marketo":
        return dict(marketo_rows(connection, table) for table in tables)
    return hubspot_rows(connection) if source == "hubspot" else linkedin_rows(connection)


def _schema(data_type: str) -> Record:
    """A type of DuckDB as JSON schema; a tap says of nearly everything that it may be null."""
    simple = {"BIGINT": "integer", "INTEGER": "integer", "DOUBLE": "number", "BOOLEAN": "boolean"}
    if data_type.endswith("[]"):
        return {"type": ["null", "array"], "items": _schema(data_type.removesuffix("[]"))}
    if data_type.startswith("STRUCT("):
        fields = duckdb.type(data_type).children
        return {
            "type": ["null", "object"],
            "properties": {name: _schema(str(kind)) for name, kind in fields},
        }
    return {"type": ["null", simple.get(data_type, "string")]}
