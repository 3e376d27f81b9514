"""A validation as text: a summary of the suites, then what failed and what to do about it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abm.validation import Validation

MAX_FAILURES_SHOWN = 20


def lines_of(validation: "Validation") -> Iterator[str]:
    """Spell a validation for the terminal.

    Args:
        validation: What came out.

    Yields:
        The lines to print.
    """
    summary = [("suite", "judged", "not judged", "failed")]
    for outcome in validation.outcomes:
        broken = {failure.subject for _, failures in outcome.failures for failure in failures}
        counts = (len(outcome.suite.frame), len(outcome.suite.skipped), len(broken))
        summary.append((outcome.suite.name, *(str(count) for count in counts)))
    yield from _aligned(summary, right=(1, 2, 3))
    if validation.absent:
        yield f"Skipped: {', '.join(validation.absent)}"
    for outcome in validation.outcomes:
        for promise, failures in outcome.failures:
            yield ""
            yield f"FAILED {outcome.suite.name}: {promise.expectation.description}"
            rows = [(failure.subject, failure.observed, failure.expected) for failure in failures]
            shown = [("where", "observed", "expected"), *rows[:MAX_FAILURES_SHOWN]]
            yield from (f"  {line}" for line in _aligned(shown))
            if len(rows) > MAX_FAILURES_SHOWN:
                yield f"  and {len(rows) - MAX_FAILURES_SHOWN} more, in the Data Docs"
            yield f"  What to do: {promise.advice}"
    yield ""


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Lay out cells in columns; a line is not wrapped, so that it can be searched for."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
