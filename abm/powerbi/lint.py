"""What is wrong with a Power BI model in TMDL, as far as its text shows it.

Power BI says most of it when a project is opened, in a window, on Windows. This reads the part of
the language that the project writes (https://learn.microsoft.com/analysis-services/tmdl/).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROPERTIES = {
    "annotation": set(),
    "column": {
        *("dataType", "description", "displayFolder", "formatString", "isHidden", "isKey"),
        *("lineageTag", "sortByColumn", "sourceColumn", "summarizeBy"),
    },
    "cultureInfo": set(),
    "database": {"compatibilityLevel", "compatibilityMode", "id", "language"},
    "expression": {"description", "lineageTag"},
    "measure": {"description", "displayFolder", "formatString", "isHidden", "lineageTag"},
    "model": {
        *("culture", "defaultPowerBIDataSourceVersion", "discourageImplicitMeasures"),
        "sourceQueryCulture",
    },
    "partition": {"mode", "source"},
    "relationship": {"crossFilteringBehavior", "fromColumn", "isActive", "toColumn"},
    "table": {"dataCategory", "description", "isHidden", "lineageTag"},
    "translations": set(),
}
"""Kind of object to the properties that the project writes of it."""

_INSIDE = {
    "column": {"table"},
    "measure": {"table"},
    "model": {"", "translations"},
    "partition": {"table"},
    "table": {"", "model"},
    "translations": {"cultureInfo"},
}
"""Kind of object to those that it stands in, "" for none."""

TRANSLATED = {"caption", "description", "displayFolder"}
DATA_TYPES = {"boolean", "dateTime", "decimal", "double", "int64", "string"}
CLOSING = {"(": ")", "{": "}", "[": "]"}

_NAME = r"(?:'(?:[^']|'')+'|[\w.-]+)"
_OBJECT = re.compile(rf"(?P<kind>[a-zA-Z]+)(?: (?P<name>{_NAME}))?(?: =(?: (?P<value>.*))?)?")
_PROPERTY = re.compile(r"(?P<name>[a-zA-Z]+)(?::(?: (?P<value>.*))?| =(?: (?P<code>.*))?)?")
_REFERENCE = re.compile(rf"(?P<table>{_NAME})?\[(?P<column>[^\]]+)\]")
_TEXT = re.compile(r'"(?:[^"]|"")*"')


@dataclass
class _Object:
    """An object of the model, with where it stands."""

    kind: str
    name: str
    value: str
    place: str
    depth: int
    properties: dict[str, str] = field(default_factory=dict)
    children: list["_Object"] = field(default_factory=list)

    def of(self, kind: str) -> list["_Object"]:
        """Its parts of one kind."""
        return [child for child in self.children if child.kind == kind]


def faults(definition: Path) -> list[str]:
    """Look a model through.

    Args:
        definition: The folder `definition` of a semantic model.

    Returns:
        A sentence for each fault, with the file and line; none where nothing is wrong.
    """
    found: list[str] = []
    roots: list[_Object] = []
    for file in sorted(definition.rglob("*.tmdl")):
        roots += _read(file, definition, found)
    tables = {root.name.lower(): root for root in roots if root.kind == "table"}
    found += _duplicates(roots)
    for table in tables.values():
        found += _table_faults(table, tables, roots)
    found += _relationship_faults([r for r in roots if r.kind == "relationship"], tables)
    for culture in (root for root in roots if root.kind == "cultureInfo"):
        found += _translation_faults(culture, tables)
    return found


def _read(file: Path, folder: Path, found: list[str]) -> list[_Object]:
    """The objects of a file; what cannot be read is a fault."""
    roots: list[_Object] = []
    open_objects: list[_Object] = []
    code_depth: int | None = None
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        place = f"{file.relative_to(folder)}:{number}"
        text = line.lstrip("\t")
        depth = len(line) - len(text)
        if not text or text.startswith("///"):
            continue
        if code_depth is not None and depth > code_depth:
            continue
        code_depth = None
        if text.startswith(" "):
            found.append(f"{place}: indented by spaces: TMDL takes tabs.")
            continue
        while open_objects and open_objects[-1].depth >= depth:
            open_objects.pop()
        parent = open_objects[-1] if open_objects else None
        if depth != (parent.depth + 1 if parent else 0):
            found.append(f"{place}: indented by {depth}, which fits nothing above it.")
            continue
        kind = text.split(" ")[0]
        inside = {root.kind for root in open_objects[:1]}
        if kind == "ref" or kind == "annotation":
            continue
        if kind in PROPERTIES and (match := _OBJECT.fullmatch(text)):
            made = _Object(kind, _bare(match["name"] or ""), match["value"] or "", place, depth)
            above = parent.kind if parent else ""
            if above not in _INSIDE.get(kind, {""}):
                found.append(f"{place}: a {kind} does not stand in a {above or 'file'}.")
            (parent.children if parent else roots).append(made)
            open_objects.append(made)
            continue
        match = _PROPERTY.fullmatch(text)
        known = (
            TRANSLATED
            if "cultureInfo" in inside
            else PROPERTIES.get(parent.kind)
            if parent
            else None
        )
        if not match or not parent or known is None or match["name"] not in known:
            found.append(f"{place}: {text.split(':')[0]} is no property here.")
            continue
        parent.properties[match["name"]] = match["value"] or match["code"] or "true"
        if " =" in text and ":" not in text.split(" =")[0]:
            code_depth = depth
            parent.properties[match["name"]] = _code_below(file, number)
    return roots


def _code_below(file: Path, number: int) -> str:
    """The lines of code below a line, which are deeper than it."""
    lines = file.read_text(encoding="utf-8").split("\n")
    depth = len(lines[number - 1]) - len(lines[number - 1].lstrip("\t"))
    below = []
    for line in lines[number:]:
        if line.strip() and len(line) - len(line.lstrip("\t")) <= depth:
            break
        below.append(line)
    return "\n".join(below)


def _duplicates(roots: list[_Object]) -> Iterator[str]:
    """Names are the same whatever their case: of tables, of measures, of a table's parts."""
    measures = [m for root in roots if root.kind == "table" for m in root.of("measure")]
    groups = [
        [root for root in roots if root.kind == "table"],
        [root for root in roots if root.kind == "relationship"],
        measures,
        *([*root.of("column"), *root.of("measure")] for root in roots if root.kind == "table"),
    ]
    for group in groups:
        times = Counter(one.name.lower() for one in group)
        seen: set[str] = set()
        for one in group:
            if times[one.name.lower()] > 1 and one.name.lower() in seen:
                yield f"{one.place}: there is another {one.name}."
            seen.add(one.name.lower())
    columns = {c.name.lower() for root in roots if root.kind == "table" for c in root.of("column")}
    for measure in measures:
        if measure.name.lower() in columns:
            yield f"{measure.place}: measure {measure.name} is named like a column."


def _table_faults(
    table: _Object, tables: dict[str, _Object], roots: list[_Object]
) -> Iterator[str]:
    columns = {column.name.lower() for column in table.of("column")}
    for column in table.of("column"):
        kind = column.properties.get("dataType")
        if kind not in DATA_TYPES:
            yield f"{column.place}: {kind} is no type of a column."
        by = column.properties.get("sortByColumn")
        if by and _bare(by).lower() not in columns:
            yield f"{column.place}: it is sorted by {by}, which is no column."
    parameters = {root.name for root in roots if root.kind == "expression"}
    for partition in table.of("partition"):
        source = partition.properties.get("source", "")
        path = re.search(r"File\.Contents\((\w+) & ", source)
        if not path or path[1] not in parameters:
            yield f"{partition.place}: its file is not under a folder that a parameter names."
    for measure in table.of("measure"):
        yield from _dax_faults(measure, tables)


def _dax_faults(measure: _Object, tables: dict[str, _Object]) -> Iterator[str]:
    code = _TEXT.sub('""', measure.value)
    waiting: list[str] = []
    is_balanced = code.count('"') % 2 == 0
    for letter in code:
        if letter in CLOSING:
            waiting.append(CLOSING[letter])
        elif letter in CLOSING.values():
            is_balanced = is_balanced and bool(waiting) and waiting.pop() == letter
    if not is_balanced or waiting or not code.strip():
        yield f"{measure.place}: the brackets or quotes of {measure.name} do not close."
        return
    measures = {m.name.lower() for table in tables.values() for m in table.of("measure")}
    for match in _REFERENCE.finditer(code):
        column = match["column"].lower()
        if not match["table"]:
            if column not in measures:
                yield f"{measure.place}: there is no measure [{match['column']}]."
            continue
        table = tables.get(_bare(match["table"]).lower())
        if not table or column not in {c.name.lower() for c in table.of("column")}:
            yield f"{measure.place}: there is no column {match[0]}."


def _relationship_faults(relationships: list[_Object], tables: dict[str, _Object]) -> Iterator[str]:
    steps: dict[str, list[str]] = {}
    for one in relationships:
        ends = []
        for end in ("fromColumn", "toColumn"):
            match = re.fullmatch(rf"({_NAME})\.({_NAME})", one.properties.get(end, "").strip())
            table = tables.get(_bare(match[1]).lower()) if match else None
            named = _bare(match[2]).lower() if match else ""
            columns = [c for c in table.of("column") if c.name.lower() == named] if table else []
            if not columns:
                yield f"{one.place}: there is no {one.properties.get(end)}."
            else:
                ends.append((table, columns[0]))
        if len(ends) < 2:
            continue
        (many, reference), (single, key) = ends
        if many is single:
            yield f"{one.place}: {many.name} is related to itself."
            continue
        types = {reference.properties.get("dataType"), key.properties.get("dataType")}
        if len(types) > 1:
            yield f"{one.place}: the types of {reference.name} and {key.name} differ."
        if one.properties.get("isActive") != "false":
            steps.setdefault(many.name, []).append(single.name)
    for start in steps:
        times = Counter(_ends(steps, start, ()))
        for end, n in times.items():
            if n > 1:
                yield f"relationships: {n} active ways lead from {start} to {end}."


def _ends(steps: dict[str, list[str]], start: str, passed: tuple[str, ...]) -> Iterator[str]:
    """Every table that is reached from one, once for each way."""
    for step in steps.get(start, []):
        if step not in passed:
            yield step
            yield from _ends(steps, step, (*passed, start))


def _translation_faults(culture: _Object, tables: dict[str, _Object]) -> Iterator[str]:
    for translations in culture.of("translations"):
        for model in translations.of("model"):
            for translated in model.of("table"):
                table = tables.get(translated.name.lower())
                if not table:
                    yield f"{translated.place}: there is no table {translated.name} to translate."
                    continue
                for part in translated.children:
                    names = {other.name.lower() for other in table.of(part.kind)}
                    if part.name.lower() not in names:
                        yield f"{part.place}: there is no {part.kind} {part.name} to translate."


def _bare(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name
