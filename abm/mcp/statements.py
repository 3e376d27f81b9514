"""`abm mcp --sql`: one statement that reads marts and reference, and nothing else."""

import json
from collections.abc import Iterator
from threading import Timer
from typing import Any

import duckdb

from abm.errors import AbmError, first_line
from abm.mcp.answers import FROM_DATA, MAX_ROWS, Answer, answered, page, quoted, value
from abm.published import Published

SCHEMAS = ("marts", "reference")
MAX_SECONDS = 10
TABLE_FUNCTIONS = ("generate_series", "range", "unnest")
"""Those that make rows of what is written in the statement."""

_NODES = ("SHOW_REF", "COLUMN_DATA", "DELIM_GET", "BOUND_TABLE_REF")


def run_statement(opened: Published, sql: str, offset: int, limit: int) -> Answer:
    """Run a statement, at most for MAX_SECONDS, and answer with some of its rows.

    Args:
        opened: The published file.
        sql: The statement.
        offset: How many rows are left out at the beginning.
        limit: How many there may be.

    Returns:
        The rows, as data.

    Raises:
        AbmError: It is not one query on marts and reference, it fails, or it takes too long.
    """
    query = _admitted(opened.connection, sql)
    timer = Timer(MAX_SECONDS, opened.connection.interrupt)
    timer.start()
    try:
        found = opened.connection.execute(
            f"select * from (\n{query}\n) as asked limit {limit + 1} offset {offset}"
        )
        names = [column[0] for column in found.description or ()]
        rows = [[value(cell) for cell in row] for row in found.fetchall()]
    except duckdb.InterruptException as error:
        raise AbmError(
            f"The statement took longer than {MAX_SECONDS} seconds and was stopped: "
            "ask for less, with a condition or a sum."
        ) from error
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        raise AbmError(f"The statement does not run ({first_line(error)[:200]}).") from error
    except duckdb.Error as error:  # what it says may hold values of the data
        kind = type(error).__name__.removesuffix("Exception")
        raise AbmError(f"The statement failed while it ran ({kind} error): change it.") from error
    finally:
        timer.cancel()
    told = page(rows[:limit], 0, limit)
    n_told = len(told["rows"])
    return answered(
        opened,
        columns=names,
        **{FROM_DATA: {"rows": told["rows"]}},
        offset=offset,
        next_offset=offset + n_told if n_told < len(rows) else None,
        max_rows=MAX_ROWS,
    )


def _admitted(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Make sure, with DuckDB's own parser, that a statement only reads what it may.

    Returns:
        The statement without its semicolon.

    Raises:
        AbmError: It does not.
    """
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise AbmError(f"That is not SQL ({first_line(error)[:200]}).") from error
    if len(statements) != 1:
        raise AbmError(f"These are {len(statements)} statements: send one SELECT.")
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name
        raise AbmError(f"A statement of kind {kind} is not run here: send one SELECT.")
    (parsed,) = connection.execute("select json_serialize_sql(?)", [sql]).fetchone() or ("{}",)
    tree = json.loads(parsed)
    if tree.get("error", True):
        raise AbmError("This statement cannot be looked through: send one plain SELECT.")
    nodes = list(_nodes(tree["statements"]))
    named = {entry["key"] for node in nodes for entry in _named(node)}
    for node in nodes:
        kind = node.get("type")
        if kind in _NODES:
            raise AbmError("SHOW, DESCRIBE and SUMMARIZE are not run here: ask describe instead.")
        if kind == "TABLE_FUNCTION" and _function(node) not in TABLE_FUNCTIONS:
            raise AbmError(
                f"The function {quoted(_function(node))} may read more than tables: "
                "select from tables of marts and reference."
            )
        if kind == "BASE_TABLE":
            schema, table = node["schema_name"].lower(), node["table_name"]
            is_named = not schema and table in named
            if node["catalog_name"] or not (schema in SCHEMAS or is_named):
                raise AbmError(
                    f"The table {quoted(table)} is not read here: "
                    "write marts.<table> or reference.<table>."
                )
    return statements[0].query.strip().rstrip(";")


def _function(node: dict[str, Any]) -> str:
    return str(node["function"]["function_name"]).lower()


def _named(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The queries that a query names with WITH."""
    return (node.get("cte_map") or {}).get("map") or []


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a parsed statement."""
    if isinstance(tree, dict):
        yield tree
        for part in tree.values():
            yield from _nodes(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _nodes(part)
