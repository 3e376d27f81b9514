"""The walls between layers and rooms hold, and docs/map.md says where everything is."""

from dataclasses import replace

import pytest
from conftest import ROOT, Build

from tools.layers import (
    MAX_LINES,
    MAX_NODES,
    MAX_VIEWS,
    Node,
    breaches,
    chain_of_views,
    longest_path,
    read_nodes,
    read_rooms,
    reading_order,
)
from tools.map import KPIS, MAX_FILES, SHARED, written_map

ROOMS = ("early", "late", "audit")


@pytest.fixture(scope="module")
def nodes(built: Build) -> dict[str, Node]:
    return read_nodes(built.target / "manifest.json")


def test_layers_and_rooms_are_kept(nodes: dict[str, Node]) -> None:
    lines = {
        name: len((ROOT / node.path).read_text(encoding="utf-8").splitlines())
        for name, node in nodes.items()
        if node.kind == "model"
    }
    assert breaches(nodes, read_rooms(ROOT), lines) == []


def test_map_is_that_of_the_models(nodes: dict[str, Node]) -> None:
    """`make map` writes it."""
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    assert text == written_map(nodes, read_rooms(ROOT))


@pytest.mark.parametrize("mart", KPIS.values())
def test_a_kpi_is_read_in_few_files(mart: str, nodes: dict[str, Node]) -> None:
    assert 1 < len(reading_order(mart, nodes, SHARED)) <= MAX_FILES


def node(name: str, layer: str, room: str, *reads: str, **values: object) -> Node:
    """A table; private where it is intermediate."""
    folder = {"staging": "source", "audit": ""}.get(layer, room)
    plain = Node(
        name=name,
        path=f"models/{layer}/{folder}/{name}.sql".replace("//", "/"),
        kind="model",
        layer=layer,
        room=room,
        access="private" if layer == "intermediate" else "protected",
        materialized="table",
        description="",
        reads=reads,
        sources=(),
    )
    return replace(plain, **values)


def project() -> dict[str, Node]:
    """Two rooms and the audit, in good order."""
    return named(
        node("stg", "staging", "staging", sources=("s.t",)),
        node("door", "intermediate", "early", "stg", access="protected"),
        node("hidden", "intermediate", "early", "door"),
        node("early_mart", "marts", "early", "hidden"),
        node("int_late", "intermediate", "late", "door", "early_mart"),
        node("late_mart", "marts", "late", "int_late"),
        node("audit_it", "audit", "audit", "stg", "late_mart", sources=("s.t",)),
        node("snapshot", "intermediate", "early", "door", kind="snapshot", path="snapshots/s.yml"),
    )


def named(*nodes: Node) -> dict[str, Node]:
    return {one.name: one for one in nodes}


def test_good_order_is_no_breach() -> None:
    lines = dict.fromkeys(project(), MAX_LINES)
    assert breaches(project(), ROOMS, lines) == []


@pytest.mark.parametrize(
    ("planted", "breach"),
    [
        (
            node("bad", "staging", "staging", "door"),
            "bad reads door: staging reads only raw tables",
        ),
        (
            node("bad", "intermediate", "early", sources=("s.t",)),
            "bad reads raw table s.t: only staging does",
        ),
        (
            node("bad", "marts", "late", "early_mart", sources=("s.t",)),
            "bad reads raw table s.t: only staging does",
        ),
        (node("bad", "intermediate", "late", "hidden"), "bad reads hidden: it is private to early"),
        (node("bad", "marts", "late", "hidden"), "bad reads hidden: it is private to early"),
        (
            node("bad", "intermediate", "early", "late_mart"),
            "bad reads late_mart: room late comes after early",
        ),
        (
            node("bad", "marts", "early", "late_mart"),
            "bad reads late_mart: room late comes after early",
        ),
        (node("bad", "marts", "early", "stg"), "bad reads stg: no mart reads staging"),
        (
            node("bad", "marts", "secret"),
            "bad is in room secret, which models/_groups.yml does not list",
        ),
        (
            node("bad", "marts", "late", path="models/marts/early/bad.sql"),
            "bad is in room late, its folder in early",
        ),
    ],
)
def test_planted_reference_is_caught(planted: Node, breach: str) -> None:
    assert breaches(project() | named(planted), ROOMS, {}) == [breach]


def test_planted_size_is_caught() -> None:
    assert breaches(project(), ROOMS, {"int_late": MAX_LINES + 1}) == [
        f"int_late has {MAX_LINES + 1} lines: {MAX_LINES} at most"
    ]


def chained(length: int, materialized: str) -> dict[str, Node]:
    """Nodes of one room that read one another."""
    return named(
        *(
            node(
                f"n{place:02}",
                *("intermediate", "early", *([f"n{place - 1:02}"] if place else [])),
                materialized=materialized,
            )
            for place in range(length)
        )
    )


def test_planted_chain_is_caught() -> None:
    views = chained(MAX_VIEWS + 1, "view")
    assert breaches(views, ROOMS, {}) == [f"n05 is the last of 6 views: {MAX_VIEWS} at most"]
    views["n03"] = replace(views["n03"], materialized="table")
    assert breaches(views, ROOMS, {}) == []
    assert chain_of_views("n05", views) == ("n04", "n05")

    tables = chained(MAX_NODES + 1, "table")
    assert breaches(tables, ROOMS, {}) == [f"n28 is the last of 29 nodes: {MAX_NODES} at most"]
    assert longest_path(chained(MAX_NODES, "table"))[-1] == "n27"


def test_reading_order_leaves_out_what_is_shared() -> None:
    assert reading_order("late_mart", project(), ["early"]) == ["int_late", "late_mart"]
    assert reading_order("late_mart", project(), []) == [
        *("door", "hidden", "early_mart", "int_late", "late_mart")
    ]
