"""`abm publish`: copy what readers need out of the build database, and swap it in.

A build locks its database against every reader. Readers get copies instead: one DuckDB file that
DuckDB 1.x can open, and one Parquet file per table. Both are written beside the previous ones and
take their place in one step each. A release is one build that finished whole, and both carry its
id. Who opens many Parquet files one after the other reads the folder that release.json names, which
stays as it is until the release after the next.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from abm.build import check_database, database_problem, lock_file
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

WORK_PREFIX = ".publishing-"


@dataclass(frozen=True)
class Publication:
    """What was published.

    Attributes:
        database: The DuckDB file.
        parquet: The symlink to the newest release directory.
        folder: The name of that directory.
        release: The build that was published.
        rows: Rows by `schema.table`.
        n_kept: How many tables are as the release before has them.
        is_new: It was not there before.
    """

    database: Path
    parquet: Path
    folder: str
    release: Release
    rows: dict[str, int]
    n_kept: int = 0
    is_new: bool = True


@dataclass(frozen=True)
class _Before:
    """The release that readers have.

    Attributes:
        release_id: Its id, "" where there is none that finished whole.
        folder: Its Parquet files.
        rows: Rows by `schema.table`.
        fingerprints: What tells the tables apart from those of other builds, by `schema.table`.
    """

    release_id: str
    folder: Path
    rows: dict[str, int]
    fingerprints: dict[str, str]


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
    check_database(db)
    releases = out / "parquet"
    current = releases / CURRENT
    building = f"Another process is building {shown(db)}"
    try:
        with held(lock_file(db), building, is_shared=True):
            releases.mkdir(parents=True, exist_ok=True)
            with publishing(out), _cleared(out, releases):
                if current.exists() and not current.is_symlink():
                    raise AbmError(
                        f"{shown(current)} is not a symlink made by a publish: "
                        "move it out of the way."
                    )
                before = _read_before(out)
                with _reading(db, out / f"{WORK_PREFIX}spill") as connection:
                    tables = _tables(connection, db)
                    release = read_release(lambda query: connection.execute(query).fetchall())
                    refuse_unfinished(release, shown(db), is_forced)
                    if before and before.release_id == release.release_id and not release.problem:
                        return Publication(
                            *(out / DATABASE_NAME, current, before.folder.name, release),
                            *(before.rows, len(before.rows), False),
                        )
                    database = out / f"{WORK_PREFIX}{DATABASE_NAME}"
                    work = releases / f"{WORK_PREFIX}parquet"
                    work.mkdir()
                    copied = _Copied(connection, db, tables, before)
                    copied.write(database, work)
                folder = _folder_name(releases, release.release_id or "unknown")
                facts = release.spelled(
                    duckdb=DATABASE_NAME,
                    parquet=f"parquet/{folder}",
                    rows=copied.rows,
                    fingerprints=copied.fingerprints,
                )
                (work / FILE).write_text(facts, encoding="utf-8")
                _swap_in(database, work, releases / folder, facts)
    except OSError as error:
        raise unwritable(f"publish to {shown(out)}", error) from error
    return Publication(*(out / DATABASE_NAME, current, folder, release, copied.rows, copied.n_kept))


def publishing(out: Path) -> AbstractContextManager[None]:
    """Be the only process that changes what is published.

    Args:
        out: The directory that readers know.

    Returns:
        A context; entering it raises AbmError where another process is in it.
    """
    return held(out / ".publish.lock", f"Another process is publishing to {shown(out)}")


def _read_before(out: Path) -> _Before | None:
    """Read what was published before, as far as all of it is there."""
    try:
        facts = json.loads((out / FILE).read_text(encoding="utf-8"))
        before = _Before(
            release_id="" if facts["problem"] else facts["release_id"] or "",
            folder=out / facts["parquet"],
            rows=facts["rows"],
            fingerprints=facts["fingerprints"],
        )
    except (OSError, ValueError, KeyError):
        return None
    files = [before.folder / f"{table.split('.')[1]}.parquet" for table in before.rows]
    is_there = all(file.is_file() for file in [out / DATABASE_NAME, *files])
    return before if before.release_id and is_there else None


@contextmanager
def _cleared(out: Path, releases: Path) -> Iterator[None]:
    """Remove what an interrupted publish left behind, and afterwards what this one leaves.

    What `current` led to stays for readers that are still in it; the lock is held.
    """

    def remove(kept: set[str]) -> None:
        unfinished = [*out.glob(f"{WORK_PREFIX}*"), *releases.glob(f"{WORK_PREFIX}*")]
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


@contextmanager
def _reading(db: Path, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a build database, in use, as `build`."""
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
        connection.execute("use build")
        yield connection


class _Copied:
    """Every table in a new DuckDB file and in one Parquet file each.

    A table that the release before has is taken from there.

    Args:
        connection: From `_reading`.
        db: The build database.
        tables: From `_tables`.
        before: The release before, or None.

    Attributes:
        rows: Rows by `schema.table`.
        fingerprints: What tells the tables apart from those of other builds, by `schema.table`.
        n_kept: How many tables are as they were.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        db: Path,
        tables: list[tuple[str, str]],
        before: _Before | None,
    ) -> None:
        self._run = connection.execute
        self._db = db
        self._before = before
        self._tables = tables
        self.fingerprints = _fingerprints(connection)
        self.rows: dict[str, int] = {}
        kept = before.fingerprints.items() & self.fingerprints.items() if before else set()
        self._kept = {table for table, _ in kept}
        self.n_kept = len(self._kept)

    def write(self, database: Path, parquet: Path) -> None:
        """Write the files.

        Args:
            database: The DuckDB file to make, beside the one of the release before.
            parquet: The folder for the Parquet files.

        Raises:
            AbmError: A table cannot be read.
            OSError: A file cannot be written.
        """
        if self._kept:
            shutil.copyfile(database.parent / DATABASE_NAME, database)
        try:
            self._write(database, parquet)
        except duckdb.Error as error:
            # A full disk, which DuckDB tells of in a kind of its own for each place it notices.
            raise OSError(None, first_line(error)) from error

    def _write(self, database: Path, parquet: Path) -> None:
        version = "" if self._kept else f" (storage_version '{STORAGE_VERSION}')"
        self._run(f"attach {_text(database)} as published{version}")
        for schema in sorted({schema for schema, _ in self._tables}):
            self._run(f"create schema if not exists published.{_name(schema)}")
        for table in self._before.rows if self._kept and self._before else {}:
            if table not in self._kept:
                self._run(f"drop table if exists published.{_relation(*table.split('.'))}")
        with Steps("Publishing", total=len(self._tables)) as steps:
            for schema, table in self._tables:
                steps.start(table)
                self._copy(schema, table, parquet / f"{table}.parquet")
                steps.advance()
        for table, statement in _comments(self._run):
            if table not in self._kept:
                self._run(statement)
        self._run("checkpoint published")
        self._run("detach published")

    def _copy(self, schema: str, table: str, file: Path) -> None:
        name, relation = f"{schema}.{table}", _relation(schema, table)
        if name in self._kept and self._before:
            # A link: neither release changes the file.
            os.link(self._before.folder / file.name, file)
            self.rows[name] = self._before.rows[name]
            return
        try:
            self._run(f"create table published.{relation} as from build.{relation}")
            ((self.rows[name],),) = self._run(
                f"copy published.{relation} to {_text(file)} (format parquet, compression zstd)"
            ).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise AbmError(
                f"Table {name} of {shown(self._db)} cannot be published "
                f"({first_line(error)}): build it again with `abm build --select {table}`."
            ) from error


def _fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Read what tells tables, their rows and comments apart: of tables that the build knows."""
    known = connection.execute(
        "select 1 from duckdb_columns() where database_name = 'build' "
        "and schema_name = 'ledger' and table_name = 'nodes' and column_name = 'statement'"
    ).fetchall()
    # A view is as the build left it only until the next one begins.
    return dict(
        connection.execute(
            "select table_schema || '.' || table_name, md5(statement || content) "
            "from ledger.nodes inner join information_schema.tables "
            "on split_part(node_id, '.', 3) = table_name where table_catalog = 'build' "
            f"and table_type = 'BASE TABLE' and table_schema in {SCHEMAS} "
            "and split_part(node_id, '.', 1) in ('model', 'seed') order by 1"
        ).fetchall()
        if known
        else []
    )


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


def _comments(
    run: Callable[[str], duckdb.DuckDBPyConnection],
) -> Iterator[tuple[str, str]]:
    """Spell the comments of the build as statements on the copies, each with its table."""
    relations = run(
        "select schema_name, table_name, comment from duckdb_tables() "
        f"where database_name = 'build' and schema_name in {SCHEMAS} and comment is not null "
        "union all "
        "select schema_name, view_name, comment from duckdb_views() "
        f"where database_name = 'build' and schema_name in {SCHEMAS} and comment is not null "
        "order by 1, 2"
    ).fetchall()
    for schema, table, comment in relations:
        relation = _relation(schema, table)
        yield f"{schema}.{table}", f"comment on table published.{relation} is {_text(comment)}"
    columns = run(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        f"where database_name = 'build' and schema_name in {SCHEMAS} and comment is not null "
        "order by 1, 2, column_index"
    ).fetchall()
    for schema, table, column, comment in columns:
        column_name = f"published.{_relation(schema, table)}.{_name(column)}"
        yield f"{schema}.{table}", f"comment on column {column_name} is {_text(comment)}"


def _swap_in(database: Path, work: Path, folder: Path, facts: str) -> None:
    """Put the finished files in their places, each in one step.

    release.json is last: what it leads to is there by then.
    """
    out, releases = database.parent, folder.parent
    database.chmod(0o444)
    named = out / f"{WORK_PREFIX}{FILE}"
    named.write_text(facts, encoding="utf-8")
    link = releases / f"{WORK_PREFIX}{CURRENT}"
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


def _relation(schema: str, table: str) -> str:
    return f"{_name(schema)}.{_name(table)}"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
