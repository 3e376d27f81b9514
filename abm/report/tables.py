"""What the pages show in tables: for each its columns and how they are written.

The rows come from the query of the same name in `queries/`, which picks, joins, orders and adds up
rows of published tables; what a number means is said in the model it comes from.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

QUERIES = Path(__file__).parent / "queries"

NUMBERS = {
    "amount": "reporting currency",
    "change": "points, with its sign",
    "change_share": "a share of 1 as percent, with its sign",
    "count": "a whole number",
    "in_unit": "in the unit of its KPI, the row's column unit",
    "number": "a number of one decimal",
    "percent": "0-100",
    "share": "a share of 1 as percent",
}
TEXTS = {
    "account": "the account's name; a link where account_id is in programme",
    "code": "a code of the warehouse, in words",
    "day": "a day",
    "executive": "the account executive's name, a link",
    "moment": "a moment, UTC",
    "month": "the month of a day",
    "status": "a code of the group status, with a sign",
    "text": "as it is",
    "yes_or_no": "a truth value",
}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: The query's column; {language} in it stands for en or fr.
        label: The published column whose label heads it, `model.column` (`config.meta` in YAML).
        kind: How it is written, a key of NUMBERS or TEXTS.
        codes: For a code, its group in phrases.yml.
        reason: The query's column that says why a value is missing, a code of the group reason.
    """

    name: str
    label: str
    kind: str = "text"
    codes: str = ""
    reason: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is set flush right."""
        return self.kind in NUMBERS


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes:
        name: Its id, the name of its query, and its key in phrases.yml, which has its title and
            what it says without a row. A query's column `page_id` is the account or account
            executive whose page a row is on, `is_total` marks totals.
        columns: What is shown, from left to right.
        model: The model whose description explains it.
        limit: Rows shown; the others are counted.
    """

    name: str
    model: str
    columns: tuple[Column, ...] = field(repr=False)
    limit: int | None = None

    @cached_property
    def sql(self) -> str:
        """The query."""
        return (QUERIES / f"{self.name}.sql").read_text(encoding="utf-8")


def _table(name: str, model: str, *columns: str | tuple[str, ...], limit: int | None = None) -> Table:
    """Declare a table; a column is (name, label, kind, codes or reason), its label short for the
    model's own."""
    made = []
    for column in columns:
        name_, label, *rest = (column,) if isinstance(column, str) else column
        made.append((name_, label, rest))
    return Table(name, model, tuple(made), limit)
