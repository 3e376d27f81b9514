"""`abm publish`: copy what readers need out of the build database, and swap it in at once.

A build locks its database against every reader. Readers get copies instead: one DuckDB file that
DuckDB 1.x can open, and one Parquet file per table. Both are written beside the previous ones and
take their place in one step, so that a reader sees the old release or the new one, never a mixture.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from abm.build import check_database_file, database_problem
from abm.errors import AbmError
from abm.paths import shown
from abm.progress import Steps

SCHEMAS = ("marts", "reference", "audit")
STORAGE_VERSION = "v1.0.0"
DATABASE_NAME = "abm.duckdb"
CURRENT = "current"
RELEASES_KEPT = 2

_RELEASE = re.compile(r"\d{6}")
_WORK_PREFIX = ".publishing-"


@dataclass(frozen=True)
class Publication:
    """What was published.

    Attributes:
        database: The DuckDB file.
        parquet: The symlink to the newest release directory.
        release: The name of that directory.
        rows: Rows by (schema, table).
    """

    database: Path
    parquet: Path
    release: str
    rows: dict[tuple[str, str], int]


def publish(db: Path, out: Path) -> Publication:
    """Publish the marts, the reference data and the audit of a build.

    Args:
        db: The build database; it is only read.
        out: The directory that readers know; made when missing.

    Returns:
        What was published and where.

    Raises:
        AbmError: There is nothing to publish, or no way to write it.
    """
    if not db.is_file():
        raise AbmError(
            f"There is no build database {shown(db)}: run `abm build` first, or name one with --db."
        )
    releases = out / "parquet"
    current = releases / CURRENT
    check_database_file(db)
    try:
        releases.mkdir(parents=True, exist_ok=True)
        with _only_publisher(out):
            if current.exists() and not current.is_symlink():
                raise AbmError(
                    f"{shown(current)} is not a symlink made by a publish: move it out of the way."
                )
            _remove_leftovers(out, releases)
            release = f"{max(_release_numbers(releases), default=0) + 1:06d}"
            database = out / f"{_WORK_PREFIX}{DATABASE_NAME}"
            work = releases / f"{_WORK_PREFIX}{release}"
            work.mkdir()
            rows = _write(db, database, work, out / f"{_WORK_PREFIX}spill")
            _swap_in(database, out / DATABASE_NAME, work, releases / release, current)
            _remove_old(releases, release)
    except OSError as error:
        raise AbmError(
            f"Cannot publish to {shown(out)} ({error.strerror or error}): "
            "make room or allow writing there, or name another directory with --out."
        ) from error
    return Publication(out / DATABASE_NAME, current, release, rows)


@contextmanager
def _only_publisher(out: Path) -> Iterator[None]:
    """Hold the directory's lock; the system lets go of it even when the process dies."""
    with (out / ".publish.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AbmError(
                f"Another process is publishing to {shown(out)}: wait until it is done."
            ) from error
        yield


def _remove_leftovers(out: Path, releases: Path) -> None:
    """Remove what a publish that was interrupted left behind; the lock is held."""
    current = releases / CURRENT
    newest = int(current.readlink().name) if current.is_symlink() else 0
    never_current = [
        releases / f"{number:06d}" for number in _release_numbers(releases) if number > newest
    ]
    unfinished = [*out.glob(f"{_WORK_PREFIX}*"), *releases.glob(f"{_WORK_PREFIX}*")]
    for path in [*unfinished, *never_current]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _release_numbers(releases: Path) -> list[int]:
    return [int(path.name) for path in releases.iterdir() if _RELEASE.fullmatch(path.name)]


def _write(db: Path, database: Path, parquet: Path, spill: Path) -> dict[tuple[str, str], int]:
    """Copy every table into a new DuckDB file and into one Parquet file each."""
    try:
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "temp_directory": str(spill),
            }
        )
        connection.execute(f"attach {_text(db)} as build (read_only)")
    except duckdb.Error as error:
        raise database_problem(db, error) from error
    with connection:
        tables = _tables(connection, db)
        connection.execute(
            f"attach {_text(database)} as published (storage_version '{STORAGE_VERSION}')"
        )
        for schema in sorted({schema for schema, _ in tables}):
            connection.execute(f"create schema published.{_name(schema)}")
        rows: dict[tuple[str, str], int] = {}
        with Steps("Publishing", total=len(tables)) as steps:
            for schema, table in tables:
                steps.start(table)
                relation = f"{_name(schema)}.{_name(table)}"
                try:
                    connection.execute(
                        f"create table published.{relation} as from build.{relation}"
                    )
                    ((rows[schema, table],),) = connection.execute(
                        f"copy published.{relation} to {_text(parquet / f'{table}.parquet')} "
                        "(format parquet, compression zstd)"
                    ).fetchall()
                except duckdb.Error as error:
                    raise AbmError(
                        f"Table {schema}.{table} of {shown(db)} cannot be published "
                        f"({str(error).splitlines()[0]}): build it again with "
                        f"`abm build --select {table}`."
                    ) from error
                steps.advance()
        for statement in _comments(connection):
            connection.execute(statement)
        connection.execute("checkpoint published")
        connection.execute("detach published")
    return rows


def _tables(connection: duckdb.DuckDBPyConnection, db: Path) -> list[tuple[str, str]]:
    """List schema and name of every table and view to publish."""
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        f"where table_catalog = 'build' and table_schema in {SCHEMAS} order by 1, 2"
    ).fetchall()
    if not any(schema == "marts" for schema, _ in tables):
        raise AbmError(
            f"{shown(db)} has no table in schema marts: run `abm build` on it first, "
            "or name another database with --db."
        )
    seen: dict[str, str] = {}
    for schema, table in tables:
        if table in seen:
            raise AbmError(
                f"Schemas {seen[table]} and {schema} both have a table {table}, and both would "
                f"be {table}.parquet: rename one of them."
            )
        seen[table] = schema
    return tables


def _comments(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Spell the comments of the build's tables and columns as statements on the copies."""
    relations = connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() "
        f"where database_name = 'build' and schema_name in {SCHEMAS} and comment is not null "
        "union all "
        "select schema_name, view_name, comment from duckdb_views() "
        f"where database_name = 'build' and schema_name in {SCHEMAS} and comment is not null "
        "order by 1, 2"
    ).fetchall()
    for schema, table, comment in relations:
        yield f"comment on table published.{_name(schema)}.{_name(table)} is {_text(comment)}"
    columns = connection.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        f"where database_name = 'build' and schema_name in {SCHEMAS} and comment is not null "
        "order by 1, 2, column_index"
    ).fetchall()
    for schema, table, column, comment in columns:
        column_name = f"published.{_name(schema)}.{_name(table)}.{_name(column)}"
        yield f"comment on column {column_name} is {_text(comment)}"


def _swap_in(database: Path, published: Path, work: Path, release: Path, current: Path) -> None:
    """Put the finished files in their places, each in one step."""
    database.chmod(0o444)
    for file in [database, *work.iterdir()]:
        _sync(file)
    _sync(work)
    work.rename(release)
    link = current.with_name(f"{_WORK_PREFIX}{CURRENT}")
    link.symlink_to(release.name, target_is_directory=True)
    os.replace(database, published)  # noqa: PTH105 - named as the guarantee it gives
    os.replace(link, current)  # noqa: PTH105
    _sync(current.parent)
    _sync(published.parent)


def _remove_old(releases: Path, newest: str) -> None:
    """Keep the newest releases; a reader may still be in the one before."""
    for number in sorted(_release_numbers(releases), reverse=True)[RELEASES_KEPT:]:
        name = f"{number:06d}"
        if name != newest:
            shutil.rmtree(releases / name)


def _sync(path: Path) -> None:
    """Have the system write a file or directory to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
