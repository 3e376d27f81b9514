"""`make map`: docs/map.md, what is where and in which order to read it."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tools.layers import AUDIT, MARTS, REFERENCE, Node, read_nodes, read_rooms, reading_order

ROOT = Path(__file__).resolve().parents[1]
SHARED = (
    *("sources", "reference", "identity", "touchpoints", "opportunities", "spend", "journeys"),
)
"""Rooms that every subject stands on."""
KPIS = {
    "Account Engagement Score": "fct_account_engagement",
    "Pipeline velocity": "rpt_pipeline_velocity",
    "Multi-touch attribution": "fct_attribution",
    "Account penetration rate": "fct_account_penetration",
    "Customer lifetime value against acquisition cost": "rpt_customer_lifetime_value",
}
MAX_FILES = 12
"""Files to read for a KPI beside the shared rooms."""


def written_map(nodes: Mapping[str, Node], rooms: Mapping[str, str]) -> str:
    """Write the map.

    Args:
        nodes: Every model and snapshot by its name.
        rooms: The rooms in their order, and what each is about.

    Returns:
        The text of docs/map.md.
    """
    lines = [
        "# Map",
        "",
        "Written by `make map` from dbt's manifest; a test holds it to the models.",
        "",
        "## Rooms, in their order",
        "",
        "A subject has one name in `models/intermediate` and in `models/marts`, and one dbt group.",
        "A room reads staging and the doors of the rooms before it: models of intermediate with",
        "`access: protected`, and marts. Everything else in it is private. Of the marts, only",
        "those are listed that another room reads.",
    ]
    for place, (room, about) in enumerate(rooms.items(), start=1):
        inside = [node for node in nodes.values() if node.room == room and node.kind == "model"]
        read_elsewhere = {
            name for node in nodes.values() if node.room != room for name in node.reads
        }
        doors = sorted(
            node.name
            for node in inside
            if node.access == "protected" or (node.layer == MARTS and node.name in read_elsewhere)
        )
        n_marts = sum(
            node.layer in (MARTS, AUDIT, REFERENCE) and node.access != "private" for node in inside
        )
        lines += [
            "",
            f"### {place}. {room}",
            "",
            f"{about} {len(inside)} models, {n_marts} of them published.",
            "",
            f"Doors: {', '.join(f'`{door}`' for door in doors) or 'none'}.",
        ]
    lines += [
        "",
        "## The five KPIs, file by file",
        "",
        f"What makes each of them beside the shared rooms ({', '.join(SHARED)}), each file after",
        "those that it reads.",
    ]
    for kpi, mart in KPIS.items():
        files = [nodes[name].path for name in reading_order(mart, nodes, SHARED)]
        lines += ["", f"### {kpi}: `{mart}`", ""]
        lines += [f"{place}. `{file}`" for place, file in enumerate(files, start=1)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write docs/map.md from the manifest named on the command line."""
    nodes = read_nodes(Path(sys.argv[1]))
    (ROOT / "docs" / "map.md").write_text(written_map(nodes, read_rooms(ROOT)), encoding="utf-8")


if __name__ == "__main__":
    main()
