"""Spark as the third engine: its raw tables, and what a build leaves for readers.

Spark runs in this process and keeps tables as Parquet in ABM_SPARK_DIR; profiles.yml has its
settings. What is published is gathered from there into a DuckDB file like that of any other build,
so that whoever publishes, reports, tells alerts or compares need not know the engine.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from abm.contract import Comparison, Contract, Table
from abm.dialect import quoted, quoted_text
from abm.dictionary import notes_on_sums
from abm.errors import AbmError, first_line, unwritable
from abm.loading import Loaded, load_tables, loaded_columns
from abm.locks import held
from abm.paths import DEFAULT_DB, profile_output, shown
from abm.privacy import SALT, deny_others, private_files
from abm.progress import Steps

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from abm.raw_catalog import RawCatalog
    from abm.raw_directory import RawDirectory

FOLDER, DEFAULT_FOLDER = "ABM_SPARK_DIR", "warehouse/spark"
SCHEMAS = ("marts", "reference", "audit", "ledger")
LEDGER, OF_THE_LEDGER = "builds", "audit_builds"


def folder(root: Path) -> Path:
    """Where Spark keeps tables, raw data and what was gathered.

    Args:
        root: The project's directory.

    Returns:
        The directory that ABM_SPARK_DIR names, absolute.
    """
    return root / Path(os.environ.get(FOLDER) or DEFAULT_FOLDER).expanduser()


def raw_folder(root: Path) -> Path:
    """Where `abm load` puts raw tables, as <source>/<table>.parquet."""
    return folder(root) / "raw"


def database(root: Path) -> Path:
    """The DuckDB file that a build is gathered into."""
    return folder(root) / Path(DEFAULT_DB).name


@contextmanager
def only_build(root: Path) -> Iterator[None]:
    """Keep every other build from the tables.

    Args:
        root: The project's directory.

    Raises:
        AbmError: Another process is building there, or the directory cannot be written.
    """
    place = folder(root)
    with ExitStack() as stack:
        conflict = f"Another process is building with Spark in {shown(place)}"
        try:
            with private_files():
                place.mkdir(parents=True, exist_ok=True)
            deny_others(place)
            stack.enter_context(held(place / ".lock", conflict))
        except OSError as error:
            raise unwritable(f"build in {shown(place)}", error) from error
        yield


@contextmanager
def session(root: Path, profiles: Path) -> Iterator["SparkSession"]:
    """Start Spark as profiles.yml says; the salt of hashes is a variable of the session.

    Args:
        root: The project's directory.
        profiles: The profiles.yml.

    Yields:
        The session.

    Raises:
        AbmError: Spark or Java is not installed, or Spark does not start.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise AbmError(
            "Target spark needs PySpark, which is not installed here: run `make spark` and then "
            ".venv-spark/bin/abm."
        ) from error
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise AbmError(
            "Target spark needs Java 17 or newer, which is not installed: run "
            "`apt-get install openjdk-17-jre-headless`, or name one with JAVA_HOME."
        )
    builder = SparkSession.builder.enableHiveSupport()
    # dbt runs at the project, wherever this process does.
    here = {**os.environ, FOLDER: str(folder(root))}
    output = profile_output(profiles, "spark", here)
    for name, value in output["server_side_parameters"].items():
        builder = builder.config(name, str(value))
    try:
        with private_files():
            spark = builder.getOrCreate()
        spark.sparkContext.setLogLevel("OFF")
        if salt := os.environ.get(SALT):
            spark.sql("declare or replace variable abm_email_salt string")
            spark.sql("set variable abm_email_salt = (select :salt)", args={"salt": salt})
    except (PySparkException, OSError) as error:
        raise AbmError(
            f"Spark does not start ({first_line(error)}): correct its settings in "
            f"{shown(profiles)} or in spark-defaults.conf."
        ) from error
    try:
        yield spark
    finally:
        spark.stop()


def load(
    raw: "RawDirectory | RawCatalog",
    comparison: Comparison,
    schemas: Mapping[str, str],
    root: Path,
    profiles: Path,
) -> dict[str, int]:
    """Copy raw data into tables <source>.<table> of Parquet, each file replaced in one step.

    Args:
        raw: The raw directory or catalog.
        comparison: What of the contract it holds.
        schemas: What the schema of a source is called where it is not called as the source.
        root: The project's directory.
        profiles: The profiles.yml.

    Returns:
        Rows by table.

    Raises:
        AbmError: There is nothing to load, or a file or Spark cannot be used.
    """
    with only_build(root), session(root, profiles) as spark:
        from pyspark.errors import PySparkException

        def load_table(table: Table, source: duckdb.DuckDBPyConnection) -> int:
            schema = schemas.get(table.source) or table.source
            file = raw_folder(root) / schema / f"{table.name}.parquet"
            columns = loaded_columns(source, table, keeps_nested=True)
            n_rows = _write(source, columns, file)
            spark.sql(f"create schema if not exists {schema}")
            spark.sql(f"drop table if exists {schema}.{table.name}")
            spark.sql(f"create table {schema}.{table.name} using parquet location '{file}'")
            return n_rows

        return load_tables(raw, comparison, schemas, load_table, (PySparkException,))


def _write(source: duckdb.DuckDBPyConnection, columns: list[Loaded], file: Path) -> int:
    """Write the view raw_rows of a connection to a file, which takes the place of the old one."""
    selected = ", ".join(f"{c.expression} as {quoted(c.name)}" for c in columns)
    new = file.with_name(f".{file.name}")
    file.parent.mkdir(parents=True, exist_ok=True)
    ((n_rows,),) = source.execute(
        f"copy (select {selected} from raw_rows) to {quoted_text(str(new))} (format parquet)"
    ).fetchall()
    new.replace(file)
    return int(n_rows)


def typed_columns(
    root: Path,
    contract: Contract,
    schemas: Mapping[str, str],
    marks: Mapping[str, Mapping[str, str]],
) -> dict[str, dict[str, list[str]]]:
    """Find the raw columns that hold what the contract says: a plan is spared to read them.

    Args:
        root: The project's directory.
        contract: The raw contract.
        schemas: What the schema of a source is called where it is not called as the source.
        marks: Var row_marks.

    Returns:
        Source to table to columns, for var typed_columns.
    """
    marked = {name: kind for names in marks.values() for name, kind in names.items()}
    found: dict[str, dict[str, list[str]]] = {}
    with duckdb.connect() as connection:
        for source, tables in contract.items():
            for name, table in tables.items():
                file = raw_folder(root) / (schemas.get(source) or source) / f"{name}.parquet"
                if not file.is_file():
                    continue
                types = marked | {c.name: c.data_type for c in table.columns}
                described = f"(describe from {quoted_text(str(file))})"
                stored = connection.execute(
                    f"select column_name, lower(column_type) from {described}"
                ).fetchall()
                typed = [column for column, kind in stored if types.get(column) == kind]
                found.setdefault(source, {})[name] = [
                    column for column in typed if types[column] != "varchar"
                ]
    return found


def check_gathered(file: Path) -> None:
    """Make sure that what a build leaves for readers may take the place of a file.

    Args:
        file: The file.

    Raises:
        AbmError: It is something else, such as a build database of DuckDB, which keeps history.
    """
    if not file.exists():
        return
    from abm.build import database_problem

    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            schemas = connection.execute(
                "select schema_name from duckdb_schemas() where not internal and "
                "database_name = current_database() and schema_name <> 'main'"
            ).fetchall()
    except duckdb.Error as error:
        raise database_problem(file, error, "name another file with --db") from error
    further = sorted(schema for (schema,) in schemas if schema not in SCHEMAS)
    if further:
        raise AbmError(
            f"{shown(file)} is no file that a build with Spark left, as it holds "
            f"{', '.join(further)}: name another one with --db."
        )


def gather(root: Path, manifest: Path, file: Path) -> None:
    """Put what a build left for readers into a DuckDB file, in the types of the contract.

    Args:
        root: The project's directory.
        manifest: dbt's manifest.json of the build.
        file: The file to write; it takes the place of the one before.

    Raises:
        AbmError: A table cannot be read, or the file cannot be written.
    """
    tables = folder(root) / "tables"
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    wanted = [
        node
        for node in nodes
        if node["resource_type"] in ("model", "seed")
        and node["schema"] in SCHEMAS
        and (tables / f"{node['schema']}.db" / node["alias"]).is_dir()
    ]
    new = file.with_name(f".{file.name}")
    try:
        new.unlink(missing_ok=True)
        with duckdb.connect(str(new)) as connection, Steps("Gathering", len(wanted)) as steps:
            connection.execute("set TimeZone = 'UTC'")
            for schema in SCHEMAS:
                connection.execute(f"create schema {schema}")
            for node in wanted:
                steps.start(node["alias"])
                types = {
                    **node["config"].get("column_types", {}),
                    **{n: c["data_type"] for n, c in node["columns"].items() if c["data_type"]},
                }
                # A view elsewhere, as the row of a build is ended after the last model.
                place = ("ledger", LEDGER) if node["alias"] == OF_THE_LEDGER else None
                _gather(connection, tables, node["schema"], node["alias"], types, place)
                for statement in _comments(node):
                    connection.execute(statement)
                steps.advance()
            _gather(connection, tables, "ledger", LEDGER, {})
        new.replace(file)
    except (duckdb.Error, OSError) as error:
        raise AbmError(
            f"What Spark built cannot be gathered into {shown(file)} ({first_line(error)}): "
            "correct the cause and build again."
        ) from error


def _gather(
    connection: duckdb.DuckDBPyConnection,
    tables: Path,
    schema: str,
    table: str,
    types: Mapping[str, str],
    place: tuple[str, str] | None = None,
) -> None:
    """Make a table of the files that Spark has in its place, or in another one."""
    there, name = place or (schema, table)
    files = quoted_text(str(tables / f"{there}.db" / name / "*.parquet"))
    stored = connection.execute(
        f"select column_name, column_type from (describe from read_parquet({files}))"
    ).fetchall()
    columns = ", ".join(
        f"cast({quoted(name)} as {types.get(name) or _plain(stored_type)}) as {quoted(name)}"
        for name, stored_type in stored
    )
    connection.execute(
        f"create table {schema}.{quoted(table)} as select {columns} from read_parquet({files})"
    )


def _comments(node: Mapping[str, Any]) -> Iterator[str]:
    """Spell the descriptions of a model or seed as other engines keep them."""
    relation = f"{node['schema']}.{quoted(node['alias'])}"
    if node["description"]:
        yield f"comment on table {relation} is {quoted_text(node['description'])}"
    columns = list(node["columns"].values())
    is_mart = node["schema"] == "marts"
    notes = notes_on_sums({**node, "columns": columns}) if is_mart else {}
    for column in columns if node["resource_type"] == "model" else ():
        if column["description"]:
            said = column["description"].strip() + notes.get((column["name"], "en"), "")
            yield f"comment on column {relation}.{quoted(column['name'])} is {quoted_text(said)}"


def _plain(stored_type: str) -> str:
    """Spark stores a moment with the zone of its session, which is UTC."""
    return "timestamp" if stored_type.startswith("TIMESTAMP") else stored_type
