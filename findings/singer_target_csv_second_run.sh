#!/usr/bin/env bash
# meltanolabs-target-csv 0.5.0 (singer-sdk 0.54.9, Python 3.11): where overwrite_behavior is not set,
# a second run replaces the file of the first, so of an incremental tap only the last changes are
# left. Its own table of settings has replace_file as the default and calls append_records the
# default in the words beside it. Seen: after a run with records 1 and 2, and a run with record 2
# alone, the file holds record 2. Exits 1 if that is no longer so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    meltanolabs-target-csv==0.5.0 singer-sdk==0.54.9

cd "$folder"
schema='{"type": "SCHEMA", "stream": "deals", "key_properties": ["id"], "schema": {"properties": {"id": {"type": "integer"}}}}'
record='{"type": "RECORD", "stream": "deals", "record": {"id": %s}}\n'
echo '{"file_naming_scheme": "{stream_name}.csv"}' > config.json
{ echo "$schema"; printf "$record" 1 2; } | venv/bin/target-csv --config config.json 2> log.txt
{ echo "$schema"; printf "$record" 2; } | venv/bin/target-csv --config config.json 2>> log.txt

rows=$(tail -n +2 deals.csv | tr -d '\r' | tr '\n' ' ')
echo "rows after the second run: $rows"
[ "$rows" = "2 " ]
