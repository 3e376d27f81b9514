#!/usr/bin/env bash
# dbt-core 1.11.16 with dbt-duckdb 1.11.1: the flag skip_nodes_if_on_run_start_fails promises that
# nothing is built where an on-run-start hook fails. In a project with an exposure, `dbt build` ends in
# an AttributeError of dbt's own instead, and never says what the hook's error was. Without the exposure
# it names the error and skips the model.
# Exits 1 when that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.0

mkdir -p project/models
cd project
cat > dbt_project.yml <<'YML'
name: hooked
version: "1.0"
profile: hooked
on-run-start: "select * from no_such_table"
flags: {skip_nodes_if_on_run_start_fails: true, send_anonymous_usage_stats: false}
YML
cat > profiles.yml <<'YML'
hooked: {target: dev, outputs: {dev: {type: duckdb, path: hooked.duckdb}}}
YML
echo "select 1 as id" > models/numbers.sql

without=$(../venv/bin/dbt --no-use-colors build --profiles-dir . 2>&1 || true)
cat > models/_exposures.yml <<'YML'
exposures:
  - {name: page, type: dashboard, owner: {name: Nobody}, depends_on: [ref('numbers')]}
YML
with=$(../venv/bin/dbt --no-use-colors build --profiles-dir . 2>&1 || true)

echo "--- without an exposure"; echo "$without" | tail -4
echo "--- with one"; echo "$with" | tail -4
grep -q "no_such_table" <<< "$without" || { echo "CHANGED: the hook's error is not named"; exit 1; }
grep -q "'Exposure' object has no attribute 'schema'" <<< "$with" || { echo "CHANGED: no AttributeError"; exit 1; }
echo "As described."
