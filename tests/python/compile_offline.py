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


KINDS = [f"resource_type:{kind}" for kind in ("model", "snapshot", "test")]

STATEMENTS = """
{%- for name, table in hashed_tables().items() %}
select
    {%- for data_type in table.columns.values() %}
    cast(null as {{ engine_type(data_type) }}) as type_{{ loop.index }},
    {%- endfor %}
    '{{ name }}' as table_name
from built;
{{ hashes_of(table.relation, table.columns) }};
{% endfor %}
{{ hashed_rows('select 1 as n') }};
{{ changed_rows('select 1 as n', 'built') }};
{{ exchanged_rows('built', 'changes', [{'quoted': 'n'}]) | join(';') }};
{{ counted_changes('changes') }};
"""
"""What is run beside the models: contracts' and seeds' types, updated tables, published hashes."""


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

    for what in (("--select", *KINDS), ("--inline", STATEMENTS)):
        outcome = dbtRunner().invoke(
            [
                *("--quiet", "--no-use-colors", "compile"),
                *("--no-introspect", "--no-populate-cache", *what),
                *("--project-dir", project, "--profiles-dir", target),
                *("--target-path", target, "--log-path", target),
            ]
        )
        if outcome.exception is not None:
            print(outcome.exception)
        if not outcome.success:
            sys.exit(1)


if __name__ == "__main__":
    main()
