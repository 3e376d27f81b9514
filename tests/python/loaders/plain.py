"""What the writers of other loaders' shapes share: the plain tables, API names, part files.

The plain shape is one Parquet file per table under Fivetran's names, as `abm sample` writes it.
"""

import shutil
from pathlib import Path

import duckdb

CUSTOM = {"contract_term_months": "Contract_Term_Months__c"}
"""The field of the contract that no Salesforce object has: an org adds it, and it ends in `__c`."""

SYNCED = "_fivetran_synced"


def open_plain(plain: Path) -> duckdb.DuckDBPyConnection:
    """A connection with a view `<source>.<table>` of every plain table, in UTC."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for folder in sorted(path for path in plain.iterdir() if path.is_dir()):
        connection.execute(f'create schema "{folder.name}"')
        for file in sorted(folder.glob("*.parquet")):
            connection.execute(
                f'create view "{folder.name}"."{file.stem}" as from read_parquet({quoted(file)})'
            )
    return connection


def copy_others(plain: Path, out: Path, *written: str) -> None:
    """Copy the sources that a loader does not deliver as they are."""
    for folder in sorted(path for path in plain.iterdir() if path.is_dir()):
        if folder.name not in written:
            shutil.copytree(folder, out / folder.name)


def plain_tables(plain: Path, source: str) -> list[str]:
    """The tables of a source."""
    return sorted(file.stem for file in (plain / source).glob("*.parquet"))


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """The columns and types of a relation or subquery."""
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return {name: data_type for name, data_type, *_ in described}


def api_name(name: str) -> str:
    """What Salesforce's API calls a table or column: `stage_name` is `StageName`."""
    return CUSTOM.get(name, "".join(word.capitalize() for word in name.split("_")))


def text_types(fraction: str) -> dict[str, str]:
    """How text files spell a type; seconds have a fraction of `%g` or `%f`."""
    return {
        "TIMESTAMP": f"strftime({{0}}, '%Y-%m-%dT%H:%M:%S.{fraction}Z')",
        "DATE": "strftime({0}, '%Y-%m-%d')",
        "BOOLEAN": "case when {0} then 'true' when not {0} then 'false' end",
    }


def alive(relation: str, key: str) -> str:
    """The rows of the records that are not deleted, for a loader that never hears of deletions."""
    deleted = f"arg_max(coalesce(_fivetran_deleted, false), {SYNCED}) over (partition by {key})"
    return f"(select * from {relation} qualify not {deleted})"


def quoted(path: Path) -> str:
    """A path as a SQL literal."""
    return "'" + str(path).replace("'", "''") + "'"


def write_parts(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    files: list[Path],
    order: str = "rowid",
    options: str = "format parquet",
) -> None:
    """Write the rows of a query to several files, in order; a query without rows leaves none."""
    connection.execute(f"create or replace temp table parts as {query}")
    ordered = f"select *, ntile({len(files)}) over (order by {order}) as part from parts"
    for number, file in enumerate(files, start=1):
        rows = f"select * exclude (part) from ({ordered}) where part = {number}"
        if connection.execute(f"select count(*) from ({rows})").fetchall()[0][0]:
            file.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy ({rows}) to {quoted(file)} ({options})")
