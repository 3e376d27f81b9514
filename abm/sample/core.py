"""Shared parts of the generator: the setting of a run, random streams, ids and small draws.

Times are integers: days since 1970-01-01 (`day`) and microseconds since then (`time`), both UTC.
"""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import NormalDist

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 86_400 * SECOND
NULL = np.iinfo(np.int64).min
"""Marks a missing integer, date or time in an array; the writer turns it into a null."""

_BASE_62 = np.frombuffer(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8
)
_CHECK = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
_GRID = np.linspace(0.0005, 0.9995, 1999)
_NORMAL = np.array([NormalDist().inv_cdf(float(p)) for p in _GRID])


def to_day(value: date) -> int:
    """Days from 1970-01-01 to `value`."""
    return (value - EPOCH).days


def to_date(day: int) -> date:
    """The calendar date of a day number."""
    return EPOCH + timedelta(days=int(day))


def add_months(value: date, months: int) -> date:
    """`value` moved by whole months, on the month's last day where the day does not exist."""
    index = value.year * 12 + value.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(value.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Setting:
    """What a run is asked for, and the calendar that follows from it.

    Attributes:
        seed: the root of every random stream.
        n: number of accounts in the CRM.
        as_of: last day of the data, inclusive.
        months: length of the window in months.
    """

    seed: int
    n: int
    as_of: date
    months: int

    @property
    def start(self) -> date:
        """First day of the window."""
        return add_months(self.as_of + timedelta(days=1), -self.months)

    @property
    def first(self) -> int:
        """First day of the window, as a day number."""
        return to_day(self.start)

    @property
    def last(self) -> int:
        """The as-of day, as a day number."""
        return to_day(self.as_of)

    @property
    def weeks(self) -> int:
        """Whole weeks, counted back from the as-of day, that cover the window."""
        return -(-(self.last - self.first + 1) // 7)

    @property
    def week_zero(self) -> int:
        """First day of the first week (up to six days before the window)."""
        return self.last + 1 - 7 * self.weeks

    @property
    def end(self) -> int:
        """The last microsecond of the as-of day."""
        return (self.last + 1) * DAY - 1

    @property
    def extracted(self) -> int:
        """Time of the last sync: 05:00 on the day after the as-of day."""
        return (self.last + 1) * DAY + 5 * HOUR

    @property
    def sheets_synced(self) -> datetime:
        """Time of the last sync of the marketing team's sheets, which are always read whole."""
        return datetime(1970, 1, 1) + timedelta(microseconds=self.extracted - 2 * HOUR)

    @property
    def scale(self) -> float:
        """Size of the company against the 250 accounts that budgets were written for."""
        return self.n / 250

    def rng(self, name: str, part: int = 0) -> np.random.Generator:
        """The random stream of one table or theme.

        It depends on nothing but (seed, name, part), so that a new table moves no other.
        """
        digest = hashlib.sha256(name.encode()).digest()
        words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
        return np.random.Generator(np.random.PCG64([self.seed, part, *words]))

    def month_firsts(self) -> list[date]:
        """First day of every month that the window touches."""
        first = self.start.replace(day=1)
        out = []
        while first <= self.as_of:
            out.append(first)
            first = add_months(first, 1)
        return out


def salesforce_ids(prefix: str, number: Ints | range) -> pl.Series:
    """Salesforce record ids of 18 characters: prefix, counter in base 62, case checksum.

    Args:
        prefix: the three characters of the object ("001" account, "003" contact ...).
        number: one counter per id, below 62^9.
    """
    rest = np.asarray(number, dtype=np.int64).copy()
    text = np.empty((len(rest), 18), dtype=np.uint8)
    text[:, :6] = np.frombuffer(f"{prefix}5gA".encode(), dtype=np.uint8)
    for column in range(14, 5, -1):
        text[:, column] = _BASE_62[rest % 62]
        rest //= 62
    upper = (text[:, :15] >= 65) & (text[:, :15] <= 90)
    for group in range(3):
        bits = upper[:, group * 5 : group * 5 + 5] @ np.array([1, 2, 4, 8, 16])
        text[:, 15 + group] = _CHECK[bits]
    return fixed_text(text)


def fixed_text(text: NDArray[np.uint8]) -> pl.Series:
    """Strings of equal length from their bytes, one row of the matrix per string."""
    rows, width = text.shape
    offsets = (np.arange(rows + 1, dtype=np.int64) * width).astype(np.int64)
    array = pa.LargeStringArray.from_buffers(
        rows, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text.tobytes())
    )
    return pl.Series(array, dtype=pl.String)


def base_62(rng: np.random.Generator, rows: int, width: int) -> pl.Series:
    """Random tokens, such as click ids."""
    return fixed_text(_BASE_62[rng.integers(0, 62, (rows, width))])


def pick(values: pl.Series | list[str | None], index: Ints) -> pl.Series:
    """Values by position; a negative position gives a null."""
    pool = values if isinstance(values, pl.Series) else pl.Series(values, dtype=pl.String)
    pool = pl.concat([pool, pl.Series([None], dtype=pool.dtype)])
    return pool.gather(np.where(index < 0, len(pool) - 1, index).astype(np.int64))


def text(values: Ints) -> pl.Series:
    """Integers as text."""
    return pl.Series(values).cast(pl.String)


def joined(*parts: pl.Series | str) -> pl.Series:
    """Parts put together row by row; a null part makes a null."""
    length = max(len(p) for p in parts if isinstance(p, pl.Series))
    columns = [
        p.alias(f"p{i}") if isinstance(p, pl.Series) else pl.Series(f"p{i}", [p] * length)
        for i, p in enumerate(parts)
    ]
    return pl.DataFrame(columns).select(pl.concat_str(pl.all())).to_series()


def choice(rng: np.random.Generator, rows: int, weights: list[float] | Floats) -> Ints:
    """Independent draws of a position with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(edges / edges[-1], rng.random(rows), side="right").astype(np.int64)


def quota(rng: np.random.Generator, rows: int, weights: list[float] | Floats) -> Ints:
    """Positions in shuffled order whose counts follow the weights exactly (to a row).

    A small company drawn at random would miss its mix; this one does not.
    """
    share = np.asarray(weights, dtype=np.float64)
    share = share / share.sum() * rows
    counts = np.floor(share).astype(np.int64)
    order = np.argsort(-(share - counts), kind="stable")
    counts[order[: rows - counts.sum()]] += 1
    return rng.permutation(np.repeat(np.arange(len(counts)), counts))


def choice_by(rng: np.random.Generator, group: Ints, weights: list[list[float]]) -> Ints:
    """Independent draws of a position, with weights of their own for each group."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64), axis=1)
    drawn = rng.random(len(group)) * edges[group, -1]
    return (edges[group] <= drawn[:, None]).sum(axis=1)


def strata(rng: np.random.Generator, group: Ints) -> Floats:
    """Uniform draws spread evenly within each group: sample means stay near the true ones."""
    out = np.empty(len(group))
    for code in np.unique(group):
        rows = np.flatnonzero(group == code)
        out[rows] = (rng.permutation(len(rows)) + rng.random(len(rows))) / len(rows)
    return out


def normal(uniform: Floats) -> Floats:
    """Standard normal values of uniform ones."""
    return np.interp(uniform, _GRID, _NORMAL)


def business_seconds(rng: np.random.Generator, rows: int) -> Ints:
    """Seconds of the UTC day inside American office hours."""
    return np.clip(rng.normal(65_000, 9_000, rows), 46_800, 86_000).astype(np.int64)


def calendar_of(day: Ints) -> tuple[Ints, Ints, Ints]:
    """Month (1-12), day of the month and weekday (Monday 0) of each day number."""
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_month = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return months.astype(np.int64) % 12 + 1, of_month, (day + 3) % 7


def is_holiday(day: Ints) -> Bools:
    """The days between the years, on which nobody works."""
    month, of_month, _ = calendar_of(day)
    return ((month == 12) & (of_month >= 23)) | ((month == 1) & (of_month <= 2))


def workday(day: Ints) -> Ints:
    """The same day, or the Monday after a weekend."""
    weekday = (day + 3) % 7
    return day + np.where(weekday >= 5, 7 - weekday, 0)


def synced(
    setting: Setting, rng: np.random.Generator, time: Ints, late_share: float = 0.006
) -> Ints:
    """When each row reached the warehouse: the next six-hourly sync, a few of them days later."""
    late = np.where(rng.random(len(time)) < late_share, rng.integers(2, 10, len(time)), 0)
    due = (time // (6 * HOUR) + 1) * 6 * HOUR + late * DAY
    return np.where(time > setting.extracted, due, np.minimum(due, setting.extracted))


def stamped(rng: np.random.Generator, day: Ints) -> Ints:
    """A time inside office hours of each day."""
    return day * DAY + business_seconds(rng, len(day)) * SECOND
