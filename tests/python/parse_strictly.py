"""Parses a dbt project with the schema validation that dbt leaves out for DuckDB.

Usage: python parse_strictly.py PROJECT_DIR TARGET_DIR

Prints what dbt had to say against it and exits with 1, or prints nothing and exits with 0. It runs
in a process of its own because the validation is switched on by changing dbt's own module.
"""

import re
import sys

import dbt.jsonschemas.jsonschemas as schemas
from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg


def main() -> None:
    """Parse, print, exit."""
    project, target = sys.argv[1:]
    schemas._JSONSCHEMA_SUPPORTED_ADAPTERS.add("duckdb")
    said: list[str] = []

    def listen(event: EventMsg) -> None:
        if event.info.level in ("warn", "error"):
            said.append(event.info.msg)

    outcome = dbtRunner(callbacks=[listen]).invoke(
        [
            *("--log-level", "none", "--no-use-colors", "parse", "--no-partial-parse"),
            *("--project-dir", project, "--profiles-dir", project),
            *("--target-path", target, "--log-path", target),
        ]
    )
    if outcome.exception is not None and not said:
        said.append(str(outcome.exception))
    print(re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(said)))
    sys.exit(0 if outcome.success and not said else 1)


if __name__ == "__main__":
    main()
