"""Joins of a fact to its dimensions lose nothing and repeat nothing, whatever is joined."""

from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

from abm.dictionary import read_dictionary

ENTRIES = {name: entry for name, entry in read_dictionary(ROOT).items() if entry.schema == "marts"}
JOINS = [
    (table, column, dimension)
    for table, entry in ENTRIES.items()
    for column, dimension in entry.foreign.items()
]
KEYS = {
    entry.primary[0]: name
    for name, entry in ENTRIES.items()
    if name.startswith("dim_") and len(entry.primary) == 1
} | {"opportunity_id": "fct_opportunities", "touchpoint_id": "fct_touchpoints"}
NUMBERS = ("integer", "bigint", "double", "decimal")


def test_what_is_named_like_a_key_is_one() -> None:
    undeclared = {
        f"{table}.{column}"
        for table, entry in ENTRIES.items()
        for column in entry.columns
        if column in KEYS and table != KEYS[column] and entry.foreign.get(column) != KEYS[column]
    }
    assert not undeclared
    for table, column, dimension in JOINS:
        (key,) = ENTRIES[dimension].primary
        types = ENTRIES[table].columns[column].data_type, ENTRIES[dimension].columns[key].data_type
        assert len(set(types)) == 1, (table, column, types)


@pytest.mark.parametrize(("table", "column", "dimension"), JOINS)
def test_a_join_keeps_rows_and_sums(
    table: str, column: str, dimension: str, published: Path
) -> None:
    entry = ENTRIES[table]
    (key,) = ENTRIES[dimension].primary
    # In decimals, whose sums do not hang on the order of the rows.
    sums = ", ".join(
        f"sum(cast(facts.{name} as decimal(38, 6)))"
        for name, of in entry.columns.items()
        if of.data_type.startswith(NUMBERS)
    )
    measures = f"count(*), {sums}" if sums else "count(*)"
    is_date = dimension == "dim_dates"
    with duckdb.connect(str(published), read_only=True) as connection:
        n_null = connection.execute(
            f"select count(*) from marts.{table} where {column} is null"
        ).fetchall()[0][0]
        assert is_date or not n_null, "a key is never null"
        plain = connection.execute(
            f"select {measures} from marts.{table} as facts where {column} is not null"
        ).fetchall()
        joined = connection.execute(
            f"select {measures} from marts.{table} as facts "
            f"inner join marts.{dimension} as members on facts.{column} = members.{key}"
        ).fetchall()
    assert joined == plain
