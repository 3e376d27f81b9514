"""`abm compare --published-hashes`: the tables of any target against the published hashes.

The hashes are computed where the tables are, by macros/published_hashes.sql through dbt: any
warehouse that dbt has an adapter for is compared so, without a connection of abm's own.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from abm.build import BuildOptions, check_database, command_arguments, invoke_dbt
from abm.compare import TableComparison
from abm.errors import AbmError
from abm.paths import shown

FILE = Path("docs") / "published_hashes.csv"
"""The hashes of the sample as of its day, with the vars that the project ships."""
HEADER = "table,column,n_rows,hash"
WHOLE = "*"
"""The column that stands for the rows as a whole."""

Hashes = dict[str, tuple[int, dict[str, str]]]
"""Table to its number of rows and the hashes of its columns."""


def compare_with_published(options: BuildOptions) -> list[TableComparison]:
    """Compare the tables of a target with the published hashes.

    Args:
        options: Where the tables are: the target and, for DuckDB, its build database.

    Returns:
        One comparison per table that is published or there, by name.

    Raises:
        AbmError: The published hashes cannot be read, or dbt cannot compute those of the target.
    """
    file = options.root / FILE
    try:
        published = read_hashes(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AbmError(
            f"Cannot read {shown(file)} ({error}): restore it from the release."
        ) from error
    return compare_hashes(published, read_hashes(compute_hashes(options)))


def compute_hashes(options: BuildOptions) -> str:
    """Let dbt compute the hashes of the tables of a target.

    Args:
        options: Where the tables are.

    Returns:
        A file such as the published one.

    Raises:
        AbmError: There is no build, or dbt failed.
    """
    if options.target == "duckdb":
        check_database(options.db)
    arguments = command_arguments(options, "run-operation", "published_hashes")
    report = invoke_dbt(options, arguments, "Hashing")
    if not report.succeeded:
        raise AbmError(*report.failures)
    return "".join(f"{line}\n" for line in report.printed)


def read_hashes(text: str) -> Hashes:
    """Read a file of hashes.

    Args:
        text: The file.

    Returns:
        What it says of every table.

    Raises:
        ValueError: It is no such file.
    """
    header, *rows = csv.reader(text.splitlines()) if text else [[]]
    if ",".join(header) != HEADER:
        raise ValueError(f"its first line is not {HEADER}")
    hashes: Hashes = {}
    for table, column, n_rows, sum_of_hashes in rows:
        hashes.setdefault(table, (int(n_rows), {}))[1][column] = sum_of_hashes
    return hashes


def compare_hashes(published: Hashes, found: Hashes) -> list[TableComparison]:
    """Compare hashes, table by table.

    Args:
        published: Those that are right.
        found: Those of a target.

    Returns:
        One comparison per table, by name, with the published rows as the left ones.
    """
    comparisons = []
    for name in sorted(published.keys() | found.keys()):
        verdict = _verdict(published, found, name)
        left, right = (hashes[name][0] if name in hashes else None for hashes in (published, found))
        comparisons.append(
            TableComparison(name, left, right, verdict or "identical", is_different=bool(verdict))
        )
    return comparisons


def _verdict(published: Hashes, found: Hashes, name: str) -> str:
    """Say what differs in a table; nothing where it is the published one."""
    if name not in found:
        return "only published"
    if name not in published:
        return "not published"
    (n_left, left), (n_right, right) = published[name], found[name]
    differing = [
        column
        for column in sorted(left.keys() | right.keys())
        if column != WHOLE and left.get(column) != right.get(column)
    ]
    return "; ".join(_said(n_left, n_right, differing, left[WHOLE] == right[WHOLE]))


def _said(n_left: int, n_right: int, differing: Sequence[str], are_rows_equal: bool) -> list[str]:
    said = ["another number of rows"] if n_left != n_right else []
    if differing:
        said.append(f"differs in {', '.join(differing)}")
    elif not are_rows_equal:
        said.append("its columns have the published values, in other rows")
    return said
