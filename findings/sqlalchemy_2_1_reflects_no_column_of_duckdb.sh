#!/usr/bin/env bash
# duckdb-engine 0.17.0 asks for sqlalchemy>=1.3.22, and so installs beside SQLAlchemy 2.1.9. Queries run and
# tables are listed, but the columns of a table cannot be: SQLAlchemy 2.1 looks for collations in
# pg_catalog.pg_collation, which DuckDB lacks. With SQLAlchemy 2.0.58 they are listed, with their comments.
# Exits 1 when that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > reflect.py <<'PY'
import sqlalchemy

engine = sqlalchemy.create_engine("duckdb:///:memory:", poolclass=sqlalchemy.StaticPool)
with engine.begin() as connection:
    connection.exec_driver_sql("create table numbers (id integer)")
    connection.exec_driver_sql("comment on column numbers.id is 'A number.'")
inspector = sqlalchemy.inspect(engine)
print(sqlalchemy.__version__, inspector.get_table_names())
print([(column["name"], column["comment"]) for column in inspector.get_columns("numbers")])
PY

for version in 2.0.58 2.1.9; do
    python3 -m venv "venv-$version"
    "venv-$version/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 duckdb-engine==0.17.0 \
        "SQLAlchemy==$version"
done
older=$(venv-2.0.58/bin/python reflect.py 2>&1 || true)
newer=$(venv-2.1.9/bin/python reflect.py 2>&1 || true)
echo "--- 2.0.58"; echo "$older" | tail -2
echo "--- 2.1.9"; grep -E "^2\.1|BinderException" <<< "$newer" | cut -c1-110 | sort -u
grep -q "\[('id', 'A number.')\]" <<< "$older" || { echo "CHANGED: 2.0.58 lists no column"; exit 1; }
grep -q "2.1.9 \['numbers'\]" <<< "$newer" || { echo "CHANGED: 2.1.9 lists no table"; exit 1; }
grep -q "pg_collation" <<< "$newer" || { echo "CHANGED: 2.1.9 misses no pg_collation"; exit 1; }
echo "As described."
