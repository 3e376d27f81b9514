"""Writes a company in the layouts that files come in: part files, partitions, shards, CSV.

`write_layouts` writes one raw directory in which every source has another layout, so that one build
proves them all.
"""

import shutil
from pathlib import Path

import duckdb
from loaders.plain import (
    SYNCED,
    api_name,
    columns_of,
    copy_others,
    open_plain,
    plain_tables,
    quoted,
    text_types,
    write_parts,
)

TEXT = text_types("%f")


def write_layouts(plain: Path, out: Path) -> None:
    """Write a company whose sources each have a layout of their own; the rest is copied.

    Salesforce under API names, its large objects in hive partitions; Marketo in nested part files;
    GA4 in daily shards; HubSpot in compressed CSV with semicolons; Google Ads in plain CSV.

    Args:
        plain: A raw directory of the plain shape.
        out: The raw directory to write.
    """
    copy_others(plain, out, "salesforce", "marketo", "ga4", "hubspot", "google_ads")
    with open_plain(plain) as connection:
        write_api_names(connection, plain, out, partitioned=("account", "task", "opportunity"))
        write_nested_parts(connection, plain, out, "marketo")
        write_shards(connection, plain, out)
        write_csv(connection, plain, out, "hubspot", suffix=".csv.gz", delimiter=";")
        write_csv(connection, plain, out, "google_ads", suffix=".csv", delimiter=",")


def write_api_names(
    connection: duckdb.DuckDBPyConnection,
    plain: Path,
    out: Path,
    partitioned: tuple[str, ...] = (),
) -> None:
    """Salesforce with `Opportunity.StageName`, some objects in `created_year=2026` partitions."""
    for table in plain_tables(plain, "salesforce"):
        relation = f'salesforce."{table}"'
        columns = ", ".join(
            f'{name} as "{name if name.startswith("_") else api_name(name).removesuffix("__c")}"'
            for name in columns_of(connection, relation)
        )
        query = f"select {columns} from {relation}"
        folder = out / "salesforce" / api_name(table)
        folder.parent.mkdir(parents=True, exist_ok=True)
        if table not in partitioned:
            write_parts(connection, query, [folder.with_suffix(".parquet")])
            continue
        by_year = f'select *, year("CreatedDate") as created_year from ({query})'
        connection.execute(
            f"copy ({by_year}) to {quoted(folder)} (format parquet, partition_by (created_year))"
        )


def write_nested_parts(
    connection: duckdb.DuckDBPyConnection, plain: Path, out: Path, source: str
) -> None:
    """Part files in folders of months, beside a file that marks the write as finished."""
    for table in plain_tables(plain, source):
        folder = out / source / table
        files = [folder / "2026" / f"{month}" / "part-00000.parquet" for month in ("09", "10")]
        query = f'select * from {source}."{table}"'
        write_parts(connection, query, files, order=SYNCED)
        if not folder.exists():  # a table without rows: one file, with its columns
            (folder / "2026").mkdir(parents=True)
            shutil.copy(plain / source / f"{table}.parquet", folder / "2026" / "part.parquet")
        (folder / "_SUCCESS").touch()


def write_shards(connection: duckdb.DuckDBPyConnection, plain: Path, out: Path) -> None:
    """GA4 as BigQuery exports it: a table per day, a file or a folder of part files, and what has
    come so far of a day in `events_intraday_`.

    The day before the last has both, and the intraday one lacks rows and has others that the day's
    table corrected; of the last day there is the intraday table alone.
    """
    folder = out / "ga4"
    folder.mkdir(parents=True)
    shutil.copy(plain / "ga4" / "visitor_accounts.parquet", folder)
    days = [
        row[0]
        for row in connection.execute(
            "select distinct event_date from ga4.events order by event_date"
        ).fetchall()
    ]
    *full, last = days
    for number, day in enumerate(full):
        query = f"select * from ga4.events where event_date = '{day}'"
        files = [folder / f"events_{day}.parquet"]
        if number % 7 == 0:
            files = [folder / f"events_{day}" / f"{part:012}.parquet" for part in range(2)]
        write_parts(connection, query, files)
    write_parts(
        connection,
        f"select * from ga4.events where event_date = '{last}'",
        [folder / f"events_intraday_{last}.parquet"],
    )
    write_parts(
        connection,
        "select * replace (event_timestamp + 1 as event_timestamp, 'early' as user_pseudo_id) "
        f"from ga4.events where event_date = '{full[-1]}'",
        [folder / f"events_intraday_{full[-1]}.parquet"],
    )


def write_csv(
    connection: duckdb.DuckDBPyConnection,
    plain: Path,
    out: Path,
    source: str,
    suffix: str,
    delimiter: str,
) -> None:
    """A source as CSV files with a header; text is quoted where it must be."""
    for table in plain_tables(plain, source):
        relation = f'{source}."{table}"'
        columns = ", ".join(
            f'{TEXT.get(data_type, "{0}").format(name)} as "{name}"'
            for name, data_type in columns_of(connection, relation).items()
        )
        file = out / source / f"{table}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        compression = ", compression gzip" if suffix.endswith(".gz") else ""
        connection.execute(
            f"copy (select {columns} from {relation}) to {quoted(file)} "
            f"(format csv, header, delimiter '{delimiter}'{compression})"
        )
