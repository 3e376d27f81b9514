"""The table of requirements names what exists, and leaves no number out."""

import csv
import json
import re

from conftest import ROOT, Build

PAGE = ROOT / "docs/requirements.md"
NAME = re.compile(r"`([a-z]\w*)(?:\.(\w+))?`")


def unknown_names(page: str, columns: dict[str, set[str]], others: set[str]) -> list[str]:
    """Names in code font that are neither a column of a model nor one of the others."""
    return [
        match[0]
        for match in NAME.finditer(page)
        if not (
            match[2] in columns.get(match[1], set())
            if match[2] and f"{match[1]}.{match[2]}" not in others
            else match[1] in others or match[0].strip("`") in others
        )
    ]


def test_requirements_name_what_exists(built: Build) -> None:
    manifest = json.loads((built.target / "manifest.json").read_text())
    columns = {
        node["name"]: set(node["columns"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in ("marts", "audit")
    }
    others = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("seed", "analysis")
    }
    for source in manifest["sources"].values():
        others |= {source["source_name"], f"{source['source_name']}.{source['name']}"}
    page = PAGE.read_text(encoding="utf-8")
    assert unknown_names(page, columns, others) == []
    planted = page + "`fct_alerts.mood` `fct_gone.account_id` `no_such_seed`"
    assert unknown_names(planted, columns, others) == [
        "`fct_alerts.mood`",
        "`fct_gone.account_id`",
        "`no_such_seed`",
    ]


def test_requirements_are_complete() -> None:
    rows = csv.reader(PAGE.read_text(encoding="utf-8").splitlines(), delimiter="|")
    found = []
    for row in rows:
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", row[1].strip()) if len(row) > 3 else None
        if match:
            found += range(int(match[1]), int(match[2] or match[1]) + 1)
    assert found == list(range(1, 111))
