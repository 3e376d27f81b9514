"""The one exception whose text is meant for the person at the terminal, and what others say."""

import errno
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


KNOWN_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
"""Of the system, in whose words a library may say them in a text of its own."""


def reason(error: OSError) -> str:
    """Say in the system's words why something cannot be read or written.

    Args:
        error: What was raised; a library's own may have other words, or a number in them.

    Returns:
        As `No space left on device`.
    """
    if error.errno:
        return os.strerror(error.errno)
    text = str(error.strerror or error)
    number = re.search(r"\[?[Ee]rrno\W*(\d+)", text)
    reasons = [os.strerror(int(number[1]))] if number else map(os.strerror, KNOWN_ERRORS)
    return next((known for known in reasons if number or known in text), first_line(text))


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


def first_line(error: Exception | str) -> str:
    """Shorten what a library says to what fits in brackets in a sentence.

    Args:
        error: What it raised.

    Returns:
        The first line, with single spaces and without its full stop.
    """
    return " ".join(str(error).split("\n")[0].split()).rstrip(".")
