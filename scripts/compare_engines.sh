#!/usr/bin/env bash
# Builds the same raw data on DuckDB, PostgreSQL and Spark and compares the results row by row; of the
# sample also with docs/published_hashes.csv, which each engine computes of its own tables.
#
#   scripts/compare_engines.sh [RAW_DIR [AS_OF [OPTION...]]]
#
# By default the sample, as of 2026-10-31; the options are those of `abm build`.
#
# Spark needs Java and .venv-spark (`make spark`); without them it is left out, which is said.
#
# The server, all builds and everything they write are in a temporary directory that is removed.
# ABM_POSTGRES_ICU_LOCALE=en-US sorts text in PostgreSQL as that locale does, not by its bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

raw=${1:-sample_data}
as_of=${2:-2026-10-31}
shift $(($# < 2 ? $# : 2))
options=$*
bin=${ABM_BIN:-.venv/bin}

work=$(mktemp -d /var/tmp/abm-engines.XXXXXX)
chmod 755 "$work"
trap 'scripts/postgres.sh stop "$work/server" || true; rm -rf "$work"' EXIT
export ABM_DB=$work/abm.duckdb DBT_LOG_PATH=$work/logs
unset ABM_POSTGRES_PORT ABM_EMAIL_SALT

hashes() { # ABM TARGET
    if [ "$raw $as_of $options" = "sample_data 2026-10-31 " ]; then
        DBT_TARGET_PATH=$work/$2 "$1" compare --published-hashes --target "$2"
    fi
}

settings=$(scripts/postgres.sh start "$work/server")
eval "$settings"
"$bin/abm" load --target postgres --raw "$raw" >"$work/output" || { cat "$work/output"; exit 1; }
for target in duckdb postgres; do
    DBT_TARGET_PATH=$work/$target "$bin/abm" build --target "$target" --raw "$raw" \
        --as-of "$as_of" "$@" >"$work/output" || { cat "$work/output"; exit 1; }
    hashes "$bin/abm" "$target"
done
"$bin/abm" compare

spark=${ABM_SPARK_BIN:-.venv-spark/bin}
if ! command -v java >/dev/null || ! [ -x "$spark/abm" ]; then
    echo "Spark is left out: it needs Java (scripts/install_debian_packages.sh) and \`make spark\`." >&2
    exit 0
fi
export ABM_SPARK_DIR=$work/lake DBT_TARGET_PATH=$work/spark
"$spark/abm" load --target spark --raw "$raw" >"$work/output" || { cat "$work/output"; exit 1; }
"$spark/abm" build --target spark --as-of "$as_of" "$@" >"$work/output" ||
    { cat "$work/output"; exit 1; }
"$bin/abm" compare "$ABM_DB" "$ABM_SPARK_DIR/abm.duckdb"
hashes "$spark/abm" spark
