"""Recommended budgets, on channels made here, against a search for the factor by halving.

The compiled models run one after the other on tables of a database in memory, as they are.
"""

import random

import duckdb
import pytest
from conftest import ROOT, compiling

from tools.bench_attribution import DATABASE, compile_models

MODELS = (
    "int_targeted_budgets",
    "int_recommended_budgets",
)
Channel = tuple[int, float]
"""Cents and return."""


def searched(channels: list[Channel], change: float) -> list[float]:
    """The cents that each channel should get, without the rounding."""
    total = sum(cents for cents, _ in channels)
    lowest, highest = 1 - change, 1 + change

    def given(factor: float) -> list[float]:
        return [cents * min(max(factor * back, lowest), highest) for cents, back in channels]

    low, high = 0.0, 1e12
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(given(middle)) < total else (low, middle)
    targets = given(high)
    short = total - sum(targets)
    idle = sum(cents for cents, back in channels if not back)
    if short > 1e-6 and idle:
        return [
            target if back else target + short * cents / idle
            for target, (cents, back) in zip(targets, channels, strict=True)
        ]
    return targets


def random_channels(draw: random.Random) -> list[Channel]:
    """Few or many channels, with budgets of all sizes, ties, and some or all without return."""
    n, tiny = draw.choice([1, 2, 3, 5, 12]), draw.random() < 0.3
    idle, tie = draw.choice([0, 0, 0.3, 0.8, 1]), draw.random() < 0.2
    return [
        (
            draw.randrange(1, 30) if tiny else int(10 ** draw.uniform(0, 9)),
            0 if draw.random() < idle else 2.0 if tie else 10 ** draw.uniform(-2, 3),
        )
        for _ in range(n)
    ]


def test_budgets_follow_the_return_within_limits_and_to_the_cent(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with compiling(tmp_path_factory) as environment:
        models = compile_models(ROOT, environment, {}, MODELS)
    draw = random.Random(7)
    with duckdb.connect() as connection:
        connection.execute(f"attach ':memory:' as {DATABASE}")
        for schema in ("reference", "intermediate"):
            connection.execute(f"create schema {DATABASE}.{schema}")
        connection.execute(f"use {DATABASE}.intermediate")
        connection.execute(
            "create table int_channel_budgets (channel varchar, "
            "current_budget decimal(18, 2), return_on_spend_ratio double, is_movable bool)"
        )
        for case in range(250):
            change = draw.choice([0.2, 0.2, 0.2, 0.05, 0.5])
            channels = random_channels(draw)
            connection.execute(
                f"create or replace table {DATABASE}.reference.benchmarks as select "
                "'budget_change_maximum' as benchmark_id, "
                f"cast({change} as decimal(18, 4)) as value_max"
            )
            connection.execute("delete from int_channel_budgets")
            connection.executemany(
                "insert into int_channel_budgets values (?, ? * 0.01, ?, true)",
                [(f"c{place:02}", *channel) for place, channel in enumerate(channels)],
            )
            for name in MODELS:
                connection.execute(f"create or replace table {name} as {models[name]}")
            found = connection.execute(
                "select cast(target_budget * 100 as double), "
                "cast(recommended_budget * 100 as bigint) from int_targeted_budgets "
                "inner join int_recommended_budgets using (channel) order by channel"
            ).fetchall()
            check(channels, change, found, case)


def check(
    channels: list[Channel], change: float, found: list[tuple[float, int]], case: int
) -> None:
    wanted = searched(channels, change)
    assert [target for target, _ in found] == pytest.approx(wanted, rel=1e-9, abs=1e-3), case
    assert sum(cents for _, cents in found) == sum(cents for cents, _ in channels), case
    for (budget, _), (target, cents) in zip(channels, found, strict=True):
        assert budget * (1 - change) <= cents + 1e-6, case
        assert budget * (1 + change) >= cents - 1e-6, case
        assert abs(cents - target) < max(2, len(channels)), case
