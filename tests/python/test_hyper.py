"""What `abm publish --hyper` writes is what is published, in types that Tableau reads."""

import json
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Abm, Build, errors, said

from abm.dictionary import read_dictionary
from abm.hyper import write_hyper

hyper = pytest.importorskip("tableauhyperapi")

SPELLED = {
    "BIGINT": "BIG_INT",
    "BOOLEAN": "BOOL",
    "DOUBLE": "DOUBLE",
    "INTEGER": "INT",
    "VARCHAR": "TEXT",
}
"""Types of DuckDB as Hyper's API spells them, where it does otherwise."""

MARGIN = 1e-9


@pytest.fixture
def out(company_published: Path, tmp_path: Path) -> Path:
    """A copy of what is published of the small company."""
    folder = tmp_path / "out"
    shutil.copytree(company_published.parent, folder, symlinks=True)
    return folder


@pytest.fixture
def session() -> Iterator[object]:
    with hyper.HyperProcess(
        hyper.Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}
    ) as process:
        yield process


def facts(kind: str, name: str) -> str:
    """An expression that differs where a column's values do."""
    column = f'"{name}"'
    if kind == "BOOLEAN":
        column = f"(case when {column} then 1 when not {column} then 0 end)"
    if kind in ("VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN"):
        return f"count({column}) as n, min({column}), max({column}), count(distinct {column})"
    return f"count({column}) as n, min({column}), max({column}), sum({column})"


def alike(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= MARGIN * max(1, abs(one))
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return Decimal(one) == Decimal(other)
    return str(one) == str(other)


def test_the_file_is_what_is_published(out: Path, session: object) -> None:
    written = write_hyper(out, ROOT)
    assert written.file.stat().st_mode & 0o777 == 0o444
    with (
        duckdb.connect(str(out / "abm.duckdb"), read_only=True) as source,
        hyper.Connection(session.endpoint, str(written.file)) as target,
    ):
        columns = source.execute(
            "select schema_name, table_name, column_name, data_type, comment "
            "from duckdb_columns() where not internal order by 1, 2, column_index"
        ).fetchall()
        by_table: dict[tuple[str, str], list[tuple[str, str, str | None]]] = {}
        for schema, table, *column in columns:
            by_table.setdefault((schema, table), []).append(tuple(column))
        listed = {
            (schema.name.unescaped, table.name.unescaped)
            for schema in target.catalog.get_schema_names()
            for table in target.catalog.get_table_names(schema)
        }
        assert listed == set(by_table)
        assert written.n_tables == len(listed)
        for (schema, table), of in by_table.items():
            definition = target.catalog.get_table_definition(hyper.TableName(schema, table))
            types = {str(c.name).strip('"'): str(c.type) for c in definition.columns}
            expected = {
                name: re.sub(r"DECIMAL\((\d+),(\d+)\)", r"NUMERIC(\1, \2)", kind)
                for name, kind, _ in of
            }
            assert types == {name: SPELLED.get(kind, kind) for name, kind in expected.items()}
            for name, kind, _ in of:
                query = f'select {facts(kind, name)}, count(*) from "{schema}"."{table}"'
                ((*here,),) = source.execute(query).fetchall()
                ((*there,),) = target.execute_list_query(query)
                # Of texts the order is another one: what they hold is compared by counting.
                pairs = zip(here, there, strict=True)
                kept = [p for i, p in enumerate(pairs) if kind != "VARCHAR" or i not in (1, 2)]
                assert all(alike(*pair) for pair in kept), (table, name, here, there)
        comments = target.execute_scalar_query("select count(*) from pg_description")
        assert comments == sum(1 for *_, comment in columns if comment)
        keys = dict(
            target.execute_list_query("select contype, count(*) from pg_constraint group by 1")
        )
    entries = {t: e for t, e in read_dictionary(ROOT).items() if (e.schema, t) in by_table}
    assert keys["p"] == sum(1 for entry in entries.values() if entry.primary)
    assert keys["f"] == sum(len(entry.foreign) for entry in entries.values()) > 20


def test_other_types_become_what_tableau_reads(out: Path, session: object) -> None:
    """Types of a table that somebody added; halves keep to the warehouse's own rounding."""
    values = {
        "huge": "cast(170141183460469231731687 as hugeint)",
        "unsigned": "cast(18446744073709551615 as ubigint)",
        "single": "cast(0.5 as float)",
        "undefined": "cast('nan' as double)",
        "infinite": "cast('-inf' as double)",
        "wide": "cast('12345678901234567890.1234567891' as decimal(38, 10))",
        "half": "cast(2.5 as decimal(4, 1))",
        "several": "[1, 2]",
        "named": "{'a': 1}",
        "moment": "cast('2026-10-31 12:00:00+02' as timestamptz)",
        "fine": "cast('2026-10-31 12:00:00.123456400' as timestamp_ns)",
        'a "quoted" name': "'it''s'",
    }
    database = out / "abm.duckdb"
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        chosen = ", ".join(
            '{} as "{}"'.format(value, name.replace('"', '""')) for name, value in values.items()
        )
        connection.execute(f"create table marts.added as select {chosen}")
    written = write_hyper(out, ROOT)
    with hyper.Connection(session.endpoint, str(written.file)) as target:
        ((*row,),) = target.execute_list_query("select * from marts.added")
    spelled = dict(zip(values, map(str, row), strict=True))
    assert spelled == {
        "huge": "170141183460469231731687",
        "unsigned": "18446744073709551615",
        "single": "0.5",
        "undefined": "None",
        "infinite": "None",
        "wide": "12345678901234567890.1234567891",
        "half": "2.5",
        "several": "[1, 2]",
        "named": "{'a': 1}",
        "moment": "2026-10-31 10:00:00",
        "fine": "2026-10-31 12:00:00.123456",
        'a "quoted" name': "it's",
    }


def test_a_file_of_an_older_release_is_named(
    company_built: Build, abm: Abm, tmp_path: Path
) -> None:
    db, out = tmp_path / "build.duckdb", tmp_path / "out"
    shutil.copy(company_built.db, db)

    def publish(*more: str) -> str:
        result = abm("publish", "--db", db, "--out", out, *more)
        assert result.returncode == 0, said(result)
        return result.stdout + result.stderr

    assert "is of an older release" not in publish("--hyper")
    first = (out / "abm.hyper").stat()
    assert "(as it was)" in publish("--hyper")
    assert (out / "abm.hyper").stat().st_mtime_ns == first.st_mtime_ns
    assert "is of an older release" not in publish()
    with duckdb.connect(str(db)) as connection:
        connection.execute("update ledger.builds set build_id = '20261031T000000Z-00000000'")
    behind = publish()
    assert "abm.hyper is of an older release: publish with --hyper too, or delete it" in behind
    publish("--hyper")
    assert (out / "abm.hyper").stat().st_mtime_ns > first.st_mtime_ns
    assert json.loads((out / "release.json").read_text())["hyper"] == "abm.hyper"
    assert not [*out.glob(".publishing-*")]
    shutil.rmtree(out)
    (sentence,) = errors(abm("publish", "--db", tmp_path / "none.duckdb", "--out", out, "--hyper"))
    assert "none.duckdb" in sentence
