"""The statistics of experiments, on accounts made here, against scipy.

The compiled models run one after the other on tables of a database in memory, as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, compiling
from scipy import optimize, stats

from tools.bench_attribution import DATABASE, compile_inline, compile_models

MODELS = (
    "int_experiment_arms",
    "int_experiment_arm_metrics",
    "int_experiment_differences",
    "int_experiment_tests",
    "int_experiment_sizes",
    "rpt_experiments",
)
MEASURES = (
    "engagement_touches",
    "engagement_points",
    "engaged_people",
    "sales_meetings",
    "opportunities",
    "wins",
    "aes",
    "aes_change",
)
TOLERANCE = 1e-9
EFFECT = 0.1
Row = Mapping[str, Any]


def means() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Control and treatment whose means are compared, with 6 decimals as the warehouse has."""
    draw = np.random.default_rng(7)
    for name, control, treatment in (
        ("equal variances", draw.normal(10, 3, 30), draw.normal(11, 3, 30)),
        ("unequal variances and sizes", draw.normal(10, 1, 9), draw.normal(13, 40, 400)),
        ("one degree of freedom", np.array([1.0, 1.000001]), np.array([3.0, 90.0])),
        ("two degrees of freedom", np.array([1.0, 5.0]), np.array([2.0, 6.0])),
        ("three accounts", draw.normal(10, 3, 3), draw.normal(40, 3, 2)),
        ("a control of no variance", np.full(8, 2.0), draw.normal(3, 1, 11)),
        ("p near 0", draw.normal(10, 1, 50), draw.normal(20, 1, 50)),
        ("p near 1", np.array([1.0, 2, 3, 4, 5.000001]), np.array([1.0, 2, 3, 4, 5])),
        ("p of 1", np.array([1.0, 2, 3]), np.array([1.0, 2, 3])),
        ("counts", draw.poisson(0.3, 200), draw.poisson(0.5, 180)),
        ("large values", draw.normal(1e6, 1, 40), draw.normal(1e6, 2, 40)),
        ("wide apart", draw.gamma(0.1, 1e7, 60), draw.gamma(0.1, 2e7, 50)),
        ("below 0", draw.normal(-50, 9, 25), draw.normal(-55, 9, 35)),
        ("100 000 degrees of freedom", draw.normal(0, 1, 50_001), draw.normal(0.02, 1, 50_001)),
    ):
        yield name, np.round(control, 6), np.round(treatment, 6)


PROPORTIONS = {
    "all and none": (0, 12, 12, 12),
    "none and one": (0, 5, 1, 7),
    "equal": (20, 40, 30, 60),
    "significant": (50, 1_000, 80, 1_000),
    "all but one": (39, 40, 40, 40),
    "large": (30_000, 60_000, 31_000, 60_000),
    "far apart": (10, 500, 400, 500),
    "unequal sizes": (3, 11, 700, 2_000),
}
"""Accounts with the metric and accounts, of the control and of the treatment."""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Row]]:
    """The rows of rpt_experiments, by experiment and arm."""
    arms = {
        (name, arm): values
        for name, *both in means()
        for arm, values in zip("ct", both, strict=True)
    }
    for name, (x_control, n_control, x, n) in PROPORTIONS.items():
        arms[name, "c"] = np.arange(n_control) < x_control
        arms[name, "t"] = np.arange(n) < x
    accounts = pd.concat(
        pd.DataFrame(
            {
                "experiment_id": name,
                "arm": {"c": "control", "t": "treatment"}[arm],
                "account_id": [f"{arm}{number}" for number in range(len(values))],
                "metric_value": values.astype(float),
            }
        )
        for (name, arm), values in arms.items()
    )
    experiments = pd.DataFrame({"experiment_id": [name for name, arm in arms if arm == "c"]})
    experiments["metric_kind"] = [
        "proportion" if name in PROPORTIONS else "mean" for name in experiments["experiment_id"]
    ]
    with compiling(tmp_path_factory) as environment:
        models = compile_models(ROOT, environment, {}, MODELS)
    return rows_of(report(models, accounts, experiments))


def report(
    models: Mapping[str, str], accounts: pd.DataFrame, experiments: pd.DataFrame
) -> list[dict[str, Any]]:
    """Run the models; what rpt_experiments then holds."""
    with duckdb.connect() as connection:
        connection.execute(f"attach ':memory:' as {DATABASE}")
        connection.execute(f"create schema {DATABASE}.intermediate")
        connection.execute(f"create schema {DATABASE}.reference")
        # Judged from the first unit on: the tests are of how small experiments are computed.
        connection.execute(
            f"create table {DATABASE}.reference.minimum_observations (metric varchar, n integer)"
        )
        connection.execute(f"use {DATABASE}.intermediate")
        connection.register("accounts", accounts)
        connection.register("experiments", experiments)
        connection.execute(
            f"""
            create table int_experiment_accounts as
            select
                experiment_id, arm, account_id,
                {", ".join(f"cast(metric_value as decimal(18, 6)) as {m}" for m in MEASURES)}
            from accounts;
            create table int_experiment_assignments as
            select *, 1 as n_assignments, false as is_conflicting from accounts;
            create table int_experiments as
            select
                *, {EFFECT} as minimum_detectable_effect, 'share_of_control' as effect_unit,
                '{MEASURES[0]}' as measure, false as is_running, null as hypothesis,
                null as metric, null as decision,
                date '2026-01-01' as started_on, date '2026-02-01' as ended_on,
                cast(null as varchar) as reason
            from experiments
            """
        )
        for name, sql in models.items():
            connection.execute(f"create table {name} as {sql}")
        found = connection.execute("from rpt_experiments")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def rows_of(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row["experiment_id"], {})[row["arm"]] = row
    return found


def same(found: float, wanted: float, scale: float = 1) -> bool:
    """Whether a number is right to 9 places of its scale."""
    return found == pytest.approx(wanted, abs=TOLERANCE * max(1, scale))


@pytest.mark.filterwarnings("ignore:Precision loss")
@pytest.mark.parametrize("name", [name for name, *_ in means()])
def test_means_are_compared_as_by_welch(name: str, reported: dict[str, dict[str, Row]]) -> None:
    control, treatment = next(both for other, *both in means() if other == name)
    row = reported[name]["treatment"]
    wanted = stats.ttest_ind(treatment, control, equal_var=False)
    low, high = wanted.confidence_interval(0.95)
    width = high - low
    assert row["metric_value"] == pytest.approx(treatment.mean(), rel=1e-12)
    assert row["standard_deviation"] == pytest.approx(treatment.std(ddof=1), rel=TOLERANCE)
    assert same(row["p_value"], wanted.pvalue)
    assert row["degrees_of_freedom"] == pytest.approx(wanted.df, rel=TOLERANCE)
    assert same(row["ci_low"], low, width)
    assert same(row["ci_high"], high, width)
    assert row["reason"] is None


@pytest.mark.parametrize("name", PROPORTIONS)
def test_proportions_are_compared_as_by_z(name: str, reported: dict[str, dict[str, Row]]) -> None:
    x_control, n_control, x, n = PROPORTIONS[name]
    row = reported[name]["treatment"]
    wanted = stats.chi2_contingency(
        [[x, n - x], [x_control, n_control - x_control]], correction=False
    )
    assert same(row["p_value"], wanted.pvalue)
    assert same(row["test_statistic"] ** 2, wanted.statistic, wanted.statistic)
    difference = x / n - x_control / n_control
    error = np.sqrt(
        x / n * (1 - x / n) / n + x_control / n_control * (1 - x_control / n_control) / n_control
    )
    low, high = stats.norm.interval(0.95, difference, error) if error else (difference, difference)
    assert same(row["difference"], difference)
    assert same(row["ci_low"], low)
    assert same(row["ci_high"], high)
    assert (row["numerator"], row["n"]) == (x, n)


def test_arms_are_held_against_an_equal_share(reported: dict[str, dict[str, Row]]) -> None:
    for arms in reported.values():
        wanted = stats.chisquare([row["n"] for row in arms.values()])
        for row in arms.values():
            assert same(row["sample_ratio_p_value"], wanted.pvalue)
            assert row["is_unbalanced"] == (wanted.pvalue < 0.01)


def test_required_accounts_give_80_percent_power(reported: dict[str, dict[str, Row]]) -> None:
    """Found by searching for the number with that power, the way of statsmodels."""
    critical, checked = stats.norm.ppf(0.975), 0
    for name, arms in reported.items():
        control, treatment = arms["control"], arms["treatment"]
        p, effect = control["metric_value"], EFFECT * control["metric_value"]
        if not effect or control["required_n"] is None:
            continue
        if name in PROPORTIONS:
            mean = p + effect / 2
            null = np.sqrt(2 * mean * (1 - mean))
            other = np.sqrt(p * (1 - p) + (p + effect) * (1 - p - effect))
        else:
            freedom = (control["n"] - 1, treatment["n"] - 1)
            deviations = (control["standard_deviation"], treatment["standard_deviation"])
            squares = sum(f * d**2 for f, d in zip(freedom, deviations, strict=True))
            null = other = np.sqrt(2 * squares / sum(freedom))

        def missing(n: float, effect: float = effect, null: float = null, other: float = other):  # noqa: ANN202
            return stats.norm.cdf((abs(effect) * np.sqrt(n) - critical * null) / other) - 0.8

        wanted = 2 if missing(2) > 0 else np.ceil(optimize.brentq(missing, 2, 1e12, xtol=1e-9))
        assert control["required_n"] == treatment["required_n"] == wanted, name
        checked += 1
    assert checked > 10


def test_verdicts_follow_from_tests_and_sizes(reported: dict[str, dict[str, Row]]) -> None:
    assert reported["significant"]["treatment"]["verdict"] == "win"
    assert reported["p near 0"]["treatment"]["verdict"] == "win"
    assert reported["p of 1"]["treatment"]["verdict"] == "underpowered"
    assert reported["equal"]["treatment"]["verdict"] == "underpowered"
    assert reported["none and one"]["treatment"]["reason"] == "power_unknown"
    assert {arms["control"]["reason"] for arms in reported.values()} == {"control"}


def test_distributions_equal_those_of_scipy(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Student's t and the normal distribution, at any statistic, directly from the macros."""
    freedoms = [1, 1.05, 1.5, 2, 2.5, 3, 5, 7.7, 10, 29.5, 50, 100, 333.3, 1e3, 2e4, 1e5, 1e6]
    statistics = [0, 1e-9, 1e-3, 0.1, 0.5, 1, 1.5, 2, 3, 5, 8, 10, 30, 1e3, 1e6, 1e200]
    cases = [(t, df) for df in freedoms for t in statistics]
    tests = ", ".join(
        f"({number}, cast({t!r} as double), cast({df!r} as double))"
        for number, (t, df) in enumerate(cases)
    )
    query = f"""
        with tests as (select * from (values {tests}) as cases (number, t, df)),

        student as ({{{{ student_t_tests('tests', ['number'], 't', 'df') }}}}),

        normal as (select *, {{{{ normal_p_value('t') }}}} as normal_p_value from tests)

        select normal.number, student.p_value, student.quantile_975, normal.normal_p_value
        from normal
        inner join student on normal.number = student.number
    """
    with compiling(tmp_path_factory) as environment:
        sql = compile_inline(ROOT, environment, {}, query)
    rows = duckdb.sql(sql).fetchall()
    assert len(rows) == len(cases)
    for number, p_value, quantile, normal_p_value in rows:
        t, df = cases[number]
        assert p_value == pytest.approx(2 * stats.t.sf(t, df), abs=TOLERANCE), (t, df)
        assert quantile == pytest.approx(stats.t.ppf(0.975, df), rel=TOLERANCE), df
        assert normal_p_value == pytest.approx(2 * stats.norm.sf(t), abs=1e-15), t
