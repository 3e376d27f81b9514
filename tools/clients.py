"""`make test-clients`: read a published release with every client, and write what came of it.

The release is that of the sample, published from the database that `abm build` made, with its Hyper
file; PostgreSQL is a server of its own, read as a member of role `abm_reader`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tools.client_probes import DEAL, DUCKDB_COMMENT, MARTS, SUM, TEXT

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "connecting.md"
HEADING = "## What was run"
ABM = Path(sys.executable).with_name("abm")
POSTGRES = ROOT / "scripts" / "postgres.sh"

FILE, PARQUET, HYPER, SERVER = "DuckDB file", "Parquet files", "Hyper file", "PostgreSQL"
SUPERSET = "superset"


@dataclass(frozen=True)
class Client:
    """A client that is run.

    Attributes:
        name: What people call it.
        environment: The directory of its environment, which has a lock of the same name.
        probe: What it is asked: a name of `tools.client_probes.PROBES`, or `superset`.
        reads: What it opens.
        fails: Part of the error that it is known to end with; empty where it has to work.
    """

    name: str
    environment: str
    probe: str
    reads: str = FILE
    fails: str = ""


CLIENTS = (
    Client("DuckDB 1.0", ".venv-clients-duckdb-1-0", "duckdb"),
    Client("DuckDB 1.1", ".venv-clients-duckdb-1-1", "duckdb"),
    Client("DuckDB 1.2", ".venv-clients-duckdb-1-2", "duckdb"),
    Client("DuckDB 1.3", ".venv-clients-duckdb-1-3", "duckdb"),
    Client("DuckDB 1.4", ".venv-reader", "duckdb"),
    Client("DuckDB 1.5", ".venv-clients", "duckdb"),
    Client("DuckDB 2.0", ".venv-clients-newest", "duckdb"),
    Client("ADBC", ".venv-clients", "adbc"),
    Client("ADBC, DuckDB 2", ".venv-clients-newest", "adbc"),
    Client("SQLAlchemy", ".venv-clients", "sqlalchemy"),
    Client("SQLAlchemy 2.1", ".venv-clients-newest", "sqlalchemy", fails="pg_collation"),
    Client("Ibis", ".venv-clients", "ibis"),
    Client("Ibis, DuckDB 2", ".venv-clients-newest", "ibis", fails="fetch_arrow_table"),
    Client("pandas", ".venv-clients", "pandas"),
    Client("pandas, DuckDB 2", ".venv-clients-newest", "pandas"),
    Client("polars", ".venv-clients", "polars"),
    Client("polars, DuckDB 2", ".venv-clients-newest", "polars"),
    Client("Superset", ".venv-clients-superset", SUPERSET),
    Client("pyarrow", ".venv-clients", "parquet_pyarrow", PARQUET),
    Client("polars", ".venv-clients", "parquet_polars", PARQUET),
    Client("pandas", ".venv-clients", "parquet_pandas", PARQUET),
    Client("Malloy", ".venv-clients", "malloy", PARQUET),
    Client("Tableau's Hyper API", ".venv", "hyper", HYPER),
    Client("psycopg2", ".venv-clients", "psycopg2", SERVER),
    Client("SQLAlchemy", ".venv-clients", "postgres_sqlalchemy", SERVER),
    Client("ADBC", ".venv-clients", "postgres_adbc", SERVER),
)

OF_EACH_DATABASE = ("fct_kpi_publications",)
"""Marts that say what a database has seen of its own builds."""

AS_PUBLISHED = "as published"
KNOWN_TO_FAIL = "fails"


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        client: The client's name.
        versions: Package and version, comma-separated.
        reads: What it opened.
        result: `as published`, or what differs or went wrong.
        decimals: As what a decimal arrived.
        dates: As what a date arrived.
        booleans: As what a boolean arrived.
        descriptions: Whether it knows what columns mean.
    """

    client: str
    versions: str
    reads: str
    result: str
    decimals: str = ""
    dates: str = ""
    booleans: str = ""
    descriptions: str = ""


HEADER = Row(
    "client",
    "versions",
    "reads",
    "result",
    "decimal arrives as",
    "date as",
    "boolean as",
    "descriptions",
)


def line(cells: Iterable[str]) -> str:
    """Write a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def table(rows: Iterable[Row]) -> str:
    """Write the table.

    Args:
        rows: One per client.

    Returns:
        Its lines.
    """
    lines = [line(vars(HEADER).values()), "|" + "---|" * len(vars(HEADER))]
    return "\n".join([*lines, *(line(vars(row).values()) for row in rows)]) + "\n"


def page(text: str, rows: Iterable[Row], day: str) -> str:
    """Put results into the page.

    Args:
        text: The page as it is.
        rows: One per client.
        day: When they were asked, ISO.

    Returns:
        The page, with everything after the heading written anew.
    """
    above = text.split(f"{HEADING}\n")[0]
    return f"{above}{HEADING}\n\n`make test-clients` on the sample, {day}:\n\n{table(rows)}"


def read_page(text: str) -> tuple[list[Row], str]:
    """Read results off the page.

    Args:
        text: The page.

    Returns:
        The rows of its table, and the day.

    Raises:
        ValueError: It is not in the form of `page`.
    """
    below = text.split(f"{HEADING}\n")[-1]
    day = re.search(r"on the sample, (\d{4}-\d\d-\d\d):\n", below)
    lines = [line for line in below.splitlines() if line.startswith("|")][2:]
    rows = [Row(*(cell.strip() for cell in line[1:-1].split("|"))) for line in lines]
    if not day or page(text, rows, day[1]) != text:
        raise ValueError(f"The page is not as `make test-clients` writes it, from {HEADING} on.")
    return rows, day[1]


@dataclass(frozen=True)
class Expected:
    """What every client must answer.

    Attributes:
        rows: Mart to number of rows.
        total: Sum of a column of decimals.
        deal: Amount, day and outcome of one deal, as text.
        text: A text with accents.
        comment: The description of a column.
        kpis: Month and value of each of the five KPIs, by the title of its chart.
    """

    rows: Mapping[str, int]
    total: Decimal
    deal: tuple[str, str, str]
    text: str
    comment: str
    kpis: Mapping[str, Mapping[str, float | None]]


def read_expected(file: Path) -> Expected:
    """Read what clients must answer off the published file.

    Args:
        file: The published DuckDB file.

    Returns:
        The answers.
    """
    with duckdb.connect(str(file), read_only=True) as connection:

        def one(statement: str) -> Any:
            return connection.execute(statement).fetchall()[0][0]

        marts = [mart for (mart,) in connection.execute(MARTS).fetchall()]
        _, *deal = connection.execute(DEAL).fetchall()[0]
        kpis: dict[str, dict[str, float | None]] = {}
        for title, month, value in connection.execute(
            "select label_en, cast(month_on as varchar), value from marts.rpt_kpi_scorecard "
            "join reference.kpi_definitions using (kpi) where rpt_kpi_scorecard.is_core_kpi "
            "order by month_on"
        ).fetchall():
            kpis.setdefault(title, {})[month] = value
        return Expected(
            {mart: one(f'select count(*) from marts."{mart}"') for mart in marts},
            one(SUM),
            (str(deal[0]), str(deal[1]), str(deal[2])),
            one(TEXT),
            one(DUCKDB_COMMENT),
            kpis,
        )


def differences(
    answers: Mapping[str, Any], expected: Expected, is_other_database: bool = False
) -> list[str]:
    """Compare what a client answered.

    Args:
        answers: What a probe printed.
        expected: What is published.
        is_other_database: The client read another build of the same data.

    Returns:
        What differs, in words; empty where all is as published.
    """
    if "error" in answers:
        return [str(answers["error"])]
    if "charts" in answers:
        return list(_different_charts(answers["charts"], expected))
    found = []
    rows = dict(answers["rows"])
    if is_other_database:
        rows |= {mart: expected.rows[mart] for mart in OF_EACH_DATABASE if mart in rows}
    other = sorted(mart for mart, n in rows.items() if expected.rows.get(mart, n) != n)
    if other:
        found.append(f"rows of {', '.join(other)}")
    if not rows or (len(rows) > 1 and rows.keys() != expected.rows.keys()):
        found.append("marts")
    total = Decimal(answers["total"])
    if answers["types"][0].startswith("float"):
        total = round(total, 2)  # a float holds no cents; what it holds must round to them
    if total != expected.total:
        found.append("sum")
    if tuple(answers[name] for name in ("amount", "closed_on", "is_won")) != expected.deal:
        found.append("values")
    if answers["text"] != expected.text:
        found.append("accents")
    if answers["comment"] not in (None, expected.comment):
        found.append("descriptions")
    if answers["is_read_only"] is False:
        found.append("it may write")
    return found


def _different_charts(
    charts: Mapping[str, list[dict[str, Any]]], expected: Expected
) -> Iterator[str]:
    if charts.keys() != expected.kpis.keys():
        yield f"charts are {', '.join(sorted(charts))}"
    for title, rows in charts.items():
        values = expected.kpis.get(title, {})
        newest = max(values, default="")
        shown = {}
        for row in rows:
            *month, value = row.values()
            known = value is not None and value == value
            shown[str(month[0])[:10] if month else newest] = value if known else None
        wanted = values if len(rows) > 1 else {newest: values.get(newest)}
        if shown.keys() != wanted.keys() or not all(
            alike(shown[month], wanted[month]) for month in wanted
        ):
            yield f"{title} is not that of rpt_kpi_scorecard"


def alike(one: float | None, other: float | None) -> bool:
    """Whether two doubles are one, but for the order in which engines add."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-9 * max(1.0, abs(other))


def row_of(client: Client, answers: Mapping[str, Any], expected: Expected) -> tuple[Row, bool]:
    """Put what a client answered into a line of the table.

    Args:
        client: The client.
        answers: What its probe printed.
        expected: What is published.

    Returns:
        The line, and whether the client did what it is known to do.
    """
    wrong = differences(answers, expected, client.reads == SERVER)
    versions = ", ".join(f"{name} {v}" for name, v in answers.get("versions", {}).items())
    if client.fails:
        is_known = any(client.fails in said for said in wrong)
        result = f"{KNOWN_TO_FAIL}: {'; '.join(wrong)}" if wrong else "works, and was known to fail"
    else:
        is_known = not wrong
        result = "; ".join(wrong) or AS_PUBLISHED
    result = result.replace("|", "/")
    if "types" not in answers:
        return Row(client.name, versions, client.reads, result), is_known
    knows = "yes" if answers["comment"] else "no"
    return Row(client.name, versions, client.reads, result, *answers["types"], knows), is_known


def run(*command: object, environment: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it printed.

    Raises:
        SystemExit: It failed; what it said is printed.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=os.environ | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"error: {' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


@contextmanager
def server(as_of: str) -> Iterator[str]:
    """Build the sample on a PostgreSQL server of its own.

    Args:
        as_of: The as-of day of the published release.

    Yields:
        The address of the database, for a member of `abm_reader`.
    """
    # Root runs the server as another user, who cannot reach every directory.
    folder = Path(tempfile.mkdtemp(prefix="abm-clients.", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        started = run(POSTGRES, "start", folder / "server")
        settings = dict(re.findall(r"^export (\w+)=(.*)$", started, re.MULTILINE))
        settings |= {name: str(folder / "dbt") for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH")}
        run(ABM, "load", "--target", "postgres", environment=settings)
        # What is tested here is who reads it, and the tests of the models are another command's.
        build = ("build", "--target", "postgres", "--as-of", as_of)
        run(ABM, *build, "--exclude", "resource_type:test", environment=settings)
        address = run(POSTGRES, "url", folder / "server").strip()
        import psycopg2

        connection = psycopg2.connect(address)
        with connection, connection.cursor() as cursor:
            cursor.execute("create role analyst login in role abm_reader")
        connection.close()
        yield address.replace("//abm@", "//analyst@")
    finally:
        run(POSTGRES, "stop", folder / "server")
        shutil.rmtree(folder)


def ask(client: Client, out: Path, address: str) -> dict[str, Any]:
    """Run a client in its environment.

    Args:
        client: The client.
        out: The published directory.
        address: The PostgreSQL database.

    Returns:
        What it answered.
    """
    python = ROOT / client.environment / "bin" / "python"
    if client.probe == SUPERSET:
        with tempfile.TemporaryDirectory() as scratch:
            script = ROOT / "tools" / "client_superset.py"
            printed = run(python, script, out / "abm.duckdb", scratch)
    else:
        script = ROOT / "tools" / "client_probes.py"
        printed = run(python, script, client.probe, address if client.reads == SERVER else out)
    return json.loads(printed.splitlines()[-1])


def main() -> None:
    """Publish, ask every client and write the page."""
    rows, unknown = [], []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        run(ABM, "publish", "--out", out, "--hyper")
        release = json.loads((out / "release.json").read_text(encoding="utf-8"))
        expected = read_expected(out / "abm.duckdb")
        with server(release["as_of_on"]) as address:
            for client in CLIENTS:
                row, is_known = row_of(client, ask(client, out, address), expected)
                print(f"{row.client} ({row.versions}), {row.reads}: {row.result}", flush=True)
                rows.append(row)
                if not is_known:
                    unknown.append(row.client)
    day = datetime.now(UTC).date().isoformat()
    text = page(PAGE.read_text(encoding="utf-8"), rows, day)
    PAGE.write_text(text, encoding="utf-8")
    if unknown:
        raise SystemExit(f"error: not as they are known: {', '.join(unknown)}.")


if __name__ == "__main__":
    main()
