"""What is expected of the raw tables: volume, loads, types, and references that lead somewhere."""

import math
import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb

from abm.contract import LOADED_AT, Column, Comparison, State, Table
from abm.errors import AbmError, first_line
from abm.landing import Found
from abm.raw_catalog import RawCatalog
from abm.raw_directory import RawDirectory
from abm.validation import Day
from abm.validation.suite import (
    FEWEST_ROWS_OF_A_RATE,
    PERIODS_COMPARED,
    WEEK,
    Promise,
    Suite,
    at_least,
    at_most,
    frame_of,
    range_from,
)

DAYS_UNTIL_A_LIST_IS_STALE = 92
"""Days that a source without a freshness may be behind: people keep it, by the quarter."""

RESYNC = "read the connector's log for failed or partial syncs, sync again and build again"


class RawTables:
    """The raw tables that are there, and queries on them.

    Args:
        raw: The raw directory or catalog.
        comparison: Its contract check.

    Attributes:
        tables: Every table that is there, by `<source>.<table>`.
        types: The type of each of its columns in the file, by the same name and the column's name
            in lower case; without the columns that var absent declares.
    """

    def __init__(self, raw: RawDirectory | RawCatalog, comparison: Comparison) -> None:
        self._raw = raw
        self._found: dict[str, Found] = {}
        self._connection = raw.connect()
        memory_limit = os.environ.get("ABM_MEMORY_LIMIT", "4GB")
        self._connection.execute("set memory_limit = $limit", {"limit": memory_limit})
        self._connection.execute("set TimeZone = 'UTC'")
        self.tables: dict[str, Table] = {}
        self.types: dict[str, dict[str, str]] = {}
        for found in comparison.findings:
            if found.state is not State.PRESENT or not found.found:
                continue
            table = found.table
            name = f"{table.source}.{table.name}"
            self.tables[name] = table
            self._found[name] = found.found
            declared = comparison.absent.get(table.source, {}).get(table.name, [])
            self.types[name] = {
                column.lower(): data_type
                for column, data_type, *_ in self.rows(
                    f"describe select * from {self.relation(name)}", name
                )
                if column.lower() not in declared
            }

    def relation(self, name: str) -> str:
        """Spell a table as DuckDB reads it.

        Args:
            name: `<source>.<table>`, of a present table.

        Returns:
            The expression for a from clause.
        """
        return self._raw.relation(self._found[name])

    def rows(self, query: str, name: str) -> list[tuple[Any, ...]]:
        """Run a query.

        Args:
            query: SQL.
            name: The table it reads, for the message of a failure.

        Returns:
            Its rows.

        Raises:
            AbmError: The file is damaged.
        """
        try:
            return self._connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise AbmError(
                f"{self._found[name].place} cannot be read ({first_line(error)}): load it again."
            ) from error


def suites(comparison: Comparison, day: Day) -> list[Suite]:
    """Measure the raw tables and state what is expected of them.

    Args:
        comparison: The contract check of a raw directory or catalog, without a fatal finding.
        day: The day they are held against.

    Returns:
        The suites.

    Raises:
        AbmError: A file cannot be read.
    """
    assert isinstance(comparison.raw, RawDirectory | RawCatalog)
    raw = RawTables(comparison.raw, comparison)
    return [
        _volume(raw, day, absent_tables(comparison)),
        _freshness(raw, day),
        _types(raw),
        _references(raw, comparison),
    ]


def absent_tables(comparison: Comparison) -> list[str]:
    """Name the tables that cannot be judged because they are not there.

    Args:
        comparison: The contract check of the raw directory.

    Returns:
        Each as `<source>.<table> (missing)` or `(switched off)`.
    """
    return [
        f"{found.table.source}.{found.table.name} ({found.state})"
        for found in comparison.findings
        if found.state is not State.PRESENT
    ]


def _volume(raw: RawTables, day: Day, absent: Sequence[str]) -> Suite:
    """Compare the newest weeks of every dated table with the weeks before them.

    A row belongs to the earliest of its past moments: the day it came into being, which a second
    load of the same row does not move.
    """
    last = day.as_of - timedelta(days=day.tolerance)
    first = last - timedelta(days=WEEK * (PERIODS_COMPARED + 2))
    rows, skipped = [], [*absent]
    for name, table in raw.tables.items():
        types = raw.types[name]
        moments = [_moment(types[column], column) for column in table.past if column in types]
        if not moments:
            continue
        per_day = dict(
            raw.rows(
                f"""
                select day_on, count(*)
                from (
                    select cast(least({", ".join(moments)}, null) as date) as day_on
                    from {raw.relation(name)}
                )
                where day_on between date '{first}' and date '{last}'
                group by day_on
                """,
                name,
            )
        )
        judged = list(_weeks(name, per_day, last))
        rows += judged
        if not judged:
            skipped.append(f"{name} (too few rows a week)")
    return Suite(
        name="raw_volume",
        frame=frame_of(["subject", "n_rows", "lowest", "highest", "quietest", "busiest"], rows),
        promises=(
            Promise(
                at_least("n_rows", "lowest", "No table lost rows of its newest week"),
                "{n_rows:,} rows",
                "{lowest:,.0f} or more (quietest of the 12 weeks before: {quietest:,.0f})",
                f"Rows are missing: {RESYNC}; if the week was really so quiet, such as at "
                "Christmas, go on.",
            ),
            Promise(
                at_most(
                    "n_rows", "highest", "No table has far more rows in its newest week than ever"
                ),
                "{n_rows:,} rows",
                "{highest:,.0f} or fewer (busiest of the 12 weeks before: {busiest:,.0f})",
                "Look for rows loaded twice under new ids, an import, or robots on the website.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _weeks(name: str, per_day: dict[date, int], last: date) -> Iterator[Sequence[Any]]:
    """Count the newest seven days and the newest week from Monday to Sunday; a row for each.

    A week is left out where those before it hold too few rows to judge by.
    """

    def count(end: date) -> int:
        return sum(per_day.get(end - timedelta(days=back), 0) for back in range(WEEK))

    sunday = last - timedelta(days=last.isoweekday() % WEEK)
    for end in sorted({last, sunday}):
        earlier = [
            count(end - timedelta(days=WEEK * back + WEEK)) for back in range(PERIODS_COMPARED)
        ]
        limits = range_from(earlier)
        if limits:
            subject = f"{name}, {end - timedelta(days=WEEK - 1)} to {end}"
            lowest = float(math.ceil(limits.lowest))
            yield subject, count(end), lowest, limits.highest, limits.quietest, limits.busiest


def _moment(data_type: str, column: str) -> str:
    """Spell a past column as a timestamp, null where it cannot be read; GA4 has microseconds."""
    if _family(data_type) == "number":
        return f'try(make_timestamp(try_cast("{column}" as bigint)))'
    return f'try_cast("{column}" as timestamp)'


def _freshness(raw: RawTables, day: Day) -> Suite:
    """Compare every source's newest load with the as-of day.

    A load of the morning after the as-of day belongs to it; later ones say nothing about it. A
    source all of whose loads are later was loaded anew since, and its rows hold the past too.
    `audit_source_freshness` holds a source against the freshest one; here all of them may be old,
    as in an extract of last week: nothing is stale within a week.
    """
    newest: dict[str, date] = {}
    allowed: dict[str, int] = {}
    skipped = []
    for name, table in raw.tables.items():
        stale_after = table.stale_after
        allowed[table.source] = (
            max(math.ceil(stale_after / timedelta(days=1)), WEEK)
            if stale_after
            else DAYS_UNTIL_A_LIST_IS_STALE
        )
        if LOADED_AT not in raw.types[name]:
            skipped.append(f"{name} (no {LOADED_AT})")
            continue
        loaded = f"cast({_moment(raw.types[name][LOADED_AT], LOADED_AT)} as date)"
        morning_after = f"date '{day.as_of + timedelta(days=1)}'"
        ((load,),) = raw.rows(
            f"""
            select coalesce(
                max({loaded}) filter (where {loaded} <= {morning_after}), min({loaded})
            ) from {raw.relation(name)}
            """,
            name,
        )
        if load:
            newest[table.source] = max(load, newest.get(table.source, load))
    enabled = {table.source for table in raw.tables.values()}
    skipped += [f"{source} (no load time)" for source in sorted(enabled - set(newest))]
    return Suite(
        name="raw_freshness",
        frame=frame_of(
            ["subject", "newest_load", "days_behind", "days_allowed"],
            [
                (source, load.isoformat(), max((day.as_of - load).days, 0), allowed[source])
                for source, load in newest.items()
            ],
        ),
        promises=(
            Promise(
                at_most("days_behind", "days_allowed", "Every source was loaded lately"),
                "newest load {newest_load}, {days_behind} days behind",
                f"{{days_allowed}} days or fewer behind {day.as_of}",
                "Start the connector again; until it runs, everything from this source is missing "
                "from the numbers.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _types(raw: RawTables) -> Suite:
    """Compare the types that files have with those of the contract, by families.

    The contract check looks at names alone, and staging reads what it can: a number that arrives as
    text is read until the first `1 234,50`, which is then rejected row by row.
    """
    rows = []
    for name, table in raw.tables.items():
        present = raw.types[name]
        drifted = [
            column
            for column in table.columns
            if column.name.lower() in present
            and _drifts(column.data_type, present[column.name.lower()])
        ]
        if drifted:
            # A column without a value has the type of nothing.
            counts = ", ".join(f'count("{column.name}")' for column in drifted)
            (filled,) = raw.rows(f"select {counts} from {raw.relation(name)}", name)
            drifted = [column for column, n in zip(drifted, filled, strict=True) if n]
        rows.append((name, len(drifted), _spelled(drifted, present), _contracted(drifted)))
    return Suite(
        name="raw_types",
        frame=frame_of(["subject", "n_drifted", "arrives", "contracted"], rows),
        promises=(
            Promise(
                at_most(
                    "n_drifted", 0, "Numbers, dates and flags arrive as numbers, dates and flags"
                ),
                "{arrives}",
                "{contracted}",
                "Set the column's type in the connector; values that cannot be read as the "
                "contracted type are in audit.audit_rejected_records.",
            ),
        ),
    )


def _drifts(contracted: str, arriving: str) -> bool:
    """Whether a type is of another family; what is contracted as text can be read from anything."""
    return _family(contracted) not in ("text", _family(arriving))


def _family(data_type: str) -> str:
    text = data_type.lower()
    if text.startswith(("struct", "map", "union")) or text.endswith("]"):
        return "nested"
    if text.startswith(("date", "time")):
        return "moment"
    if text.startswith("bool"):
        return "flag"
    if any(part in text for part in ("int", "double", "float", "decimal", "real", "numeric")):
        return "number"
    return "text"


def _spelled(columns: list[Column], present: dict[str, str]) -> str:
    return ", ".join(f"{column.name} {present[column.name.lower()].lower()}" for column in columns)


def _contracted(columns: list[Column]) -> str:
    return ", ".join(f"{column.name} {column.data_type}" for column in columns)


def _references(raw: RawTables, comparison: Comparison) -> Suite:
    """Count which references lead to a row."""
    rows, skipped = [], []
    references = [
        (f"{finding.table.source}.{finding.table.name}", column.name, *reference)
        for finding in comparison.findings
        for column in finding.table.columns
        if (reference := column.reference(comparison.crm))
    ]
    for table, column, target, lowest_share in references:
        to_table, to_column = target.rsplit(".", 1)
        subject = f"{table}.{column} in {to_table}"
        absent = [
            f"{name}.{part}"
            for name, part in ((table, column), (to_table, to_column))
            if part not in raw.types.get(name, {})
        ]
        if absent:
            skipped.append(f"{subject} ({' and '.join(absent)} absent)")
            continue
        is_salesforce_id = to_column in raw.tables[to_table].salesforce_ids
        ((n_rows, n_found),) = raw.rows(
            f"""
            select count(*), count(*) filter (where reference in (
                select {_key(to_column, is_salesforce_id)} from {raw.relation(to_table)}
                where "{to_column}" is not null
            ))
            from (
                select {_key(column, is_salesforce_id)} as reference from {raw.relation(table)}
            ) where reference is not null
            """,
            table,
        )
        if n_rows < FEWEST_ROWS_OF_A_RATE:
            skipped.append(f"{subject} ({n_rows} values)")
            continue
        rows.append((subject, n_rows, n_found, n_found / n_rows, lowest_share))
    return Suite(
        name="raw_references",
        frame=frame_of(["subject", "n_rows", "n_found", "share_found", "lowest_share"], rows),
        promises=(
            Promise(
                at_least("share_found", "lowest_share", "References lead to rows that are there"),
                "{share_found:.1%} found ({n_found:,} of {n_rows:,})",
                "{lowest_share:.0%} or more",
                "The table referred to is incomplete, or the ids are of another system or form: "
                f"{RESYNC}.",
            ),
        ),
        skipped=tuple(skipped),
    )


def _key(column: str, is_salesforce_id: bool) -> str:
    """Spell a key so that its forms compare equal, as in macros/keys.sql."""
    text = f'trim(cast("{column}" as varchar))'
    return f"left({text}, 15)" if is_salesforce_id else f"lower({text})"
