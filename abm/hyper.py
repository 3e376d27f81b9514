"""`abm publish --hyper`: what is published once more, as one file that Tableau opens.

Rows come from the published DuckDB file. Keys are those that the tests of the project hold, as
assumptions that Tableau builds its relationships from: Hyper checks none.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import duckdb

from abm.dictionary import TableEntry, read_dictionary, read_reference
from abm.errors import AbmError, first_line, unwritable
from abm.extras import needed
from abm.paths import shown
from abm.progress import Steps
from abm.publish import DATABASE_NAME, SCHEMAS, WORK_PREFIX, publishing
from abm.release import FILE

HYPER_NAME = "abm.hyper"
DATABASE_VERSION = "3"
"""Of Hyper's format: the first that holds decimals of more than 18 digits. Tableau 2022.4."""

_TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double precision",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "TIMESTAMP": "timestamp",
    "VARCHAR": "text",
}
"""DuckDB's types that Hyper has too."""

_CASTS = {
    "FLOAT": ("double precision", "cast({} as double)"),
    "HUGEINT": ("numeric(38, 0)", "cast({} as decimal(38, 0))"),
    "TINYINT": ("smallint", "cast({} as smallint)"),
    "TIMESTAMP WITH TIME ZONE": ("timestamp", "{} at time zone 'UTC'"),
    "TIMESTAMP_MS": ("timestamp", "cast({} as timestamp)"),
    "TIMESTAMP_NS": ("timestamp", "cast({} as timestamp)"),
    "TIMESTAMP_S": ("timestamp", "cast({} as timestamp)"),
    "UBIGINT": ("numeric(20, 0)", "cast({} as decimal(20, 0))"),
    "UINTEGER": ("bigint", "cast({} as bigint)"),
    "USMALLINT": ("integer", "cast({} as integer)"),
    "UTINYINT": ("smallint", "cast({} as smallint)"),
}
"""DuckDB's types that Hyper lacks: the type to take, and how to make it."""

_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


@dataclass(frozen=True)
class HyperFile:
    """What was written.

    Attributes:
        file: The file.
        n_tables: Its tables.
        n_keys: Its primary keys and foreign keys.
        is_new: It was not of this release before.
    """

    file: Path
    n_tables: int
    n_keys: int
    is_new: bool = True


def load_api() -> ModuleType:
    """Import Tableau's API.

    Returns:
        The module.

    Raises:
        AbmError: It is not installed.
    """
    with needed("hyper", "A Hyper file"):
        import tableauhyperapi
    return tableauhyperapi


def write_hyper(out: Path, root: Path) -> HyperFile:
    """Write the published tables to one Hyper file in the place of the one that is there.

    Args:
        out: Where `abm publish` published to.
        root: The project's directory, whose tests say what is a key.

    Returns:
        What was written.

    Raises:
        AbmError: Nothing is published there, Hyper is not installed or refuses something, or the
            file cannot be written; what was there before stays.
    """
    hyper = load_api()
    entries = {**read_dictionary(root), **read_reference(root)}
    file = out / HYPER_NAME
    try:
        with publishing(out), TemporaryDirectory(prefix=WORK_PREFIX, dir=out) as work:
            facts = json.loads((out / FILE).read_text(encoding="utf-8"))
            if facts.get("hyper") == HYPER_NAME and file.is_file():
                return HyperFile(file, len(facts["rows"]), 0, is_new=False)
            try:
                with (
                    duckdb.connect(str(out / DATABASE_NAME), read_only=True) as source,
                    hyper.HyperProcess(
                        hyper.Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU,
                        parameters={
                            "log_config": "",
                            "default_database_version": DATABASE_VERSION,
                        },
                    ) as process,
                    hyper.Connection(
                        process.endpoint, f"{work}/{HYPER_NAME}", hyper.CreateMode.CREATE
                    ) as target,
                ):
                    copied = _Copied(source, target.execute_command, entries, Path(work))
                    copied.write()
            except (hyper.HyperException, duckdb.Error) as error:
                raise AbmError(
                    f"Cannot write {shown(file)} ({first_line(error)}): make room, or leave out "
                    "--hyper."
                ) from error
            Path(work, HYPER_NAME).chmod(0o444)
            os.replace(f"{work}/{HYPER_NAME}", file)  # noqa: PTH105 - named as its guarantee
            noted = Path(work) / FILE
            noted.write_text(json.dumps(facts | {"hyper": HYPER_NAME}, indent=2) + "\n", "utf-8")
            os.replace(noted, out / FILE)  # noqa: PTH105
    except OSError as error:
        raise unwritable(f"write {shown(file)}", error) from error
    return HyperFile(file, copied.n_tables, copied.n_keys)


def is_behind(out: Path) -> bool:
    """Whether a Hyper file lies beside a publication that it is not of."""
    if not (out / HYPER_NAME).is_file():
        return False
    return "hyper" not in json.loads((out / FILE).read_text(encoding="utf-8"))


class _Copied:
    """Tables of a DuckDB file in a Hyper file.

    Args:
        source: The published file.
        run: Runs a statement in Hyper.
        entries: What the project says of its tables.
        work: A folder for what goes from one to the other.
    """

    def __init__(
        self,
        source: duckdb.DuckDBPyConnection,
        run: Callable[[str], object],
        entries: Mapping[str, TableEntry],
        work: Path,
    ) -> None:
        self._source = source
        self._run = run
        self._work = work
        columns = source.execute(
            "select schema_name, table_name, column_name, data_type, comment "
            f"from duckdb_columns() where schema_name in {SCHEMAS} and not internal "
            "order by 1, 2, column_index"
        ).fetchall()
        self._tables: dict[tuple[str, str], list[tuple[str, str, str | None]]] = {}
        for schema, table, *column in columns:
            self._tables.setdefault((schema, table), []).append(tuple(column))
        there = {table: {name for name, *_ in of} for (_, table), of in self._tables.items()}
        # Of the keys that the project's tests hold, those whose tables and columns are published.
        self._primary = {
            table: entry.primary
            for table, entry in entries.items()
            if table in there and entry.primary and there[table].issuperset(entry.primary)
        }
        self._foreign = {
            table: {
                column: dimension
                for column, dimension in entries[table].foreign.items()
                if column in there[table] and len(self._primary.get(dimension, ())) == 1
            }
            for table in there
            if table in entries
        }
        self._schema_of = {table: schema for schema, table in self._tables}
        self.n_tables = len(self._tables)
        self.n_keys = len(self._primary) + sum(map(len, self._foreign.values()))

    def write(self) -> None:
        """Write every table with its rows, then what leads from one to another."""
        for schema in sorted({schema for schema, _ in self._tables}):
            self._run(f"create schema {_name(schema)}")
        with Steps("Writing the Hyper file", total=self.n_tables) as steps:
            for schema, table in self._tables:
                steps.start(table)
                self._copy(schema, table)
                steps.advance()
        for table, foreign in self._foreign.items():
            for column, dimension in foreign.items():
                (key,) = self._primary[dimension]
                self._run(
                    f"alter table {self._relation(table)} add assumed foreign key "
                    f"({_name(column)}) references {self._relation(dimension)} ({_name(key)})"
                )

    def _copy(self, schema: str, table: str) -> None:
        columns = self._tables[schema, table]
        primary = self._primary.get(table, ())
        spelled = [(name, *_converted(name, data_type)) for name, data_type, _ in columns]
        lines = [
            f"{_name(name)} {data_type}{' not null' if name in primary else ''}"
            for name, data_type, _ in spelled
        ]
        if primary:
            lines.append(f"assumed primary key ({', '.join(map(_name, primary))})")
        relation = self._relation(table)
        self._run(f"create table {relation} ({', '.join(lines)})")
        file = self._work / f"{table}.parquet"
        chosen = ", ".join(f"{value} as {_name(name)}" for name, _, value in spelled)
        self._source.execute(
            f"copy (select {chosen} from {_name(schema)}.{_name(table)}) "
            f"to {_text(file)} (format parquet)"
        )
        self._run(f"copy {relation} from {_text(file)} with (format parquet)")
        file.unlink()
        for name, _, comment in columns:
            if comment:
                self._run(f"comment on column {relation}.{_name(name)} is {_text(comment)}")

    def _relation(self, table: str) -> str:
        return f"{_name(self._schema_of[table])}.{_name(table)}"


def _converted(column: str, data_type: str) -> tuple[str, str]:
    """Hyper's type for a type of DuckDB, and the SQL that makes a column's value of it."""
    name = _name(column)
    if decimal := _DECIMAL.fullmatch(data_type):
        return f"numeric({decimal[1]}, {decimal[2]})", name
    if data_type == "DOUBLE":
        # Tableau shows neither NaN nor infinity as what it is.
        return _TYPES[data_type], f"case when isfinite({name}) then {name} end"
    if data_type in _TYPES:
        return _TYPES[data_type], name
    hyper_type, cast = _CASTS.get(data_type, ("text", "cast({} as varchar)"))
    return hyper_type, cast.format(name)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
