"""Reads what the pages show out of the published file."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from abm.build import check_database_file, database_problem
from abm.errors import AbmError, first_line
from abm.paths import shown
from abm.release import Release, read_release, refuse_unfinished
from abm.report.language import Labels
from abm.report.tables import FOLDER, Row, query, read_tables
from abm.texts import for_page


@dataclass(frozen=True)
class Published:
    """The rows of every table and of every other query, of one release.

    Attributes:
        as_of: The day the numbers speak of.
        currency: The currency of amounts, ISO 4217.
        labels: Domain and code to what the code is called, by language.
        rows: Name of a table, or of a query that no table shows, to its rows.
        release: The build that made them.
    """

    as_of: datetime.date
    currency: str
    labels: Labels
    rows: Mapping[str, list[Row]]
    release: Release

    @property
    def week_on(self) -> datetime.date:
        """The Monday of the week of the as-of date."""
        return self.as_of - datetime.timedelta(days=self.as_of.weekday())

    @property
    def programme(self) -> Row:
        """How far the programme has come."""
        return self.rows["programme"][0]

    @property
    def is_score_alone(self) -> bool:
        """Whether the engagement score is shown alone (var start_with_aes_days)."""
        return self.programme["is_score_alone"]

    def on_page(self, name: str, page_id: str) -> list[Row]:
        """The rows of a query that belong on the page of an account or account executive."""
        return self._by_page[name].get(page_id, [])

    @cached_property
    def _by_page(self) -> dict[str, dict[str, list[Row]]]:
        by_page: dict[str, dict[str, list[Row]]] = {}
        for name, rows in self.rows.items():
            pages = by_page[name] = defaultdict(list)
            for row in rows:
                if "page_id" in row:
                    pages[row["page_id"]].append(row)
        return by_page


def read_published(
    db: Path, *, is_forced: bool = False, settings: Mapping[str, str] | None = None
) -> Published:
    """Run every query on a published file.

    Args:
        db: The file; a build database holds the same tables.
        is_forced: Read a build that did not finish whole, too.
        settings: Of DuckDB; the same for every connection that a process has to the file.

    Returns:
        The rows.

    Raises:
        AbmError: The file cannot be read, is of a build that did not finish whole, or lacks what a
            query reads.
    """
    if not db.is_file():
        raise AbmError(
            f"There is no published file {shown(db)}: run `abm publish`, or name one with --db."
        )
    try:
        check_database_file(db)
        with duckdb.connect(db, read_only=True, config=dict(settings or {})) as connection:
            release = read_release(lambda sql: connection.execute(sql).fetchall())
            refuse_unfinished(release, shown(db), is_forced)
            facts = _rows(connection, "select * from audit.audit_settings")
            labels = _rows(connection, "select * from reference.labels")
            rows = {name: _rows(connection, sql) for name, sql in _statements().items()}
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise AbmError(
            f"{shown(db)} lacks what the pages show ({first_line(error)}): "
            "build and publish with this version."
        ) from error
    except (duckdb.Error, OSError) as error:
        raise database_problem(db, error) from error
    if not facts:
        raise AbmError(f"audit.audit_settings of {shown(db)} is empty: build and publish again.")
    return Published(
        facts[0]["as_of_on"],
        facts[0]["reporting_currency"],
        {
            (row["domain"], row["code"]): {"en": row["label_en"], "fr": row["label_fr"]}
            for row in labels
        },
        rows,
        release,
    )


def _statements() -> dict[str, str]:
    """The SQL of every table, and of every query that no table shows."""
    tables = read_tables()
    shown_in_tables = {table.query for table in tables.values()}
    others = {path.stem for path in (FOLDER / "queries").glob("*.sql")} - shown_in_tables
    return {name: table.sql() for name, table in tables.items()} | {
        name: query(name) for name in sorted(others)
    }


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, map(for_page, row), strict=True)) for row in result.fetchall()]
