"""What a release says of the accounts' records, in the fields and types of the CRM."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from abm.crm import NAMES
from abm.errors import AbmError
from abm.paths import shown
from abm.published import Published, opened_published
from abm.release import Release
from abm.report.language import LOCALES
from abm.texts import for_page, one_line

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
Value = str | None
"""A value as text, as files and the ledger hold it: a number with all its places, a day as
YYYY-MM-DD; None is an empty field."""

Values = Mapping[str, Value]
"""Field to value."""

ALERT_ID = "alert_id"
"""The column whose field is a task's, not a record's."""

FieldType = Literal["date", "number", "text", "long_text"]


@dataclass(frozen=True)
class Field:
    """A field of the CRM's records.

    Attributes:
        object_name: The CRM's object: Account or Task, companies or tasks.
        column: The published column; of one in two languages the part that both share.
        name: The field's API name.
        type: What it holds.
        length: Characters at most, of a number digits.
        decimals: Places of a number.
        is_compared: Whether another value alone makes the record another.
    """

    object_name: str
    column: str
    name: str
    type: FieldType
    length: int
    decimals: int
    is_compared: bool

    def spelled(self, value: Any) -> Value:
        """Spell a value as the field takes it.

        Args:
            value: What is published, or what the CRM says of its own.

        Returns:
            A number rounded to the field's places; a text on one line that is no formula and no
            longer than the field.
        """
        if value is None or value == "":
            return None
        if self.type == "number":
            return self._number(value)
        if self.type == "date":
            return str(value)[: len("2026-10-31")]
        text = for_page(one_line(str(value)))
        return text if len(text) <= self.length else text[: self.length - 1] + ELLIPSIS

    def _number(self, value: Any) -> str:
        try:
            places = Decimal(1).scaleb(-self.decimals)
            rounded = Decimal(str(value)).quantize(places, ROUND_HALF_UP)
        except InvalidOperation:
            return str(value)
        return str(rounded or abs(rounded))  # no -0.00


@dataclass(frozen=True)
class Record:
    """An account's record in the CRM.

    Attributes:
        account_id: The account in the warehouse.
        id: The record's id in the CRM.
        account_name: What the account is called.
        values: Field to value.
    """

    account_id: str
    id: str
    account_name: str
    values: Values


@dataclass(frozen=True)
class Book:
    """What a release says for one CRM.

    Attributes:
        crm: salesforce or hubspot.
        connection: The name of the connection whose records they are; "" for the one without.
        language: Of texts.
        as_of: The day of the values.
        fields: The fields of the accounts' records, in the seed's order.
        task_field: The field of a task that holds its alert's id.
        records: By id in the CRM.
        release: The build.
    """

    crm: str
    connection: str
    language: str
    as_of: date
    fields: Sequence[Field]
    task_field: Field
    records: Sequence[Record]
    release: Release

    @property
    def crm_name(self) -> str:
        """The CRM as people call it."""
        return NAMES[self.crm]

    @property
    def ledger_name(self) -> str:
        """The CRM in the ledger: one of several connections is a CRM of its own."""
        return f"{self.crm}:{self.connection}" if self.connection else self.crm


def read_book(
    db: Path, crm: str, language: str, connection: str | None = None, *, is_forced: bool = False
) -> Book:
    """Read what is to stand on the accounts' records.

    Args:
        db: The published file.
        crm: salesforce or hubspot.
        language: Of texts, en or fr.
        connection: The name of the connection whose records they are, where the CRM has several.
        is_forced: Take a build that did not finish whole, too.

    Returns:
        The records, with the mapping that the release was published with.

    Raises:
        AbmError: The file cannot be read, or its accounts are not this CRM's or connection's.
    """
    check_language(language)
    with opened_published(db, "scores for the CRM", is_forced=is_forced) as published:
        return book_of(published, db, crm, language, connection)


def check_language(language: str) -> None:
    """Make sure that there are texts in a language.

    Args:
        language: As the command line has it.

    Raises:
        AbmError: There are none.
    """
    if language not in LOCALES:
        raise AbmError(f"There are no texts in {language}: name one of {', '.join(LOCALES)}.")


def book_of(
    published: Published, db: Path, crm: str, language: str, connection: str | None
) -> Book:
    """Read it from a file that is open; see `read_book`."""
    rows = published.rows(_RECORDS)
    mapping = fields_of(published, crm)
    own = [row for row in rows if row["source_system"] == crm]
    if rows and not own:
        raise AbmError(
            f"The accounts of {shown(db)} are {NAMES[rows[0]['source_system']]}'s, not "
            f"{NAMES[crm]}'s: name the CRM of var crm, or build with another."
        )
    of_connection = [row for row in own if connection_of(row) == (connection or "")]
    if own and not of_connection:
        known = sorted({connection_of(row) for row in own} - {""})
        raise AbmError(
            f"{shown(db)} has no accounts of {NAMES[crm]} "
            + (f"by the connection {connection}" if connection else "without a connection")
            + (f": name one with --connection ({', '.join(known)})." if known else ".")
        )
    words = _words(published, language)
    fields = [field for field in mapping if field.column != ALERT_ID]
    return Book(
        crm=crm,
        connection=connection or "",
        language=language,
        as_of=published.release.as_of or max((row["as_of_on"] for row in rows), default=date.min),
        fields=fields,
        task_field=next(field for field in mapping if field.column == ALERT_ID),
        records=[
            Record(
                row["account_id"],
                row["crm_account_id"],
                one_line(row["account_name"] or row["crm_account_id"]),
                {
                    field.name: field.spelled(_said(row, field.column, words, language))
                    for field in fields
                },
            )
            for row in of_connection
        ],
        release=published.release,
    )


def fields_of(published: Published, crm: str) -> list[Field]:
    """Read which column is written to which field.

    Args:
        published: The published file.
        crm: salesforce or hubspot.

    Returns:
        The fields of the seed crm_fields, in its order.
    """
    rows = published.rows(_FIELDS, [crm])
    for row in rows:
        if not row["is_published"] and row["column_name"] != ALERT_ID:
            raise AbmError(
                f"The seed crm_fields names {row['column_name']}, which marts.rpt_crm_accounts has "
                "not: correct the row, build and publish."
            )
    return [
        Field(
            row["object_name"],
            row["column_name"],
            row["field_name"],
            row["field_type"],
            row["length"] or 0,
            row["decimals"] or 0,
            row["is_compared"],
        )
        for row in rows
    ]


def connection_of(row: Mapping[str, Any]) -> str:
    """The name of the connection before an account's own id; "" where it has none."""
    return str(row["account_id"]).removesuffix(str(row["crm_account_id"])).removesuffix(":")


def _said(
    row: Mapping[str, Any], column: str, words: Mapping[tuple[str, Any], str], language: str
) -> Any:
    """The value of a column; of one in two languages that one's, of a code what it is called."""
    named = f"{column}_{language}"
    value = row[named] if named in row else row[column]
    return words.get((column, value), value)


def _words(published: Published, language: str) -> dict[tuple[str, Any], str]:
    """Column and code to what the code is called."""
    rows = published.rows(_CODES)
    return {(row["column_name"], row["code"]): row[f"label_{language}"] for row in rows}


# In the order of the mart's columns.
_FIELDS = """
select fields.*, columns.column_name is not null as is_published
from reference.crm_fields as fields
left join information_schema.columns as columns
    on
        columns.table_name = 'rpt_crm_accounts'
        and columns.column_name in (fields.column_name, fields.column_name || '_en')
where fields.source_system = ?
order by columns.ordinal_position, fields.field_name
"""
_RECORDS = """
select records.*, accounts.account_name
from marts.rpt_crm_accounts as records
inner join marts.dim_accounts as accounts using (account_id)
order by crm_account_id, account_id
"""
_CODES = """
select domains.column_name, labels.code, labels.label_en, labels.label_fr
from reference.label_domains as domains
inner join reference.labels as labels using (domain)
where domains.column_name in (
    select column_name from information_schema.columns where table_name = 'rpt_crm_accounts'
)
"""
