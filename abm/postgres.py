"""PostgreSQL as the second engine: the connection, its raw tables, and `abm load`."""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow.csv
from psycopg import sql

from abm.contract import Column, Contract, Table
from abm.errors import AbmError, first_line
from abm.paths import shown
from abm.progress import Steps

BATCH_ROWS = 50_000
TYPES = {"double": "double precision", "varchar": "text"}
FILE_TYPES = {
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "FLOAT": "double precision",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
"""PostgreSQL's type of a column that the contract does not know; text for any other."""


@dataclass(frozen=True)
class _Loaded:
    """How one column travels.

    Attributes:
        name: Its name in the file and in the table.
        expression: What DuckDB selects, a text.
        data_type: Its type in PostgreSQL.
    """

    name: str
    expression: str
    data_type: str


@contextmanager
def connected() -> Iterator[psycopg.Connection]:
    """Connect to the database that the environment names, as profiles.yml does.

    Yields:
        The connection, with UTC as its time zone; it commits when the block ends well.

    Raises:
        AbmError: The server cannot be reached.
    """
    host = os.environ.get("ABM_POSTGRES_HOST", "localhost")
    port = os.environ.get("ABM_POSTGRES_PORT", "5432")
    database = os.environ.get("ABM_POSTGRES_DATABASE", "abm")
    try:
        connection = psycopg.connect(
            host=host,
            port=port,
            user=os.environ.get("ABM_POSTGRES_USER", "abm"),
            password=os.environ.get("ABM_POSTGRES_PASSWORD", ""),
            dbname=database,
            options="-c TimeZone=UTC",
            connect_timeout=10,
        )
    except psycopg.Error as error:
        reason = str(error).strip().split("\n")[0].rsplit("failed: ", 1)[-1].rstrip(".")
        raise AbmError(
            f"Cannot connect to PostgreSQL database {database} at {host}:{port} ({reason}): "
            "correct ABM_POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DATABASE, or start a server "
            "with scripts/postgres.sh."
        ) from error
    with connection:
        yield connection


def source_schema(source: str, variables: Mapping[str, Any]) -> str:
    """Name the schema of a source's raw tables.

    Args:
        source: The dbt source.
        variables: The dbt vars.

    Returns:
        The var <source>_schema, or the source's own name.
    """
    return str(variables.get(f"{source}_schema") or source)


class RawDatabase:
    """The raw tables of a PostgreSQL database, for `abm.contract.compare`.

    Args:
        variables: The dbt vars, which may name other schemas.
    """

    holder = "schema"

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._columns: dict[tuple[str, str], list[str]] = {}
        with connected() as connection:
            rows = connection.execute(
                "select table_schema, table_name, column_name from information_schema.columns "
                "order by table_schema, table_name, ordinal_position"
            )
            for schema, table, column in rows:
                self._columns.setdefault((schema, table), []).append(column)

    def __str__(self) -> str:
        return "The PostgreSQL database"

    def problem(self, enabled: list[str]) -> str | None:
        """Say why nothing can be read at all."""
        if any(self.has_source(source) for source in enabled):
            return None
        return (
            f"The PostgreSQL database has no schema for any enabled source ({', '.join(enabled)}): "
            "load one with `abm load --target postgres`, or name the schemas with vars "
            "<source>_schema."
        )

    def has_source(self, source: str) -> bool:
        """Whether any table of the source is there."""
        wanted = source_schema(source, self._variables)
        return any(schema == wanted for schema, _ in self._columns)

    def place(self, table: Table) -> str:
        """Where a table is, as a person would look for it."""
        return f"Table {source_schema(table.source, self._variables)}.{table.name}"

    def columns(self, table: Table) -> list[str] | None:
        """The columns of a table, or None when it is missing."""
        return self._columns.get((source_schema(table.source, self._variables), table.name))


def load(raw_dir: Path, contract: Contract, variables: Mapping[str, Any]) -> dict[str, int]:
    """Copy a raw directory into tables <source>.<table>, each replaced in one step.

    A column becomes its contracted type if all its values are of that type, else text: a value
    that cannot be read must arrive, so that staging can reject and list it. Nested columns become
    jsonb.

    Args:
        raw_dir: The raw directory.
        contract: From `load_contract`.
        variables: The dbt vars, which may name other schemas.

    Returns:
        Rows by table.

    Raises:
        AbmError: There is nothing to load, or a file or the server cannot be used.
    """
    tables = [table for tables in contract.values() for table in tables.values()]
    tables = [table for table in tables if (raw_dir / table.file).is_file()]
    if not tables:
        raise AbmError(
            f"{shown(raw_dir)} holds no <source>/<table>.parquet of the raw contract: "
            "name the directory with --raw or ABM_RAW_DIR, or write one with `abm sample`."
        )
    rows = {}
    with Steps("Loading", total=len(tables)) as steps, connected() as connection:
        for table in tables:
            steps.start(f"{table.source}.{table.name}")
            schema = source_schema(table.source, variables)
            try:
                with connection.transaction():
                    count = _load_table(connection, schema, table, raw_dir / table.file)
            except duckdb.Error as error:
                raise AbmError(
                    f"{shown(raw_dir / table.file)} is not a readable Parquet file "
                    f"({first_line(error)}): load it again from its source."
                ) from error
            except psycopg.Error as error:
                raise AbmError(
                    f"Table {schema}.{table.name} cannot be loaded ({first_line(error)}): "
                    "correct the cause and load again; the table is as it was."
                ) from error
            rows[f"{schema}.{table.name}"] = count
            steps.advance()
    return rows


def _load_table(connection: psycopg.Connection, schema: str, table: Table, file: Path) -> int:
    with duckdb.connect() as source:
        source.execute("set TimeZone = 'UTC'")
        source.execute("set arrow_large_buffer_size = true")
        source.read_parquet(str(file)).create_view("raw_rows")
        columns = _columns(source, table)
        name = sql.Identifier(schema, table.name)
        _make_empty(connection, schema, table.name, columns)
        selected = ", ".join(column.expression for column in columns)
        batches = source.sql(f"select {selected} from raw_rows").to_arrow_reader(BATCH_ROWS)
        options = pyarrow.csv.WriteOptions(include_header=False)
        rows = 0
        statement = sql.SQL("copy {} from stdin (format csv)").format(name)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in batches:
                text = io.BytesIO()
                pyarrow.csv.write_csv(batch, text, options)
                copy.write(text.getbuffer())
                rows += batch.num_rows
        connection.execute(sql.SQL("analyze {}").format(name))
    return rows


def _make_empty(
    connection: psycopg.Connection, schema: str, table: str, columns: list[_Loaded]
) -> None:
    """Empty the table or make it; one with other columns goes, with the staging views on it."""
    name = sql.Identifier(schema, table)
    present = connection.execute(
        "select attname, format_type(atttypid, null) from pg_attribute "
        "where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [name.as_string()],
    ).fetchall()
    spelled = {"timestamp": "timestamp without time zone"}
    wanted = [(column.name, spelled.get(column.data_type, column.data_type)) for column in columns]
    if present == wanted:
        connection.execute(sql.SQL("truncate {}").format(name))
        return
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    connection.execute(sql.SQL("drop table if exists {} cascade").format(name))
    definitions = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.data_type))
        for column in columns
    )
    connection.execute(sql.SQL("create table {} ({})").format(name, definitions))


def _columns(source: duckdb.DuckDBPyConnection, table: Table) -> list[_Loaded]:
    """Decide the type of every column of the file."""
    contracted = {column.name.lower(): column for column in table.columns}
    described = source.execute("select column_name, column_type from (describe raw_rows)")
    loaded = []
    for name, file_type in described.fetchall():
        quoted = '"' + name.replace('"', '""') + '"'
        data_type = _data_type(source, quoted, file_type, contracted.get(name.lower()))
        if data_type == "jsonb":
            expression = f"cast(to_json({quoted}) as varchar)"
        else:
            known = next((k for k, v in TYPES.items() if v == data_type), data_type)
            expression = f"cast(cast({quoted} as {known}) as varchar)"
        if data_type in ("text", "jsonb"):
            expression = f"replace({expression}, chr(0), '')"
        loaded.append(_Loaded(name.lower(), f"{expression} as {quoted}", data_type))
    return loaded


def _data_type(
    source: duckdb.DuckDBPyConnection, quoted: str, file_type: str, column: Column | None
) -> str:
    if "(" in file_type and not file_type.startswith("DECIMAL"):
        return "jsonb"
    if column is None:
        return FILE_TYPES.get(file_type, "text")
    if file_type == "VARCHAR" or column.data_type == "varchar":
        return "text"
    if file_type == column.data_type.upper():
        return TYPES.get(column.data_type, column.data_type)
    unreadable = source.execute(
        f"select count(*) from raw_rows where {quoted} is not null "
        f"and try_cast({quoted} as {column.data_type}) is null"
    ).fetchall()[0][0]
    return "text" if unreadable else TYPES.get(column.data_type, column.data_type)
