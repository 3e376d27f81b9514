"""What the pages show in tables, read from tables.yml, and how a row is written.

The rows come from a query in `queries/`, of the same name unless several tables show rows of one.
It picks, joins, orders and adds up rows of published tables; what a number means is said in the
model it comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from abm.dictionary import TableEntry
from abm.paths import read_yaml
from abm.report.language import NOTHING, Language, few
from abm.report.lines import trend

FOLDER = Path(__file__).parent

DAGGER = "\N{DAGGER}"
STAND_IN = Markup('<span class="stand_in">\N{NO-BREAK SPACE}{}</span>').format(DAGGER)
"""Behind what is judged on the benchmarks of another sector or country."""

# Kinds of columns that are set flush right.
NUMBERS = (
    "amount",
    "change",
    "change_share",
    "count",
    "in_unit",
    "kpi_change",
    "number",
    "percent",
    "share",
)

# What is shown of whom or what has no name.
_IDENTIFIERS = {"account": "account_id", "executive": "account_executive_id"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: The query's column; {language} in it stands for en or fr.
        kind: How it is written, a method of Cells.
        label: The published column whose label heads it, `model.column`.
        heading: Its heading by language, where that of a published column does not fit.
        codes: For a code, its domain in the table labels.
        reason: The query's column that says why a value is missing.
        cases: The query's column of how many cases a ratio rests on; where they are too few it is
            written grey with their number.
        reliable: The query's column that says whether they are enough.
    """

    name: str
    kind: str = "text"
    label: str = ""
    heading: Mapping[str, str] | None = None
    codes: str = ""
    reason: str = ""
    cases: str = ""
    reliable: str = "is_reliable"

    @property
    def style(self) -> str:
        """The class of its cells: `n` for numbers, `word` for codes, whose words stay together."""
        return "n" if self.kind in NUMBERS else "word" if self.kind == "code" else ""


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes:
        name: Its id in the page.
        query: The name of its query. The column `page_id` of its rows is the account or account
            executive whose page a row is on, `is_total` marks totals.
        model: The model whose description explains it.
        title: Its title by language.
        empty: What is said when it has no row, by language.
        note: What a reader should know, by language, or empty.
        columns: What is shown, from left to right.
        deciding: The column for which the table is read; it is never out of sight.
        phone: The columns that a phone shows beside the first and the deciding one, or None for
            all; the others wait for a tap.
        filters: The columns by whose values the script lets rows be chosen.
        switch: The column by which rows that follow each other are a group, of which one is shown;
            the first to begin with.
        limit: Rows shown, or all; the others are counted.
        where: SQL: which rows of a query it shows that others show too, or "" for all.
        order_by: SQL: their order, or "" for the query's own.
        page: The query's column that becomes `page_id`, or "".
        from_start: Whether it is shown while the engagement score stands alone.
    """

    name: str
    query: str
    model: str
    title: Mapping[str, str]
    empty: Mapping[str, str]
    columns: tuple[Column, ...]
    deciding: str
    note: Mapping[str, str]
    limit: int | None
    where: str = ""
    order_by: str = ""
    page: str = ""
    from_start: bool = False
    phone: Sequence[str] | None = None
    filters: Sequence[str] = ()
    switch: Column | None = None

    def waits(self, column: Column) -> bool:
        """Whether a phone shows a column only when asked for all."""
        if self.phone is None or column == self.columns[0]:
            return False
        return column.name not in (self.deciding, *self.phone)

    def sql(self) -> str:
        """The SQL that gives its rows."""
        if not self.order_by:
            return query(self.query)
        page = f"{self.page} as page_id, " if self.page else ""
        where = f"where {self.where}" if self.where else ""
        return f"select {page}* from ({query(self.query)}) {where} order by {self.order_by}"


@cache
def read_tables() -> dict[str, Table]:
    """Read tables.yml: table name to table."""
    tables = {}
    for name, node in read_yaml(FOLDER / "tables.yml").items():
        columns = tuple(_column(node, column) for column in node["columns"])
        if "switch" in node:
            node["switch"] = _column(node, node["switch"])
        tables[name] = Table(
            **{"name": name, "query": name, "note": {}, "limit": None, **node, "columns": columns}
        )
    return tables


def _column(table: Mapping[str, Any], column: Mapping[str, Any]) -> Column:
    return Column(**{"label": f"{table['model']}.{column['name']}", **column})


@cache
def query(name: str) -> str:
    """The SQL of a query."""
    return (FOLDER / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Cells:
    """Writes the values of rows in one language.

    Attributes:
        language: The language.
        accounts: Account id to the file of its page, for accounts that have one.
        executives: Account executive id to the file of the page.
        root: From the page that is written to the folder of its language: "" or "../".
    """

    language: Language
    accounts: Mapping[str, str]
    executives: Mapping[str, str]
    root: str = ""

    def cell(self, column: Column, row: Row) -> Markup:
        """Write one value of a row; where it is missing, why."""
        name = column.name.replace("{language}", self.language.code)
        value = row[name]
        if column.kind in _IDENTIFIERS:
            value = value or row[_IDENTIFIERS[column.kind]]
        if column.kind == "kpi_change" and value is None:
            value = row["change_points"]
        if column.kind == "person" and row["person_name"]:
            return Markup("<strong><bdi>{}</bdi></strong><br><bdi>{}</bdi>").format(
                row["person_name"], value or NOTHING
            )
        if column.kind == "executive" and row["account_executive_id"] == "unknown":
            return self.language.say("word.unknown_executive")
        if value is not None and column.cases and row[column.reliable] is False:
            written = self.cell(replace(column, cases=""), row)
            return few(written, row[column.cases], self.language)
        if value is None:
            reason = row[column.reason] if column.reason else None
            if reason is None:
                return NOTHING
            words = self.language.code_of("reason", reason)
            return Markup('<span class="reason">{}</span>').format(words)
        language = self.language
        match column.kind:
            case "account":
                return self._link(value, self.accounts.get(row["account_id"]))
            case "amount":
                return language.amount(value)
            case "change":
                return language.number(value, 1, sign=True)
            case "change_share":
                return language.share(value, sign=True)
            case "code":
                return escape(language.code_of(column.codes, value))
            case "count":
                return language.number(value)
            case "day":
                return language.day(value)
            case "deadline":
                return language.deadline(value)
            case "executive":
                return self._link(value, self.executives.get(row["account_executive_id"]))
            case "kpi_change":
                if (points := row["change_points"]) is not None:
                    return language.say("kpi.points", change=language.number(points, 1, sign=True))
                return language.share(value, sign=True)
            case "in_unit":
                return language.in_unit(value, row["unit"])
            case "moment":
                return language.moment(value)
            case "month":
                return language.month(value)
            case "number":
                return language.number(value, 1)
            case "percent":
                return language.percent(value)
            case "quarter":
                return language.quarter(value)
            case "share":
                return language.share(value)
            case "status":
                return language.status(value)
            case "person" | "sentence" | "text":
                # Names may be in a script that runs from right to left.
                return Markup("<bdi>{}</bdi>").format(value)
            case "trend":
                target = row["target"]
                return trend(value, row["unit"], language, [] if target is None else [target])
            case "yes_or_no":
                return language.yes_or_no(value)
            case kind:
                raise ValueError(f"{column.name} is of no known kind: {kind}")

    def heading(self, column: Column, dictionary: Mapping[str, TableEntry]) -> str:
        """The heading of a column: its own, or the label of the published column."""
        if column.heading:
            return column.heading[self.language.code]
        model, _, name = column.label.partition(".")
        return dictionary[model].columns[name].labels[self.language.code]

    def _link(self, name: str, file: str | None) -> Markup:
        if file is None:
            return Markup("<bdi>{}</bdi>").format(name)
        return Markup('<a href="{}{}"><bdi>{}</bdi></a>').format(self.root, file, name)
