"""`abm load`: raw data of a directory or catalog, table by table, for an engine to take in.

A column of another type than the contract's becomes the text that DuckDB makes of it: every value
arrives whole, and staging reads, rejects and lists it as it does there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb

from abm.contract import Column, Comparison, State, Table
from abm.errors import AbmError, first_line
from abm.progress import Steps
from abm.raw_catalog import RawCatalog
from abm.raw_directory import RawDirectory

TEXT, JSON = "varchar", "json"
FILE_TYPES = {
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "FLOAT": "double",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
"""What a file's type is here; text for any other. A FLOAT is the double that DuckDB makes of it,
whose digits its text lacks."""

LoadTable = Callable[[Table, duckdb.DuckDBPyConnection], int]
"""Takes in the view raw_rows of a connection as a table, and returns its number of rows."""


@dataclass(frozen=True)
class Loaded:
    """How one column travels.

    Attributes:
        name: Its name in the table: that of the file in lower case.
        expression: What DuckDB selects of raw_rows, of the type below.
        data_type: Its type as the contract spells types, or `json`: a text that holds it.
    """

    name: str
    expression: str
    data_type: str


def load_tables(
    raw: RawDirectory | RawCatalog,
    comparison: Comparison,
    schemas: Mapping[str, str],
    load_table: LoadTable,
    errors: tuple[type[Exception], ...] = (),
) -> dict[str, int]:
    """Have an engine take in every table of the raw contract that is there.

    Args:
        raw: The raw directory or catalog.
        comparison: What of the contract it holds; a build may lack some of it.
        schemas: What the schema of a source is called where it is not called as the source.
        load_table: Takes in one table.
        errors: What the engine raises where it cannot.

    Returns:
        Rows by table.

    Raises:
        AbmError: There is nothing to load, or a file or the engine cannot be used.
    """
    there = [finding for finding in comparison.findings if finding.found]
    unreadable = [finding for finding in there if finding.state is State.UNREADABLE]
    if unreadable:
        raise AbmError(*(f"{p}." for finding in unreadable for p in finding.found.problems))
    if comparison.raw_connections:
        raise AbmError(
            f"{raw} holds connections of {', '.join(comparison.raw_connections)}, which are not "
            "loaded into one schema: build from the directory, or load each as a directory."
        )
    if not there:
        raise AbmError(
            f"{raw} holds no table of the raw contract: name the directory with --raw "
            "or ABM_RAW_DIR, or write one with `abm sample`."
        )
    rows = {}
    with Steps("Loading", total=len(there)) as steps:
        for finding in there:
            table, found = finding.table, finding.found
            steps.start(f"{table.source}.{table.name}")
            name = f"{schemas.get(table.source) or table.source}.{table.name}"
            try:
                with raw.connect() as source:
                    source.execute("set TimeZone = 'UTC'")
                    source.execute("set arrow_large_buffer_size = true")
                    source.execute(f"create view raw_rows as select * from {raw.relation(found)}")
                    rows[name] = load_table(table, source)
            except duckdb.Error as error:
                raise AbmError(
                    f"{found.place} cannot be read ({first_line(error)}): load it again from its "
                    "source."
                ) from error
            except errors as error:
                raise AbmError(
                    f"Table {name} cannot be loaded ({first_line(error)}): "
                    "correct the cause and load again; the table is as it was."
                ) from error
            steps.advance()
    return rows


def loaded_columns(
    source: duckdb.DuckDBPyConnection, table: Table, *, keeps_nested: bool = False
) -> list[Loaded]:
    """Decide the type of every column of the view raw_rows.

    Args:
        source: The connection that has the view.
        table: Its contract.
        keeps_nested: Nested columns of the contract travel as they are, not as JSON.

    Returns:
        The columns, in order.
    """
    contracted = {column.name.lower(): column for column in table.columns}
    described = source.execute("select column_name, column_type from (describe raw_rows)")
    loaded = []
    for name, file_type in described.fetchall():
        quoted = '"' + name.replace('"', '""') + '"'
        column = contracted.get(name.lower())
        data_type = _data_type(file_type, column)
        if data_type == JSON and column and keeps_nested:
            data_type = column.data_type
        if data_type == JSON:
            expression = f"cast(to_json({quoted}) as varchar)"
        else:
            expression = f"cast({quoted} as {data_type})"
        if data_type in (TEXT, JSON):
            expression = f"replace({expression}, chr(0), '')"
        loaded.append(Loaded(name.lower(), expression, data_type))
    return loaded


def _data_type(file_type: str, column: Column | None) -> str:
    if "(" in file_type and not file_type.startswith("DECIMAL"):
        return JSON
    data_type = FILE_TYPES.get(file_type, TEXT)
    return data_type if column is None or data_type == column.data_type else TEXT
