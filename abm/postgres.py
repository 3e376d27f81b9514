"""PostgreSQL as the second engine: the connection, its raw tables, and `abm load`."""

import io
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from string import ascii_uppercase
from typing import Any

import duckdb

from abm.contract import Comparison, Table
from abm.dialect import Dialect, quoted, quoted_text
from abm.errors import AbmError, first_line
from abm.extras import needed
from abm.landing import Found, Stored, Wanted, connections_of
from abm.loading import Loaded, load_tables, loaded_columns
from abm.raw_catalog import RawCatalog
from abm.raw_directory import RawDirectory

with needed("postgres", "PostgreSQL"):
    import psycopg2
    import pyarrow as pa
    from psycopg2 import Error, errors, extensions, sql
    from pyarrow.csv import WriteOptions, write_csv

BATCH_ROWS = 50_000
COPIED_BYTES = 1 << 20
TYPES = {"double": "double precision", "varchar": "text", "json": "jsonb"}
"""PostgreSQL's type of a loaded column, where it is not of the same name."""

READER = "abm_reader"
"""The role that dashboards and analysts are given: it reads what is published, and nothing else."""

READ_SCHEMAS = ("marts", "reference")

GRANT_DEFAULT = "alter default privileges in schema {} grant select on tables"

UNGRANTED = """
    select nspname, relname
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = any(%s) and relkind in ('r', 'p', 'v', 'm')
        and pg_has_role(relowner, 'usage') and not has_table_privilege(%s, pg_class.oid, 'select')
"""
"""Tables and views of the builder that a role cannot read."""

UNUSED = """
    select nspname from pg_namespace
    where nspname = any(%s) and not has_schema_privilege(%s, oid, 'usage')
"""


class Connection(extensions.connection):
    """A connection that runs statements itself."""

    def execute(
        self, statement: str | bytes | sql.Composable, values: Sequence[Any] | None = None
    ) -> extensions.cursor:
        """Run a statement.

        Args:
            statement: The statement; a percent sign is itself where there are no values.
            values: What its %s stand for.

        Returns:
            A cursor on its rows.
        """
        cursor = self.cursor()
        cursor.execute(statement, values)
        return cursor


@contextmanager
def connected() -> Iterator[Connection]:
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
        connection = psycopg2.connect(
            connection_factory=Connection,
            host=host,
            port=port,
            user=os.environ.get("ABM_POSTGRES_USER", "abm"),
            password=os.environ.get("ABM_POSTGRES_PASSWORD", ""),
            dbname=database,
            options="-c TimeZone=UTC",
            connect_timeout=10,
        )
    except Error as error:
        reason = str(error).strip().split("\n")[0].rsplit("failed: ", 1)[-1].rstrip(".")
        raise AbmError(
            f"Cannot connect to PostgreSQL database {database} at {host}:{port} ({reason}): "
            "correct ABM_POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DATABASE, or start a server "
            "with scripts/postgres.sh."
        ) from error
    with closing(connection):
        yield connection
        connection.commit()


class PostgresDialect(Dialect):
    """The SQL of a query that reads a raw table, as PostgreSQL has it."""

    unites_by_name = False

    def json(self, expression: str, data_type: str) -> str:
        """A nested value, or JSON in a text, as jsonb."""
        if data_type in ("text", "character varying"):
            return f"cast(nullif({expression}, '') as jsonb)"
        return f"to_jsonb({expression})"

    def field(self, expression: str, data_type: str, path: Sequence[str]) -> str:
        """A field of a nested value or of JSON, as text."""
        keys = quoted_text("{" + ",".join(path) + "}")
        return f"{self.json(expression, data_type)} #>> {keys}"

    def elements(self, relation: str, column: str, data_type: str, path: Sequence[str] = ()) -> str:
        """A relation with one row per element of a list, `abm_element`: a column or its field."""
        json = self.json(f"listing.{column}", data_type)
        if path:
            json = f"{json} #> {quoted_text('{' + ','.join(path) + '}')}"
        listed = f"case when jsonb_typeof({json}) = 'array' then {json} end"
        return (
            f"(select listing.*, listed.abm_element from {relation} as listing "
            f"cross join lateral jsonb_array_elements({listed}) as listed (abm_element))"
        )

    def epoch_milliseconds(self, expression: str) -> str:
        """A moment from milliseconds since 1970, as text; anything else as it is."""
        text = f"cast({expression} as varchar)"
        moment = f"to_timestamp(cast({text} as double precision) / 1000) at time zone 'UTC'"
        return f"case when {text} ~ '^[0-9]+$' then cast({moment} as varchar) else {text} end"

    def first_number(self, expression: str) -> str:
        """The first run of digits of a text; a text without one as it is."""
        text = f"cast({expression} as varchar)"
        return f"coalesce(substring({text} from '[0-9]+'), {text})"

    def salesforce_id(self, expression: str) -> str:
        """A Salesforce id in its longer form, as the macro of that name has it."""
        text = f"cast({expression} as varchar)"
        letters = (
            f'select sum(case when substr({text}, 5 * block + place + 1, 1) collate "C" '
            "between 'A' and 'Z' then 1 << place else 0 end) from generate_series(0, 4) as place"
        )
        suffix = (
            f"select string_agg(substr('{ascii_uppercase}012345', 1 + cast(({letters}) as integer)"
            ", 1), '' order by block) from generate_series(0, 2) as block"
        )
        return f"case when length({text}) = 15 then {text} || ({suffix}) else {text} end"


class RawDatabase:
    """The raw tables of a PostgreSQL database: a schema per source, or per connection of one.

    Args:
        tables: The contract's names of the tables, by source.
        schemas: What the schema of a source is called where it is not called as the source.
    """

    holder = "schema"
    dialect = PostgresDialect()

    def __init__(
        self, tables: Mapping[str, Collection[str]], schemas: Mapping[str, str] | None = None
    ) -> None:
        self._tables = tables
        self._schemas = schemas or {}
        self._types: dict[str, dict[str, dict[str, str]]] = {}
        with connected() as connection:
            rows = connection.execute(
                "select table_schema, table_name, column_name, data_type "
                "from information_schema.columns "
                "order by table_schema, table_name, ordinal_position"
            )
            for schema, table, column, data_type in rows:
                columns = self._types.setdefault(schema, {}).setdefault(table, {})
                columns[column] = data_type

    def __str__(self) -> str:
        return "The PostgreSQL database"

    def problem(self, enabled: Sequence[str]) -> str | None:
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
        return bool(self._connections(source))

    def place(self, source: str, table: str) -> str:
        """Where the contract expects a table, as a person would look for it."""
        return f"Table {self.holder_of(source)}.{table}"

    def holders(self) -> list[str]:
        """The names of everything that could hold the tables of a source."""
        return list(self._types)

    def holder_of(self, source: str) -> str:
        """The name of what holds the tables of a source."""
        return self._schemas.get(source) or source

    def stored(self, source: str) -> list[Stored]:
        """The tables of a source, of all its connections."""
        return [
            table
            for schema, connection in self._connections(source).items()
            for table in self.stored_in(source, schema, connection)
        ]

    def stored_in(self, source: str, holder: str, connection: str = "") -> list[Stored]:
        """The tables of a schema, as if it were that of a source."""
        return [
            Stored(
                name,
                f"Table {holder}.{name}",
                f"{quoted(holder)}.{quoted(name)}",
                types,
                "a table",
                connection=connection,
                is_contracted=holder == self.holder_of(source) and name in self._tables[source],
            )
            for name, types in self._types[holder].items()
        ]

    def unread(self, _source: str) -> list[str]:
        """Nothing: every table of a database can be read."""
        return []

    def check(self, _wanted: Wanted, _found: Found) -> list[str]:
        """Nothing: a table of a database is what it says."""
        return []

    def _connections(self, source: str) -> dict[str, str]:
        return connections_of(self.holder_of(source), self._types)


@contextmanager
def only_build() -> Iterator[None]:
    """Keep every other build from the database, as long as this process is connected to it.

    Raises:
        AbmError: Another process is building there, or the database cannot be reached.
    """
    with connected() as connection:
        # Of the session, not of a transaction, which would stay open as long as the build.
        row = connection.execute(
            "select pg_try_advisory_lock(hashtext('abm build ' || current_database()))"
        ).fetchone()
        connection.commit()
        if not (row and row[0]):
            raise AbmError(
                "Another process is building in this PostgreSQL database: "
                "wait until it is done, then try again."
            )
        yield


def unknown_letters() -> str | None:
    """Find whether the database knows small letters as the other engines do.

    No locale decides how texts are ordered, but `lower` and `upper` go by it: C knows a to z alone,
    a Turkish one has another small i.

    Returns:
        None, or what becomes of names and what to do, a sentence.
    """
    with connected() as connection:
        row = connection.execute(
            "select case when getdatabaseencoding() = 'UTF8' "
            "then lower(chr(201) || 'I') = chr(233) || 'i' end, current_database()"
        ).fetchone()
    assert row
    if row[0]:
        return None
    return (
        f"PostgreSQL database {row[1]} has É and I small as other engines do not, so names with "
        "such letters may not be found: make one that does, with `create database ... template "
        "template0 encoding 'UTF8' locale 'C.UTF-8'`, and load there."
    )


def let_readers_read() -> str | None:
    """Let the role `abm_reader` read what a build publishes, before the build makes it.

    The role is made where it is missing. By default privileges a table has its grant from the
    moment it is made, so that readers lose none that a build exchanges. What the builder may not
    do is no reason to stop the build.

    Returns:
        None, or what an administrator has to do, a sentence.
    """
    reader, schemas = sql.Identifier(READER), sql.SQL(", ").join(map(sql.Identifier, READ_SCHEMAS))
    with connected() as connection:
        connection.autocommit = True
        try:
            if not _is_there(connection, "pg_roles", "rolname", READER):
                with suppress(errors.DuplicateObject, errors.UniqueViolation):
                    connection.execute(sql.SQL("create role {} nologin").format(reader))
        except Error as error:
            return (
                f"Nobody is let read the marts, as role {READER} is missing and "
                f"cannot be made ({first_line(error)}): run `create role {READER} nologin` as an "
                "administrator, then build again."
            )
        try:
            for schema in READ_SCHEMAS:
                if not _is_there(connection, "pg_namespace", "nspname", schema):
                    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
            for grant in ("grant usage on schema {}", GRANT_DEFAULT):
                connection.execute(sql.SQL(f"{grant} to {{}}").format(schemas, reader))
            # Those that were made before the role was.
            ungranted = connection.execute(UNGRANTED, [list(READ_SCHEMAS), READER]).fetchall()
            for table in ungranted:
                connection.execute(
                    sql.SQL("grant select on {} to {}").format(sql.Identifier(*table), reader)
                )
            # Who may not pass a privilege on is told so by a notice, not by an error.
            unused = connection.execute(UNUSED, [list(READ_SCHEMAS), READER]).fetchall()
        except Error as error:
            return _grant_yourself(first_line(error))
    return _grant_yourself("the builder owns none of them") if unused else None


def _grant_yourself(reason: str) -> str:
    schemas = ", ".join(READ_SCHEMAS)
    return (
        f"Role {READER} cannot be let into the schemas {schemas} ({reason}): run "
        f"`grant usage on schema {schemas} to {READER}` as their owner, then build again."
    )


def _is_there(connection: Connection, catalog: str, column: str, name: str) -> bool:
    query = sql.SQL("select 1 from {} where {} = %s").format(
        sql.Identifier(catalog), sql.Identifier(column)
    )
    return connection.execute(query, [name]).fetchone() is not None


def load(
    raw: RawDirectory | RawCatalog, comparison: Comparison, schemas: Mapping[str, str]
) -> dict[str, int]:
    """Copy a raw directory into tables <source>.<table>, each replaced in one step.

    Nested columns become jsonb.

    Args:
        raw: The raw directory or catalog.
        comparison: What of the contract it holds; a build may lack some of it.
        schemas: What the schema of a source is called where it is not called as the source.

    Returns:
        Rows by table.

    Raises:
        AbmError: There is nothing to load, or a file or the server cannot be used.
    """
    with connected() as connection:

        def load_table(table: Table, source: duckdb.DuckDBPyConnection) -> int:
            with connection:
                schema = schemas.get(table.source) or table.source
                return _load_table(connection, schema, table, source)

        return load_tables(raw, comparison, schemas, load_table, (Error,))


def _load_table(
    connection: Connection, schema: str, table: Table, source: duckdb.DuckDBPyConnection
) -> int:
    """Copy the view raw_rows of a DuckDB connection into a table."""
    columns = loaded_columns(source, table)
    name = sql.Identifier(schema, table.name)
    _make_empty(connection, schema, table.name, columns)
    selected = ", ".join(f"cast({column.expression} as varchar)" for column in columns)
    lines = _Lines(source.sql(f"select {selected} from raw_rows").to_arrow_reader(BATCH_ROWS))
    statement = sql.SQL("copy {} from stdin (format csv)").format(name)
    try:
        with connection.cursor() as cursor:
            cursor.copy_expert(statement, lines, COPIED_BYTES)
    except Error as error:
        # What could not be read is told as the driver's own fault.
        raise lines.fault or error from None
    connection.execute(sql.SQL("analyze {}").format(name))
    return lines.n_rows


class _Lines:
    """Rows as lines of CSV, in the file that the driver copies from.

    Attributes:
        n_rows: How many were read.
        fault: What was raised while they were read.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self.n_rows = 0
        self.fault: Exception | None = None
        self._batches = iter(batches)
        self._text = io.BytesIO()

    def read(self, size: int) -> bytes:
        """Give the next bytes, none at the end."""
        try:
            while not (some := self._text.read(size)):
                if (batch := next(self._batches, None)) is None:
                    break
                self._text = io.BytesIO()
                write_csv(batch, self._text, WriteOptions(include_header=False))
                self._text.seek(0)
                self.n_rows += batch.num_rows
        except Exception as fault:
            self.fault = fault
            raise
        return some


def _make_empty(connection: Connection, schema: str, table: str, columns: list[Loaded]) -> None:
    """Empty the table or make it; one with other columns goes, with the staging views on it."""
    name = sql.Identifier(schema, table)
    present = connection.execute(
        "select attname, format_type(atttypid, null) from pg_attribute "
        "where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [name.as_string(connection)],
    ).fetchall()
    spelled = {"timestamp": "timestamp without time zone"}
    types = {column.name: TYPES.get(column.data_type, column.data_type) for column in columns}
    wanted = [(name, spelled.get(data_type, data_type)) for name, data_type in types.items()]
    if present == wanted:
        connection.execute(sql.SQL("truncate {}").format(name))
        return
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    connection.execute(sql.SQL("drop table if exists {} cascade").format(name))
    definitions = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(data_type))
        for name, data_type in types.items()
    )
    connection.execute(sql.SQL("create table {} ({})").format(name, definitions))
