#!/usr/bin/env bash
# ibis-framework 12.0.0 asks for duckdb!=1.3.0,>=0.10.3, and so installs beside DuckDB 2.0.1. It opens a
# database, but lists no table of it: it calls fetch_arrow_table of DuckDB's connection, which DuckDB 2 no
# longer has. With DuckDB 1.5.6 the table is listed.
# Exits 1 when that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > tables.py <<'PY'
import duckdb
import ibis

with duckdb.connect("numbers.duckdb") as connection:
    connection.execute("create or replace table numbers as select 1 as id")
print(duckdb.__version__, ibis.duckdb.connect("numbers.duckdb", read_only=True).list_tables())
PY

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "ibis-framework[duckdb]==12.0.0" duckdb==1.5.6
older=$(venv/bin/python tables.py 2>&1 || true)
rm -f numbers.duckdb
venv/bin/pip install --quiet --disable-pip-version-check "ibis-framework[duckdb]==12.0.0" duckdb==2.0.1
newer=$(venv/bin/python tables.py 2>&1 || true)
echo "--- DuckDB 1.5.6"; echo "$older" | tail -1
echo "--- DuckDB 2.0.1"; echo "$newer" | tail -1
grep -q "1.5.6 \['numbers'\]" <<< "$older" || { echo "CHANGED: 1.5.6 lists no table"; exit 1; }
grep -q "no attribute 'fetch_arrow_table'" <<< "$newer" || { echo "CHANGED: fetch_arrow_table is there"; exit 1; }
echo "As described."
