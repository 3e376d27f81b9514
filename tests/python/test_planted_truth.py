"""The comparison of ABM with non-ABM on deals made here, whose true effect is known.

Accounts of better sectors and sizes are chosen for the programme more often, as in life. The
compiled models run on the deals of a seed as they are.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from conftest import COMPANY_DAY, ROOT

from tools.bench_attribution import compile_models

DATABASE = "planted"
MART = "rpt_abm_vs_non_abm"
MEMBERS = "int_comparison_members"
GROUPS = "int_comparison_groups"
MODELS = (
    "int_comparison_units",
    MEMBERS,
    "int_comparison_strata",
    GROUPS,
    MART,
)
SECTORS = ("saas_b2b", "healthtech", "fintech")
SIZES = ("small", "mid_market", "enterprise")
CELLS = [(sector, size) for sector in SECTORS for size in SIZES]

N_SEEDS = 100
N_DEALS = 1_500
N_ACCOUNTS = 600
SHARE_COVERED = 0.9
FEWER_COVERED_RAW = 0.5

SHARE = np.array([0.05, 0.05, 0.04, 0.10, 0.12, 0.10, 0.14, 0.22, 0.18])
"""Of all accounts, by cell."""
WIN_RATE = np.array([0.12, 0.20, 0.30, 0.15, 0.24, 0.36, 0.18, 0.28, 0.42])
"""Of deals outside the programme, by cell."""
CHANCE_OF_ABM = 0.02 + 1.6 * WIN_RATE
"""The better the cell, the more of its accounts were chosen: 21 to 69 %."""
SAME_EFFECT = np.full(len(CELLS), 0.30)
OTHER_EFFECTS = np.array([1.0, 0.8, 0.8, 0.8, 0.2, 0.0, 0.0, 0.0, 0.0])
"""True uplift of the win rate, by cell; 0.00 where most are chosen."""

Rows = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Deals:
    """Closed deals of one seed, an array entry each.

    Attributes:
        account: Number of the account.
        cell: Index of its sector and size.
        is_abm: It was in the programme.
        is_won: Else lost.
        amount: In cents.
        cycle_days: From creation to close.
    """

    account: np.ndarray
    cell: np.ndarray
    is_abm: np.ndarray
    is_won: np.ndarray
    amount: np.ndarray
    cycle_days: np.ndarray


def planted(seed: int, effects: np.ndarray, n_deals: int = N_DEALS) -> Deals:
    """Deals whose win rate is that of their cell, and 1 + its effect times that with ABM."""
    draw = np.random.default_rng(seed)
    cells = draw.choice(len(CELLS), N_ACCOUNTS, p=SHARE)
    are_abm = draw.random(N_ACCOUNTS) < CHANCE_OF_ABM[cells]
    account = draw.integers(N_ACCOUNTS, size=n_deals)
    cell, is_abm = cells[account], are_abm[account]
    chance = WIN_RATE[cell] * np.where(is_abm, 1 + effects[cell], 1)
    size = cell % len(SIZES)
    return Deals(
        account=account,
        cell=cell,
        is_abm=is_abm,
        is_won=draw.random(n_deals) < chance,
        amount=np.rint(draw.lognormal(14 + 0.8 * size, 0.6)).astype(np.int64),
        cycle_days=np.rint(draw.gamma(4, 15 + 10 * size)).astype(np.int64),
    )


def mix(deals: Deals) -> np.ndarray:
    """Deals of the programme by cell, over the cells that have deals outside it too."""
    abm, others = (
        np.bincount(deals.cell[side], minlength=len(CELLS))
        for side in (deals.is_abm, ~deals.is_abm)
    )
    return np.where(others > 0, abm, 0)


def truth(deals: Deals, effects: np.ndarray) -> float:
    """The true uplift of the win rate with the programme's mix of accounts."""
    base = mix(deals) * WIN_RATE
    return float((base * (1 + effects)).sum() / base.sum() - 1)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of the comparison, by model."""
    folder = tmp_path_factory.mktemp("compiled")
    environment = os.environ | {
        "ABM_DB": str(folder / f"{DATABASE}.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "target"),
    }
    return compile_models(ROOT, environment, {"as_of_date": COMPANY_DAY}, MODELS)


def warehouse(models: Mapping[str, str], threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A database in memory with the models as views; deals are still to come."""
    connection = duckdb.connect(config={"threads": threads})
    connection.execute(f"attach ':memory:' as {DATABASE}")
    for schema in ("intermediate", "marts", "reference"):
        connection.execute(f"create schema {DATABASE}.{schema}")
    connection.execute(f"use {DATABASE}.intermediate")
    connection.execute(
        f"""
        create table {DATABASE}.reference.benchmarks as
        from read_csv('{ROOT / "seeds" / "benchmarks.csv"}', header = true);
        create table {DATABASE}.reference.comparison_metrics as
        from read_csv('{ROOT / "seeds" / "comparison_metrics.csv"}', header = true);
        create table {DATABASE}.reference.minimum_observations as
        from read_csv('{ROOT / "seeds" / "minimum_observations.csv"}', header = true);
        create table int_opportunities_now (
            opportunity_id varchar, account_id varchar, opportunity_type varchar, is_won boolean,
            is_lost boolean, closed_on date, amount decimal(18, 2), cycle_days bigint,
            is_abm_at_creation boolean
        );
        create table cells (cell integer, sector varchar, size varchar);
        create table int_accounts (
            account_id varchar, sector varchar, account_size_tier varchar
        );
        create table int_customers_now (
            as_of_on date, account_id varchar, is_abm_customer boolean,
            is_expansion_observable boolean, is_retention_observable boolean, is_retained boolean
        );
        create table int_customer_revenues_by_day (
            as_of_on date, account_id varchar, year_1_revenue decimal(18, 2),
            expansion_amount decimal(18, 2)
        );
        create table int_acquisition_costs_by_day (
            as_of_on date, programme varchar, sector varchar, new_customers bigint,
            investment decimal(18, 2), is_ledger_complete boolean, n_costs_without_rate bigint
        );
        create table int_lifetime_values_by_day (
            as_of_on date, programme varchar, sector varchar, n_customers bigint, clv_net double,
            n_observations bigint, reason varchar
        );
        """
    )
    for number, (sector, size) in enumerate(CELLS):
        connection.execute("insert into cells values ($1, $2, $3)", [number, sector, size])
    for name, sql in models.items():
        schema = "marts" if name == MART else "intermediate"
        connection.execute(f"create view {DATABASE}.{schema}.{name} as {sql}")
    return connection


def compared(connection: duckdb.DuckDBPyConnection, deals: Deals) -> Rows:
    """The rows of the mart on some deals, by metric and method."""
    columns = {name: getattr(deals, name) for name in Deals.__dataclass_fields__}
    connection.register("arrays", pa.table({"number": np.arange(len(deals.cell)), **columns}))
    connection.execute(
        f"""
        truncate int_opportunities_now;
        truncate int_accounts;
        insert into int_opportunities_now
        select number, account, 'new_business', is_won, not is_won,
            date '{COMPANY_DAY}' - cast(number % 365 as integer), amount * 0.01, cycle_days, is_abm
        from arrays;
        insert into int_accounts
        select distinct account, sector, size from arrays inner join cells using (cell)
        """
    )
    result = connection.execute(f"from {DATABASE}.marts.{MART}")
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {(row["metric"], row["method"]): row for row in rows}


@dataclass(frozen=True)
class Coverage:
    """What the seeds gave for one method.

    Attributes:
        n_seeds: How many.
        n_covered: Those whose 95 % interval holds the truth.
        mean_error: Mean of uplift less truth.
        scatter: Standard deviation of the same.
        half_width: Mean half width of the interval.
    """

    n_seeds: int
    n_covered: int
    mean_error: float
    scatter: float
    half_width: float

    def faults(self) -> list[str]:
        """What is wrong with the method, as far as so many seeds can tell."""
        found = {
            "seldom holds the truth": self.n_covered < SHARE_COVERED * self.n_seeds,
            "is off": abs(self.mean_error) > 3 * self.scatter / sqrt(self.n_seeds),
            "is as wide as it should not be": not 0.8
            < self.half_width / (1.96 * self.scatter)
            < 1.3,
        }
        return [fault for fault, is_found in found.items() if is_found]


def covered(
    models: Mapping[str, str], effects: np.ndarray, n_seeds: int = N_SEEDS
) -> tuple[Coverage, Coverage]:
    """Compare the win rates of every seed: what raw and matched give."""
    found: dict[str, list[tuple[float, float, float]]] = {"raw": [], "matched": []}
    with warehouse(models) as connection:
        for seed in range(n_seeds):
            deals = planted(seed, effects)
            rows = compared(connection, deals)
            for method, values in found.items():
                row = rows["win_rate", method]
                error = row["uplift_ratio"] - truth(deals, effects)
                inside = row["ci_low"] <= row["uplift_ratio"] - error <= row["ci_high"]
                values.append((inside, error, (row["ci_high"] - row["ci_low"]) / 2))
    coverages = []
    for values in found.values():
        inside, error, half_width = np.array(values, dtype=float).T
        coverages.append(
            Coverage(
                n_seeds=n_seeds,
                n_covered=int(inside.sum()),
                mean_error=float(error.mean()),
                scatter=float(error.std(ddof=1)),
                half_width=float(half_width.mean()),
            )
        )
    return coverages[0], coverages[1]


@pytest.mark.parametrize(
    "effects",
    [
        pytest.param(SAME_EFFECT, id="same"),
        pytest.param(OTHER_EFFECTS, id="other", marks=pytest.mark.full),
    ],
)
def test_matched_recovers_the_truth_and_raw_does_not(
    effects: np.ndarray, models: dict[str, str]
) -> None:
    raw, matched = covered(models, effects)
    print(f"raw: {raw}\nmatched: {matched}")
    assert matched.faults() == []
    assert raw.n_covered < FEWER_COVERED_RAW * N_SEEDS
    assert raw.mean_error > raw.half_width


@pytest.mark.full
@pytest.mark.parametrize("effects", [SAME_EFFECT, OTHER_EFFECTS], ids=["same", "other"])
def test_intervals_hold_the_truth_95_times_of_100(
    effects: np.ndarray, models: dict[str, str]
) -> None:
    raw, matched = covered(models, effects, 2_000)
    print(f"raw: {raw}\nmatched: {matched}")
    assert 0.93 < matched.n_covered / matched.n_seeds < 0.97
    assert abs(matched.mean_error) < 0.02
    assert raw.n_covered < FEWER_COVERED_RAW * raw.n_seeds


WEIGHT = r"when n_non_abm > 0 then n_abm\b"
WRONG = {
    "every stratum counts alike": (MEMBERS, WEIGHT, "when n_non_abm * n_abm > 0 then 1"),
    "every side has its own mix": (MEMBERS, WEIGHT, "when n_non_abm * n_abm > 0 then n_units"),
    "weights not squared": (GROUPS, r"power\(weight, 2\) \*", "weight *"),
    "one side's variance": (MART, r"sqrt\((\w+) \+ \w+\)", r"sqrt(\1)"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_proof_catches(wrong: str, models: dict[str, str]) -> None:
    """The proof itself: with a wrong formula in one model it fails."""
    name, right, instead = WRONG[wrong]
    changed, n_changes = re.subn(right, instead, models[name])
    assert n_changes == 1
    _, matched = covered({**models, name: changed}, OTHER_EFFECTS, 20)
    print(matched)
    assert matched.faults()


def naive(units: list[tuple[bool, int, float, float]], method: str) -> dict[str, Any]:
    """The comparison from its definition, on units (is_abm, cell, numerator, denominator)."""
    cells: dict[int, dict[bool, np.ndarray]] = {}
    for cell in {unit[1] for unit in units} if method == "matched" else {None}:
        inside = [unit for unit in units if cell in (unit[1], None)]
        sides = {
            side: np.array([unit[2:] for unit in inside if unit[0] is side]).reshape(-1, 2)
            for side in (True, False)
        }
        cells[cell] = sides
    kept = {cell: sides for cell, sides in cells.items() if len(sides[True]) and len(sides[False])}
    weights = {cell: len(sides[True]) for cell, sides in kept.items()}
    n_abm = sum(weights.values())

    def weighted(sides: Mapping[int, np.ndarray]) -> tuple[float, float]:
        """Numerator and denominator of a side with the mix of ABM."""
        numerator, denominator = sum(
            weights[cell] * side.mean(axis=0) for cell, side in sides.items() if cell in weights
        )
        return float(numerator), float(denominator)

    values, variances = {}, {}
    for is_abm in (True, False):
        own = {cell: sides[is_abm] for cell, sides in cells.items() if len(sides[is_abm])}
        numerator, denominator = weighted(own)
        values[is_abm] = numerator / denominator
        residuals = {c: side[:, 0] - values[is_abm] * side[:, 1] for c, side in own.items()}
        squares = {c: float(((e - e.mean()) ** 2).sum()) for c, e in residuals.items()}
        pooled = sum(squares.values()) / sum(len(e) - 1 for e in residuals.values())
        variances[is_abm] = 0.0
        for cell, weight in weights.items():
            n = len(own[cell])
            spread = squares[cell] / (n - 1) if n > 1 else pooled
            variances[is_abm] += weight**2 * spread / n / denominator**2
    quotient = values[True] / values[False]
    margin = 1.96 * quotient * sqrt(sum(variances[s] / values[s] ** 2 for s in (True, False)))
    both = {c: np.concatenate([sides[True], sides[False]]) for c, sides in kept.items()}
    numerator_of_all, denominator_of_all = weighted(both)
    return {
        "abm_value": values[True],
        "non_abm_value": values[False],
        "all_value": numerator_of_all / denominator_of_all,
        "n_abm": n_abm,
        "n_non_abm": sum(len(sides[False]) for sides in kept.values()),
        "n_abm_dropped": sum(unit[0] for unit in units) - n_abm,
        "n_strata_dropped": sum(len(s[True]) > 0 for s in cells.values()) - len(kept),
        "uplift_ratio": quotient - 1,
        "ci_low": quotient - 1 - margin,
        "ci_high": quotient - 1 + margin,
    }


def test_figures_are_those_of_the_definition(models: dict[str, str]) -> None:
    """On few deals, with strata of one side and of one unit, against a naive recomputation."""
    n_dropped = n_alone = 0
    with warehouse(models) as connection:
        for seed in range(20):
            deals = planted(seed, SAME_EFFECT, 320)
            rows = compared(connection, deals)
            columns = (deals.is_abm, deals.cell, deals.is_won, deals.amount, deals.cycle_days)
            listed = [
                (bool(is_abm), int(cell), bool(won), int(amount) / 100, max(int(days), 1))
                for is_abm, cell, won, amount, days in zip(*columns, strict=True)
            ]
            units = {
                "win_rate": [(a, c, float(w), 1.0) for a, c, w, _, _ in listed],
                "deal_size": [(a, c, m, 1.0) for a, c, w, m, _ in listed if w],
                "cycle_days": [(a, c, float(d), 1.0) for a, c, w, _, d in listed if w],
                "velocity": [(a, c, m * 30.4375, float(d)) for a, c, w, m, d in listed if w],
            }
            for (metric, method), row in rows.items():
                if metric not in units:
                    assert row["reason"] in ("no_abm", "cost_has_no_size")
                    continue
                expected = naive(units[metric], method)
                if min(expected["n_abm"], expected["n_non_abm"]) < 30:
                    assert row["reason"] == "below_30"
                    assert (row["ci_low"], row["ci_high"]) == (None, None)
                    del expected["ci_low"], expected["ci_high"]
                found = {name: row[name] for name in expected}
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), (seed, metric, method)
                n_dropped += row["n_strata_dropped"]
                sides = [(c, a) for a, c, _, _ in units[metric]]
                n_alone += any(sides.count(side) == 1 for side in sides) and row["reason"] is None
    assert n_dropped > 5
    assert n_alone > 5


def test_every_run_gives_the_same(models: dict[str, str]) -> None:
    deals = planted(0, SAME_EFFECT, 150_000)
    runs = []
    for threads in (1, 2, 5):
        with warehouse(models, threads) as connection:
            runs.append(compared(connection, deals))
    assert runs[0]["velocity", "matched"]["ci_low"] is not None
    assert runs == [runs[0]] * len(runs)


def test_absurd_amounts_are_compared(models: dict[str, str]) -> None:
    """The largest amount that staging lets in stops no build."""
    deals = planted(0, SAME_EFFECT)
    amount = np.where(np.arange(N_DEALS) % 3 == 0, 9_999_999_999_999_999, deals.amount)
    with warehouse(models) as connection:
        rows = compared(connection, replace(deals, amount=amount))
    for metric in ("deal_size", "velocity"):
        for method in ("raw", "matched"):
            row = rows[metric, method]
            assert row["ci_low"] < row["uplift_ratio"] < row["ci_high"]
