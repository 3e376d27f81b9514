"""The part of `make bench` that measures the engagement score of every day, with polars beside it.

`python -m tools.bench_engagement prepare FOLDER TOUCHES` makes touches and signals in the folder,
and `python -m tools.bench_engagement CONTESTANT FOLDER` runs one contestant on them, as
`tools.bench_attribution` does.
"""

import json
import os
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from abm.errors import AbmError
from tools.bench_attribution import (
    DATABASE,
    QUERIES,
    compile_models,
    run_contestant,
    working_database,
)

if TYPE_CHECKING:
    import polars as pl

TOUCHES = "touches.parquet"
SIGNALS = "signals.parquet"
AS_OF = date(2026, 10, 31)
WINDOW_DAYS = 90
TOUCHES_PER_ACCOUNT = 500
TOLERANCE = 1e-6
"""Of the sum of all scores, as a share: polars adds doubles."""

MODELS = (
    "int_engagement_item_changes",
    "int_content_depths",
    "int_engagement_changes",
    "int_account_engagement_history",
)
SEEDS = ("aes_coefficients", "sector_thresholds")

CONTESTANTS = {
    "engagement": "DuckDB, this project: the engagement score of every day",
    "engagement_polars": "polars: the same",
}


def check(results: Mapping[str, Any]) -> None:
    """Hold what both found against each other.

    Args:
        results: Result by contestant.

    Raises:
        AbmError: They disagree.
    """
    ours, theirs = results["engagement"], results["engagement_polars"]
    for what, value in ours.items():
        if abs(theirs[what] - value) > TOLERANCE * abs(value):
            raise AbmError(f"polars has {what} {theirs[what]}, not {value}.")


def prepare(folder: Path, n_touches: int, root: Path, environment: Mapping[str, str]) -> None:
    """Write two years of touches of accounts, and the SQL that dbt compiles for their score.

    Args:
        folder: Where to write; it exists.
        n_touches: How many touches.
        root: The dbt project.
        environment: Environment of dbt, with DBT_TARGET_PATH.

    Raises:
        AbmError: dbt cannot compile the models.
    """
    n_accounts = max(1, n_touches // TOUCHES_PER_ACCOUNT)
    with duckdb.connect() as connection:
        connection.execute("select setseed(0.5)")
        connection.execute(
            f"""
            create table drawn as
            select
                md5(cast(floor({n_accounts} * power(random(), 3)) as varchar)) as account_id,
                cast(floor(20 * power(random(), 2)) as integer) as person,
                date '{AS_OF}' - cast(floor(730 * random()) as integer) as occurred_on,
                cast(floor(random() * 9) as integer) as kind,
                random() < 0.4 as has_content,
                cast(floor(random() * 60) as integer) as item
            from range({n_touches});
            copy (
                select
                    account_id, occurred_on, true as is_counted_engagement,
                    md5(account_id || person) as person_id,
                    md5(account_id || person) as consumer_id,
                    case when has_content then 'asset ' || item end as content_item,
                    cast(case when has_content then 1 + kind % 3 end as decimal(18, 4))
                        as content_depth,
                    cast(1 + kind as decimal(18, 4)) as aes_weight,
                    cast(2 + kind as decimal(18, 4)) as engagement_points
                from drawn
            ) to '{folder / TOUCHES}' (format parquet);
            copy (
                select account_id, occurred_on, 'topic ' || item as signal_key
                from drawn where kind = 0 and has_content
            ) to '{folder / SIGNALS}' (format parquet)
            """
        )
    compiled = {**environment, "ABM_DB": str(folder / f"{DATABASE}.duckdb")}
    variables = {"aes_window_days": WINDOW_DAYS, "as_of_date": AS_OF.isoformat()}
    queries = compile_models(root, compiled, variables, MODELS)
    seeds = {name: str(root / "seeds" / f"{name}.csv") for name in SEEDS}
    (folder / QUERIES).write_text(json.dumps({**queries, **seeds}), encoding="utf-8")


def _engagement(folder: Path) -> dict[str, float]:
    queries = json.loads((folder / QUERIES).read_text(encoding="utf-8"))
    with working_database(folder) as connection:
        connection.execute(
            f"""
            create view int_touchpoints as select * from '{folder / TOUCHES}';
            create view int_intent_signals as select * from '{folder / SIGNALS}';
            create view int_accounts as
            select distinct account_id, 'saas_b2b' as benchmark_sector from '{folder / TOUCHES}';
            create schema reference
            """
        )
        for name in SEEDS:
            connection.execute(f"create view reference.{name} as from '{queries[name]}'")
        for name in MODELS:
            connection.execute(f"create table {name} as {queries[name]}")
        ((n_changes, total, n_top),) = connection.execute(
            "select count(*), sum(aes), count(*) filter (where aes_band = 'top') "
            "from int_account_engagement_history"
        ).fetchall()
    return {"changes": n_changes, "the sum of scores": float(total), "top": n_top}


def _polars(folder: Path) -> dict[str, float]:
    import polars as pl

    touches = pl.scan_parquet(folder / TOUCHES).with_columns(
        pl.col("content_depth", "aes_weight", "engagement_points").cast(pl.Float64)
    )
    signals = pl.scan_parquet(folder / SIGNALS)
    daily = touches.group_by("account_id", "occurred_on").agg(
        pl.col("aes_weight", "engagement_points").sum()
    )
    left = daily.with_columns(
        pl.col("occurred_on") + pl.duration(days=WINDOW_DAYS),
        -pl.col("aes_weight", "engagement_points"),
    )
    people = touches.select("account_id", "person_id", "occurred_on", value=1.0)
    content = touches.filter(pl.col("content_depth") > 0).rename({"content_depth": "value"})
    topics = signals.select("account_id", "signal_key", "occurred_on", value=1.0)
    changes = (
        pl.concat(
            [
                daily,
                left,
                _held(people, "person_id").rename({"change": "reach"}),
                _held(content, "consumer_id", "content_item").rename({"change": "content"}),
                _held(topics, "signal_key").rename({"change": "signals"}),
            ],
            how="diagonal",
        )
        .group_by("account_id", "occurred_on")
        .agg(pl.col("aes_weight", "engagement_points", "reach", "content", "signals").sum())
        .filter(
            pl.col("occurred_on") <= AS_OF,
            pl.any_horizontal(
                pl.col("aes_weight", "engagement_points", "reach", "content", "signals") != 0
            ),
        )
        .sort("account_id", "occurred_on")
        .with_columns(
            pl.col("aes_weight", "engagement_points", "reach", "content", "signals")
            .cum_sum()
            .over("account_id")
        )
        .with_columns(
            aes=pl.col("aes_weight")
            + 2 * pl.col("reach")
            + 1.5 * pl.col("content")
            + 3 * pl.col("signals")
        )
        .with_columns(
            aes_band=pl.when(pl.col("aes").round(4) > 75)
            .then(pl.lit("top"))
            .when(pl.col("aes").round(4) < 45)
            .then(pl.lit("bottom"))
            .otherwise(pl.lit("middle"))
        )
        .collect()
    )
    return {
        "changes": changes.height,
        "the sum of scores": float(changes["aes"].sum()),
        "top": changes.filter(pl.col("aes_band") == "top").height,
    }


def _held(values: "pl.LazyFrame", *keys: str) -> "pl.LazyFrame":
    """How the greatest value of the trailing window changes, summed by account and day."""
    import polars as pl

    of = ["account_id", *keys]
    days = values.group_by(*of, "occurred_on").agg(pl.col("value").max())
    ends = days.with_columns(
        pl.col("occurred_on") + pl.duration(days=WINDOW_DAYS), value=pl.lit(0.0)
    )
    return (
        pl.concat([days, ends])
        .group_by(*of, "occurred_on")
        .agg(pl.col("value").max())
        .sort(*of, "occurred_on")
        .rolling("occurred_on", period=f"{WINDOW_DAYS}d", group_by=of)
        .agg(pl.col("value").max())
        .with_columns(change=pl.col("value") - pl.col("value").shift(1, fill_value=0).over(of))
        .group_by("account_id", "occurred_on")
        .agg(pl.col("change").sum())
    )


def main() -> None:
    """Make the touches, or run one contestant and write its seconds and result beside them."""
    contestant, folder = sys.argv[1], Path(sys.argv[2])
    if contestant == "prepare":
        prepare(folder, int(sys.argv[3]), Path.cwd(), os.environ)
        return
    runs: Mapping[str, Any] = {"engagement": _engagement, "engagement_polars": _polars}
    run_contestant(contestant, runs[contestant], folder)


if __name__ == "__main__":
    try:
        main()
    except AbmError as error:
        sys.exit(f"error: {error}")
