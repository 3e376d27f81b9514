"""Runs dlt on API records, in the environment of the loaders: one load into one destination.

`run_dlt.py <records> <dataset> <destination> <format> <pipelines>`: the resources of the folder of
records, one JSON line per record, are declared as dlt's verified source of that name declares them.
"""

import json
import sys
from pathlib import Path
from typing import Any

import dlt

HUBSPOT_TYPES = {"number": "double", "datetime": "timestamp", "bool": "bool", "string": "text"}
KEYED = {
    "companies": {"primary_key": "id"},
    "contacts": {"primary_key": "id"},
    "deals": {"primary_key": "id"},
    "owners": {"primary_key": "id"},
    "pipelines_deals": {"merge_key": "id", "primary_key": "id"},
    "stages_timing_deals": {"primary_key": ["id", "stage"]},
}
"""HubSpot's resources; Salesforce's that are merged have no key in the verified source."""

REPLACED = ("campaign", "contact", "lead", "sf_user")
APPENDED = ("deals_property_history",)


def declaration(resource: str) -> dict[str, Any]:
    """How the verified source declares a resource; Salesforce's is `contact`, HubSpot's not."""
    if resource in REPLACED:
        return {"write_disposition": "replace"}
    if resource in APPENDED:
        return {"write_disposition": "append"}
    return {"write_disposition": "merge", **KEYED.get(resource, {})}


def resources(records: Path) -> list[Any]:
    """Declare a resource per file of records, with the property types that HubSpot's API tells."""
    types: dict[str, dict[str, str]] = {}
    if (file := records / "properties.json").exists():
        types = json.loads(file.read_text(encoding="utf-8"))
    declared = []
    for file in sorted(records.glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        hints = {
            name: {"name": name, "data_type": HUBSPOT_TYPES[kind]}
            for name, kind in types.get(file.stem, {}).items()
        }
        options = declaration(file.stem) | ({"columns": hints} if hints else {})
        declared.append(dlt.resource(rows, name=file.stem, **options))
    return declared


def main() -> None:
    """Load once."""
    records, dataset, destination, file_format, pipelines = sys.argv[1:]
    target = (
        dlt.destinations.duckdb(destination)
        if file_format == "duckdb"
        else dlt.destinations.filesystem(f"file://{destination}")
    )
    pipeline = dlt.pipeline(
        f"{dataset}_{file_format}",
        destination=target,
        dataset_name=dataset,
        pipelines_dir=pipelines,
    )
    options = {} if file_format == "duckdb" else {"loader_file_format": file_format}
    pipeline.run(resources(Path(records)), **options).raise_on_failed_jobs()


if __name__ == "__main__":
    main()
