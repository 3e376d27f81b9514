"""The one exception whose text is meant for the person at the terminal, and what others say."""

import os
import re


class AbmError(Exception):
    """A failure explained in sentences: what is wrong, where, and what to do about it.

    Attributes:
        sentences: One complete sentence per problem, in the order to print them.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def reason(error: OSError) -> str:
    """Say in the system's words why something cannot be read or written.

    Args:
        error: What was raised; a library's own may have other words, or a number in them.

    Returns:
        As `No space left on device`.
    """
    if error.errno:
        return os.strerror(error.errno)
    number = re.search(r"\[?[Ee]rrno:? (\d+)", str(error))
    return os.strerror(int(number[1])) if number else first_line(error)


def unwritable(
    what: str, error: OSError, instead: str = "another directory with --out"
) -> AbmError:
    """Explain why something cannot be written.

    Args:
        what: What was to be done, and where, as `write to out`.
        error: What was raised.
        instead: What else may be named.

    Returns:
        The error to raise.
    """
    return AbmError(
        f"Cannot {what} ({reason(error)}): make room or allow writing there, or name {instead}."
    )


def first_line(error: Exception) -> str:
    """Shorten what a library says to what fits in brackets in a sentence.

    Args:
        error: What it raised.

    Returns:
        The first line, with single spaces and without its full stop.
    """
    return " ".join(str(error).split("\n")[0].split()).rstrip(".")
