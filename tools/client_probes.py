"""What `make test-clients` asks each client of a published release, in the client's environment.

Usage: python client_probes.py PROBE ADDRESS

ADDRESS is the published directory, or of PostgreSQL the server's URL. Prints one JSON object: what
the client answered, as text, and as which Python types it handed it over.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

MARTS = (
    "select table_name from information_schema.tables where table_schema = 'marts' "
    "order by table_name"
)
SUM = "select sum(amount) from marts.fct_opportunities"
DEALS = "select opportunity_id, amount, closed_on, is_won from marts.fct_opportunities"
DEAL = f"{DEALS} where closed_on is not null order by opportunity_id limit 1"
TEXT = "select label_fr from reference.kpi_definitions where kpi = 'apr_pct'"
DUCKDB_COMMENT = (
    "select comment from duckdb_columns() where schema_name = 'marts' "
    "and table_name = 'fct_opportunities' and column_name = 'amount'"
)
POSTGRES_COMMENT = "select col_description('marts.fct_opportunities'::regclass, {place})"
POSTGRES_PLACE = (
    "select ordinal_position from information_schema.columns where table_schema = 'marts' "
    "and table_name = 'fct_opportunities' and column_name = 'amount'"
)
WRITE = "create table marts.own as select 1 as id"

Query = Callable[[str], list[Any]]
Answers = dict[str, Any]


def answered(
    rows: Mapping[str, int],
    total: object,
    deal: tuple[Any, Any, Any],
    text: str,
    comment: str | None = None,
    is_read_only: bool | None = None,
) -> Answers:
    """Put what a client said in one form.

    Args:
        rows: Mart to number of rows; of a client that was asked one by one, some marts.
        total: The sum of a column of decimals.
        deal: Of one deal its amount, the day it closed and whether it was won.
        text: A text with accents.
        comment: The description of a column, None where the client has none.
        is_read_only: Whether the client refused to write, None where it reads files.

    Returns:
        The answers.
    """
    amount, closed_on, is_won = deal
    return {
        "rows": {mart: int(n) for mart, n in rows.items()},
        "total": str(total),
        "amount": str(amount),
        "closed_on": str(closed_on)[:10],
        "is_won": str(bool(is_won)),
        "text": text,
        "comment": comment,
        "is_read_only": is_read_only,
        "types": [type(value).__name__ for value in (amount, closed_on, is_won)],
    }


def by_sql(query: Query, comment: str | None) -> Answers:
    """Ask by SQL.

    Args:
        query: Runs a statement and returns its rows.
        comment: What the client says of the column's description.

    Returns:
        The answers.
    """
    marts = [mart for (mart,) in query(MARTS)]
    rows = {mart: query(f'select count(*) from marts."{mart}"')[0][0] for mart in marts}
    _, *deal = query(DEAL)[0]
    total, text = query(SUM)[0][0], query(TEXT)[0][0]
    return answered(rows, total, tuple(deal), text, comment, refused(query))


def refused(query: Query) -> bool:
    """Whether a client refuses to write."""
    try:
        query(WRITE)
    except Exception as error:
        return any(words in str(error).lower() for words in ("read-only", "permission denied"))
    return False


def with_duckdb(address: str) -> Answers:
    """DuckDB's own client."""
    import duckdb

    with duckdb.connect(f"{address}/abm.duckdb", read_only=True) as connection:

        def query(statement: str) -> list[Any]:
            return connection.execute(statement).fetchall()

        return by_sql(query, query(DUCKDB_COMMENT)[0][0])


def with_adbc(address: str) -> Answers:
    """ADBC, with the driver that DuckDB's package holds."""
    import adbc_driver_duckdb
    from adbc_driver_manager import dbapi

    options = {"path": f"{address}/abm.duckdb", "access_mode": "READ_ONLY"}
    with (
        dbapi.connect(
            driver=adbc_driver_duckdb.driver_path(),
            entrypoint="duckdb_adbc_init",
            db_kwargs=options,
        ) as connection,
        connection.cursor() as cursor,
    ):

        def query(statement: str) -> list[Any]:
            cursor.execute(statement)
            return cursor.fetchall()

        return by_sql(query, query(DUCKDB_COMMENT)[0][0])


def with_sqlalchemy(address: str) -> Answers:
    """SQLAlchemy, which reflects the tables as BI tools do."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(
        f"duckdb:///{address}/abm.duckdb", connect_args={"read_only": True}
    )
    return _by_engine(engine)


def with_postgres_sqlalchemy(address: str) -> Answers:
    """SQLAlchemy on PostgreSQL."""
    import sqlalchemy

    return _by_engine(sqlalchemy.create_engine(address))


def _by_engine(engine: Any) -> Answers:
    import sqlalchemy

    columns = sqlalchemy.inspect(engine).get_columns("fct_opportunities", schema="marts")
    (comment,) = [column["comment"] for column in columns if column["name"] == "amount"]

    def query(statement: str) -> list[Any]:
        with engine.connect() as connection:
            return [*connection.exec_driver_sql(statement)]

    return by_sql(query, comment)


def with_ibis(address: str) -> Answers:
    """Ibis on DuckDB."""
    import ibis

    connection = ibis.duckdb.connect(f"{address}/abm.duckdb", read_only=True)
    marts = connection.list_tables(database="marts")
    rows = {mart: connection.table(mart, database="marts").count().execute() for mart in marts}
    deals = connection.table("fct_opportunities", database="marts")
    frame = deals.filter(deals.closed_on.notnull()).order_by("opportunity_id").limit(1).execute()
    deal = tuple(frame[name].iloc[0] for name in ("amount", "closed_on", "is_won"))
    kpis = connection.table("kpi_definitions", database="reference")
    (text,) = kpis.filter(kpis.kpi == "apr_pct").label_fr.execute()

    def query(statement: str) -> list[Any]:
        return connection.raw_sql(statement).fetchall()

    return answered(rows, deals.amount.sum().execute(), deal, text, None, refused(query))


def with_pandas(address: str) -> Answers:
    """Frames of pandas from DuckDB's client."""
    import duckdb

    with duckdb.connect(f"{address}/abm.duckdb", read_only=True) as connection:
        frame = connection.execute(f"{DEALS} order by opportunity_id").df()
        text = connection.execute(TEXT).df()["label_fr"].iloc[0]
    closed = frame[frame["closed_on"].notna()]
    deal = tuple(closed[name].iloc[0] for name in ("amount", "closed_on", "is_won"))
    rows = {"fct_opportunities": len(frame)}
    return answered(rows, frame["amount"].sum(), deal, text)


def with_polars(address: str) -> Answers:
    """Frames of polars from DuckDB's client, by Arrow."""
    import duckdb
    import polars as pl

    def frame_of(statement: str) -> pl.DataFrame:
        found = connection.execute(statement)
        # DuckDB 2 has no other name for it, and 1.x before 1.4 no such one.
        is_new = hasattr(found, "to_arrow_table")
        table = found.to_arrow_table() if is_new else found.fetch_arrow_table()
        return pl.from_arrow(table)

    with duckdb.connect(f"{address}/abm.duckdb", read_only=True) as connection:
        frame, texts = frame_of(f"{DEALS} order by opportunity_id"), frame_of(TEXT)
    return _of_polars(frame, texts["label_fr"][0])


def _of_polars(frame: Any, text: str) -> Answers:
    closed = frame.filter(frame["closed_on"].is_not_null()).sort("opportunity_id")
    deal = tuple(closed[name][0] for name in ("amount", "closed_on", "is_won"))
    rows = {"fct_opportunities": len(frame)}
    return answered(rows, frame["amount"].sum(), deal, text)


def _release(address: str) -> Path:
    named = json.loads((Path(address) / "release.json").read_text(encoding="utf-8"))["parquet"]
    return Path(address) / named


def _marts_of(folder: Path) -> list[str]:
    return [file.stem for file in folder.glob("*.parquet") if file.stem.startswith(PREFIXES)]


PREFIXES = ("bridge_", "dim_", "fct_", "rpt_")
"""What the names of marts begin with, where there are no schemas."""


def with_parquet_polars(address: str) -> Answers:
    """The files of a release, by polars."""
    import polars as pl

    folder = _release(address)
    kpis = pl.read_parquet(folder / "kpi_definitions.parquet")
    text = kpis.filter(kpis["kpi"] == "apr_pct")["label_fr"][0]
    frame = pl.read_parquet(folder / "fct_opportunities.parquet")
    answers = _of_polars(frame, text)
    counted = {m: pl.scan_parquet(folder / f"{m}.parquet") for m in _marts_of(folder)}
    answers["rows"] = {m: f.select(pl.len()).collect().item() for m, f in counted.items()}
    return answers


def with_parquet_pyarrow(address: str) -> Answers:
    """The files of a release, by pyarrow."""
    import pyarrow.compute as pc
    from pyarrow import parquet

    folder = _release(address)
    files = {mart: parquet.ParquetFile(folder / f"{mart}.parquet") for mart in _marts_of(folder)}
    deals = files["fct_opportunities"].read()
    closed = deals.filter(pc.is_valid(deals["closed_on"])).sort_by("opportunity_id")
    deal = tuple(closed[name][0].as_py() for name in ("amount", "closed_on", "is_won"))
    kpis = parquet.read_table(folder / "kpi_definitions.parquet")
    text = kpis.filter(pc.equal(kpis["kpi"], "apr_pct"))["label_fr"][0].as_py()
    rows = {mart: file.metadata.num_rows for mart, file in files.items()}
    return answered(rows, pc.sum(deals["amount"]).as_py(), deal, text)


def with_parquet_pandas(address: str) -> Answers:
    """The files of a release, by pandas."""
    import pandas as pd

    folder = _release(address)
    kpis = pd.read_parquet(folder / "kpi_definitions.parquet")
    text = kpis[kpis["kpi"] == "apr_pct"]["label_fr"].iloc[0]
    deals = pd.read_parquet(folder / "fct_opportunities.parquet").sort_values("opportunity_id")
    closed = deals[deals["closed_on"].notna()]
    deal = tuple(closed[name].iloc[0] for name in ("amount", "closed_on", "is_won"))
    rows = {"fct_opportunities": len(deals)}
    return answered(rows, deals["amount"].sum(), deal, text)


def with_hyper(address: str) -> Answers:
    """The Hyper file, by Tableau's API."""
    import tableauhyperapi as hyper

    silent = hyper.Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU
    with (
        hyper.HyperProcess(silent, parameters={"log_config": ""}) as process,
        hyper.Connection(process.endpoint, f"{address}/abm.hyper") as connection,
    ):
        marts = connection.catalog.get_table_names("marts")
        names = [table.name.unescaped for table in marts]
        comment = connection.execute_scalar_query(
            "select description from pg_description where description like 'Amount in the rep%' "
            "and objoid = cast('marts.fct_opportunities' as regclass)"
        )

        def query(statement: str) -> list[Any]:
            return [tuple(row) for row in connection.execute_list_query(statement)]

        rows = {name: query(f'select count(*) from marts."{name}"')[0][0] for name in names}
        _, *deal = query(DEAL)[0]
        text, total = query(TEXT)[0][0], query(SUM)[0][0]
        return answered(rows, total, tuple(deal), text, comment)


def with_malloy(address: str) -> Answers:
    """Malloy on the files of a release."""
    return asyncio.run(_asked_of_malloy(_release(address)))


async def _asked_of_malloy(folder: Path) -> Answers:
    import malloy
    from malloy.data.duckdb import DuckDbConnection

    sys.argv = sys.argv[:1]  # the package reads them as its own
    with malloy.Runtime() as runtime:
        runtime.add_connection(DuckDbConnection())
        runtime.load_source(
            f"source: deals is duckdb.table('{folder}/fct_opportunities.parquet')\n"
            f"source: kpis is duckdb.table('{folder}/kpi_definitions.parquet')"
        )

        async def query(text: str) -> tuple[Any, ...]:
            return (await runtime.run(query=f"run: {text}")).fetchall()[0]

        count, total = await query("deals -> { aggregate: n is count(), s is amount.sum() }")
        _, *deal = await query(
            "deals -> { where: closed_on != null; "
            "select: opportunity_id, amount, closed_on, is_won; "
            "order_by: opportunity_id; limit: 1 }"
        )
        (text,) = await query("kpis -> { where: kpi = 'apr_pct'; select: label_fr }")
    rows = {"fct_opportunities": count}
    return answered(rows, total, tuple(deal), text)


def with_psycopg2(address: str) -> Answers:
    """psycopg2 on PostgreSQL."""
    import psycopg2

    connection = psycopg2.connect(address)
    connection.autocommit = True
    try:
        return _of_postgres(connection.cursor())
    finally:
        connection.close()


def with_postgres_adbc(address: str) -> Answers:
    """ADBC on PostgreSQL."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        return _of_postgres(cursor)


def _of_postgres(cursor: Any) -> Answers:
    def query(statement: str) -> list[Any]:
        cursor.execute(statement)
        return cursor.fetchall()

    place = query(POSTGRES_PLACE)[0][0]
    return by_sql(query, query(POSTGRES_COMMENT.format(place=place))[0][0])


PROBES: dict[str, tuple[Callable[[str], Answers], tuple[str, ...]]] = {
    "adbc": (with_adbc, ("adbc-driver-manager", "duckdb")),
    "duckdb": (with_duckdb, ("duckdb",)),
    "hyper": (with_hyper, ("tableauhyperapi",)),
    "ibis": (with_ibis, ("ibis-framework", "duckdb")),
    "malloy": (with_malloy, ("malloy", "duckdb")),
    "pandas": (with_pandas, ("pandas", "duckdb")),
    "parquet_pandas": (with_parquet_pandas, ("pandas", "pyarrow")),
    "parquet_polars": (with_parquet_polars, ("polars",)),
    "parquet_pyarrow": (with_parquet_pyarrow, ("pyarrow",)),
    "polars": (with_polars, ("polars", "duckdb")),
    "postgres_adbc": (with_postgres_adbc, ("adbc-driver-postgresql",)),
    "postgres_sqlalchemy": (with_postgres_sqlalchemy, ("SQLAlchemy", "psycopg2-binary")),
    "psycopg2": (with_psycopg2, ("psycopg2-binary",)),
    "sqlalchemy": (with_sqlalchemy, ("SQLAlchemy", "duckdb-engine", "duckdb")),
}
"""By name what a client is asked, and the packages whose versions matter."""


def main() -> None:
    """Ask, and print what was answered or what went wrong."""
    name, address = sys.argv[1:3]
    probe, packages = PROBES[name]
    try:
        answers = probe(address)
    except Exception as error:
        answers = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"}
    answers["versions"] = {package: version(package) for package in packages}
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
