#!/usr/bin/env bash
# meltanolabs-target-csv 0.5.0 (singer-sdk 0.54.9, Python 3.11) writes the value of a column of type
# object or array as Python spells it, with single quotes and None, and not as JSON: a reader that
# expects JSON in the cell finds none. Seen: {'value': 'Acme', 'source': None}
# Exits 1 if that is no longer so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    meltanolabs-target-csv==0.5.0 singer-sdk==0.54.9

cd "$folder"
cat > messages.jsonl <<'MESSAGES'
{"type": "SCHEMA", "stream": "deals", "key_properties": ["id"], "schema": {"properties": {"id": {"type": "integer"}, "name": {"type": ["object", "null"], "properties": {"value": {"type": "string"}, "source": {"type": ["string", "null"]}}}}}}
{"type": "RECORD", "stream": "deals", "record": {"id": 1, "name": {"value": "Acme", "source": null}}}
MESSAGES
echo '{"file_naming_scheme": "{stream_name}.csv"}' > config.json
venv/bin/target-csv --config config.json < messages.jsonl 2> log.txt

cell=$(python3 -c 'import csv; print(next(csv.DictReader(open("deals.csv")))["name"])')
echo "written: $cell"
[ "$cell" = "{'value': 'Acme', 'source': None}" ]
