"""What the published tables and columns mean: descriptions and labels from the project's YAML."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from abm.errors import AbmError
from abm.paths import shown

FOLDERS = ("models/marts", "models/audit")

# libyaml reads the same and ten times as fast; some platforms' PyYAML comes without it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Entry:
    """What is said of a table or a column.

    Attributes:
        name: Its name.
        descriptions: Text by language; English always, French where there is one.
        labels: What to call it where people read, by language; English and French, or empty.
    """

    name: str
    descriptions: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class ColumnEntry(Entry):
    """What is said of a column, and its type."""

    data_type: str


@dataclass(frozen=True)
class TableEntry(Entry):
    """What is said of a table, its schema and its columns in their order."""

    schema: str
    columns: Mapping[str, ColumnEntry]


def read_dictionary(root: Path) -> dict[str, TableEntry]:
    """Read what the YAML beside the models says of every published table.

    Args:
        root: The project's directory.

    Returns:
        Table name to entry, by folder and file.

    Raises:
        AbmError: A file cannot be read or is not YAML.
    """
    tables = {}
    for folder in FOLDERS:
        for model in _nodes(root / folder, "models"):
            tables[model["name"]] = TableEntry(
                *_said(model),
                schema=Path(folder).name,
                columns={
                    column["name"]: ColumnEntry(*_said(column), column["data_type"])
                    for column in model.get("columns") or []
                },
            )
    return tables


def read_reference(root: Path) -> dict[str, TableEntry]:
    """Read what the YAML beside the seeds says of the reference data, which is published too.

    Args:
        root: The project's directory.

    Returns:
        Table name to entry. Every column has its type; one that says it all has no description.

    Raises:
        AbmError: The file cannot be read or is not YAML.
    """
    tables = {}
    for seed in _nodes(root / "seeds", "seeds"):
        said = {column["name"]: column for column in seed.get("columns") or []}
        tables[seed["name"]] = TableEntry(
            *_said(seed),
            schema="reference",
            columns={
                name: ColumnEntry(*_said(said.get(name, {"name": name})), data_type)
                for name, data_type in seed["config"]["column_types"].items()
            },
        )
    return tables


def _nodes(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """What the YAML files of a folder say, node by node."""
    for path in sorted(folder.rglob("_*.yml")):
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), _Loader)
        except (OSError, yaml.YAMLError) as error:
            raise AbmError(f"Cannot read {shown(path)}: {error}") from error
        yield from (document or {}).get(kind) or []


def _said(node: dict[str, Any]) -> tuple[str, dict[str, str], dict[str, str]]:
    meta = (node.get("config") or {}).get("meta") or {}
    descriptions = {"en": node.get("description"), "fr": meta.get("description_fr")}
    labels = {"en": meta.get("label_en"), "fr": meta.get("label_fr")}
    return node["name"], *(
        {language: _one_line(text) for language, text in said.items() if text}
        for said in (descriptions, labels)
    )


def _one_line(text: str) -> str:
    """Text without the line breaks of its source; its no-break spaces stay."""
    return re.sub(r"[ \t\n]+", " ", text).strip(" \n")
