"""`abm compare`: the tables of a DuckDB build against those of a PostgreSQL build."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from math import isclose
from pathlib import Path
from typing import Any

import duckdb

from abm.build import check_database_file, database_problem
from abm.errors import AbmError
from abm.paths import shown
from abm.postgres import connected

SCHEMAS = ("marts", "audit", "reference")
TOLERANCE = 1e-9
MAX_SHOWN = 5
QUICK_KEYS = (str, int, bool, date)
"""Types whose values are told apart by themselves; those of others by how they are written."""

Row = tuple[Any, ...]
Query = Callable[[str], list[Row]]
Tables = dict[str, list[str]]


@dataclass
class TableComparison:
    """One table in both engines.

    Attributes:
        name: <schema>.<table>.
        duckdb_rows: Its rows in DuckDB, or None where it is missing.
        postgres_rows: Its rows in PostgreSQL, or None where it is missing.
        verdict: "identical", or what differs.
        differences: Lines that show the first differences.
    """

    name: str
    duckdb_rows: int | None = None
    postgres_rows: int | None = None
    verdict: str = "identical"
    differences: list[str] = field(default_factory=list)

    @property
    def is_identical(self) -> bool:
        """Nothing differs."""
        return self.verdict == "identical"


def compare_engines(db: Path) -> list[TableComparison]:
    """Compare every table of the published schemas.

    Args:
        db: The build database of DuckDB.

    Returns:
        One comparison per table that either engine has, by name.

    Raises:
        AbmError: A database cannot be read, or there is nothing to compare.
    """
    if not db.is_file():
        raise AbmError(f"{shown(db)} does not exist: run `abm build` first or name it with --db.")
    check_database_file(db)
    try:
        database = duckdb.connect(str(db), read_only=True)
    except duckdb.Error as error:
        raise database_problem(db, error) from error
    with database, connected() as connection:
        left: Query = lambda query: database.execute(query).fetchall()  # noqa: E731
        right: Query = lambda query: connection.execute(query.encode()).fetchall()  # noqa: E731
        columns = _columns(left), _columns(right)
        names = sorted(columns[0].keys() | columns[1].keys())
        if not names:
            raise AbmError(
                f"Neither engine holds a table of {', '.join(SCHEMAS)}: build both first, with "
                "`abm build` and `abm build --target postgres`."
            )
        return [_compare_table(name, columns, (left, right)) for name in names]


def _columns(query: Query) -> Tables:
    """Columns of every table; the moment of a build is never that of another."""
    rows = query(
        "select table_schema || '.' || table_name, column_name from information_schema.columns "
        f"where table_schema in {SCHEMAS} and column_name <> 'published_at' "
        "order by 1, ordinal_position"
    )
    tables: Tables = {}
    for table, column in rows:
        tables.setdefault(table, []).append(column)
    return tables


def _compare_table(
    name: str, columns: tuple[Tables, Tables], queries: tuple[Query, Query]
) -> TableComparison:
    found = TableComparison(name)
    schema, table = name.split(".", 1)
    rows: list[list[Row]] = [
        query(f'select {_listed(known[name])} from "{schema}"."{table}"') if name in known else []
        for known, query in zip(columns, queries, strict=True)
    ]
    left, right = (known.get(name) for known in columns)
    found.duckdb_rows = len(rows[0]) if left else None
    found.postgres_rows = len(rows[1]) if right else None
    if not left or not right:
        found.verdict = f"only in {'DuckDB' if left else 'PostgreSQL'}"
    elif left != right:
        found.verdict = "other columns"
        found.differences = [f"{name}: DuckDB {left}", f"{name}: PostgreSQL {right}"]
    else:
        pairs = differing_rows(rows[0], rows[1])
        if pairs:
            found.verdict = f"{len(pairs)} rows differ"
            found.differences = _side_by_side(name, left, pairs[:MAX_SHOWN])
    return found


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def differing_rows(left: Iterable[Row], right: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Find the rows that one side has and the other has not.

    Args:
        left: Rows of one engine, in any order.
        right: Rows of the other.

    Returns:
        Pairs of differing rows in one order of both sides; an empty row where a side has no more.
    """
    groups: dict[Row, tuple[list[Row], list[Row]]] = {}
    for side, rows in enumerate((left, right)):
        for row in rows:
            exact = tuple(map(_key, row))
            groups.setdefault(exact, ([], []))[side].append(row)
    ours: list[Row] = []
    theirs: list[Row] = []
    for mine, other in groups.values():
        for rows in (mine, other):
            if len(rows) > 1:  # seldom, and the key costs more than all else
                rows.sort(key=_order)
        for one, two in zip_longest(mine, other, fillvalue=()):
            if not one or not two or not all(map(_is_equal, one, two)):
                ours += [one] if one else []
                theirs += [two] if two else []
    return list(zip_longest(sorted(ours, key=_order), sorted(theirs, key=_order), fillvalue=()))


def _is_fraction(value: Any) -> bool:
    return isinstance(value, float | Decimal)


def _key(value: Any) -> Any:
    """What a value groups its row by; a fraction does not, as it is compared with a tolerance."""
    if _is_fraction(value):
        return None
    return (type(value), value) if type(value) in QUICK_KEYS else _plain(value)


def _plain(value: Any) -> Any:
    """A value that can be a key and differs from one of another type."""
    return (type(value).__name__, repr(value))


def _order(row: Row) -> list[tuple[str, Any]]:
    exact = [_plain(value) for value in row if not _is_fraction(value)]
    return [*exact, *(("", float(value)) for value in row if _is_fraction(value))]


def _is_equal(one: Any, two: Any) -> bool:
    if _is_fraction(one) and _is_fraction(two):
        a, b = float(one), float(two)
        return (a != a and b != b) or isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return type(one) is type(two) and one == two


def _side_by_side(name: str, columns: list[str], pairs: list[tuple[Row, Row]]) -> list[str]:
    """Show each pair of rows: the first column, then the columns that differ."""
    lines = []
    for one, two in pairs:
        if not one or not two:
            engine = "DuckDB" if one else "PostgreSQL"
            lines.append(f"{name}: only in {engine}: {dict(zip(columns, one or two, strict=True))}")
            continue
        parts = [
            f"{column}: DuckDB {a!r}, PostgreSQL {b!r}"
            for column, a, b in zip(columns, one, two, strict=True)
            if not _is_equal(a, b)
        ]
        lines.append(f"{name}: {columns[0]} {one[0]!r}: {'; '.join(parts)}")
    return lines
