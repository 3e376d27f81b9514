"""Texts of raw data as people may be shown them: what others wrote commands nothing here."""

import re
from typing import Any

WORD_JOINER = "\N{WORD JOINER}"
"""Takes no room and is no blank: before a sign it keeps a spreadsheet from making a formula
(decision 146)."""

# What a name must not hold: it would turn around the text after it, or end the process, because no
# image may have it.
_UNSHOWABLE = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\t\n\r"),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *(0xFFFE, 0xFFFF),
    ]
)
# The signs that begin a formula, full-width ones too, where a table becomes a sheet; blanks before
# them are lost there.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|\t|\r")
_LINE_ENDS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")


def for_page(value: Any) -> Any:
    """Make a published value fit to be shown on a page, which a spreadsheet may open.

    Args:
        value: Any value; what is no text is returned as it is.

    Returns:
        The text without what cannot be shown; no spreadsheet reads it as a formula.
    """
    if not isinstance(value, str):
        return value
    text = value.translate(_UNSHOWABLE)
    return WORD_JOINER + text if _FORMULA.match(text) else text


def one_line(text: str) -> str:
    """Make a text fit to stand within a line: its own line ends are blanks.

    Args:
        text: Any text.

    Returns:
        The text without what cannot be shown, on one line.
    """
    return _LINE_ENDS.sub(" ", text).translate(_UNSHOWABLE).strip()
