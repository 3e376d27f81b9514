"""Joins of a fact to its dimensions lose nothing and repeat nothing, whatever is joined."""

from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

from abm.dictionary import NUMBERS, TableEntry, read_dictionary

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
} | {
    "account_owner_id": "dim_account_executives",
    "opportunity_id": "fct_opportunities",
    "touchpoint_id": "fct_touchpoints",
}


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


def numbers(entry: TableEntry) -> list[str]:
    return [name for name, of in entry.columns.items() if of.data_type.startswith(NUMBERS)]


def test_what_adds_up_is_a_number_of_its_table() -> None:
    for table, entry in ENTRIES.items():
        assert set(entry.additive) <= set(numbers(entry)), table
        assert set(entry.additive_within) <= set(entry.columns), table
        assert entry.additive or not entry.additive_within, table


@pytest.mark.parametrize(
    "table", [name for name, of in ENTRIES.items() if "is_total" in of.columns]
)
def test_what_adds_up_adds_up_to_the_total(table: str, published: Path) -> None:
    entry = ENTRIES[table]
    with duckdb.connect(str(published), read_only=True) as connection:

        def is_all(key: str) -> bool:
            return connection.execute(
                f"select bool_and(cast({key} as varchar) = 'all') from marts.{table} where is_total"
            ).fetchall() == [(True,)]

        kept = [key for key in entry.primary if not is_all(key)]
        assert kept != list(entry.primary), "totals are `all` of something"
        for column in numbers(entry):
            n, n_equal = connection.execute(
                f"""
                select count(total), count(*) filter (abs(parts - total) < 1e-9 * abs(total) + 1e-9)
                from (
                    select
                        cast(sum({column}) filter (not is_total) as double) as parts,
                        cast(max({column}) filter (is_total) as double) as total
                    from marts.{table} group by {", ".join(kept) or "()"}
                )
                """
            ).fetchall()[0]
            assert not n or (n == n_equal) == (column in entry.additive), (column, n, n_equal)


SUMS = {
    "pipeline_open_amount": (
        ("rpt_pipeline_by_segment", "pipeline_amount", "true"),
        ("rpt_open_pipeline", "pipeline_amount", "as_of_on = date '2026-10-31'"),
    ),
    "advanced_pipeline": (
        ("rpt_pipeline_by_segment", "advanced_amount", "true"),
        ("rpt_open_pipeline", "advanced_amount", "as_of_on = date '2026-10-31'"),
    ),
    "won_amount": (("rpt_monthly_totals", "won_amount", "month_on = date '2026-10-01'"),),
}
"""KPI to the columns that sum to it."""


def test_a_plain_sum_is_a_kpi_only_where_it_may_be(published: Path) -> None:
    """What a BI tool offers first, beside the scorecard of the month that the as-of date ends."""
    with duckdb.connect(str(published), read_only=True) as connection:

        def total(table: str, column: str, where: str = "true") -> float | None:
            ((found,),) = connection.execute(
                f"select cast(sum({column}) as double) from marts.{table} where {where}"
            ).fetchall()
            return found

        kpis = dict(
            connection.execute(
                "select kpi, cast(value as double) from marts.rpt_kpi_scorecard "
                "where month_on = date '2026-10-01'"
            ).fetchall()
        )
        for kpi, columns in SUMS.items():
            for table, column, where in columns:
                assert column in ENTRIES[table].additive
                assert total(table, column, where) == pytest.approx(kpis[kpi]), (kpi, table)
        never = [
            (table, column)
            for table, entry in ENTRIES.items()
            for column in numbers(entry)
            if column in kpis and column not in entry.additive
        ]
        assert ("rpt_pipeline_velocity", "velocity_monthly") in never
        for table, column in never:
            assert total(table, column) != pytest.approx(kpis[column]), (table, column)
