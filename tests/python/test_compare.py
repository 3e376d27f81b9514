"""`abm compare` says what differs between two databases, and nothing of what does not."""

from pathlib import Path

import duckdb
import pytest
from conftest import Abm, Build, errors, run_abm, said

from abm import compare
from abm.compare import TableComparison, compare_databases, differing_rows

HELD = """
create schema marts;
create table marts.dim_accounts as
    select i as account_id, 'a' || i as account_name, i / 3 as aes,
        timestamp '2026-10-31' as seen_at
    from range(9) as r(i);
create view marts.fct_named as select account_id, account_name from marts.dim_accounts;
create schema audit;
create table audit.audit_settings as select 1 as n_rows, now() as published_at;
create schema intermediate;
create table intermediate.int_accounts as select 1 as account_id;
"""


def database(file: Path, *statements: str) -> Path:
    """Write a database of two marts and an audit, then change it."""
    with duckdb.connect(str(file)) as connection:
        for statement in (HELD, *statements):
            connection.execute(statement)
    return file


def compared(folder: Path, *statements: str) -> dict[str, TableComparison]:
    """Compare a database with one that was changed; only what is not identical."""
    reference = database(folder / "reference.duckdb")
    found = compare_databases(reference, database(folder / "other.duckdb", *statements))
    return {table.name: table for table in found if table.verdict != "identical"}


def test_a_build_equals_its_publication(
    abm: Abm, company_built: Build, company_published: Path, tmp_path: Path
) -> None:
    result = abm("compare", company_built.db, company_published)
    assert result.returncode == 0, said(result)
    assert "tables are identical\n" in result.stdout
    assert "Not compared: published_at" in result.stdout

    moved = tmp_path / "moved.duckdb"
    moved.write_bytes(company_published.read_bytes())
    with duckdb.connect(str(moved)) as connection:
        connection.execute("update marts.fct_account_engagement set aes = aes + 0.01")
        ((n_rows,),) = connection.execute(
            "select count(*) from marts.fct_account_engagement"
        ).fetchall()
    result = abm("compare", company_published, moved)
    assert errors(result)[0].endswith("tables 1 differ, as shown above.")
    assert f"{n_rows} rows differ in aes\n" in result.stdout


def test_what_is_alike_is_identical(tmp_path: Path) -> None:
    """Order of rows, the last digit of a fraction, the build's moment, other schemas."""
    assert not compared(
        tmp_path,
        "create table sorted as from marts.dim_accounts order by account_id desc",
        "create or replace table marts.dim_accounts as from sorted",
        "update marts.dim_accounts set aes = aes + 1e-12",
        "update audit.audit_settings set published_at = timestamp '2020-01-01'",
        "drop table intermediate.int_accounts",
    )


def test_differing_rows_are_told_by_their_columns(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        "delete from marts.dim_accounts where account_id = 0",
        "update marts.dim_accounts set aes = aes + 1e-6, seen_at = null where account_id in (3, 4)",
        "insert into marts.dim_accounts values (9, 'new', 1, null), (9, 'new', 1, null)",
        "create or replace view marts.fct_named as select 1::bigint as account_id, 'a1' as "
        "account_name from range(9)",
    )
    assert set(found) == {"marts.dim_accounts", "marts.fct_named"}
    accounts = found["marts.dim_accounts"]
    assert accounts.is_different
    assert (accounts.left_rows, accounts.right_rows) == (9, 10)
    assert accounts.verdict == ("2 rows differ in aes, seen_at; 1 row only in A; 2 rows only in B")
    third = next(line for line in accounts.differences if "account_id 3" in line)
    assert "aes: A 1.0, B 1.000001; seen_at: A datetime.datetime(2026, 10, 31, 0, 0)" in third
    assert found["marts.fct_named"].verdict == "8 rows only in A; 8 rows only in B"


def test_what_is_new_is_no_difference_and_what_is_missing_is(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        "create table marts.fct_more as select 1 as n",
        "drop view marts.fct_named",
        "alter table marts.dim_accounts add column country varchar",
        "alter table audit.audit_settings alter n_rows type bigint",
    )
    assert {name: (table.verdict, table.is_different) for name, table in found.items()} == {
        "marts.fct_more": ("new", False),
        "marts.fct_named": ("only in A", True),
        "marts.dim_accounts": ("new: country", False),
        "audit.audit_settings": ("n_rows is BIGINT, was INTEGER", True),
    }
    result = run_abm(
        *("compare", tmp_path / "other.duckdb", tmp_path / "reference.duckdb"), target=tmp_path
    )
    assert errors(result) == ["Of 4 tables 3 differ, as shown above."]
    assert "B lacks country\n" in result.stdout

    with duckdb.connect(str(tmp_path / "reference.duckdb")) as connection:
        connection.execute("alter table audit.audit_settings alter n_rows type bigint")
        connection.execute("drop view marts.fct_named")
    result = run_abm(
        *("compare", tmp_path / "reference.duckdb", tmp_path / "other.duckdb"), target=tmp_path
    )
    assert result.returncode == 0, said(result)
    assert result.stdout.endswith("All 2 tables are identical, 1 new in B\n")


def test_many_unlike_rows_are_not_all_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "MAX_UNLIKE", 6)
    accounts = compared(tmp_path, "update marts.dim_accounts set aes = -1")["marts.dim_accounts"]
    assert accounts.is_different
    assert accounts.verdict == (
        "more than 6 rows are not equal to the last digit: 3 rows differ in aes"
    )


def test_files_that_cannot_be_compared(tmp_path: Path) -> None:
    good = database(tmp_path / "good.duckdb")
    text, empty, link = (tmp_path / name for name in ("text", "empty.duckdb", "link.duckdb"))
    text.write_text("account_id,account_name\n1,Acme\n")
    duckdb.connect(str(empty)).close()
    link.symlink_to(good)
    for files, words in (
        ((good, tmp_path / "none.duckdb"), "none.duckdb is not a file"),
        ((tmp_path, good), "is not a file"),
        ((text, good), "text is not a DuckDB database: name another file."),
        ((good, empty), "empty.duckdb holds no table of marts, audit, reference"),
        ((good, link), "is compared with itself"),
    ):
        (sentence,) = errors(run_abm("compare", *files, target=tmp_path))
        assert words in sentence
    broken = database(tmp_path / "broken.duckdb", "drop table marts.dim_accounts")
    (sentence,) = errors(run_abm("compare", good, broken, target=tmp_path))
    assert sentence.startswith("Table marts.fct_named of A or B cannot be read (")
    alone = run_abm("compare", good, target=tmp_path)
    assert alone.returncode == 2, said(alone)
    assert "name two, or none" in alone.stderr


def test_rows_are_compared_exactly_but_for_fractions() -> None:
    left = [("a", 1, 0.1 + 0.2), ("b", 2, None), ("b", 2, None)]
    assert differing_rows(left, [("b", 2, None), ("a", 1, 0.3), ("b", 2, None)]) == []
    assert differing_rows(left, [("b", 2, None), ("a", 1, 0.3)]) == [(("b", 2, None), ())]
    assert differing_rows([("a", 1)], [("a", True)]) == [(("a", 1), ("a", True))]
    assert differing_rows([("a", 1.0)], [("a", 1.00001)]) == [(("a", 1.0), ("a", 1.00001))]
    assert differing_rows([(None,)], [("None",)]) == [((None,), ()), ((), ("None",))]


def test_rows_of_one_key_are_side_by_side() -> None:
    """A row that one side lacks does not move the others."""
    left = [("m1", "k1", 1), ("m1", "k2", 2), ("m2", "k1", 3)]
    right = [("m1", "k2", 20), ("m2", "k1", 30)]
    assert differing_rows(left, right) == [
        (left[0], ()),
        (left[1], right[0]),
        (left[2], right[1]),
    ]
