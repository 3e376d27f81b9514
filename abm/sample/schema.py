"""Every raw table and column that the generator writes, with its type: those of the contract."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from abm.contract import LOADED_AT, Table, load_contract
from abm.paths import find_project_root

_TYPES: dict[str, tuple[pl.DataType, pa.DataType]] = {
    "varchar": (pl.String(), pa.string()),
    "bigint": (pl.Int64(), pa.int64()),
    "integer": (pl.Int32(), pa.int32()),
    "double": (pl.Float64(), pa.float64()),
    "boolean": (pl.Boolean(), pa.bool_()),
    "date": (pl.Date(), pa.date32()),
    "timestamp": (pl.Datetime("us"), pa.timestamp("us")),
}

EVENT_PARAMS = pa.list_(
    pa.struct(
        [
            ("key", pa.string()),
            (
                "value",
                pa.struct(
                    [
                        ("string_value", pa.string()),
                        ("int_value", pa.int64()),
                        ("float_value", pa.float64()),
                        ("double_value", pa.float64()),
                    ]
                ),
            ),
        ]
    )
)
TRAFFIC_SOURCE = pa.struct(
    [
        ("manual_source", pa.string()),
        ("manual_medium", pa.string()),
        ("manual_campaign_name", pa.string()),
        ("manual_content", pa.string()),
        ("gclid", pa.string()),
    ]
)
SESSION_SOURCE = pa.struct(
    [
        (
            "manual_campaign",
            pa.struct(
                [("source", pa.string()), ("medium", pa.string()), ("campaign_name", pa.string())]
            ),
        ),
        (
            "google_ads_campaign",
            pa.struct([("campaign_id", pa.string()), ("campaign_name", pa.string())]),
        ),
        (
            "cross_channel_campaign",
            pa.struct(
                [("source", pa.string()), ("medium", pa.string()), ("campaign_name", pa.string())]
            ),
        ),
    ]
)
DEVICE = pa.struct(
    [
        ("category", pa.string()),
        ("web_info", pa.struct([("browser", pa.string()), ("hostname", pa.string())])),
    ]
)
GEO = pa.struct([("country", pa.string())])

GA4_EVENTS = pa.schema(
    [
        ("event_date", pa.string()),
        ("event_timestamp", pa.int64()),
        ("event_name", pa.string()),
        ("user_pseudo_id", pa.string()),
        ("user_id", pa.string()),
        ("batch_page_id", pa.int64()),
        ("batch_ordering_id", pa.int64()),
        ("batch_event_index", pa.int64()),
        ("event_params", EVENT_PARAMS),
        ("collected_traffic_source", TRAFFIC_SOURCE),
        ("session_traffic_source_last_click", SESSION_SOURCE),
        ("device", DEVICE),
        ("geo", GEO),
        ("_fivetran_deleted", pa.bool_()),
        ("_fivetran_synced", pa.timestamp("us")),
    ]
)

_LANDED = dict.fromkeys(
    (
        "hubspot.company.property_hubspot_owner_id",
        "hubspot.email_event.id",
        "hubspot.email_event.sent_by_id",
        "hubspot.email_event_open.id",
        "hubspot.email_event_click.id",
        "hubspot.engagement_meeting.property_hubspot_owner_id",
        "hubspot.engagement_call.property_hubspot_owner_id",
        "marketo.activity_change_status_in_progression.id",
        "marketo.activity_click_email.id",
        "marketo.activity_email_delivered.id",
        "marketo.activity_fill_out_form.id",
        "marketo.activity_open_email.id",
        "marketo.activity_visit_webpage.id",
    ),
    "bigint",
)
"""Types that the connector lands columns in, where staging reads them as another."""
_ADDED = {"_fivetran_deleted": "boolean", LOADED_AT: "timestamp"}
"""What connectors add to every table, at its end."""


def _columns(table: Table) -> dict[str, str]:
    """Name the columns of a table, and the type of each that the sample has."""
    landed = {
        column.name: _LANDED.get(f"{table.source}.{table.name}.{column.name}", column.data_type)
        for column in table.columns
        if column.name not in _ADDED
    }
    return {name: kind if kind in _TYPES else "varchar" for name, kind in (landed | _ADDED).items()}


_COLUMNS = {
    f"{table.source}.{table.name}": _columns(table)
    for tables in load_contract(find_project_root()).values()
    for table in tables.values()
}
del _COLUMNS["ga4.events"]

ARROW: Mapping[str, pa.Schema] = {
    table: pa.schema([(name, _TYPES[kind][1]) for name, kind in columns.items()])
    for table, columns in _COLUMNS.items()
} | {"ga4.events": GA4_EVENTS}
"""Arrow schema of every table, by "source.table"."""

POLARS: Mapping[str, dict[str, pl.DataType]] = {
    table: {name: _TYPES[kind][0] for name, kind in columns.items()}
    for table, columns in _COLUMNS.items()
}
"""Polars schema of every table but ga4.events, by "source.table"."""
