"""People's names and addresses in every raw text column, and where they come out again.

Each column gets a name and an address of its own, in words that nothing else holds, so that a word
that is found says which column it came from.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import yaml

WORD = re.compile(rb"zq[a-z]{5}")
BASE = 12

NAMES = {
    "salesforce": (
        "account.name contact.title lead.title lead.company campaign.name user.name user.title "
        "opportunity.name opportunity.stage_name opportunity_history.stage_name "
        "opportunity_stage.master_label"
    ),
    "hubspot": (
        "contact.property_jobtitle contact.property_company company.property_name "
        "email_campaign.name email_campaign.subject contact_form_submission.title "
        "deal.property_dealname deal_stage.value deal_pipeline.label deal_pipeline_stage.label "
        "owner.first_name owner.last_name"
    ),
    "marketo": "lead.title lead.company program.name campaign.name",
    "ga4": "",
    "sixsense": "accounts.name keyword_activity.keyword",
    "demandbase": "accounts.account_name intent.keyword",
    "bombora": "company_surge.company_name company_surge.topic_name",
    "linkedin_ads": "campaign_history.name account_history.name",
    "google_ads": "campaign_history.name",
    "abm_program": (
        "campaign_groups.campaign_group stakeholders.title content_assets.title "
        "experiments.hypothesis"
    ),
    "custom": "touchpoints.campaign_name intent_signals.topic",
}
"""Raw columns that name a company, a thing or the company's own staff: shown as they are written.
Every other text column gets people."""

STAFF = {("salesforce", "user"), ("hubspot", "owner")}
"""Raw tables of the company's own staff: their names are shown, their addresses are not."""


def word(number: int) -> str:
    """A word of seven letters that is no other number's."""
    letters = ""
    for _ in range(5):
        number, place = divmod(number, BASE)
        letters += "bdfghjklmnpr"[place]
    return f"zq{letters}"


@dataclass
class Planted:
    """What was planted.

    Attributes:
        columns: Word to the raw column that it was planted in, as `salesforce.contact.email`.
    """

    columns: dict[str, str] = field(default_factory=dict)

    def texts(self, column: str) -> list[str]:
        """A name, an address and a web address with both, of a new person."""
        first, last = (word(len(self.columns) + place) for place in (0, 1))
        self.columns |= {first: column, last: column}
        address = f"{first}.{last}@planted.example"
        link = f"https://planted.example/people/{address}?email={address}&name={first}+{last}"
        return [f"{first.capitalize()} {last.capitalize()}", address, link]

    def found(self, content: bytes) -> set[str]:
        """The raw columns whose people a content names."""
        words = {match.decode() for match in WORD.findall(content.lower())}
        return {self.columns[word] for word in words if word in self.columns}


def plant(raw: Path, root: Path, copies: int = 2) -> Planted:
    """Add rows with people to every raw table: readable ones, and ones that are rejected.

    Args:
        raw: The raw directory, of Parquet files.
        root: The project's directory, whose contract says what the columns are.
        copies: Readable rows per text.

    Returns:
        What was planted.
    """
    planted = Planted()
    for file in sorted(root.glob("models/staging/*/*__sources.yml")):
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                path = raw / source["name"] / f"{table['name']}.parquet"
                if path.exists() and pl.read_parquet(path).height:
                    _plant_table(planted, path, source["name"], table, copies)
    return planted


READ = ("date", "timestamp", "double", "integer", "boolean", "bigint")
"""Types of which a text may be no value."""


def _plant_table(
    planted: Planted, path: Path, source: str, table: dict[str, Any], copies: int
) -> None:
    frame = pl.read_parquet(path)
    prefix = f"{source}.{table['name']}"
    types = {
        column["name"]: column["data_type"]
        for column in table["columns"]
        if column["name"] in frame.columns
    }
    shown = {name for name in NAMES[source].split() if name.startswith(f"{table['name']}.")}
    key = [name for name in table["config"]["meta"]["key"] if name in types]
    read = [
        name
        for name, kind in types.items()
        if kind in READ and name not in key and frame.schema[name] != pl.String
    ]
    old = frame.to_dicts()
    rows = _Rows(frame, old, _own_key(table, key))
    for name, kind in types.items():
        if (
            kind == "varchar"
            and f"{table['name']}.{name}" not in shown
            and not frame.schema[name].is_numeric()
        ):
            for text in planted.texts(f"{prefix}.{name}"):
                for _ in range(copies):
                    rows.add({name: text})
                if read:
                    rows.add({name: text, read[0]: "unreadable"})
        elif name in read:
            for text in planted.texts(f"{prefix}.{name}")[:2]:
                rows.add({name: text})
        elif kind.startswith("struct"):
            for place in sorted(set(_places(old, name))):
                holders = [row for row in old if place in set(_places([row], name))]
                step = max(1, len(holders) // copies)
                for text in planted.texts(f"{prefix}.{name}.{'.'.join(place)}"):
                    for holder in holders[::step][:copies]:
                        rows.add({name: _put(holder[name], place, text)}, holder)
    for row in rows.added:
        row |= {name: str(row[name]) for name in read if row[name] is not None}
    whole = frame.with_columns(pl.col(name).cast(pl.String) for name in read)
    pl.concat([whole, pl.DataFrame(rows.added, schema=whole.schema)]).write_parquet(path)


class _Rows:
    """Copies of a table's rows that are newer than it, and that no row has the key of."""

    def __init__(self, frame: pl.DataFrame, old: list[dict[str, Any]], own_key: str) -> None:
        self.added: list[dict[str, Any]] = []
        self._frame, self._old, self._own_key = frame, old, own_key
        self._step = max(1, len(old) // 7)
        newest: Any = frame["_fivetran_synced"].max()
        self._loaded_at = newest + timedelta(seconds=1)

    def add(self, values: dict[str, Any], like: dict[str, Any] | None = None) -> None:
        """Add a row with other values."""
        number = len(self.added)
        row = dict(like or self._old[(number * self._step + number // 7) % len(self._old)])
        row["_fivetran_synced"] = self._loaded_at
        if "is_deleted" in row:
            row["is_deleted"] = False
        if self._own_key:
            row[self._own_key] = _new_key(self._frame, self._own_key, number)
        self.added.append(row | values)


def _own_key(table: dict[str, Any], key: list[str]) -> str:
    """The column that alone identifies a row, unless it leads to another table."""
    references = {
        column["name"]
        for column in table["columns"]
        if "references" in ((column.get("config") or {}).get("meta") or {})
    }
    return key[0] if len(key) == 1 and key[0] not in references else ""


def _new_key(frame: pl.DataFrame, name: str, number: int) -> Any:
    if frame.schema[name].is_numeric():
        return frame[name].max() + 1 + number
    return f"{str(frame[name].drop_nulls()[0])[:3]}{number:012d}AAA"


def _places(rows: list[dict[str, Any]], name: str) -> Iterator[tuple[str, ...]]:
    """Where texts are in nested values: the keys of parameters, or the fields of records."""
    for row in rows:
        value = row[name]
        if isinstance(value, list):
            for entry in value:
                if entry["value"]["string_value"] is not None:
                    yield (entry["key"],)
        else:
            yield from _fields(value)


def _fields(value: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _fields(part, (*before, name))
    elif isinstance(value, str):
        yield before


def _put(value: Any, place: tuple[str, ...], text: str) -> Any:
    if isinstance(value, list):
        return [
            {**entry, "value": {**entry["value"], "string_value": text}}
            if entry["key"] == place[0]
            else entry
            for entry in value
        ]
    name, *rest = place
    return {**value, name: _put(value[name], tuple(rest), text) if rest else text}


def people_in(folder: Path, planted: Planted) -> dict[str, set[str]]:
    """Search everything below a folder, as bytes, and databases and Parquet by their values.

    Args:
        folder: The folder, or one file.
        planted: What to look for.

    Returns:
        Where a person is named, as `file: schema.table.column`, to the raw columns they came from.
    """
    found: dict[str, set[str]] = defaultdict(set)
    files = [folder] if folder.is_file() else [f for f in sorted(folder.rglob("*")) if f.is_file()]
    for file in files:
        name = file.name if folder.is_file() else str(file.relative_to(folder))
        if columns := planted.found(name.encode() + b" " + file.read_bytes()):
            found[name] |= columns
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as database:
                tables = database.execute(
                    "select table_schema, table_name from information_schema.tables"
                ).fetchall()
                for schema, table in tables:
                    _search(found, planted, database, f'"{schema}"."{table}"', name)
        elif file.suffix == ".parquet":
            with duckdb.connect() as database:
                _search(found, planted, database, f"read_parquet('{file}')", name)
    return dict(found)


def _search(
    found: dict[str, set[str]],
    planted: Planted,
    database: duckdb.DuckDBPyConnection,
    relation: str,
    name: str,
) -> None:
    columns = database.execute(f"select column_name, column_type from (describe from {relation})")
    for column, kind in columns.fetchall():
        if any(text in kind for text in ("VARCHAR", "BLOB", "JSON")):
            value = f'cast("{column}" as varchar)'
            rows = database.execute(
                f"select distinct {value} from {relation} where {value} ilike '%zq%'"
            ).fetchall()
            if named := planted.found("\n".join(text for (text,) in rows).encode()):
                found[f"{name}: {relation}.{column}"] |= named
