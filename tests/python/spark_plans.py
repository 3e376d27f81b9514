"""Run where Spark is installed: which plans bring a table of touches into one partition.

    python spark_plans.py MANIFEST MODEL ... [--query SQL]

prints, as JSON, model to the tables that it would read whole in one task.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from abm.paths import find_project_root
from abm.spark import session

Node = dict[str, Any]
DIMENSIONS = ("dim_accounts", "dim_people", "dim_campaigns", "fct_opportunities")


def trees(nodes: Iterator[Node]) -> Node:
    """Build the tree of a plan from its nodes, each before its children."""
    node = next(nodes)
    return {**node, "children": [trees(nodes) for _ in range(node["num-children"])]}


def below(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for child in node["children"]:
        yield from below(child)


def read_whole(plan: Node, large: set[str]) -> set[str]:
    """The large tables whose rows meet in one partition, before they are aggregated."""
    found: set[str] = set()
    for node in below(plan):
        is_exchange = node["class"].endswith("ShuffleExchangeExec")
        if not is_exchange or "SinglePartition" not in json.dumps(node["outputPartitioning"]):
            continue
        (child,) = node["children"]
        if "AggregateExec" in child["class"]:
            continue
        found |= {
            identifier["table"]
            for scan in below(child)
            if (identifier := scan.get("tableIdentifier")) and identifier["table"] in large
        }
    return found


def main() -> None:
    """Print what was found."""
    manifest, *models = sys.argv[1:]
    nodes = json.loads(Path(manifest).read_text())["nodes"].values()
    queries = {n["name"]: n["compiled_code"] for n in nodes if n["name"] in models}
    if "--query" in models:
        queries = {"query": models[models.index("--query") + 1]}
    root = find_project_root()
    with session(root, root / "profiles.yml") as spark:
        rows = {
            row["tableName"]: spark.table(f"{schema}.{row['tableName']}").count()
            for schema in ("staging", "intermediate", "marts")
            for row in spark.sql(f"show tables in {schema}").collect()
        }
        most = max(rows.get(name, 0) for name in DIMENSIONS)
        large = {name for name, n_rows in rows.items() if n_rows > most}
        found = {}
        for name, query in queries.items():
            text = spark.sql(query)._jdf.queryExecution().executedPlan().toJSON()
            found[name] = sorted(read_whole(trees(iter(json.loads(text))), large))
        print(json.dumps({"large": sorted(large), "found": found}))


if __name__ == "__main__":
    main()
