#!/usr/bin/env bash
# dlt 1.31.0 (Python 3.11): two fields of a record whose names are the same in snake case become one
# column, and of each record the field that comes last is kept; no error, no second column.
# HubSpot and Salesforce let an account have such fields. Seen: {"Region": "EMEA", "region": "US"}
# lands as region = US. Exits 1 if that is no longer so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'dlt[duckdb]==1.31.0' duckdb==2.0.1

cd "$folder"
HOME="$folder" RUNTIME__DLTHUB_TELEMETRY=false venv/bin/python - <<'PYTHON'
import dlt

records = [{"id": 1, "Region": "EMEA", "region": "US"}]
pipeline = dlt.pipeline("p", destination=dlt.destinations.duckdb("raw.duckdb"), dataset_name="crm")
pipeline.run(records, table_name="account")
with pipeline.sql_client() as client:
    rows = client.execute_sql("select * exclude (_dlt_load_id, _dlt_id) from account")
print("landed:", rows)
assert rows == [(1, "US")], rows
PYTHON
