"""Opens a published file for one command's questions: one release, whole unless forced."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from abm.build import check_database_file, database_problem
from abm.errors import AbmError, first_line
from abm.paths import shown
from abm.release import Release, read_release, refuse_unfinished


@dataclass(frozen=True)
class Published:
    """A published file that is open.

    Attributes:
        release: The build that it is of.
        connection: The connection to it, read-only.
    """

    release: Release
    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, values: Any = None) -> list[dict[str, Any]]:
        """Ask it.

        Args:
            sql: A query.
            values: Its parameters.

        Returns:
            The rows, column to value.
        """
        found = self.connection.execute(sql, values)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def opened_published(
    db: Path, holds: str, *, is_forced: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[Published]:
    """Open a published file; a build database holds the same tables.

    Args:
        db: The file.
        holds: What is asked of it, as `alerts`, for whom it lacks that.
        is_forced: Take one of a build that did not finish whole, too.
        settings: Of DuckDB; the same for every connection that a process has to the file.

    Yields:
        It, open.

    Raises:
        AbmError: It cannot be read, is of an unfinished build, or lacks what is asked.
    """
    if not db.is_file():
        raise AbmError(
            f"There is no published file {shown(db)}: "
            "run `abm build` and `abm publish` first, or name one with --db."
        )
    try:
        check_database_file(db)
        connection = duckdb.connect(str(db), read_only=True, config=dict(settings or {}))
    except OSError as error:
        raise AbmError(
            f"Cannot read {shown(db)} ({error.strerror}): allow it, or name another with --db."
        ) from error
    except duckdb.Error as error:
        raise database_problem(db, error) from error
    with connection:
        try:
            release = read_release(lambda sql: connection.execute(sql).fetchall())
            refuse_unfinished(release, shown(db), is_forced)
            yield Published(release, connection)
        except duckdb.Error as error:
            raise AbmError(
                f"{shown(db)} holds no {holds} ({first_line(error)}): "
                "build and publish it with this version of the project."
            ) from error
