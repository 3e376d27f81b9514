"""What the published tables and columns mean, from the project's files.

English descriptions stand in the YAML beside the models and seeds, French ones in the seed
french_descriptions, labels in the seed label_texts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from abm.errors import AbmError
from abm.paths import read_seed, shown

_REFERENCE = re.compile(r"ref\('(\w+)'\)")

FOLDERS = ("models/marts", "models/audit", "models/reference")

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
    """What is said of a table.

    Attributes:
        schema: Its schema.
        columns: Its columns in their order.
        primary: The columns of its key, none where no test holds one.
        foreign: Column to the table whose key it holds.
    """

    schema: str
    columns: Mapping[str, ColumnEntry]
    primary: tuple[str, ...] = ()
    foreign: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Words:
    """What the seeds of words say.

    Attributes:
        labels: Column, or table.column, to its label by language.
        french: Table, or table.column, to its French description.
    """

    labels: Mapping[str, Mapping[str, str]]
    french: Mapping[str, str]

    def label(self, table: str, column: str) -> Mapping[str, str]:
        """The label of a column: that of its own table, else the one of its name."""
        return self.labels.get(f"{table}.{column}") or self.labels.get(column) or {}

    def descriptions(self, name: str, english: str | None) -> dict[str, str]:
        """The texts on a table or column by language."""
        return _filled(english, self.french.get(name))


def read_dictionary(root: Path) -> dict[str, TableEntry]:
    """Read what is said of every published table that a model makes.

    Args:
        root: The project's directory.

    Returns:
        Table name to entry, by folder and file.

    Raises:
        AbmError: A file cannot be read or is not YAML.
    """
    words = _Words(
        labels={
            row["code"]: _filled(row["label_en"], row["label_fr"])
            for row in read_seed(root, "label_texts")
            if row["domain"] == "column"
        },
        french={
            row["object_name"]: row["description_fr"]
            for row in read_seed(root, "french_descriptions")
        },
    )
    tables = {}
    for folder in FOLDERS:
        for model in _nodes(root / folder, "models"):
            table = model["name"]
            tables[table] = TableEntry(
                table,
                words.descriptions(table, model.get("description")),
                {},
                schema=Path(folder).name,
                columns={
                    column["name"]: ColumnEntry(
                        column["name"],
                        words.descriptions(f"{table}.{column['name']}", column.get("description")),
                        words.label(table, column["name"]),
                        column["data_type"],
                    )
                    for column in model.get("columns") or []
                },
                **_keys(model),
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
            seed["name"],
            _english(seed),
            {},
            schema="reference",
            columns={
                name: ColumnEntry(name, _english(said.get(name, {})), {}, data_type)
                for name, data_type in seed["config"]["column_types"].items()
            },
        )
    return tables


def read_metrics(root: Path) -> dict[str, dict[str, Any]]:
    """Read what the metrics are called and mean.

    A KPI is called as the seed kpi_definitions calls it; what other metrics are called in French,
    and every description, stands beside the metric.

    Args:
        root: The project's directory.

    Returns:
        Metric to its `name` and `description` by language, and its `kpi`, None where it is none.

    Raises:
        AbmError: A file cannot be read or is not YAML.
    """
    kpis = {row["kpi"]: row for row in read_seed(root, "kpi_definitions")}
    found = {}
    for metric in _nodes(root / "models" / "semantic", "metrics"):
        meta = metric.get("config", {}).get("meta", {})
        french = kpis.get(meta.get("kpi"), meta).get("label_fr")
        found[metric["name"]] = {
            "name": _filled(metric["label"], french),
            "description": _filled(metric["description"], meta.get("description_fr")),
            "kpi": meta.get("kpi"),
        }
    return found


def _nodes(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """What the YAML files of a folder say, node by node."""
    for path in sorted(folder.rglob("_*.yml")):
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), _Loader)
        except (OSError, yaml.YAMLError) as error:
            raise AbmError(f"Cannot read {shown(path)}: {error}") from error
        yield from (document or {}).get(kind) or []


def _keys(model: dict[str, Any]) -> dict[str, Any]:
    """The key and the references of a model, from its test of them and its meta.

    What holds by construction is in the meta, lest every build read a large table for it, and so is
    a date: one that is null, or lies outside the calendar, is no fault.
    """
    arguments: dict[str, Any] = {}
    for test in model.get("data_tests") or []:
        if isinstance(test, dict) and "keys" in test:
            arguments = test["keys"]["arguments"]
    return {
        "primary": tuple(arguments.get("primary", ())),
        "foreign": {
            column: _REFERENCE.fullmatch(dimension)[1]  # type: ignore[index]
            for column, dimension in arguments.get("foreign", {}).items()
        }
        | model.get("config", {}).get("meta", {}).get("references", {}),
    }


def _english(node: dict[str, Any]) -> dict[str, str]:
    return _filled(node.get("description"), None)


def _filled(english: str | None, french: str | None) -> dict[str, str]:
    said = {"en": english, "fr": french}
    return {language: _one_line(text) for language, text in said.items() if text}


def _one_line(text: str) -> str:
    """Text without the line breaks of its source; its no-break spaces stay."""
    return re.sub(r"[ \t\n]+", " ", text).strip(" \n")
