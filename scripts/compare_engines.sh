#!/usr/bin/env bash
# Builds the same raw data on DuckDB and on PostgreSQL and compares the results row by row.
#
#   scripts/compare_engines.sh [RAW_DIR [AS_OF]]     by default the sample, as of 2026-10-31
#
# The server, both builds and everything they write are in a temporary directory that is removed.
# ABM_POSTGRES_ICU_LOCALE=en-US sorts text in PostgreSQL as that locale does, not by its bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

raw=${1:-sample_data}
as_of=${2:-2026-10-31}
bin=${ABM_BIN:-.venv/bin}

work=$(mktemp -d /var/tmp/abm-engines.XXXXXX)
chmod 755 "$work"
trap 'scripts/postgres.sh stop "$work/server" || true; rm -rf "$work"' EXIT
export ABM_DB=$work/abm.duckdb DBT_LOG_PATH=$work/logs
unset ABM_POSTGRES_PORT

settings=$(scripts/postgres.sh start "$work/server")
eval "$settings"
"$bin/abm" load --target postgres --raw "$raw" >"$work/output" || { cat "$work/output"; exit 1; }
for target in duckdb postgres; do
    DBT_TARGET_PATH=$work/$target "$bin/abm" build --target "$target" --raw "$raw" \
        --as-of "$as_of" >"$work/output" || { cat "$work/output"; exit 1; }
done
"$bin/abm" compare
