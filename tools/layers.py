"""The structure of the models, read from dbt's manifest: rooms, doors, and what may read what.

The three layers are staging, intermediate and marts, with audit and semantic beside them. A room is
a subject with one name in intermediate and in marts, and one dbt group; `models/_groups.yml` lists
them in their order. What other rooms may read of a room are its doors: published marts, and
intermediate models with `access: protected`. dbt itself refuses a reference to a private model.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

STAGING, INTERMEDIATE, MARTS = "staging", "intermediate", "marts"
AUDIT, REFERENCE, SEMANTIC = "audit", "reference", "semantic"
MAX_VIEWS = 5
"""Views upon views: an engine plans the whole chain anew for each of its readers."""
MAX_NODES = 28
"""Models and snapshots of the longest way through the project."""
MAX_LINES = 120


@dataclass(frozen=True)
class Node:
    """A model or a snapshot.

    Attributes:
        name: Its name.
        path: Its file below the project's directory.
        kind: model or snapshot.
        layer: staging, intermediate, marts, audit, reference or semantic; of a snapshot,
            intermediate.
        room: Its dbt group, `staging` where it has none.
        access: private, protected or public.
        materialized: How it is built.
        description: What it is.
        reads: Names of the models and snapshots that it reads.
        sources: Raw tables that it reads, as source.table.
    """

    name: str
    path: str
    kind: str
    layer: str
    room: str
    access: str
    materialized: str
    description: str
    reads: tuple[str, ...]
    sources: tuple[str, ...]


def read_nodes(manifest: Path) -> dict[str, Node]:
    """Read the models and snapshots of a manifest.

    Args:
        manifest: dbt's target/manifest.json.

    Returns:
        Every node by its name.
    """
    entries = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    kept = {k: v for k, v in entries.items() if v["resource_type"] in ("model", "snapshot")}
    nodes = {}
    for entry in kept.values():
        path = entry["original_file_path"]
        layer = path.split("/")[1] if entry["resource_type"] == "model" else INTERMEDIATE
        upstream = entry["depends_on"]["nodes"]
        nodes[entry["name"]] = Node(
            name=entry["name"],
            path=path,
            kind=entry["resource_type"],
            layer=layer,
            room=entry["config"].get("group") or STAGING,
            access=entry.get("access") or "protected",
            materialized=entry["config"]["materialized"],
            description=" ".join(entry["description"].split()),
            reads=tuple(kept[name]["name"] for name in upstream if name in kept),
            sources=tuple(
                ".".join(name.split(".")[2:]) for name in upstream if name.startswith("source.")
            ),
        )
    return nodes


def read_rooms(root: Path) -> dict[str, str]:
    """Read the rooms in their order.

    Args:
        root: The project's directory.

    Returns:
        Room to what it is about.
    """
    document = yaml.safe_load((root / "models" / "_groups.yml").read_text(encoding="utf-8"))
    return {group["name"]: group["description"] for group in document["groups"]}


def breaches(
    nodes: Mapping[str, Node], rooms: Iterable[str], lines: Mapping[str, int]
) -> list[str]:
    """List what breaks the order of layers and rooms.

    Args:
        nodes: Every model and snapshot by its name.
        rooms: The rooms in their order.
        lines: Lines of every model's file by its name.

    Returns:
        One sentence per breach.
    """
    order = {STAGING: -1} | {room: place for place, room in enumerate(rooms)}
    found = []
    for node in nodes.values():
        found += _wrong_rooms(node, order)
        found += [
            f"{node.name} reads {name}: {why}"
            for name in node.reads
            if (why := _refusal(node, nodes[name], order))
        ]
        if node.sources and node.layer not in (STAGING, AUDIT) and node.room != AUDIT:
            found.append(f"{node.name} reads raw table {node.sources[0]}: only staging does")
        if lines.get(node.name, 0) > MAX_LINES:
            found.append(f"{node.name} has {lines[node.name]} lines: {MAX_LINES} at most")
        if (views := len(chain_of_views(node.name, nodes))) > MAX_VIEWS:
            found.append(f"{node.name} is the last of {views} views: {MAX_VIEWS} at most")
    longest = longest_path(nodes)
    if len(longest) > MAX_NODES:
        found.append(f"{longest[-1]} is the last of {len(longest)} nodes: {MAX_NODES} at most")
    return found


def _wrong_rooms(node: Node, order: Mapping[str, int]) -> Iterator[str]:
    """Say where a node is in no room, or in another than its folder says."""
    if node.room not in order:
        yield f"{node.name} is in room {node.room}, which models/_groups.yml does not list"
    if node.kind != "model":
        return
    folder = node.path.split("/")[2]
    expected = node.layer if node.layer in (STAGING, AUDIT, REFERENCE, SEMANTIC) else folder
    if node.room != expected:
        yield f"{node.name} is in room {node.room}, its folder in {expected}"


def _refusal(reader: Node, read: Node, order: Mapping[str, int]) -> str | None:
    """Say why a node must not read another; None where it may."""
    if reader.layer == STAGING:
        return None if read.layer == STAGING else "staging reads only raw tables"
    if reader.layer == MARTS and read.layer == STAGING:
        return "no mart reads staging"
    if reader.room == read.room:
        return None
    if read.access == "private":
        return f"it is private to {read.room}"
    if order.get(read.room, 0) > order.get(reader.room, 0):
        return f"room {read.room} comes after {reader.room}"
    return None


def chain_of_views(name: str, nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """Find the longest chain of views that ends with a node.

    Args:
        name: The node.
        nodes: Every node by its name.

    Returns:
        The views from the first to the node itself; nothing where it is no view.
    """
    return _longest(name, nodes, only_views=True, known={})


def longest_path(nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """Find the longest way through the project.

    Args:
        nodes: Every node by its name.

    Returns:
        The names from the first to the last.
    """
    known: dict[str, tuple[str, ...]] = {}
    return max((_longest(name, nodes, False, known) for name in sorted(nodes)), key=len)


def _longest(
    name: str, nodes: Mapping[str, Node], only_views: bool, known: dict[str, tuple[str, ...]]
) -> tuple[str, ...]:
    if only_views and nodes[name].materialized != "view":
        return ()
    if name not in known:
        ways = [_longest(read, nodes, only_views, known) for read in nodes[name].reads]
        known[name] = (*max(ways, key=len, default=()), name)
    return known[name]


def reading_order(name: str, nodes: Mapping[str, Node], shared: Iterable[str]) -> list[str]:
    """Order what makes a model, so that each comes after what it reads.

    Args:
        name: The model.
        nodes: Every node by its name.
        shared: Rooms to leave out; whoever reads on knows them.

    Returns:
        Names of models, the given one last.
    """
    known = {*shared, STAGING}
    seen: dict[str, None] = {}

    def visit(node: Node) -> None:
        for read in node.reads:
            if read not in seen and nodes[read].room not in known:
                visit(nodes[read])
        seen[node.name] = None

    visit(nodes[name])
    return list(seen)
