"""`abm compare`: the tables of one database against those of another, row by row."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from math import isclose
from pathlib import Path
from typing import Any

import duckdb

from abm.build import check_database_file, database_problem
from abm.errors import AbmError, first_line
from abm.paths import shown
from abm.progress import Steps

SCHEMAS = ("marts", "audit", "reference")
LEFT_OUT = "published_at"
"""The moment of a build, which is never that of another."""
LEFT_OUT_TABLE = "audit_builds"
"""It says when and of what a database was built."""
TOLERANCE = 1e-9
MAX_SHOWN = 5
MAX_UNLIKE = 100_000
"""Rows of a table, of both sides, that Python compares: more would fill the memory."""
MAX_KEY_COLUMNS = 8
"""The key of a table is looked for among so many of its first columns."""
QUICK_KEYS = (str, int, bool, date)
"""Types whose values are told apart by themselves; those of others by how they are written."""

Row = tuple[Any, ...]
Pairs = list[tuple[Row, Row]]
Groups = dict[Row, tuple[list[Row], list[Row]]]
Query = Callable[[str], list[Row]]
Columns = dict[str, str]


@dataclass
class TableComparison:
    """One table in both databases.

    Attributes:
        name: <schema>.<table>.
        left_rows: Its rows in the first database, or None where it is missing.
        right_rows: Its rows in the second, or None where it is missing.
        verdict: "identical", or what differs or is new.
        is_different: Something differs; what is new beside a reference does not.
        differences: Lines that show the first differing rows.
    """

    name: str
    left_rows: int | None = None
    right_rows: int | None = None
    verdict: str = "identical"
    is_different: bool = False
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Side:
    """One of the two databases.

    Attributes:
        name: What a reader knows it by.
        query: Runs a query on it.
        catalog: Its name in queries, if they need one.
        tables: Columns and their types, by table.
    """

    name: str
    query: Query
    catalog: str | None
    tables: dict[str, Columns]

    @classmethod
    def of(cls, name: str, query: Query, catalog: str | None = None) -> "_Side":
        """Look what a database holds."""
        rows = query(
            "select table_schema || '.' || table_name, column_name, data_type "
            f"from information_schema.columns where table_schema in {SCHEMAS} "
            + (f"and table_catalog = '{catalog}' " if catalog else "")
            + f"and column_name <> '{LEFT_OUT}' and table_name <> '{LEFT_OUT_TABLE}' "
            + "order by 1, ordinal_position"
        )
        tables: dict[str, Columns] = {}
        for table, column, data_type in rows:
            tables.setdefault(table, {})[column] = data_type
        return cls(name, query, catalog, tables)

    def relation(self, table: str) -> str:
        """Spell a table for a query."""
        names = [self.catalog] if self.catalog else []
        return ".".join(map(_quoted, [*names, *table.split(".", 1)]))

    def count(self, table: str) -> int | None:
        """Count the rows of a table, if there is one."""
        if table not in self.tables:
            return None
        ((count,),) = self.query(f"select count(*) from {self.relation(table)}")
        return int(count)


@dataclass(frozen=True)
class _Sides:
    """Two databases and how they are compared.

    Attributes:
        left: The first.
        right: The second.
        read: Gives the rows of a table that may differ, all or some, from both.
        is_reference: The first is what the second must hold, in the same types; it may hold more.
            Otherwise they are of two engines and must hold the same, each in its own types.
        errors: What is raised, besides DuckDB's own, where a table cannot be read.
    """

    left: _Side
    right: _Side
    read: "Callable[[_Side, _Side, str, list[str]], _Rows]"
    is_reference: bool
    errors: tuple[type[Exception], ...] = ()


@dataclass(frozen=True)
class _Rows:
    """Rows of both sides that may differ.

    Attributes:
        left: Those of the first.
        right: Those of the second.
        are_all: No more than these may differ.
    """

    left: list[Row]
    right: list[Row]
    are_all: bool = True


def compare_engines(db: Path) -> list[TableComparison]:
    """Compare every table of the published schemas in DuckDB and in PostgreSQL.

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
    from abm.postgres import Error, connected

    with database, connected() as connection:
        left = _Side.of("DuckDB", lambda query: database.execute(query).fetchall())
        right = _Side.of("PostgreSQL", lambda query: connection.execute(query.encode()).fetchall())
        if not left.tables and not right.tables:
            raise AbmError(
                f"Neither engine holds a table of {', '.join(SCHEMAS)}: build both first, with "
                "`abm build` and `abm build --target postgres`."
            )
        return _compare(_Sides(left, right, _all_rows, is_reference=False, errors=(Error,)))


def compare_databases(reference: Path, other: Path) -> list[TableComparison]:
    """Compare every table of the published schemas in two DuckDB databases.

    Args:
        reference: A database that was built or published, A in what is said.
        other: Another, B; it may hold tables and columns that A has not.

    Returns:
        One comparison per table that either has, by name.

    Raises:
        AbmError: A database cannot be read, has nothing to compare, or both are one.
    """
    for db in (reference, other):
        if not db.is_file():
            raise AbmError(f"{shown(db)} is not a file: name two databases of `abm build`.")
    if reference.samefile(other):
        raise AbmError(f"{shown(reference)} is compared with itself: name two databases.")
    with _attached(a=reference, b=other) as query:
        sides = [_Side.of(name.upper(), query, name) for name in ("a", "b")]
        for side, db in zip(sides, (reference, other), strict=True):
            if not side.tables:
                raise AbmError(
                    f"{shown(db)} holds no table of {', '.join(SCHEMAS)}: name a database that "
                    "`abm build` or `abm publish` wrote."
                )
        return _compare(_Sides(*sides, _unlike_rows, is_reference=True))


@contextmanager
def _attached(**databases: Path) -> Iterator[Query]:
    """Open databases, read only, beside one another; what has no room in memory goes to a disk."""
    with (
        tempfile.TemporaryDirectory(prefix="abm-compare-") as spill,
        duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
                "memory_limit": "1GB",
                "temp_directory": spill,
            }
        ) as connection,
    ):
        for name, db in databases.items():
            path = str(db).replace("'", "''")
            try:
                check_database_file(db, "name another file")
                connection.execute(f"attach '{path}' as {name} (read_only)")
            except OSError as error:
                raise AbmError(
                    f"Cannot read {shown(db)} ({error.strerror or error}): allow reading it, or "
                    "name another file."
                ) from error
            except duckdb.Error as error:
                raise database_problem(db, error, "name another file") from error
        yield lambda query: connection.execute(query).fetchall()


def _compare(sides: _Sides) -> list[TableComparison]:
    names = sorted(sides.left.tables.keys() | sides.right.tables.keys())
    comparisons = []
    with Steps("Comparing", total=len(names)) as steps:
        for name in names:
            steps.start(name)
            try:
                comparisons.append(_compare_table(name, sides))
            except (duckdb.Error, *sides.errors) as error:
                raise AbmError(
                    f"Table {name} of {sides.left.name} or {sides.right.name} cannot be read "
                    f"({first_line(error)}): build it again with "
                    f"`abm build --select {name.split('.', 1)[1]}`."
                ) from error
            steps.advance()
    return comparisons


def _compare_table(name: str, sides: _Sides) -> TableComparison:
    left, right = sides.left, sides.right
    found = TableComparison(name, left.count(name), right.count(name))
    if name not in left.tables or name not in right.tables:
        is_new = name in right.tables
        found.is_different = not (is_new and sides.is_reference)
        where = f"only in {(right if is_new else left).name}"
        found.verdict = where if found.is_different else "new"
        return found
    faults, notes = _column_differences(left.tables[name], right.tables[name], sides)
    columns = [
        column
        for column, data_type in left.tables[name].items()
        if column in right.tables[name]
        and (not sides.is_reference or right.tables[name][column] == data_type)
    ]
    rows = sides.read(left, right, name, columns) if columns else _Rows([], [])
    pairs = differing_rows(rows.left, rows.right)
    differing = _row_differences(columns, pairs, sides)
    if not rows.are_all:
        n_read = len(rows.left) + len(rows.right)
        of_these = ", ".join(differing) or "none by more than the tolerance"
        differing = [f"more than {n_read:,} rows are not equal to the last digit: {of_these}"]
    faults += differing
    found.is_different = bool(faults)
    found.verdict = "; ".join([*faults, *notes]) or found.verdict
    found.differences = _side_by_side(name, columns, pairs[:MAX_SHOWN], sides)
    return found


def _column_differences(
    left: Columns, right: Columns, sides: _Sides
) -> tuple[list[str], list[str]]:
    """Say what differs between the columns of a table, and what is only new."""
    lacking = [column for column in left if column not in right]
    new = [column for column in right if column not in left]
    faults = [f"{sides.right.name} lacks {', '.join(lacking)}"] if lacking else []
    if not sides.is_reference:
        faults += [f"{sides.left.name} lacks {', '.join(new)}"] if new else []
        if not faults and list(left) != list(right):
            faults.append("columns in another order")
        return faults, []
    faults += [
        f"{column} is {right[column]}, was {data_type}"
        for column, data_type in left.items()
        if right.get(column, data_type) != data_type
    ]
    return faults, [f"new: {', '.join(new)}"] if new else []


def _row_differences(columns: list[str], pairs: Pairs, sides: _Sides) -> list[str]:
    """Say how many rows differ, and in which columns."""
    matched = [(one, two) for one, two in pairs if one and two]
    differing = [
        column
        for place, column in enumerate(columns)
        if not all(_is_equal(one[place], two[place]) for one, two in matched)
    ]
    n_left = sum(not two for _, two in pairs)
    n_right = sum(not one for one, _ in pairs)
    differs = "differs" if len(matched) == 1 else "differ"
    return [
        f"{_rows(n)} {what}"
        for n, what in (
            (len(matched), f"{differs} in {', '.join(differing)}"),
            (n_left, f"only in {sides.left.name}"),
            (n_right, f"only in {sides.right.name}"),
        )
        if n
    ]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _all_rows(left: _Side, right: _Side, table: str, columns: list[str]) -> _Rows:
    listed = ", ".join(map(_quoted, columns))
    return _Rows(
        *(side.query(f"select {listed} from {side.relation(table)}") for side in (left, right))
    )


def _unlike_rows(left: _Side, right: _Side, table: str, columns: list[str]) -> _Rows:
    """Rows that one side has more often than the other, of two databases in one connection."""
    listed = ", ".join(map(_quoted, columns))
    unlike = left.query(
        f"select {listed}, sum(_side) from ("
        f"select {listed}, 1 as _side from {left.relation(table)} "
        f"union all select {listed}, -1 as _side from {right.relation(table)}"
        f") group by all having sum(_side) <> 0 order by all limit {MAX_UNLIKE + 1}"
    )
    rows = _Rows([], [], len(unlike) <= MAX_UNLIKE)
    for *values, excess in unlike[:MAX_UNLIKE]:
        side = rows.left if excess > 0 else rows.right
        side.extend([tuple(values)] * abs(excess))
    return rows


def differing_rows(left: Iterable[Row], right: Iterable[Row]) -> Pairs:
    """Find the rows that one side has and the other has not.

    Args:
        left: Rows of one side, in any order.
        right: Rows of the other.

    Returns:
        Pairs of differing rows with the same key, which is as many of the first columns as tell the
        rows of a side apart; an empty row where a side has none, or no more, of a key.
    """
    groups: Groups = {}
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
    return _paired(sorted(ours, key=_order), sorted(theirs, key=_order))


def _paired(ours: list[Row], theirs: list[Row]) -> Pairs:
    """Put rows of the same key side by side."""
    most = _n_keys(_by_key(ours, theirs, MAX_KEY_COLUMNS))
    groups = next(
        groups
        for width in range(1, MAX_KEY_COLUMNS + 1)
        if _n_keys(groups := _by_key(ours, theirs, width)) == most
    )
    return [pair for sides in groups.values() for pair in zip_longest(*sides, fillvalue=())]


def _by_key(ours: list[Row], theirs: list[Row], width: int) -> Groups:
    """Group rows by their first columns."""
    groups: Groups = {}
    for side, rows in enumerate((ours, theirs)):
        for row in rows:
            groups.setdefault(tuple(map(_plain, row[:width])), ([], []))[side].append(row)
    return groups


def _n_keys(groups: Groups) -> int:
    return sum(bool(rows) for sides in groups.values() for rows in sides)


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


def _side_by_side(name: str, columns: list[str], pairs: Pairs, sides: _Sides) -> list[str]:
    """Show each pair of rows: the first column, then the columns that differ."""
    lines = []
    for one, two in pairs:
        if not one or not two:
            side = sides.left if one else sides.right
            lines.append(
                f"{name}: only in {side.name}: {dict(zip(columns, one or two, strict=True))}"
            )
            continue
        parts = [
            f"{column}: {sides.left.name} {a!r}, {sides.right.name} {b!r}"
            for column, a, b in zip(columns, one, two, strict=True)
            if not _is_equal(a, b)
        ]
        lines.append(f"{name}: {columns[0]} {one[0]!r}: {'; '.join(parts)}")
    return lines
