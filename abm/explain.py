"""Why the last builds made a table, or did not, and what they took longest for."""

import json
from collections.abc import Callable
from typing import Any

from abm.errors import AbmError
from abm.fingerprints import CHANGED, LEDGER, short_name

MAX_INPUTS_NAMED = 8


def explain(table: str, query: Callable[[str], list[tuple[Any, ...]]], place: str) -> str:
    """Say which build made a table, why, and what it reads.

    Args:
        table: The name of a model, seed, snapshot or test.
        query: Runs a query on the build database and returns its rows.
        place: The database, for the person at the terminal.

    Returns:
        Sentences, one a line.

    Raises:
        AbmError: No build made such a table, or the database does not know.
    """
    if not query(
        "select 1 from information_schema.columns where table_schema = 'ledger' "
        "and table_name = 'nodes' and column_name = 'seconds'"
    ):
        raise AbmError(f"{place} does not say why its tables were built: run `abm build` on it.")
    rows = query("select node_id, reads, build_id, reason, seconds, content from ledger.nodes")
    nodes = {row[0]: row for row in rows}
    found = [row for row in rows if table in row[0].split(".")[2:]]
    if not found or table == LEDGER:
        raise AbmError(
            f"No build of {place} made {table}: name a model, seed, snapshot or test of the "
            "project, without its schema."
        )
    (node_id, reads, build_id, reason, seconds, _), last = found[0], nodes[LEDGER][5]
    if node_id.startswith("source."):
        return f"{table} is a raw table, which every build looks at."
    inputs = sorted({short_name(read) for read in json.loads(reads)})
    because = (
        f"because {_listed(reason.removeprefix(CHANGED).split(', '))} changed"
        if reason.startswith(CHANGED)
        else f"because {reason}"
    )
    lines = [f"{table} was made by build {build_id} in {seconds} s, {because}."]
    if build_id != last:
        lines.append(
            f"Build {last}, the last one, left it as it was: its statement and "
            f"{'its one input' if len(inputs) == 1 else f'all of its {len(inputs)} inputs'} "
            "are those of that build."
        )
    lines.append(f"It reads {_listed(inputs) if inputs else 'a file of the project alone'}.")
    return "\n".join(lines)


def durations(query: Callable[[str], list[tuple[Any, ...]]]) -> list[tuple[str, float]]:
    """Read how long the last build took for what it made.

    Args:
        query: Runs a query on the build database and returns its rows.

    Returns:
        Node and wall seconds, dearest first.
    """
    return query(
        "select split_part(node_id, '.', 3), cast(seconds as double) from ledger.nodes "
        f"where build_id = (select content from ledger.nodes where node_id = '{LEDGER}') "
        "order by 2 desc, 1"
    )


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_INPUTS_NAMED
    shown = ", ".join(names[:MAX_INPUTS_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
