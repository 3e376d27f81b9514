"""What the dashboard's tables show has a heading and an explanation in both languages."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from abm.dictionary import TableEntry, read_dictionary
from abm.paths import read_yaml

LANGUAGES = {"en", "fr"}
TABLES = read_yaml(ROOT / "abm" / "report" / "tables.yml")


@pytest.fixture(scope="module")
def dictionary() -> dict[str, TableEntry]:
    return read_dictionary(ROOT)


def gaps(table: dict[str, Any], dictionary: dict[str, TableEntry]) -> list[str]:
    """Name what a table of tables.yml cannot say in English or in French."""
    found = []
    headings = []
    models = {table["model"]}
    for column in table["columns"]:
        heading = column.get("heading")
        if heading is None:
            label = column.get("label", f"{table['model']}.{column['name']}")
            model, _, name = label.partition(".")
            models.add(model)
            entry = dictionary[model].columns.get(name) if model in dictionary else None
            heading = entry.labels if entry else {}
            if entry and set(entry.descriptions) != LANGUAGES:
                found.append(f"{label} has no description")
        elif "label" in column:
            found.append(f"{column['name']} has a heading and a label")
        if set(heading) != LANGUAGES or not all(heading.values()):
            found.append(f"{column['name']} has no heading")
        headings.append(heading)
    for language in sorted(LANGUAGES):
        said = Counter(heading[language] for heading in headings if language in heading)
        found += [f"two are {text}" for text, times in said.items() if times > 1]
    for model in sorted(models):
        if model not in dictionary or set(dictionary[model].descriptions) != LANGUAGES:
            found.append(f"{model} has no description")
    return found


@pytest.mark.parametrize("table", TABLES)
def test_table_is_headed_and_explained_in_both_languages(
    table: str, dictionary: dict[str, TableEntry]
) -> None:
    assert gaps(TABLES[table], dictionary) == []


def test_what_is_labelled_is_labelled_and_explained_in_both_languages(
    dictionary: dict[str, TableEntry],
) -> None:
    """A label in one language alone would be missing on the pages of the other."""
    labelled = {
        f"{name}.{column.name}": (set(column.labels), set(column.descriptions))
        for name, table in dictionary.items()
        for column in table.columns.values()
        if column.labels
    }
    assert labelled
    assert [name for name, sets in labelled.items() if sets != (LANGUAGES, LANGUAGES)] == []


@pytest.mark.parametrize(
    ("column", "gap"),
    [
        ("{name: b}", ["b has no heading"]),
        ("{name: b, label: m.c}", ["b has no heading"]),
        ("{name: b, label: m.d}", ["m.d has no description"]),
        ("{name: b, label: x.a}", ["b has no heading", "x has no description"]),
        ("{name: b, heading: {en: B}}", ["b has no heading"]),
        ("{name: b, heading: {en: B, fr: ''}}", ["b has no heading"]),
        ("{name: b, label: m.a, heading: {en: B, fr: C}}", ["b has a heading and a label"]),
        ("{name: b, heading: {en: A, fr: B}}", ["two are A"]),
        ("{name: b, heading: {en: B, fr: A}}", ["two are A"]),
        ("{name: b, heading: {en: B, fr: C}}", []),
    ],
)
def test_check_catches(column: str, gap: list[str], tmp_path: Path) -> None:
    marts = tmp_path / "models" / "marts"
    marts.mkdir(parents=True)
    (marts / "_m.yml").write_text(
        "models: [{name: m, description: m, config: {meta: {description_fr: m}}, columns: ["
        "{name: a, data_type: date, description: a, "
        "config: {meta: {label_en: A, label_fr: A, description_fr: a}}}, "
        "{name: c, data_type: date, description: c, "
        "config: {meta: {label_en: C, description_fr: c}}}, "
        "{name: d, data_type: date, description: d, config: {meta: {label_en: D, label_fr: D}}}]}]"
    )
    tables = tmp_path / "tables.yml"
    tables.write_text(f"{{model: m, columns: [{{name: a}}, {column}]}}")
    assert gaps(read_yaml(tables), read_dictionary(tmp_path)) == gap
