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

NUMBERS = ("integer", "bigint", "double", "decimal")
"""What the types of numbers begin with."""

_ADDITIVE = ("additive", "additive_within")
_WORDS_ON_SUMS = {
    "en": {
        "sum": " Sum",
        "within": " within one ",
        "and": " and ",
        "without": " without the is_total rows",
        "never": " Never sum",
        "total": ": is_total rows hold the total",
    },
    "fr": {
        "sum": " Additionner",
        "within": " pour un même ",
        "and": " et ",
        "without": " sans les lignes is_total",
        "never": " Ne jamais additionner",
        "total": " : le total est dans les lignes is_total",
    },
}

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
        additive: Its columns that add up over rows.
        additive_within: Columns of which one value is chosen first: over several, sums count twice.
    """

    schema: str
    columns: Mapping[str, ColumnEntry]
    primary: tuple[str, ...] = ()
    foreign: Mapping[str, str] = field(default_factory=dict)
    additive: tuple[str, ...] = ()
    additive_within: tuple[str, ...] = ()


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
        schema = Path(folder).name
        for model in _nodes(root / folder, "models"):
            table = model["name"]
            notes = notes_on_sums(model) if schema == "marts" else {}
            tables[table] = TableEntry(
                table,
                words.descriptions(table, model.get("description")),
                {},
                schema=schema,
                columns={
                    column["name"]: ColumnEntry(
                        column["name"],
                        {
                            language: text + notes.get((column["name"], language), "")
                            for language, text in words.descriptions(
                                f"{table}.{column['name']}", column.get("description")
                            ).items()
                        },
                        words.label(table, column["name"]),
                        column["data_type"],
                    )
                    for column in model.get("columns") or []
                },
                **_keys(model),
                **{name: tuple(_meta(model).get(name, ())) for name in _ADDITIVE},
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
        | _meta(model).get("references", {}),
    }


def _meta(model: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = model.get("config", {}).get("meta", {})
    return meta


def notes_on_sums(model: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Say of the numbers of a mart how they add up, as macros/additivity.sql does in comments.

    Args:
        model: The mart, as its YAML says it.

    Returns:
        Column and language to what follows its description.
    """
    types = {column["name"]: column["data_type"] for column in model.get("columns") or []}
    additive, within = (_meta(model).get(name, ()) for name in _ADDITIVE)
    notes = {}
    for language, words in _WORDS_ON_SUMS.items():
        has_total = "is_total" in types
        one = words["within"] + words["and"].join(within) if within else ""
        sums = words["sum"] + one + words["without"] * has_total + "."
        never = words["never"] + words["total"] * has_total + "."
        for name, data_type in types.items():
            if data_type.startswith(NUMBERS) and name not in additive:
                notes[name, language] = never
            elif data_type.startswith(NUMBERS) and (within or has_total):
                notes[name, language] = sums
    return notes


def _english(node: dict[str, Any]) -> dict[str, str]:
    return _filled(node.get("description"), None)


def _filled(english: str | None, french: str | None) -> dict[str, str]:
    said = {"en": english, "fr": french}
    return {language: _one_line(text) for language, text in said.items() if text}


def _one_line(text: str) -> str:
    """Text without the line breaks of its source; its no-break spaces stay."""
    return re.sub(r"[ \t\n]+", " ", text).strip(" \n")
