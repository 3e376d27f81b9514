"""`abm publish`: copy what readers need out of the build database, and swap it in.

A build locks its database against every reader. Readers get copies instead: one DuckDB file that
DuckDB 1.x can open, and one Parquet file per table. Both are written beside the previous ones and
take their place in one step each. A release is one build that finished whole, and both carry its
id. Who opens many Parquet files one after the other reads the folder that release.json names, which
stays as it is until the release after the next.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from abm.build import check_database_file, database_problem, lock_file
from abm.errors import AbmError, first_line, unwritable
from abm.locks import held
from abm.paths import shown
from abm.progress import Steps
from abm.release import FILE, Release, read_release, refuse_unfinished

SCHEMAS = ("marts", "reference", "audit")
STORAGE_VERSION = "v1.0.0"
DATABASE_NAME = "abm.duckdb"
CURRENT = "current"

_RELEASE = re.compile(r"\d{6}|\d{8}T\d{6}Z-\w{8}(\.\d+)?|unknown(\.\d+)?")
"""The folders of releases; those of six digits are of older versions."""

_WORK_PREFIX = ".publishing-"


@dataclass(frozen=True)
class Publication:
    """What was published.

    Attributes:
        database: The DuckDB file.
        parquet: The symlink to the newest release directory.
        folder: The name of that directory.
        release: The build that was published.
        rows: Rows by (schema, table).
    """

    database: Path
    parquet: Path
    folder: str
    release: Release
    rows: dict[tuple[str, str], int]


def publish(db: Path, out: Path, *, is_forced: bool = False) -> Publication:
    """Publish the marts, the reference data and the audit of a build that finished whole.

    Args:
        db: The build database; it is only read.
        out: The directory that readers know; made when missing.
        is_forced: Publish any build.

    Returns:
        What was published and where.

    Raises:
        AbmError: There is nothing to publish, the build did not finish whole, or there is no way to
            write it; what was published before stays.
    """
    if not db.is_file():
        raise AbmError(
            f"There is no build database {shown(db)}: run `abm build` first, or name one with --db."
        )
    releases = out / "parquet"
    current = releases / CURRENT
    check_database_file(db)
    building = f"Another process is building {shown(db)}"
    publishing = f"Another process is publishing to {shown(out)}"
    try:
        with held(lock_file(db), building, is_shared=True):
            releases.mkdir(parents=True, exist_ok=True)
            with held(out / ".publish.lock", publishing), _cleared(out, releases):
                if current.exists() and not current.is_symlink():
                    raise AbmError(
                        f"{shown(current)} is not a symlink made by a publish: "
                        "move it out of the way."
                    )
                database = out / f"{_WORK_PREFIX}{DATABASE_NAME}"
                work = releases / f"{_WORK_PREFIX}parquet"
                work.mkdir()
                spill = out / f"{_WORK_PREFIX}spill"
                release, rows = _write(db, database, work, spill, is_forced=is_forced)
                folder = _folder_name(releases, release.release_id or "unknown")
                facts = release.spelled(
                    duckdb=DATABASE_NAME,
                    parquet=f"parquet/{folder}",
                    rows={f"{schema}.{table}": count for (schema, table), count in rows.items()},
                )
                (work / FILE).write_text(facts, encoding="utf-8")
                _swap_in(database, work, releases / folder, facts)
    except OSError as error:
        raise unwritable(f"publish to {shown(out)}", error) from error
    return Publication(out / DATABASE_NAME, current, folder, release, rows)


@contextmanager
def _cleared(out: Path, releases: Path) -> Iterator[None]:
    """Remove what an interrupted publish left behind, and afterwards what this one leaves.

    What `current` led to stays for readers that are still in it; the lock is held.
    """

    def remove(kept: set[str]) -> None:
        unfinished = [*out.glob(f"{_WORK_PREFIX}*"), *releases.glob(f"{_WORK_PREFIX}*")]
        others = [
            p for p in releases.iterdir() if _RELEASE.fullmatch(p.name) and p.name not in kept
        ]
        for path in [*unfinished, *(others if kept else [])]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    before = _current(releases)
    remove(set())
    try:
        yield
    except BaseException:
        remove(set())
        raise
    remove({before, _current(releases)})


def _current(releases: Path) -> str:
    """The name of the release that `current` leads to, "" for none."""
    current = releases / CURRENT
    return current.readlink().name if current.is_symlink() else ""


def _folder_name(releases: Path, release_id: str) -> str:
    """A name that no folder has: who publishes a build again must not touch what readers read."""
    name, number = release_id, 1
    while (releases / name).exists():
        number += 1
        name = f"{release_id}.{number}"
    return name


def _write(
    db: Path, database: Path, parquet: Path, spill: Path, *, is_forced: bool
) -> tuple[Release, dict[tuple[str, str], int]]:
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
        connection.execute("use build")
        release = read_release(lambda query: connection.execute(query).fetchall())
        refuse_unfinished(release, shown(db), is_forced)
        connection.execute("use memory")
        try:
            rows = _copy(connection, tables, database, parquet, db)
        except duckdb.Error as error:
            # A full disk, which DuckDB tells of in a kind of its own for each place it notices.
            raise OSError(None, first_line(error)) from error
    return release, rows


def _copy(
    connection: duckdb.DuckDBPyConnection,
    tables: list[tuple[str, str]],
    database: Path,
    parquet: Path,
    db: Path,
) -> dict[tuple[str, str], int]:
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
                connection.execute(f"create table published.{relation} as from build.{relation}")
                ((rows[schema, table],),) = connection.execute(
                    f"copy published.{relation} to {_text(parquet / f'{table}.parquet')} "
                    "(format parquet, compression zstd)"
                ).fetchall()
            except (duckdb.CatalogException, duckdb.BinderException) as error:
                raise AbmError(
                    f"Table {schema}.{table} of {shown(db)} cannot be published "
                    f"({first_line(error)}): build it again with `abm build --select {table}`."
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


def _swap_in(database: Path, work: Path, folder: Path, facts: str) -> None:
    """Put the finished files in their places, each in one step.

    release.json is last: what it leads to is there by then.
    """
    out, releases = database.parent, folder.parent
    database.chmod(0o444)
    named = out / f"{_WORK_PREFIX}{FILE}"
    named.write_text(facts, encoding="utf-8")
    link = releases / f"{_WORK_PREFIX}{CURRENT}"
    link.symlink_to(folder.name, target_is_directory=True)
    for file in [database, named, *work.iterdir()]:
        _sync(file)
    _sync(work)
    work.rename(folder)
    os.replace(database, out / DATABASE_NAME)  # noqa: PTH105 - named as the guarantee it gives
    os.replace(link, releases / CURRENT)  # noqa: PTH105
    os.replace(named, out / FILE)  # noqa: PTH105
    _sync(releases)
    _sync(out)


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
