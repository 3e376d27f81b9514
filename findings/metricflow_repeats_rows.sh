#!/usr/bin/env bash
# dbt-metricflow 0.15.0 (metricflow 0.213.0) with dbt-core 1.11.16 and dbt-duckdb 1.11.1: two metrics of one
# semantic model that both say join_to_timespine, asked for together by a period longer than a day, have a row for
# every day of the period, each with the whole period's value: whoever adds them up has 31 times January. One
# metric alone has one row. The merging of the two scans leaves out the grouping of the time spine.
# Seen: won alone 2 rows, won and lost together 59 rows, for January and February 2026.
# Exits 1 if that is no longer so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    dbt-metricflow==0.15.0 dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.0

mkdir -p project/models
cd project
cat > dbt_project.yml <<'YML'
name: repeated
version: "1.0"
profile: repeated
flags: {require_yaml_configuration_for_mf_time_spines: true, send_anonymous_usage_stats: false}
YML
cat > profiles.yml <<'YML'
repeated: {target: dev, outputs: {dev: {type: duckdb, path: repeated.duckdb}}}
YML
echo "select cast(range as date) as date_day
from range(timestamp '2026-01-01', timestamp '2026-03-01', interval 1 day)" > models/days.sql
echo "select date '2026-01-10' as closed_on, 1 as won, 0 as lost
union all select date '2026-02-10', 0, 1" > models/deals.sql
cat > models/_models.yml <<'YML'
models:
  - name: days
    time_spine: {standard_granularity_column: date_day}
    columns: [{name: date_day, granularity: day}]
semantic_models:
  - name: deals
    model: ref('deals')
    primary_entity: deal
    defaults: {agg_time_dimension: closed_on}
    dimensions: [{name: closed_on, type: time, type_params: {time_granularity: day}}]
    measures: [{name: won, agg: sum}, {name: lost, agg: sum}]
metrics:
  - {name: won, label: Won, type: simple, type_params: {measure: {name: won, join_to_timespine: true}}}
  - {name: lost, label: Lost, type: simple, type_params: {measure: {name: lost, join_to_timespine: true}}}
YML
export PATH="$work/venv/bin:$PATH"
dbt --quiet build --profiles-dir .
rows() {
    mf query --metrics "$1" --group-by metric_time__month --csv "$1.csv" > "$1.log"
    tail -n +2 "$1.csv" | wc -l
}
alone=$(rows won) together=$(rows won,lost)
echo "won alone: $alone rows; won and lost together: $together rows"
[ "$alone" = 2 ] && [ "$together" = 59 ] || { echo "CHANGED"; exit 1; }
echo "As described."
