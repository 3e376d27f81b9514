"""Where a statement depends on the locale of a PostgreSQL database, as its parser sees it.

PostgreSQL keeps the parsed statement of a view, in which every expression has its collation
(https://www.postgresql.org/docs/current/collation.html): 950 is "C", the order of bytes, and 100
that of the database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

DATABASE_COLLATION, BYTES = "100", "950"
EXTREMES = {"2129": "max", "2145": "min"}
"""The functions of texts, by the number that every server has for them."""
COMPARISONS = {"664": "<", "665": "<=", "666": ">", "667": ">="}
"""The operators of texts."""
LETTERS = {"870": "lower", "871": "upper", "872": "initcap"}
"""The functions that know capital letters: by bytes, of a to z alone."""
GREATEST = {"0": "greatest", "1": "least"}
ORDERED = {"sortClause": "order by", "orderClause": "over (order by)", "aggorder": "agg(order by)"}
"""The lists of a query, a window and an aggregate that say how rows are ordered."""

_TOKEN = re.compile(r"(?<!\\)(?:\{(\w+)|(\})|:(\w+) ?([^\s{}()]*))")


@dataclass
class Node:
    """A node of a parsed statement.

    Attributes:
        kind: Its name, as QUERY or AGGREF.
        place: The field of the node above that it stands in.
        values: The first word of each of its fields.
        below: The nodes in it.
    """

    kind: str
    place: str
    values: dict[str, str] = field(default_factory=dict)
    below: list["Node"] = field(default_factory=list)

    def collation(self) -> str | None:
        """The collation of its result."""
        for name, value in self.values.items():
            if name == "collOid" or (name.endswith("collid") and name != "inputcollid"):
                return value
        return None


def parsed(tree: str) -> Node:
    """Read a node tree as PostgreSQL writes it.

    Args:
        tree: The text of `pg_rewrite.ev_action`.

    Returns:
        A node that holds those of the statement.
    """
    top = Node("", "")
    stack, places = [top], [""]
    for kind, end, name, value in _TOKEN.findall(tree):
        if kind:
            node = Node(kind, places[-1])
            stack[-1].below.append(node)
            stack.append(node)
            places.append("")
        elif end:
            stack.pop()
            places.pop()
        else:
            places[-1] = name
            stack[-1].values[name] = value
    return top


def by_locale(node: Node) -> Iterator[str]:
    """Find what the locale of the database decides, and letters that are read as bytes.

    Args:
        node: A node.

    Yields:
        What does, as `min`, `over (order by)` or `lower`.
    """
    values = node.values
    if values.get("inputcollid") == DATABASE_COLLATION:
        for names, key in ((EXTREMES, "aggfnoid"), (EXTREMES, "winfnoid"), (COMPARISONS, "opno")):
            if values.get(key) in names:
                yield names[values[key]]
        if node.kind == "MINMAXEXPR":
            yield GREATEST[values["op"]]
    if values.get("inputcollid") == BYTES and values.get("funcid") in LETTERS:
        yield LETTERS[values["funcid"]]
    # What orders is named by its number among the columns of the query or the arguments.
    columns = {n.values["ressortgroupref"]: n for n in node.below if n.kind == "TARGETENTRY"}
    windows = [n for n in node.below if n.kind == "WINDOWCLAUSE"]
    for holder in (node, *windows) if columns else ():
        for clause in holder.below:
            if clause.kind == "SORTGROUPCLAUSE" and clause.place in ORDERED:
                (expression,) = columns[clause.values["tleSortGroupRef"]].below
                if expression.collation() == DATABASE_COLLATION:
                    yield ORDERED[clause.place]
    for below in node.below:
        yield from by_locale(below)
