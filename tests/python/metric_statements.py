"""The SQL of MetricFlow's answers, as `mf query --explain` prints it; run by .venv-semantic.

A start of `mf` takes seconds: this answers all queries of a test in one process.

Usage: metric_statements.py SEMANTIC_MANIFEST < queries.json > statements.json, where a query has
`metrics` and may have `group_by` and `where`.
"""

import json
import sys
from pathlib import Path

from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup


class Client:
    """What the engine has to know of the database to write SQL for it."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


def main() -> None:
    """Answer the queries of standard input."""
    manifest = parse_manifest_from_dbt_generated_manifest(Path(sys.argv[1]).read_text())
    engine = MetricFlowEngine(SemanticManifestLookup(manifest), Client())
    statements = []
    for query in json.load(sys.stdin):
        request = MetricFlowQueryRequest.create(
            metric_names=query["metrics"],
            group_by_names=query.get("group_by"),
            where_constraints=query.get("where"),
        )
        statements.append(engine.explain(request).sql_statement.sql)
    json.dump(statements, sys.stdout)


if __name__ == "__main__":
    main()
