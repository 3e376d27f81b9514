"""Writes a company's Salesforce as Data Loader exports it: a CSV per object under API names.

`sf data export bulk --result-format csv` writes the same. Every value is quoted, also an
empty one; moments have milliseconds and a `Z`, and a record comes once, as it is now: nothing tells
when it was exported.
"""

from pathlib import Path

import duckdb
from loaders.plain import (
    SYNCED,
    api_name,
    columns_of,
    copy_others,
    open_plain,
    plain_tables,
    text_types,
    write_parts,
)

TEXT = text_types("%g")


def write_data_loader(plain: Path, out: Path) -> None:
    """Write Salesforce as one CSV file per object, and copy the rest.

    Args:
        plain: A raw directory of the plain shape.
        out: The raw directory to write.
    """
    copy_others(plain, out, "salesforce")
    with open_plain(plain) as connection:
        for table in plain_tables(plain, "salesforce"):
            write_parts(
                connection,
                exported(connection, table),
                [out / "salesforce" / f"{api_name(table)}.csv"],
                options="format csv, header, force_quote *",
            )


def exported(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The present rows of an object as text, without what a loader marked them with."""
    rows = f'salesforce."{table}"'
    types = columns_of(connection, rows)
    columns = [
        f"coalesce({TEXT.get(data_type, 'cast({0} as varchar)').format(name)}, '')"
        f' as "{api_name(name)}"'
        for name, data_type in types.items()
        if not name.startswith("_fivetran")
    ]
    if "id" in types:
        # Ids have 15 or 18 characters; the first 15 tell records apart.
        newest = f"row_number() over (partition by left(id, 15) order by {SYNCED} desc) = 1"
        rows = f"(select * from {rows} qualify {newest})"
    return f"select {', '.join(columns)} from {rows}"
