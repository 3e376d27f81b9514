"""The recommended forecast and its record, once more in plain Python from the forecasts made."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import duckdb
import pytest
from conftest import COMPANY_DAY, Build, run_abm


class Made(NamedTuple):
    """A forecast: the day it was made on, the month it is of, the method, the amount."""

    on: date
    month: date
    horizon: int
    method: str
    amount: float | None


class Chosen(NamedTuple):
    """What should be recommended for a month."""

    method: str
    amount: float
    low: float
    high: float


LEAST_ERRORS = 6
MONTH_ENDS = 12


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def nearest_rank(ordered: list[float], tenths: int) -> float:
    """The first value that is not below so many tenths of all."""
    return ordered[-(-len(ordered) * tenths // 10) - 1]


class Forecasts:
    """What a build knew of its forecasts on each of its dates."""

    def __init__(self, build: Build) -> None:
        with build.connect() as connection:
            self.made = [
                Made(*row)
                for row in connection.execute(
                    "select as_of_on, forecast_month_on, horizon_months, method, "
                    "expected_amount::double from "
                    "intermediate.int_revenue_forecasts_by_reporting_date"
                ).fetchall()
            ]
            self.won = {
                (on, month): float(amount)
                for on, month, amount in connection.execute(
                    "select as_of_on, month_on, won_amount from "
                    "intermediate.int_won_revenues_by_reporting_date"
                ).fetchall()
            }
            self.shown = connection.execute(
                "select horizon_months, chosen_method, expected_amount::double, low_80::double, "
                "high_80::double from marts.rpt_revenue_forecast where method = 'recommended'"
            ).fetchall()
            self.last_expected = connection.execute(
                "select max(expected_close_month_on) from marts.fct_pipeline_forecast"
            ).fetchall()[0][0]
            self.months = connection.execute(
                "select distinct forecast_month_on from marts.rpt_revenue_forecast order by 1"
            ).fetchall()
            self.accuracy: dict[int, tuple[Any, ...]] = {
                row[0]: row[1:]
                for row in connection.execute(
                    "select horizon_months, n_months, wape, beats_naive "
                    "from marts.rpt_forecast_accuracy where method = 'recommended'"
                ).fetchall()
            }
        self.dates = sorted({forecast.on for forecast in self.made}, reverse=True)

    def errors(self, judged_on: date, horizon: int) -> dict[str, list[tuple[float, float]]]:
        """Forecast and actual by method, as a date knows them."""
        place = self.dates.index(judged_on)
        past = self.dates[place + 1 : place + 1 + MONTH_ENDS]
        found = defaultdict(list)
        for forecast in self.made:
            is_over = next_month(forecast.month).toordinal() <= judged_on.toordinal() + 1
            if (
                forecast.on in past
                and forecast.horizon == horizon
                and is_over
                and forecast.amount is not None
            ):
                actual = self.won.get((judged_on, forecast.month), 0.0)
                found[forecast.method].append((forecast.amount, actual))
        return found

    def chosen(self, on: date, horizon: int) -> Chosen | None:
        """The least wrong method of a date, corrected."""
        today = {
            forecast.method: forecast.amount
            for forecast in self.made
            if forecast.on == on and forecast.horizon == horizon
        }
        options = []
        for method, pairs in self.errors(on, horizon).items():
            ratios = sorted(actual / amount for amount, actual in pairs if amount > 0)
            won = sum(actual for _, actual in pairs)
            amount = today.get(method)
            if len(ratios) < LEAST_ERRORS or not won or not amount or amount <= 0:
                continue
            wape = sum(abs(amount - actual) for amount, actual in pairs) / won
            options.append((round(wape, 12), method, ratios, amount))
        if not options:
            return None
        _, method, ratios, amount = min(options)
        low, high = nearest_rank(ratios, 1), nearest_rank(ratios, 9)
        return Chosen(method, amount * median(ratios), amount * low, amount * high)


@pytest.fixture(scope="module")
def forecasts(built: Build) -> Forecasts:
    return Forecasts(built)


def test_the_recommended_forecast_is_the_least_wrong_one_corrected(forecasts: Forecasts) -> None:
    assert forecasts.shown, "an open deal is expected"
    for horizon, method, amount, low, high in forecasts.shown:
        expected = forecasts.chosen(forecasts.dates[0], horizon)
        if expected is None:
            assert (method, amount, low, high) == (None, None, None, None), horizon
            continue
        assert method == expected.method, horizon
        assert (amount, low, high) == pytest.approx(expected[1:], abs=0.011), horizon
        assert low <= amount <= high, horizon


def test_nothing_is_forecast_beyond_the_last_expected_deal(forecasts: Forecasts) -> None:
    months = [month for (month,) in forecasts.months]
    assert months
    assert max(months) <= forecasts.last_expected
    later = {forecast.month for forecast in forecasts.made if forecast.on == forecasts.dates[0]}
    assert all(month > forecasts.last_expected for month in later - set(months))


def test_the_record_of_the_recommended_forecast_is_out_of_sample(forecasts: Forecasts) -> None:
    today = forecasts.dates[0]
    for horizon in range(1, 7):
        pairs = []
        for on in forecasts.dates[1 : 1 + MONTH_ENDS]:
            of = [made for made in forecasts.made if made.on == on and made.horizon == horizon]
            month = of[0].month
            if next_month(month).toordinal() > today.toordinal() + 1:
                continue
            naive = next(made.amount for made in of if made.method == "naive")
            if chosen := forecasts.chosen(on, horizon):
                actual = forecasts.won.get((today, month), 0.0)
                pairs.append((round(chosen.amount, 2), naive or 0.0, actual))
        n_months, wape, beats_naive = forecasts.accuracy[horizon]
        assert n_months == len(pairs), horizon
        won = sum(actual for *_, actual in pairs)
        if not won:
            assert wape is None, horizon
            continue
        missed = sum(abs(amount - actual) for amount, _, actual in pairs)
        assert wape == pytest.approx(missed / won, abs=1e-6), horizon
        naively = sum(abs(naive - actual) for _, naive, actual in pairs)
        assert beats_naive == (missed < naively), horizon
    assert forecasts.accuracy[1][0] >= 6, "of the nearest month there is a record"


N_COMPANIES = 20

# Of the months that a recommended forecast was made for, so that all are judged by the same.
RECORDS = """
    with of_today as (
        select * from intermediate.int_forecast_errors_by_reporting_date
        where judged_on = date '2026-10-31' and horizon_months <= 3
    ),
    made as (
        select horizon_months, method, as_of_on, expected_amount, actual_amount from of_today
        union all
        select
            horizon_months, 'recommended', as_of_on, chosen.expected_amount, of_today.actual_amount
        from of_today
        join intermediate.int_recommended_forecasts_by_reporting_date as chosen
            using (as_of_on, horizon_months)
        where of_today.method = 'naive'
    )
    select
        horizon_months, method, count(*),
        sum(abs(coalesce(expected_amount, 0) - actual_amount)), sum(actual_amount)
    from made
    semi join (from made where method = 'recommended') as recommended
        using (as_of_on, horizon_months)
    group by all
"""


@pytest.mark.full
def test_companies_of_20_seeds(tmp_path: Path) -> None:
    """Prints the errors of all methods (-s): docs/proofs.md has them."""
    sums: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0, 0, 0])
    db, target = tmp_path / "abm.duckdb", tmp_path / "target"
    for seed in range(1, N_COMPANIES + 1):
        raw = tmp_path / f"raw{seed}"
        day = ("--as-of", COMPANY_DAY)
        of_seed = ("--accounts", 60, "--seed", seed)
        for command in (
            ("sample", *of_seed, *day, "--out", raw),
            ("build", "--raw", raw, *day, "--db", db, "--select", "+rpt_revenue_forecast"),
        ):
            result = run_abm(*command, target=target)
            assert result.returncode == 0, (seed, result.stdout + result.stderr)
        with duckdb.connect(str(db), read_only=True) as connection:
            outside = connection.execute(
                "select * from intermediate.int_recommended_forecasts_by_reporting_date "
                "where not expected_amount between low_80 and high_80"
            ).fetchall()
            assert not outside, seed
            for horizon, method, *values in connection.execute(RECORDS).fetchall():
                found = sums[horizon, method]
                sums[horizon, method] = [a + float(b) for a, b in zip(found, values, strict=True)]
        db.unlink()
    for (horizon, method), (n_months, missed, won) in sorted(sums.items()):
        print(f"{horizon} {method:12} {n_months:4.0f} months  wape {missed / won:.3f}")
    assert len({method for _, method in sums}) == 4
