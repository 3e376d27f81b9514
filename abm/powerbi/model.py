"""`abm publish --powerbi`: the marts as a Power BI project, from contracts, keys and labels.

The model is text in TMDL, one file a table. It holds no data: its tables read the Parquet files of
the release that a parameter names. Nothing is summed that a measure does not sum: the model
discourages implicit measures and no column has a default aggregation.
"""

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from abm.dictionary import ColumnEntry, TableEntry, read_dictionary, read_metrics
from abm.errors import unwritable
from abm.paths import shown
from abm.writing import replaced_folder

NAME = "ABM"
FOLDER = "powerbi"
PARAMETER = "ParquetFolder"
CULTURES = {"en": "en-US", "fr": "fr-FR"}
COMPATIBILITY_LEVEL = 1600
MEASURES = Path(__file__).with_name("measures.yml")

FORMATS = {
    "count": "#,0",
    "decimal": "#,0.0",
    "money": "#,0.00",
    "percent": "0.0%;-0.0%;0.0%",
}
FOLDERS = {
    "attribution": {"en": "Attribution", "fr": "Attribution"},
    "engagement": {"en": "Engagement", "fr": "Engagement"},
    "penetration": {"en": "Penetration and coverage", "fr": "Pénétration et couverture"},
    "pipeline": {"en": "Pipeline", "fr": "Pipeline"},
    "programme": {"en": "Program", "fr": "Programme"},
    "value": {"en": "Value and ROI", "fr": "Valeur et ROI"},
}
SORTED_BY = {
    "dim_dates": {"month_name_en": "month_number", "month_name_fr": "month_number"},
}

_TYPES = {
    "bigint": "int64",
    "boolean": "boolean",
    "date": "dateTime",
    "double": "double",
    "integer": "int64",
    "timestamp": "dateTime",
    "varchar": "string",
}
_EXACT_PLACES = 4
"""Of Power BI's fixed decimal."""

_NAMESPACE = uuid.UUID("5b9f6b0e-5d5f-4c43-9d2f-0e7f7b6c9a11")
"""Of the model's lineage tags: the same object has the same tag in every release."""


@dataclass(frozen=True)
class Relationship:
    """A relationship from many rows to one.

    Attributes:
        table: Where the many are.
        column: Their reference.
        dimension: Where the one is.
        key: Its key.
        is_active: Filters follow it unasked; the others are for USERELATIONSHIP.
    """

    table: str
    column: str
    dimension: str
    key: str
    is_active: bool


@dataclass(frozen=True)
class Project:
    """What was written.

    Attributes:
        folder: The project.
        n_tables: Tables of the model.
        n_relationships: Its relationships.
        n_measures: Its measures.
    """

    folder: Path
    n_tables: int
    n_relationships: int
    n_measures: int


def write_powerbi(out: Path, root: Path) -> Project:
    """Write the Power BI project in the place of the one that is there.

    Args:
        out: Where `abm publish` publishes to.
        root: The project's directory.

    Returns:
        What was written; the same definitions give the same files.

    Raises:
        AbmError: The folder cannot be written; what was there stays.
    """
    tables = {
        name: entry for name, entry in read_dictionary(root).items() if entry.schema == "marts"
    }
    measures = read_measures(root)
    relationships = relate(tables)
    parquet = str(out / "parquet" / "current")
    folder = out / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replaced_folder(folder) as work:
            for name, text in _files(tables, relationships, measures, parquet):
                file = work / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(f"write to {shown(folder)}", error) from error
    n_measures = sum(map(len, measures.values()))
    return Project(folder, len(tables), len(relationships), n_measures)


def read_measures(root: Path) -> dict[str, list[dict[str, Any]]]:
    """Read the measures and what is said of the metrics that they are.

    Args:
        root: The project's directory.

    Returns:
        Home table to its measures, as the YAML has them, with name and description by language and
        the row of rpt_kpi_scorecard, None where it is none of its KPIs.

    Raises:
        AbmError: A file of the project cannot be read.
    """
    metrics = read_metrics(root)
    return {
        table: [measure | metrics[measure["metric"]] for measure in measures]
        for table, measures in yaml.safe_load(MEASURES.read_text(encoding="utf-8")).items()
    }


def relate(tables: Mapping[str, TableEntry]) -> list[Relationship]:
    """Make relationships of the tables' keys, with at most one active path between two tables.

    A relationship that would make a second path is inactive. Those of facts come first, to accounts
    and dates before the others, so that what is inactive is a detour over another table.

    Args:
        tables: Table name to what is said of it.

    Returns:
        The relationships in their order.
    """

    def rank(named: tuple[str, str, str]) -> tuple[bool, bool, int, str, int]:
        table, column, dimension = named
        first = ("dim_accounts", "dim_dates", "dim_account_executives")
        order = first.index(dimension) if dimension in first else len(first)
        place = list(tables[table].foreign).index(column)
        return table.startswith("dim_"), not dimension.startswith("dim_"), order, table, place

    named = [
        (table, column, dimension)
        for table, entry in tables.items()
        for column, dimension in entry.foreign.items()
        if dimension in tables and table != dimension
    ]
    places = [(table, column) for table, column, _ in named]
    reached: dict[str, set[str]] = {}
    found = []
    for table, column, dimension in sorted(named, key=rank):
        is_active = not _makes_second_path(reached, table, dimension)
        if is_active:
            reached.setdefault(table, set()).add(dimension)
        (key,) = tables[dimension].primary
        found.append(Relationship(table, column, dimension, key, is_active))
    return sorted(found, key=lambda one: (one.table, places.index((one.table, one.column))))


def _makes_second_path(reached: Mapping[str, set[str]], table: str, dimension: str) -> bool:
    """Whether another step would lead from some table to some other one on two ways."""
    ends = _beyond(reached, dimension)
    begins = {start for start in [*reached, table] if table in _beyond(reached, start)}
    return any(ends & _beyond(reached, start) for start in begins)


def _beyond(reached: Mapping[str, set[str]], start: str) -> set[str]:
    """The table and every table that its rows lead to."""
    found, left = {start}, [start]
    while left:
        for step in reached.get(left.pop(), set()) - found:
            found.add(step)
            left.append(step)
    return found


def _files(
    tables: Mapping[str, TableEntry],
    relationships: Iterable[Relationship],
    measures: Mapping[str, list[dict[str, Any]]],
    parquet: str,
) -> Iterator[tuple[str, str]]:
    model, report = f"{NAME}.SemanticModel", f"{NAME}.Report"
    schemas = "https://developer.microsoft.com/json-schemas/fabric"
    yield (
        f"{NAME}.pbip",
        _json(
            {
                "$schema": f"{schemas}/pbip/pbipProperties/1.0.0/schema.json",
                "version": "1.0",
                "artifacts": [{"report": {"path": report}}],
                "settings": {"enableAutoRecovery": True},
            }
        ),
    )
    for folder, kind in ((model, "SemanticModel"), (report, "Report")):
        yield (
            f"{folder}/.platform",
            _json(
                {
                    "$schema": f"{schemas}/gitIntegration/platformProperties/2.0.0/schema.json",
                    "metadata": {"type": kind, "displayName": NAME},
                    "config": {"version": "2.0", "logicalId": _tag(kind)},
                }
            ),
        )
    yield (
        f"{model}/definition.pbism",
        _json(
            {
                "$schema": f"{schemas}/item/semanticModel/definitionProperties/1.0.0/schema.json",
                "version": "4.2",
                "settings": {},
            }
        ),
    )
    yield from _report(report, schemas)
    definition = f"{model}/definition"
    yield (
        f"{definition}/database.tmdl",
        (f"database {NAME}\n\tcompatibilityLevel: {COMPATIBILITY_LEVEL}\n"),
    )
    yield f"{definition}/model.tmdl", _model(tables)
    yield (
        f"{definition}/expressions.tmdl",
        (
            "/// The folder of the Parquet files: parquet/current, or what release.json names.\n"
            f'expression {PARAMETER} = "{parquet}" meta '
            '[IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]\n'
            f"\tlineageTag: {_tag(PARAMETER)}\n"
        ),
    )
    yield f"{definition}/relationships.tmdl", "\n".join(map(_relationship, relationships))
    referring = {
        table: {*entry.foreign, *(entry.primary if len(entry.primary) == 1 else ())}
        for table, entry in tables.items()
    }
    for table, entry in tables.items():
        text = _table(entry, measures.get(table, []), referring[table])
        yield f"{definition}/tables/{table}.tmdl", text
    for language, culture in CULTURES.items():
        yield f"{definition}/cultures/{culture}.tmdl", _culture(tables, measures, language, culture)


def _report(folder: str, schemas: str) -> Iterator[tuple[str, str]]:
    """One empty page: a project opens by its report."""
    yield (
        f"{folder}/definition.pbir",
        _json(
            {
                "$schema": f"{schemas}/item/report/definitionProperties/1.0.0/schema.json",
                "version": "4.0",
                "datasetReference": {"byPath": {"path": f"../{NAME}.SemanticModel"}},
            }
        ),
    )
    pages = f"{folder}/definition/pages"
    page = "0" * 20
    report = f"{schemas}/item/report/definition"
    yield (
        f"{folder}/definition/version.json",
        _json({"$schema": f"{report}/versionMetadata/1.0.0/schema.json", "version": "2.0.0"}),
    )
    yield (
        f"{folder}/definition/report.json",
        _json(
            {
                "$schema": f"{report}/report/1.0.0/schema.json",
                "themeCollection": {},
                "layoutOptimization": "None",
            }
        ),
    )
    yield (
        f"{pages}/pages.json",
        _json(
            {
                "$schema": f"{report}/pagesMetadata/1.0.0/schema.json",
                "pageOrder": [page],
                "activePageName": page,
            }
        ),
    )
    yield (
        f"{pages}/{page}/page.json",
        _json(
            {
                "$schema": f"{report}/page/1.0.0/schema.json",
                "name": page,
                "displayName": NAME,
                "displayOption": "FitToPage",
                "height": 720,
                "width": 1280,
            }
        ),
    )


def _model(tables: Iterable[str]) -> str:
    lines = [
        "model Model",
        "\tculture: en-US",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        "\tdiscourageImplicitMeasures",
        "\tsourceQueryCulture: en-US",
        "",
        # Dates have a table: Power BI makes none of its own for each of their columns.
        "annotation __PBI_TimeIntelligenceEnabled = 0",
        "",
        *(f"ref table {_name(table)}" for table in tables),
        "",
        f"ref expression {PARAMETER}",
        "",
        *(f"ref cultureInfo {culture}" for culture in CULTURES.values()),
    ]
    return "\n".join(lines) + "\n"


def _relationship(one: Relationship) -> str:
    lines = [
        f"relationship {_tag(one.table, one.column, one.dimension)}",
        *(() if one.is_active else ("\tisActive: false",)),
        f"\tfromColumn: {_name(one.table)}.{_name(one.column)}",
        f"\ttoColumn: {_name(one.dimension)}.{_name(one.key)}",
    ]
    return "\n".join(lines) + "\n"


def _table(entry: TableEntry, measures: Iterable[dict[str, Any]], keys: set[str]) -> str:
    lines = [
        *_described(entry.descriptions.get("en"), 0),
        f"table {_name(entry.name)}",
        f"\tlineageTag: {_tag(entry.name)}",
        *(("\tdataCategory: Time",) if entry.name == "dim_dates" else ()),
        "",
    ]
    for measure in measures:
        name = measure["name"]["en"]
        lines += [
            *_described(measure["description"]["en"], 1),
            f"\tmeasure {_name(name)} = {' '.join(measure['dax'].split())}",
            f"\t\tformatString: {FORMATS[measure['format']]}",
            f"\t\tdisplayFolder: {FOLDERS[measure['folder']]['en']}",
            f"\t\tlineageTag: {_tag(entry.name, 'measure', name)}",
            "",
        ]
    for column in entry.columns.values():
        lines += [*_column(entry, column, column.name in keys), ""]
    lines += [
        f"\tpartition {_name(entry.name)} = m",
        "\t\tmode: import",
        "\t\tsource =",
        "\t\t\t\tlet",
        f"\t\t\t\t\tSource = Parquet.Document(File.Contents({PARAMETER} & "
        f'"/{entry.name}.parquet"))',
        "\t\t\t\tin",
        "\t\t\t\t\tSource",
    ]
    return "\n".join(lines) + "\n"


def _column(entry: TableEntry, column: ColumnEntry, is_key: bool) -> Iterator[str]:
    yield from _described(column.descriptions.get("en"), 1)
    yield f"\tcolumn {_name(column.name)}"
    data_type, format_string = _typed(column)
    yield f"\t\tdataType: {data_type}"
    # A day is what people slice by; other keys are codes that nobody reads.
    is_day = column.data_type == "date"
    if is_key and not is_day and column.name.endswith("_id"):
        yield "\t\tisHidden"
    if entry.primary == (column.name,):
        yield "\t\tisKey"
    if format_string:
        yield f"\t\tformatString: {format_string}"
    yield f"\t\tlineageTag: {_tag(entry.name, column.name)}"
    yield "\t\tsummarizeBy: none"
    yield f"\t\tsourceColumn: {column.name}"
    if by := SORTED_BY.get(entry.name, {}).get(column.name):
        yield f"\t\tsortByColumn: {by}"


def _typed(column: ColumnEntry) -> tuple[str, str]:
    """The type of a column in the model, and how its values are shown, "" for as they are."""
    kind = column.data_type
    decimal = re.fullmatch(r"decimal\((\d+),(\d+)\)", kind)
    data_type = _TYPES.get(kind, "string")
    if decimal:
        data_type = "decimal" if int(decimal[2]) <= _EXACT_PLACES else "double"
    if kind == "date":
        return data_type, "yyyy-mm-dd"
    if kind == "timestamp":
        return data_type, "yyyy-mm-dd hh:nn:ss"
    if data_type not in ("decimal", "double", "int64"):
        return data_type, ""
    if column.name.endswith(("_rate", "_share")):
        return data_type, FORMATS["percent"]
    return data_type, {"int64": "0", "decimal": FORMATS["money"]}.get(data_type, "#,0.00##")


def _culture(
    tables: Mapping[str, TableEntry],
    measures: Mapping[str, list[dict[str, Any]]],
    language: str,
    culture: str,
) -> str:
    lines = [f"cultureInfo {culture}", "", "\ttranslations", "", "\t\tmodel Model"]
    for table, entry in tables.items():
        inside = []
        for measure in measures.get(table, []):
            inside += [
                "",
                f"\t\t\t\tmeasure {_name(measure['name']['en'])}",
                f"\t\t\t\t\tcaption: {measure['name'][language]}",
                f"\t\t\t\t\tdisplayFolder: {FOLDERS[measure['folder']][language]}",
            ]
            if language != "en":
                inside += [f"\t\t\t\t\tdescription: {measure['description'][language]}"]
        for column in entry.columns.values():
            said = {
                "caption": column.labels.get(language),
                "description": None if language == "en" else column.descriptions.get(language),
            }
            if any(said.values()):
                inside += ["", f"\t\t\t\tcolumn {_name(column.name)}"]
                inside += [f"\t\t\t\t\t{what}: {text}" for what, text in said.items() if text]
        described = entry.descriptions.get(language) if language != "en" else None
        if described or inside:
            lines += ["", f"\t\t\ttable {_name(table)}"]
            lines += [f"\t\t\t\tdescription: {described}"] if described else []
            lines += inside
    return "\n".join(lines) + "\n"


def _described(text: str | None, depth: int) -> Iterator[str]:
    if text:
        yield "\t" * depth + f"/// {text}"


def _name(name: str) -> str:
    """A name as TMDL reads it."""
    return name if re.fullmatch(r"\w+", name) else "'" + name.replace("'", "''") + "'"


def _tag(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
