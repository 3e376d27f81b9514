"""The part of `make bench` that measures attribution, with polars, pandas and ChannelAttribution.

`python -m tools.bench_attribution prepare FOLDER TOUCHES` makes journeys in the folder, and
`python -m tools.bench_attribution CONTESTANT FOLDER` runs one contestant on them and leaves there
what it took; `tools.bench` calls both, each in a process of its own, and writes the page.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from abm.errors import AbmError

TOUCHES = "touches.parquet"
OPPORTUNITIES = "opportunities.parquet"
QUERIES = "queries.json"
DATABASE = "journeys"
LONGEST_JOURNEY = 5_000
TOLERANCE = 0.001
"""Of the credit of a channel in opportunities; the contestants add doubles in different orders."""
ABSORPTION_TOLERANCE = 1e-9
REMOVAL_TOLERANCE = 0.01
"""Of the removal effect of a channel, which ChannelAttribution draws and this project solves."""
HALF_LIFE_DAYS = 30
CHANNEL_ATTRIBUTION = "channel_attribution"
BENCH_PYTHON = Path(".venv-bench/bin/python")
BENCH_SCRIPT = Path("tools/bench_channel_attribution.py")

RULES = ("position_20_50_30", "first_touch", "last_touch", "linear", "time_decay")
"""The models that polars and pandas compute too."""

SUMMARISED = "int_journeys"
CHAIN = ("int_channel_transitions", "int_channel_removals")
MODELS = (
    SUMMARISED,
    *CHAIN,
    "int_journey_channel_shares",
    "int_attribution_shares",
    "int_attribution_credits",
)

RULES_QUERY = (
    "select opportunity_id, touchpoint_id, touch_number, channel, "
    + ", ".join(f"{{{{ attribution_share('{model}') }}}} as {model}" for model in RULES)
    + """
    from (
        select
            touches.opportunity_id, touches.touchpoint_id, touches.touch_number, touches.channel,
            journeys.n_touches,
            {{ time_decay('touches.occurred_on', 'journeys.newest_on') }} as decay,
            journeys.decay as decay_of_journey
        from int_journey_touches as touches
        inner join int_journeys as journeys
            on touches.opportunity_id = journeys.opportunity_id
    ) as rejoined
    """
)

CONTESTANTS = {
    "scan": "DuckDB: one scan of the columns of the touches",
    "rules": "DuckDB, this project: the five rule models, a share per touch in a table",
    "rules_summed": "DuckDB, this project: the same, summed by channel and not written",
    "polars": "polars: the same five",
    "pandas": "pandas: the same five",
    "markov": "DuckDB, this project: the chain of channels, and what each removal costs",
    CHANNEL_ATTRIBUTION: "ChannelAttribution: the same, drawn at random; pandas joins the paths",
    "all": "DuckDB, this project: ten models, weights and amounts to the cent",
}


@dataclass(frozen=True)
class Contest:
    """What one contestant took.

    Attributes:
        seconds: Wall seconds from the file to the result, without the start of the process.
        cpu: Seconds of processor time of the same.
        peak: Bytes of the most memory its process held at once.
    """

    seconds: float
    cpu: float
    peak: float


def check(results: Mapping[str, Any]) -> None:
    """Hold what the contestants found against each other.

    Args:
        results: Result by contestant.

    Raises:
        AbmError: Two of them disagree, credit does not sum to the deals, or the chain of channels
            does not end won as often as its journeys.
    """
    pairs = [(other, "rules", TOLERANCE) for other in ("rules_summed", "polars", "pandas")]
    pairs += [(CHANNEL_ATTRIBUTION, "markov", REMOVAL_TOLERANCE)]
    for other, ours, tolerance in pairs:
        for cell, credit in results[ours].items() if other in results else ():
            if abs(results[other][cell] - credit) > tolerance:
                raise AbmError(f"{other} has {cell} at {results[other][cell]}, not {credit}.")
    ten = results["all"]
    if ten["n_wrong"] or abs(ten["absorbed"] - ten["observed"]) > ABSORPTION_TOLERANCE:
        raise AbmError(f"The ten models do not add up: {ten}.")


def contested(
    contestants: Mapping[str, str],
    module: str,
    folder: Path,
    peak_of: Callable[[list[str]], float],
    on_start: Callable[[str], None],
) -> tuple[dict[str, Contest], dict[str, Any]]:
    """Let every contestant run, each in a process of its own.

    Args:
        contestants: Name to what it does. ChannelAttribution is left out where .venv-bench is not
            made.
        module: Runs one by its name, and writes what it took and its result.
        folder: Where the input is.
        peak_of: Runs a command and returns the bytes of the most memory it held.
        on_start: Called with what begins.

    Returns:
        What each took, and its result, by its name.
    """
    taken, results = {}, {}
    for name, what in contestants.items():
        command = [sys.executable, "-m", module, name, str(folder)]
        if name == CHANNEL_ATTRIBUTION:
            if not BENCH_PYTHON.exists():
                continue
            command = [str(BENCH_PYTHON), str(BENCH_SCRIPT), str(folder)]
        on_start(what)
        peak = peak_of(command)
        took = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        taken[name] = Contest(took["seconds"], took["cpu"], peak)
        results[name] = took["result"]
    return taken, results


def prepare(folder: Path, n_touches: int, root: Path, environment: Mapping[str, str]) -> None:
    """Write journeys of up to thousands of touches, and the SQL that dbt compiles for them.

    Args:
        folder: Where to write; it exists.
        n_touches: About how many touches.
        root: The dbt project.
        environment: Environment of dbt, with DBT_TARGET_PATH.

    Raises:
        AbmError: dbt cannot compile the models.
    """
    with duckdb.connect() as connection:
        connection.execute("select setseed(0.5)")
        connection.execute(
            f"""
            create table journeys as
            select
                '006' || lpad(cast(number as varchar), 15, '0') as opportunity_id,
                cast(1 + {LONGEST_JOURNEY} * power(random(), 7) as integer) as n_touches,
                random() < 0.3 as is_won,
                cast(random() * 10000000 as bigint) as cents
            from range({n_touches // (LONGEST_JOURNEY // 8)}) as numbers (number);
            copy (
                select opportunity_id, is_won, cents from journeys
            ) to '{folder / OPPORTUNITIES}' (format parquet);
            copy (
                select
                    opportunity_id,
                    md5(opportunity_id || touch_number) as touchpoint_id,
                    touch_number,
                    'channel ' || cast(floor(random() * 10) as integer) as channel,
                    date '2025-07-01' + cast(364.0 * touch_number / n_touches as integer)
                        as occurred_on
                from (
                    select *, cast(unnest(range(1, n_touches + 1)) as integer) as touch_number
                    from journeys
                )
            ) to '{folder / TOUCHES}' (format parquet)
            """
        )
    compiled = {**environment, "ABM_DB": str(folder / f"{DATABASE}.duckdb")}
    variables = {"time_decay_half_life_days": HALF_LIFE_DAYS, "two_touch_first_share": 0.4}
    queries = compile_models(root, compiled, variables)
    queries["rules"] = compile_inline(root, compiled, variables, RULES_QUERY)
    (folder / QUERIES).write_text(json.dumps(queries), encoding="utf-8")


def compile_models(
    root: Path,
    environment: Mapping[str, str],
    variables: Mapping[str, float | str],
    models: Sequence[str] = MODELS,
) -> dict[str, str]:
    """Let dbt compile models.

    Args:
        root: The dbt project.
        environment: Environment of dbt, with ABM_DB and DBT_TARGET_PATH.
        variables: dbt vars.
        models: Which, those of attribution unless told.

    Returns:
        SQL by model, in the order asked for; its tables are in a database named as the file ABM_DB,
        in the schemas of a build.

    Raises:
        AbmError: dbt cannot compile them.
    """
    _compile(root, environment, variables, "--select", *models)
    folder = Path(environment["DBT_TARGET_PATH"]) / "compiled"
    files = {file.stem: file for file in folder.rglob("models/**/*.sql")}
    return {name: files[name].read_text(encoding="utf-8") for name in models}


def compile_inline(
    root: Path, environment: Mapping[str, str], variables: Mapping[str, float | str], query: str
) -> str:
    """Let dbt compile a query that uses the project's macros.

    Args:
        root: The dbt project.
        environment: Environment of dbt, with ABM_DB and DBT_TARGET_PATH.
        variables: dbt vars.
        query: SQL with Jinja.

    Returns:
        SQL.

    Raises:
        AbmError: dbt cannot compile it.
    """
    said = _compile(root, environment, variables, "--output", "json", "--inline", query)
    return str(json.loads(said[said.index("{") :])["compiled"])


def _compile(
    root: Path,
    environment: Mapping[str, str],
    variables: Mapping[str, float | str],
    *arguments: str,
) -> str:
    dbt = [str(Path(sys.executable).with_name("dbt")), "-q", "compile"]
    result = subprocess.run(
        [*dbt, *arguments, "--vars", json.dumps(variables)],
        cwd=root,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise AbmError(f"dbt cannot compile: {result.stdout[-500:]}")
    return result.stdout


def working_database(folder: Path) -> duckdb.DuckDBPyConnection:
    """Make a database on disk with the settings of a build.

    Args:
        folder: Where.

    Returns:
        A connection to it, in the schema of the intermediate models.
    """
    file = folder / f"{DATABASE}.duckdb"
    file.unlink(missing_ok=True)
    connection = duckdb.connect(
        str(file), config={"memory_limit": "4GB", "preserve_insertion_order": False}
    )
    connection.execute("create schema intermediate; use intermediate")
    return connection


def _connected(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database with the journeys in the tables that the models read."""
    connection = working_database(folder)
    connection.execute(
        f"""
        create view int_journey_touches as
        select
            *, 'revenue' as attribution_basis, cast(occurred_on as timestamp) as occurred_at
        from '{folder / TOUCHES}';
        create view int_opportunities_now as
        select
            *, not is_won as is_lost, 'new_business' as opportunity_type,
            cast(cents * 0.01 as decimal(18, 2)) as amount
        from '{folder / OPPORTUNITIES}';
        create view int_journey_bounds as
        select
            opportunity_id, 'revenue' as attribution_basis, 'all' as journey_account_id,
            date '2020-01-01' as lookback_from_on, cast(null as date) as previous_won_on,
            timestamp '2026-01-01' as created_at, timestamp '2026-01-01' as journey_ends_at
        from int_opportunities_now;
        create view int_journey_accounts as
        select 'one' as account_id, 'all' as journey_account_id;
        create view int_people as
        select 'somebody' as person_id, 'one' as account_id;
        create view int_person_records_unified as
        select 'somebody' as person_id, timestamp '2025-10-01' as created_at
        """
    )
    return connection


def _scan(folder: Path) -> Any:
    with duckdb.connect() as connection:
        return connection.execute(
            "select sum(hash(opportunity_id, touchpoint_id, touch_number, channel, occurred_on)) "
            f"from '{folder / TOUCHES}'"
        ).fetchall()[0][0]


def _rules(folder: Path, *, are_written: bool = True) -> dict[str, float]:
    queries = json.loads((folder / QUERIES).read_text(encoding="utf-8"))
    kind = "table" if are_written else "view"
    with _connected(folder) as connection:
        connection.execute(f"create temp table {SUMMARISED} as {queries[SUMMARISED]}")
        connection.execute(f"create temp {kind} shares as {queries['rules']}")
        return _credit(
            connection.execute(
                "select channel, "
                + ", ".join(f"sum({model})" for model in RULES)
                + " from shares group by channel"
            ).fetchall()
        )


def _polars(folder: Path) -> dict[str, float]:
    import polars as pl

    number, n = pl.col("touch_number"), pl.len().over("opportunity_id")
    newest = pl.col("occurred_on").max().over("opportunity_id")
    decay = 2.0 ** (-(newest - pl.col("occurred_on")).dt.total_days() / HALF_LIFE_DAYS)
    shares = (
        pl.scan_parquet(folder / TOUCHES)
        .with_columns(n=n, decay=decay)
        .with_columns(
            position_20_50_30=pl.when(pl.col("n") == 1)
            .then(1.0)
            .when((pl.col("n") == 2) & (number == 1))
            .then(0.4)
            .when(pl.col("n") == 2)
            .then(0.6)
            .when(number == 1)
            .then(0.2)
            .when(number == pl.col("n"))
            .then(0.3)
            .otherwise(0.5 / (pl.col("n").cast(pl.Int64) - 2)),
            first_touch=(number == 1).cast(pl.Float64),
            last_touch=(number == pl.col("n")).cast(pl.Float64),
            linear=1 / pl.col("n"),
            time_decay=pl.col("decay") / pl.col("decay").sum().over("opportunity_id"),
        )
        .select("opportunity_id", "touchpoint_id", "touch_number", "channel", *RULES)
        .collect()
    )
    return _credit(shares.group_by("channel").agg(pl.col(RULES).sum()).rows())


def _pandas(folder: Path) -> dict[str, float]:
    import numpy as np
    import pandas as pd

    touches = pd.read_parquet(folder / TOUCHES)
    journeys = touches.groupby("opportunity_id", sort=False)
    n = journeys["touch_number"].transform("size")
    number = touches["touch_number"]
    days = pd.to_datetime(touches["occurred_on"])
    newest = days.groupby(touches["opportunity_id"], sort=False).transform("max")
    decay = 2.0 ** (-(newest - days).dt.days / HALF_LIFE_DAYS)
    shares = touches[["opportunity_id", "touchpoint_id", "touch_number", "channel"]].assign(
        position_20_50_30=np.select(
            [n == 1, (n == 2) & (number == 1), n == 2, number == 1, number == n],
            [1.0, 0.4, 0.6, 0.2, 0.3],
            0.5 / np.maximum(n - 2, 1),
        ),
        first_touch=(number == 1).astype(float),
        last_touch=(number == n).astype(float),
        linear=1 / n,
        time_decay=decay / decay.groupby(touches["opportunity_id"], sort=False).transform("sum"),
    )
    credit = shares.groupby("channel")[list(RULES)].sum()
    return _credit(list(credit.itertuples(name=None)))


def _markov(folder: Path) -> dict[str, float]:
    queries = json.loads((folder / QUERIES).read_text(encoding="utf-8"))
    with _connected(folder) as connection:
        for name in CHAIN:
            connection.execute(f"create table {name} as {queries[name]}")
        return {
            channel: float(effect)
            for channel, effect in connection.execute(
                "select channel, removal_effect from int_channel_removals where channel is not null"
            ).fetchall()
        }


def _all(folder: Path) -> dict[str, float]:
    queries = json.loads((folder / QUERIES).read_text(encoding="utf-8"))
    with _connected(folder) as connection:
        for name in MODELS:
            connection.execute(f"create table {name} as {queries[name]}")
        ((absorbed, observed, n_wrong),) = connection.execute(
            """
            select
                (select conversion_probability from int_channel_removals
                 where removed_state = 'nothing'),
                (select avg(cast(is_won as integer)) from int_opportunities_now),
                (select count(*) from (
                    select opportunity_id
                    from (
                        unpivot int_attribution_credits on columns('_weight$')
                        into name model value weight
                    )
                    group by opportunity_id, attribution_basis, model
                    having sum(weight) <> 1
                ))
            """
        ).fetchall()
    return {"absorbed": float(absorbed), "observed": observed, "n_wrong": n_wrong}


def _credit(rows: list[tuple[Any, ...]]) -> dict[str, float]:
    """Credit by model and channel, to hold the contestants against each other."""
    return {
        f"{model}, {channel}": round(float(value), 4)
        for channel, *values in rows
        for model, value in zip(RULES, values, strict=True)
    }


def main() -> None:
    """Make the journeys, or run one contestant and write its seconds and result beside them."""
    contestant, folder = sys.argv[1], Path(sys.argv[2])
    if contestant == "prepare":
        prepare(folder, int(sys.argv[3]), Path.cwd(), os.environ)
        return
    runs: Mapping[str, Callable[[Path], Any]] = {
        "scan": _scan,
        "rules": _rules,
        "rules_summed": partial(_rules, are_written=False),
        "polars": _polars,
        "pandas": _pandas,
        "markov": _markov,
        "all": _all,
    }
    run_contestant(contestant, runs[contestant], folder)


def run_contestant(name: str, run: Callable[[Path], Any], folder: Path) -> None:
    """Run one contestant and write what it took, and its result, beside the input.

    Args:
        name: Its name.
        run: What it does with the folder; a result that is no dictionary is only kept as text.
        folder: Where the input is.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    result = run(folder)
    took = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "result": result if isinstance(result, dict) else str(result),
    }
    (folder / f"{name}.json").write_text(json.dumps(took), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except AbmError as error:
        sys.exit(f"error: {error}")
