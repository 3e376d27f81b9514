"""What a build need not do: nothing where nothing changed, and dbt's part where only rows did.

dbt records how it made every node (macros/fingerprints.sql). Where code, configuration and form of
the raw data are those of the last build, the nodes whose inputs changed are made by the same
statements, in the same order, without dbt around them; whatever is not as it was, a test that fails
included, is left to dbt (decision 159).
"""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from abm.fingerprints import CHANGED, LEDGER, WHOLE, LastBuild, short_name
from abm.paths import profile_output
from abm.privacy import SALT
from abm.progress import Steps

OF_BUILDS, OF_SALT = "ledger of builds", "salt"
"""What nodes read without a reference, as macro known_node names it."""

NOT_PASSED = "not passed"
"""The statement of a test that is to run whatever it reads."""

VIEW, UPDATED_TABLE = "view", "updated_table"
EXPECTED_WARNING = "test.abm_warehouse.warn_of_what_the_audit_found"
"""The data test that warns of what audit_notices holds."""


@dataclass
class Made:
    """What was made of the nodes of a build.

    Attributes:
        n_made: How many models and snapshots were made.
        updates: Of updated tables, the name and how many rows came and went.
        n_unchanged: How many models, seeds and snapshots are as they were.
        n_tests: How many tests passed.
        n_warned: How many warned.
    """

    updates: list[tuple[str, str]] = field(default_factory=list)
    n_made: int = 0
    n_unchanged: int = 0
    n_tests: int = 0
    n_warned: int = 0


class NeedsDbtError(Exception):
    """What is to be done is not in the recipes."""


def build_from_recipes(
    db: Path, profiles: Path, last: LastBuild, contents: Mapping[str, str], n_files: int, what: str
) -> Made | None:
    """Make again what the last build made, of raw data that changed.

    Args:
        db: The build database.
        profiles: The profiles.yml that says how dbt opens it.
        last: The build, whose code, configuration and form of raw data are today's.
        contents: From `raw_contents`.
        n_files: How many raw files there are.
        what: What is going on, for the person who waits.

    Returns:
        What was made, or None where dbt must build: nothing is wrong then that dbt does not find.
    """
    try:
        with Steps(what) as steps, _opened(db, profiles) as connection:
            return _Build(connection, last, contents, n_files).run(steps)
    except (duckdb.Error, NeedsDbtError, KeyError, ValueError):
        return None


@contextmanager
def _opened(db: Path, profiles: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    output = profile_output(profiles, "duckdb")
    with duckdb.connect(str(db), config=output.get("config_options") or {}) as connection:
        for name, value in (output.get("settings") or {}).items():
            connection.execute(f"set {name} = '{value}'")
        if salt := os.environ.get(SALT):
            connection.execute("set variable abm_email_salt = ?", [salt])
        yield connection


class _Build:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        last: LastBuild,
        contents: Mapping[str, str],
        n_files: int,
    ) -> None:
        self._run = connection.execute
        self._last = last
        self._contents = contents
        self._n_files = n_files
        self._started = datetime.now(UTC).replace(tzinfo=None)
        self._id = f"{self._started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        salt = hashlib.md5(os.environ.get(SALT, "").encode()).hexdigest()
        self._known: dict[str, list[str]] = {OF_BUILDS: ["", self._id], OF_SALT: ["", salt]}
        self._made = Made()

    def run(self, steps: Steps) -> Made:
        rows = self._run(
            "select node_id, statement, reads, shape, content, recipe from ledger.nodes "
            "where recipe is not null and node_id <> ?",
            [LEDGER],
        ).fetchall()
        nodes = {row[0]: row for row in rows}
        if len(nodes) != self._last.n_nodes or self._started <= self._last.finished_at:
            raise NeedsDbtError
        self._begin()
        reads = {name: list(json.loads(row[2])) for name, row in nodes.items()}
        steps.set_total(len(nodes))
        for name in _ordered(reads):
            if name in nodes:
                steps.start(name.split(".")[2])
                self._make(*nodes[name], reads[name])
                steps.advance()
        self._finish()
        return self._made

    def _make(
        self,
        name: str,
        statement: str,
        was: str,
        shape: str,
        content: str,
        recipe: str,
        inputs: list[str],
    ) -> None:
        before, how = json.loads(was), json.loads(recipe)
        reads = {read: self._known[read] for read in inputs}
        self._known[name] = [shape, content]
        kind, is_test = how["kind"], name.startswith("test.")
        changed = sorted(short_name(read) for read in inputs if before[read] != reads[read])
        if not changed and statement != NOT_PASSED:
            self._count(is_test)
            return
        # A view is defined anew where the columns of what it reads changed.
        is_defined = kind == VIEW and all(before[read][0] == reads[read][0] for read in inputs)
        if how["statements"] is None:
            raise NeedsDbtError
        began = time.monotonic()
        self._run("begin")
        results = [self._run(text).fetchall() for text in ([] if is_defined else how["statements"])]
        if is_test and results[-1][0][0]:
            if not name.startswith(EXPECTED_WARNING):
                raise NeedsDbtError
            self._run("rollback")
            self._made.n_warned += 1
            return
        measured = how["measured"]
        if kind == VIEW:
            measured = "select " + ", ".join(
                "'" + _md5(" ".join([statement, *(r + reads[r][i] for r in sorted(reads))])) + "'"
                for i in (0, 1)
            )
        self._run("delete from ledger.nodes where node_id = ?", [name])
        self._run(
            f"insert into ledger.nodes select ?, ?, ?, measured.*, ?, ?, ?, ? from ({measured}) "
            "as measured",
            [
                name,
                statement,
                json.dumps(reads, sort_keys=True),
                self._id,
                CHANGED + ", ".join(changed),
                f"{time.monotonic() - began:.2f}",
                recipe,
            ],
        )
        self._run("commit")
        self._known[name] = self._one(
            "select shape, content from ledger.nodes where node_id = ?", [name]
        )
        self._count(is_test, is_made=True)
        if kind == UPDATED_TABLE:
            (n_gone,), (n_new,) = results[1][0], results[2][0]
            if n_gone or n_new:
                message = f"{n_new} rows added, {n_gone} removed"
                self._made.updates.append((name.split(".")[2], message))

    def _count(self, is_test: bool, is_made: bool = False) -> None:
        if is_test:
            self._made.n_tests += 1
        elif is_made:
            self._made.n_made += 1
        else:
            self._made.n_unchanged += 1

    def _begin(self) -> None:
        self._run("begin")
        self._run("delete from ledger.builds where status <> 'finished' or not is_whole")
        self._run(
            "insert into ledger.builds select * replace (? as build_id, ? as started_at, "
            "null as finished_at, 'running' as status, ? as input_fingerprint, "
            "? as n_input_files, null as n_tests_passed, null as n_tests_warned, null as n_failed) "
            "from ledger.builds where build_id = ?",
            [self._id, self._started, self._contents[WHOLE], self._n_files, self._last.build_id],
        )
        self._run("update ledger.nodes set content = ? where node_id = ?", [self._id, LEDGER])
        for name, raw_table in self._run(
            "select node_id, reads from ledger.nodes where starts_with(node_id, 'source.')"
        ).fetchall():
            content = self._contents.get(raw_table or WHOLE) or self._contents[WHOLE]
            self._known[name] = [content, content]
            self._run(
                "update ledger.nodes set shape = ?, content = ? where node_id = ?",
                [content, content, name],
            )
        self._run("commit")

    def _finish(self) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        if now < self._started:
            raise NeedsDbtError
        self._run(
            "update ledger.builds set status = 'finished', finished_at = ?, n_tests_passed = ?, "
            "n_tests_warned = ?, n_failed = 0 where build_id = ?",
            [now, self._made.n_tests, self._made.n_warned, self._id],
        )

    def _one(self, query: str, values: list[str]) -> list[str]:
        return list(self._run(query, values).fetchall()[0])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def _ordered(reads: Mapping[str, list[str]]) -> Iterator[str]:
    """Order nodes after what they read, a test as soon as it can be run."""
    tests = {name: set(inputs) for name, inputs in reads.items() if name.startswith("test.")}
    graph = TopologicalSorter({n: i for n, i in reads.items() if n not in tests})
    for name in graph.static_order():
        yield name
        for test, waiting in list(tests.items()):
            waiting.discard(name)
            if not waiting:
                del tests[test]
                yield test
