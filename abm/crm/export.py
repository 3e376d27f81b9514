"""`abm export crm`: files for Data Loader and HubSpot's import, and what to create before."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from abm.crm import HUBSPOT, NAMES, SALESFORCE
from abm.crm.ledger import Ledger
from abm.crm.records import ALERT_ID, Book, Field, Record, Values
from abm.dictionary import read_dictionary
from abm.errors import AbmError, unwritable
from abm.writing import put_files

FORMATS = {f"{crm}-csv": crm for crm in NAMES}
"""Format to CRM."""

ID_COLUMNS = {SALESFORCE: "Id", HUBSPOT: "Record ID"}
"""The column by which an import finds the record; the one that Data Loader and HubSpot know."""

API_VERSION = "62.0"
"""Of Salesforce's API: Winter '25."""
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
MAX_HELP = 510
"""Characters of a field's help in Salesforce."""
LONG_TEXT_LINES = 3
ROOM_OF_LONG_TEXT = 256
"""Characters that a long text of Salesforce has at least."""
GROUP = "abm"
"""The group of our properties in HubSpot."""
TYPES_OF_HUBSPOT = {
    "date": ("date", "date"),
    "number": ("number", "number"),
    "text": ("string", "text"),
    "long_text": ("string", "textarea"),
}


@dataclass(frozen=True)
class Export:
    """What was exported.

    Attributes:
        file: The file; None where nothing changed, or nothing was to be written.
        n_changed: Records in it.
        n_records: Records of the release.
    """

    file: Path | None
    n_changed: int
    n_records: int


def changed_since_export(book: Book, ledger: Ledger) -> list[Record]:
    """Find the records that differ from the last file that they were in.

    Args:
        book: The release.
        ledger: What was exported.

    Returns:
        Those that were in none, or with other values.
    """
    return [
        record
        for record in book.records
        if is_other(book.fields, ledger.exported.get(record.account_id), record.values)
    ]


def is_other(fields: Sequence[Field], old: Values | None, new: Values) -> bool:
    """Tell whether values make a record another than it was.

    Args:
        fields: The fields of records.
        old: Its values, or None where it had none.
        new: Other values.

    Returns:
        Whether a field that is compared differs.
    """
    return old is None or any(
        field.name not in old or old[field.name] != new[field.name]
        for field in fields
        if field.is_compared
    )


def export(
    book: Book, ledger: Ledger, folder: Path, *, is_whole: bool = False, is_dry: bool = False
) -> Export:
    """Write the records that changed since the last export to a file of their own.

    Args:
        book: The release.
        ledger: What was exported; the file's records are remembered once it is there.
        folder: Where it goes; made when missing.
        is_whole: Write every record.
        is_dry: Write and remember nothing.

    Returns:
        What was exported.

    Raises:
        AbmError: The file cannot be written.
    """
    records = list(book.records) if is_whole else changed_since_export(book, ledger)
    if is_dry or not records:
        return Export(None, len(records), len(book.records))
    ledger.make_sure_of_room(records)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A file that nobody has imported yet is never written over.
        name = f"{book.crm}-accounts-{book.as_of}-{book.release.release_id or 'unknown'}"
        places = (folder / f"{name}{f'-{n}' if n > 1 else ''}.csv" for n in range(1, 10_000))
        file = next(place for place in places if not place.exists())
        put_files({file: written(book, records).encode()})
    except OSError as error:
        raise unwritable(f"write to {folder}", error) from error
    ledger.remember_exported(records, book.release.release_id)
    return Export(file, len(records), len(book.records))


def written(book: Book, records: Sequence[Record]) -> str:
    """Spell records as CSV: UTF-8, ids first, numbers with a point, days as YYYY-MM-DD.

    Args:
        book: The release, whose fields are the columns.
        records: The rows.

    Returns:
        The text; no cell of it begins a formula.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([ID_COLUMNS[book.crm], *(field.name for field in book.fields)])
    rows.writerows(
        [record.id, *(record.values[field.name] for field in book.fields)] for record in records
    )
    return text.getvalue()


def write_setup(
    crm: str, fields: Sequence[Field], language: str, root: Path, folder: Path
) -> list[Path]:
    """Write what creates the fields in the CRM.

    Args:
        crm: salesforce or hubspot.
        fields: Those of the seed crm_fields, the task's too.
        language: Of labels and descriptions.
        root: The project's directory.
        folder: Where the files go; made when missing.

    Returns:
        The files: for Salesforce a folder that `sf project deploy start` takes, for HubSpot the
        bodies of requests to its properties API.

    Raises:
        AbmError: They cannot be written.
    """
    said = _said_of(fields, language, root)
    make = _salesforce_files if crm == SALESFORCE else _hubspot_files
    files = {folder / name: text.encode() for name, text in make(said).items()}
    try:
        for parent in {file.parent for file in files}:
            parent.mkdir(parents=True, exist_ok=True)
            put_files({file: text for file, text in files.items() if file.parent == parent})
    except OSError as error:
        raise unwritable(f"write to {folder}", error) from error
    return sorted(files)


@dataclass(frozen=True)
class _Said:
    """A field, what it is called and what it means."""

    field: Field
    label: str
    description: str


def _said_of(fields: Sequence[Field], language: str, root: Path) -> list[_Said]:
    tables = read_dictionary(root)
    found = []
    for field in fields:
        table = tables["rpt_crm_accounts"]
        named = (field.column, f"{field.column}_en")
        column = next((table.columns[name] for name in named if name in table.columns), None)
        label = column.labels.get(language) if column else ALERT_LABELS[language]
        if column is None:
            column = tables["fct_alerts"].columns[field.column]
        description = column.descriptions.get(language) or column.descriptions["en"]
        found.append(_Said(field, f"ABM: {label}", description))
    return found


ALERT_LABELS = {"en": "Alert", "fr": "Alerte"}


def _salesforce_files(said: Sequence[_Said]) -> dict[str, str]:
    # A field of tasks is one of activities, as which Salesforce keeps tasks and events.
    own = [
        replace(one, field=replace(one.field, object_name="Activity"))
        if one.field.object_name == "Task"
        else one
        for one in said
    ]
    objects = sorted({one.field.object_name for one in own})
    files = {
        f"objects/{name}.object": _metadata(
            "CustomObject", [_custom_field(one) for one in own if one.field.object_name == name]
        )
        for name in objects
    }
    permissions = [
        _element("label", "ABM scores"),
        _element("hasActivationRequired", "false"),
        *(
            _block(
                "fieldPermissions",
                editable="true",
                field=f"{one.field.object_name}.{one.field.name}",
                readable="true",
            )
            for one in said
        ),
    ]
    files["permissionsets/ABM_Scores.permissionset"] = _metadata("PermissionSet", permissions)
    members = "".join(
        _element("members", f"{one.field.object_name}.{one.field.name}", 8) for one in own
    )
    files["package.xml"] = _metadata(
        "Package",
        [
            f"    <types>\n{members}        <name>CustomField</name>\n    </types>\n",
            "    <types>\n        <members>ABM_Scores</members>\n"
            "        <name>PermissionSet</name>\n    </types>\n",
            _element("version", API_VERSION),
        ],
    )
    return files


def _custom_field(said: _Said) -> str:
    field = said.field
    facts: dict[str, str] = {
        "fullName": field.name,
        "description": said.description,
        "inlineHelpText": said.description[:MAX_HELP],
        "label": said.label[:40],
    }
    if field.type == "number":
        facts |= {
            "precision": str(field.length),
            "scale": str(field.decimals),
            "type": "Number",
        }
    elif field.type == "date":
        facts |= {"type": "Date"}
    elif field.type == "text":
        facts |= {"length": str(field.length), "type": "Text"}
    else:
        facts |= {
            "length": str(max(field.length, ROOM_OF_LONG_TEXT)),
            "type": "LongTextArea",
            "visibleLines": str(LONG_TEXT_LINES),
        }
    return _block("fields", **facts)


def _element(name: str, text: str, blanks: int = 4) -> str:
    return f"{' ' * blanks}<{name}>{escape(text)}</{name}>\n"


def _block(element: str, **facts: str) -> str:
    inside = "".join(_element(name, text, 8) for name, text in facts.items())
    return f"    <{element}>\n{inside}    </{element}>\n"


def _metadata(kind: str, parts: Sequence[str]) -> str:
    begin = f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{NAMESPACE}">\n'
    return f"{begin}{''.join(parts)}</{kind}>\n"


def _hubspot_files(said: Sequence[_Said]) -> dict[str, str]:
    files: dict[str, Any] = {"group.json": {"name": GROUP, "label": "ABM"}}
    for name in sorted({one.field.object_name for one in said}):
        properties = [_property(one) for one in said if one.field.object_name == name]
        files[f"{name}.json"] = {"inputs": properties}
    return {
        name: json.dumps(body, indent=2, ensure_ascii=False) + "\n" for name, body in files.items()
    }


def _property(said: _Said) -> Mapping[str, Any]:
    kind, entry = TYPES_OF_HUBSPOT[said.field.type]
    return {
        "name": said.field.name,
        "label": said.label,
        "description": said.description,
        "groupName": GROUP,
        "type": kind,
        "fieldType": entry,
        "formField": False,
        # A task is found again by its alert.
        "hasUniqueValue": said.field.column == ALERT_ID,
    }


def crm_of(file_format: str) -> str:
    """The CRM of a format.

    Args:
        file_format: As the command line has it.

    Returns:
        salesforce or hubspot.

    Raises:
        AbmError: There is no such format.
    """
    if file_format not in FORMATS:
        raise AbmError(f"There is no --format {file_format}: name one of {', '.join(FORMATS)}.")
    return FORMATS[file_format]
