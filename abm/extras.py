"""Packages that only some commands need, and what is said where they are not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from abm.errors import AbmError


@contextmanager
def needed(extra: str, what: str) -> Iterator[None]:
    """Import packages of an extra, or say in one sentence how to install them.

    Args:
        extra: The extra of pyproject.toml that brings the packages.
        what: What cannot be done without them, as the subject of a sentence.

    Yields:
        Nothing: the imports are what the block holds.

    Raises:
        AbmError: A package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".", 1)[0]
        if package == __package__:
            raise
        raise AbmError(
            f"{what} needs the package {error.name}, which is not installed: "
            f"run `pip install 'abm-warehouse[{extra}]'`."
        ) from error
