"""What an answer is made of: the release it is of, values as JSON has them, and pages of rows."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from abm.errors import AbmError
from abm.published import Published
from abm.texts import one_line

MAX_ROWS, DEFAULT_ROWS = 100, 25
MAX_CHARACTERS = 16_000
"""Of the rows of an answer, spelled as JSON."""
MAX_TEXT = 400
"""Characters of a text of the data."""

FROM_DATA = "from_data"
"""The key of what others wrote: names, titles, topics, messages that hold such."""

SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
    "memory_limit": "1GB",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "threads": "2",
}
"""Of every connection: DuckDB reads nothing but the published file, and writes nothing."""

Answer = dict[str, Any]


def value(cell: Any) -> Any:
    """Spell a value of the data as JSON has it.

    Args:
        cell: Any value that DuckDB returns.

    Returns:
        A number, a text on one line, a truth value, a list or null.
    """
    if isinstance(cell, Decimal):
        cell = float(cell)
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    if isinstance(cell, list | tuple):
        return [value(item) for item in cell]
    if cell is None or isinstance(cell, bool | int):
        return cell
    text = one_line(str(cell))
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}\N{HORIZONTAL ELLIPSIS}"


def picked(row: Mapping[str, Any], columns: Sequence[str]) -> Answer:
    """Some columns of a row."""
    return {column: value(row[column]) for column in columns}


def answered(opened: Published, **content: Any) -> Answer:
    """Say of which release an answer is.

    Args:
        opened: The published file.
        **content: The answer.

    Returns:
        Both.
    """
    release = opened.release
    told = {
        "release_id": release.release_id or None,
        "as_of": value(release.as_of),
        "is_whole": release.problem is None,
    }
    return {"release": told, **content}


def page(rows: Sequence[Any], offset: int, limit: int) -> Answer:
    """Cut rows to what an answer may hold.

    Args:
        rows: All of them.
        offset: How many are left out at the beginning.
        limit: How many there may be.

    Returns:
        The rows, how many there are in all, and where the next page begins, null after the last.
    """
    taken: list[Any] = []
    room = MAX_CHARACTERS
    for row in rows[offset : offset + limit]:
        room -= len(json.dumps(row, ensure_ascii=False))
        if room < 0 and taken:
            break
        taken.append(row)
    following = offset + len(taken)
    return {
        "rows": taken,
        "n_rows": len(rows),
        "offset": offset,
        "next_offset": following if following < len(rows) else None,
    }


def chosen(what: str, name: str, known: Sequence[str], everything: str) -> str:
    """Make sure that a name is known.

    Args:
        what: What it names, as `metric`.
        name: The name.
        known: The names there are.
        everything: Where they are listed, as the end of a sentence.

    Returns:
        The name.

    Raises:
        AbmError: It is none of them; the nearest ones are named.
    """
    if name in known:
        return name
    near = get_close_matches(name.lower(), known, 5, 0.45) or sorted(known)[:5]
    raise AbmError(f"There is no {what} {quoted(name)}: take {one_of(near)}, or {everything}.")


def quoted(text: str) -> str:
    """What a caller wrote, short and on one line."""
    return f"`{one_line(text).replace('`', chr(39))[:60]}`"


def one_of(names: Sequence[str]) -> str:
    """Names in a sentence, as `a, b or c`."""
    *some, last = names
    return f"{', '.join(some)} or {last}" if some else last


def parsed_day(argument: str, text: str) -> date:
    """Read a day.

    Args:
        argument: Whose value it is.
        text: What the caller wrote.

    Returns:
        The day.

    Raises:
        AbmError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AbmError(
            f"{argument} {quoted(text)} is not a day: write it as YYYY-MM-DD."
        ) from error


Tool = Callable[..., Answer]
