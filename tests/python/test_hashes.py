"""The published hashes: what they are made of, what changes them, and that the sample has them."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from canonical_hashes import COLUMNS, QUERY, ROWS, edges, hashes_of, magnitude_and_steps
from conftest import ROOT, Abm, Build, compiling, errors, run_abm, run_dbt, said

from abm.hashes import FILE, compare_hashes, read_hashes
from tools.bench_attribution import compile_inline

DISTANCE = 1e-6
"""Of a step, which is 3e-7 to 3e-6 of a value: so near to where one begins no double may lie."""

Hash = Callable[[str], tuple[Any, ...]]


@pytest.fixture(scope="module")
def hashed(tmp_path_factory: pytest.TempPathFactory) -> Hash:
    """Computes the hashes of a query with the columns of canonical_hashes.py, on DuckDB."""
    with compiling(tmp_path_factory) as environment:
        sql = compile_inline(ROOT, environment, {}, QUERY % COLUMNS)

    def run(query: str) -> tuple[Any, ...]:
        with duckdb.connect() as connection:
            connection.execute(f"create view edges as {query}")
            (row,) = connection.execute(sql).fetchall()
        return tuple(row)

    return run


DUCKDB_EDGES = edges("double", "'nan'", "'inf'::double")


def test_hashes_are_what_their_description_says(hashed: Hash) -> None:
    assert hashed(DUCKDB_EDGES) == hashes_of(COLUMNS, ROWS)
    assert hashed(f"from ({DUCKDB_EDGES}) limit 0") == (0, *["0"] * 11)
    assert hashed(f"from ({DUCKDB_EDGES}) order by share") == hashed(DUCKDB_EDGES)


ONE = (
    "select 'a' as name, 'b' as code, 1 as n, true as is_won, date '2026-10-31' as won_on, "
    "timestamp '2026-10-31 10:00:00' as seen_at, cast(1.5 as decimal(18, 2)) as amount, "
    "cast(0.5 as decimal(18, 12)) as weight, cast(2 as decimal(28, 6)) as big, "
    "cast(0.1 as double) + cast(0.2 as double) as share"
)
OTHER = ONE.replace("'a'", "'c'").replace("'b'", "'d'")


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ("'A' as name", {"name"}),
        ("'' as name", {"name"}),
        ("'a ' as name", {"name"}),
        ("code as name, name as code", {"name", "code"}),
        ("'ab' as name, '' as code", {"name", "code"}),
        ("2 as n", {"n"}),
        ("false as is_won", {"is_won"}),
        ("date '2026-11-01' as won_on", {"won_on"}),
        ("seen_at + interval 1 microsecond as seen_at", {"seen_at"}),
        ("amount + 0.01 as amount", {"amount"}),
        ("weight + 0.000000000001 as weight", {"weight"}),
        ("-big as big", {"big"}),
        ("share * 1.00001 as share", {"share"}),
        ("null as name", {"name"}),
        ("null as n", {"n"}),
        ("null as is_won", {"is_won"}),
        ("null as share", {"share"}),
    ],
)
def test_every_change_of_a_value_shows(hashed: Hash, change: str, columns: set[str]) -> None:
    before, after = hashed(ONE), hashed(f"select * replace ({change}) from ({ONE})")
    names = ["n_rows", "whole_rows", *COLUMNS]
    differing = {name for name, a, b in zip(names, before, after, strict=True) if a != b}
    assert differing == {"whole_rows", *columns}


@pytest.mark.parametrize("text", ["''", "'null'"])
def test_null_is_no_text(hashed: Hash, text: str) -> None:
    nameless = f"select * replace (null as name) from ({ONE})"
    named = f"select * replace ({text} as name) from ({ONE})"
    assert hashed(nameless)[1] != hashed(named)[1]
    assert hashed(nameless)[2] != hashed(named)[2]


def test_rows_count_as_often_as_they_are_there(hashed: Hash) -> None:
    once, twice = hashed(ONE), hashed(f"{ONE} union all {ONE}")
    assert twice[0] == 2
    assert all(int(b) == 2 * int(a) for a, b in zip(once[1:], twice[1:], strict=True))
    both, doubled = hashed(f"{ONE} union all {OTHER}"), hashed(f"{ONE} union all {ONE}")
    assert both[1] != doubled[1]


def test_values_in_other_rows_show_in_the_rows_alone(hashed: Hash) -> None:
    swapped = [
        f"select * replace ('{name}' as name) from ({row})"
        for name, row in (("c", ONE), ("a", OTHER))
    ]
    before, after = hashed(f"{ONE} union all {OTHER}"), hashed(" union all ".join(swapped))
    assert before[1] != after[1]
    assert (before[0], *before[2:]) == (after[0], *after[2:])


@pytest.mark.parametrize("share", ["0.3", "0.30000000000000004", "0.1 + 0.2", "0.3 + 1e-14"])
def test_the_last_digits_of_a_double_do_not_count(hashed: Hash, share: str) -> None:
    assert hashed(f"select * replace (cast({share} as double) as share) from ({ONE})") == hashed(
        ONE
    )


@pytest.mark.parametrize("tie", [0.12345645, -0.12345645, 1234567.5])
def test_halves_and_their_neighbours_are_alike(hashed: Hash, tie: float) -> None:
    def hash_of(share: float) -> tuple[Any, ...]:
        return hashed(f"select * replace (cast({share!r} as double) as share) from ({ONE})")

    assert hash_of(math.nextafter(tie, -math.inf)) == hash_of(math.nextafter(tie, math.inf))


def test_no_double_of_the_sample_lies_where_a_step_begins(built: Build) -> None:
    """Else engines that differ in its last digits could have another hash."""
    with built.connect() as connection:
        columns = connection.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns "
            "where table_schema in ('marts', 'audit', 'reference') and data_type = 'DOUBLE'"
        ).fetchall()
        near = []
        n_values = 0
        for table, column in columns:
            for (value,) in connection.execute(f"select distinct {column} from {table}").fetchall():
                if value is None:
                    continue
                n_values += 1
                magnitude, steps = magnitude_and_steps(value)
                if abs(steps - round(steps)) < DISTANCE or (
                    abs(value) > 0.01 and abs(magnitude - round(magnitude)) < DISTANCE
                ):
                    near.append(f"{table}.{column} {value!r}")
    assert n_values > 10_000
    assert near == [], "change step_offset in macros/published_hashes.sql and OFFSET here"


def test_check_of_distance_catches() -> None:
    _, steps = magnitude_and_steps(0.12345600000000 + (1 - 0.6180339887498949) * 1e-7)
    assert abs(steps - round(steps)) < DISTANCE
    magnitude, _ = magnitude_and_steps(math.sqrt(10))
    assert abs(magnitude - round(magnitude)) < DISTANCE


def test_the_published_hashes_are_those_of_the_sample(built: Build, tmp_path: Path) -> None:
    printed = run_dbt(
        *("--quiet", "run-operation", "published_hashes"), db=built.db, target=tmp_path / "dbt"
    )
    assert printed.returncode == 0, said(printed)
    published = (ROOT / FILE).read_text(encoding="utf-8")
    if printed.stdout != published:
        found = compare_hashes(read_hashes(published), read_hashes(printed.stdout))
        differing = [f"{one.name}: {one.verdict}" for one in found if one.is_different]
        pytest.fail(f"run `make hashes` where these were meant to move: {differing}")
    tables = read_hashes(published)
    with built.connect() as connection:
        there = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('marts', 'audit', 'reference')"
        ).fetchall()
    of_the_clock = {"audit.audit_builds", "audit.audit_time_travel", "marts.fct_kpi_publications"}
    assert {name for (name,) in there} - tables.keys() == of_the_clock


def test_another_build_is_named_table_by_table(company_built: Build, tmp_path: Path) -> None:
    compare = ("compare", "--published-hashes", "--db", company_built.db)
    result = run_abm(*compare, target=tmp_path)
    (sentence,) = errors(result)
    n_tables = len(read_hashes((ROOT / FILE).read_text(encoding="utf-8")))
    assert sentence.startswith(f"Of {n_tables} tables ")
    assert sentence.endswith(" without ABM_EMAIL_SALT, report target and table.")
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert lines["reference.channels"].endswith("  identical")
    assert "  another number of rows; differs in " in lines["marts.dim_accounts"]


def test_verdicts() -> None:
    published = read_hashes(
        "table,column,n_rows,hash\na,*,2,9\na,x,2,8\nb,*,2,9\nb,x,2,8\nc,*,1,5\nd,*,1,4\n"
    )
    found = read_hashes(
        "table,column,n_rows,hash\na,*,2,1\na,x,2,8\nb,*,3,9\nb,x,3,7\nc,*,1,5\ne,*,1,4\n"
    )
    assert {one.name: one.verdict for one in compare_hashes(published, found)} == {
        "a": "its columns have the published values, in other rows",
        "b": "another number of rows; differs in x",
        "c": "identical",
        "d": "only published",
        "e": "not published",
    }
    with pytest.raises(ValueError, match="its first line is not table,column,n_rows,hash"):
        read_hashes("")


def test_what_makes_no_sense_is_said(abm: Abm, tmp_path: Path) -> None:
    (sentence,) = errors(abm("compare", "--published-hashes", "--db", tmp_path / "none.duckdb"))
    assert "does not exist" in sentence or "no build database" in sentence
    for arguments in (("--published-hashes", "a.duckdb"), ("--target", "postgres")):
        result = abm("compare", *arguments)
        assert result.returncode == 2, said(result)


def test_a_table_that_is_not_there_is_named(company_built: Build, tmp_path: Path) -> None:
    db = tmp_path / "abm.duckdb"
    shutil.copy(company_built.db, db)
    with duckdb.connect(str(db)) as connection:
        connection.execute("drop table marts.fct_alerts; drop table reference.channels")
    (sentence,) = errors(run_abm("compare", "--published-hashes", "--db", db, target=tmp_path))
    assert sentence == (
        "There is no marts.fct_alerts, reference.channels on target duckdb: build the whole "
        "project there first."
    )
