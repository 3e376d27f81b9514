"""The hashes of macros/published_hashes.sql, computed from its description without its SQL."""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

OFFSET = 0.6180339887498949
"""Where steps of a double begin; that of the macro step_offset."""


def magnitude_and_steps(value: float) -> tuple[float, float]:
    """Of a finite double: the power of ten that it is of, and its steps, both before the floor."""
    magnitude = math.log10(max(abs(value), 0.01)) + 0.5
    return magnitude, value * 10.0 ** (6 - math.floor(magnitude)) + OFFSET


def canonical_text(value: Any, data_type: str) -> str | None:
    """A value of a type of the contract as text."""
    if value is None:
        return None
    if data_type == "double":
        if not math.isfinite(value):
            return str(value)[0]
        magnitude, steps = map(math.floor, magnitude_and_steps(value))
        return f"{steps}e{magnitude - 6}"
    if data_type.startswith("decimal("):
        scale = int(data_type.rstrip(")").split(",")[1])
        return str(int(Decimal(value).scaleb(scale)))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def hashes_of(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """What the macro hashes_of returns: number of rows, hash of the rows and of each column."""
    fields = [list(_fields(columns, row)) for row in rows]
    whole = [_md5("".join(field or "null" for field in row)) for row in fields]
    by_column = [_sum(column) for column in zip(*fields, strict=True)] or ["0"] * len(columns)
    return len(rows), _sum(whole), *by_column


def _fields(columns: Mapping[str, str], row: Sequence[Any]) -> Iterator[str | None]:
    for value, data_type in zip(row, columns.values(), strict=True):
        text = canonical_text(value, data_type)
        yield None if text is None else _md5(text)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()


def _sum(digits: Sequence[str | None]) -> str:
    return str(sum(int(one[:15], 16) for one in digits if one))


COLUMNS = {
    **{"name": "varchar", "code": "varchar", "n": "bigint", "is_won": "boolean"},
    **{"won_on": "date", "seen_at": "timestamp", "amount": "decimal(18, 2)"},
    **{"weight": "decimal(18, 12)", "big": "decimal(28, 6)", "share": "double"},
}
ROWS: list[tuple[Any, ...]] = [
    (None,) * 10,
    ("", "null", 0, False, date(1, 1, 1), datetime(1970, 1, 1), "0", "0", "0", 0.0),
    (
        *("null", "", 1, True, date(2026, 10, 31), datetime(2026, 10, 31, 23, 59, 59, 999999)),
        *("-1.5", "0.000000000001", "-0.000001", -0.0),
    ),
    (
        *("a'b\nc;|é€𝄞", "ab", -(2**63), None, date(1969, 12, 31)),
        *(datetime(1969, 12, 31, 1, 2, 3, 40), "9999999999999999.99", "-999999.999999999999"),
        *("9999999999999999999999.999999", 0.125),
    ),
    (
        *("1.0", "1", 2**63 - 1, None, date(9999, 12, 31), datetime(1, 1, 1, 0, 0, 0, 1)),
        *("1.50", "0.5", "1", 1 / 3),
    ),
    *((*(None,) * 9, value) for value in (math.nan, math.inf, -math.inf, 1e-12, -1e-12, 5e-9)),
    *(
        (*(None,) * 9, value)
        for value in (0.01, 0.1, 1.0, 10.0, 1e7, -1e15, 1234567.89, 0.123456445)
    ),
]
"""What engines spell in their own ways: null and empty, zeros, signs, ends of ranges."""


def edges(double: str, nan: str, infinity: str) -> str:
    """The rows above as a query, with an engine's name of a double and of what is no number."""
    spelled = {"nan": nan, "inf": infinity, "-inf": f"-{infinity}"}

    def literal(value: Any, data_type: str) -> str:
        if value is None:
            text = "null"
        elif data_type == "double":
            text = spelled.get(str(value), repr(value))
        elif isinstance(value, bool | int):
            text = str(value)
        else:
            text = "'" + str(value).replace("'", "''") + "'"
        return f"cast({text} as {double if data_type == 'double' else data_type})"

    return " union all ".join(
        "select "
        + ", ".join(
            f"{literal(value, data_type)} as {name}"
            for value, (name, data_type) in zip(row, COLUMNS.items(), strict=True)
        )
        for row in ROWS
    )


QUERY = "{{ hashes_of('edges', %r) }}"
"""The macro over a table of such rows, for dbt to compile."""
