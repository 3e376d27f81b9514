"""Compiles the project for a warehouse that cannot be reached, without a connection.

Usage: python compile_offline.py PROJECT_DIR TARGET_DIR {snowflake,bigquery}

Runs in .venv-compile, which has the adapters. dbt compiles offline with --no-introspect and
--no-populate-cache, but asks the adapter whether a model's table exists: the answer here is no.
A connection that is used is an error. Prints what went wrong and exits with 1, or exits with 0.
"""

import sys
from pathlib import Path
from typing import Any

import yaml
from dbt.adapters.base.impl import BaseAdapter
from dbt.cli.main import dbtRunner

OUTPUTS = {
    "snowflake": {
        **{"type": "snowflake", "account": "none", "user": "none", "password": "none"},
        **{"database": "abm", "warehouse": "none", "schema": "public", "threads": 1},
    },
    "bigquery": {
        **{"type": "bigquery", "method": "oauth-secrets", "token": "none"},
        **{"project": "abm", "schema": "public", "threads": 1},
    },
}


class NoWarehouse:
    """What an adapter gets for its connection: all it can do is be closed."""

    def close(self) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"Compiling wants to use the warehouse ({name}).")


def main() -> None:
    """Compile, print, exit."""
    project, target, adapter = sys.argv[1:]
    profiles = Path(target)
    profiles.mkdir(parents=True, exist_ok=True)
    profile = {"abm_warehouse": {"target": adapter, "outputs": OUTPUTS}}
    (profiles / "profiles.yml").write_text(yaml.safe_dump(profile))

    def opened(*arguments: Any) -> Any:
        connection = arguments[-1]
        connection.handle = NoWarehouse()
        connection.state = "open"
        return connection

    BaseAdapter.get_relation = lambda *arguments: None
    if adapter == "snowflake":
        from dbt.adapters.snowflake.connections import SnowflakeConnectionManager as Manager
    else:
        from dbt.adapters.bigquery.connections import BigQueryConnectionManager as Manager
    Manager.open = opened

    outcome = dbtRunner().invoke(
        [
            *("--quiet", "--no-use-colors", "--no-partial-parse", "compile"),
            *("--no-introspect", "--no-populate-cache", "--select", "resource_type:model"),
            *("--project-dir", project, "--profiles-dir", target),
            *("--target-path", target, "--log-path", target),
        ]
    )
    if outcome.exception is not None:
        print(outcome.exception)
    sys.exit(0 if outcome.success else 1)


if __name__ == "__main__":
    main()
