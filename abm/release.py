"""Which build a database is of, and whether readers may be shown it.

A release is one build that finished whole. The newest row of audit.audit_builds says which build
made a database (macros/builds.sql); what is published carries that row.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from abm.errors import AbmError

Problem = Literal["unknown", "interrupted", "failed", "selection"]
"""What is wrong with a build; pages have a phrase for each."""

FILE = "release.json"
"""What lies beside everything that is published, and says of which release it is."""


@dataclass(frozen=True)
class Release:
    """The build that made a database.

    Attributes:
        release_id: The build's id; "" where the database keeps no ledger.
        as_of: The day its numbers speak of.
        problem: What is wrong with it, or None where it finished whole.
        selection: The command, where that left out models or tests.
        n_failed: Models and tests that failed.
        facts: The row of the ledger.
    """

    release_id: str = ""
    as_of: date | None = None
    problem: Problem | None = "unknown"
    selection: str | None = None
    n_failed: int = 0
    facts: dict[str, Any] | None = None

    def spelled(self, **more: Any) -> str:
        """Spell it as release.json.

        Args:
            **more: What else there is to say of what lies beside the file.

        Returns:
            JSON; the same release gives the same text.
        """
        named = {
            "release_id": self.release_id or None,
            "problem": self.problem,
            "as_of_on": self.as_of,
            "build": self.facts,
        }
        return json.dumps(named | more, indent=2, default=str) + "\n"

    def explained(self, place: str) -> str:
        """Say what is wrong.

        Args:
            place: The database, for the person at the terminal.

        Returns:
            A clause to begin a sentence with; "" where nothing is wrong.
        """
        begun = f"Build {self.release_id} of {place}"
        return {
            None: "",
            "unknown": f"{place} does not say which build made it",
            "interrupted": f"{begun} was interrupted before it finished",
            "failed": f"{begun} failed ({self.n_failed} models and tests did not pass)",
            "selection": f"{begun} left out models, tests or rows ({self.selection})",
        }[self.problem]


def read_release(query: Callable[[str], list[tuple[Any, ...]]]) -> Release:
    """Read which build made a database.

    Args:
        query: Runs a query on the database, build or copy, and returns its rows.

    Returns:
        The build.
    """
    columns = query(
        "select column_name from information_schema.columns where table_schema = 'audit' "
        "and table_name = 'audit_builds' order by ordinal_position"
    )
    names = [name for (name,) in columns]
    rows = names and query(
        f"select {', '.join(names)} from audit.audit_builds order by started_at desc limit 1"
    )
    if not rows:
        return Release()
    facts = dict(zip(names, rows[0], strict=True))
    problem: Problem | None = None
    if facts["status"] == "running":
        problem = "interrupted"
    elif facts["status"] != "finished":
        problem = "failed"
    elif not facts["is_whole"]:
        problem = "selection"
    return Release(
        release_id=facts["build_id"],
        as_of=facts["as_of_on"],
        problem=problem,
        selection=facts["selection"],
        n_failed=facts["n_failed"] or 0,
        facts=facts,
    )


def refuse_unfinished(release: Release, place: str, is_forced: bool) -> None:
    """Make sure that readers may be shown a database.

    Args:
        release: From `read_release`.
        place: The database, for the person at the terminal.
        is_forced: Show it all the same.

    Raises:
        AbmError: It is not of a build that finished whole.
    """
    if release.problem and not is_forced:
        raise AbmError(
            f"{release.explained(place)}: run `abm build` again and publish that, or go "
            "on with --force, which says so to every reader."
        )
