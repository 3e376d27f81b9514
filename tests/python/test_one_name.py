"""One name, one number: no page or report has two different numbers under one label.

A label is what names a number where it stands: the heading, the row, and whose page it is; a total
is named by its heading alone, wherever it stands. What is counted in another way has another name,
and docs/glossary.md has the names of the numbers that people quote.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT, Dashboard
from html_tree import Node, read_html

from abm.dictionary import read_dictionary
from abm.paths import read_yaml
from abm.report.period import PERIODS, write_report
from tools.glossary import HEADLINES, PAGE, written_glossary

LANGUAGES = ("en", "fr")
TABLES = read_yaml(ROOT / "abm" / "report" / "tables.yml")
LIST = "a list of the rows that matter most, not of all"
AT_STAKE = "one account's or deal's money is at stake in several alerts"
OF_EACH = "a mean or a velocity of each, which has no sum"
OF_A_PAGE = "a list of one account's or executive's rows, whose sum no other page states"
WITHOUT_TOTAL = {
    "overall_velocity": OF_EACH,
    "velocity_by_executive": OF_EACH,
    "account_velocity": OF_EACH,
    "velocity_alerts": AT_STAKE,
    "team_velocity_alerts": AT_STAKE,
    "accounts_at_risk": AT_STAKE,
    "marketing_alerts": AT_STAKE,
    "hot_not_called": AT_STAKE,
    "missed_calls": AT_STAKE,
    "new_alerts": AT_STAKE,
    "urgent_alerts": AT_STAKE,
    "stakeholder_actions": AT_STAKE,
    "executive_actions": AT_STAKE,
    "executive_hot_not_called": AT_STAKE,
    "executive_alerts": AT_STAKE,
    "candidates": LIST,
    "open_deals": LIST,
    "top_campaigns": LIST,
    "content_by_persona": LIST,
    "account_credit": LIST,
    "account_opportunities": OF_A_PAGE,
    "executive_opportunities": OF_A_PAGE,
    "executive_customers": OF_A_PAGE,
    "expected_pipeline": "its total is that of pipeline_by_stage",
    "revenue_forecast": "methods beside one another, and bands, which do not add up",
    "recommended_budget": "only channels that can be judged are listed",
    "return_on_investment": "bases beside one another: each holds the ones before it",
    "return_by_quarter": "the newest quarters of a longer series",
    "pipeline_movements": "a deal that moved twice is in two rows",
}
"""Tables with amounts that have no row of their total, and why."""

VALUE = ("Value", "Valeur")
"""The heading of the numbers that the rows name."""


@dataclass(frozen=True)
class Said:
    """A number on a page.

    Attributes:
        label: Whose number it is (the page of one account, for example), of which row, and the
            heading that it stands under.
        place: The page, and the table or card.
        text: The number as it is read.
        value: The number itself.
    """

    label: tuple[str, ...]
    place: str
    text: str
    value: float


def numbers_of(page: str, text: str) -> Iterator[Said]:
    """The labelled numbers of a page: of its cards, of its lists of facts and of its tables."""
    tree = read_html(text)
    (heading,) = tree.all("h1")
    subject = heading.text if re.search(r"accounts/|executives/", page) else ""
    for card in tree.all("article", class_="card"):
        (heading,) = card.all("h3")
        for value in card.all("p", class_="value"):
            yield from _said((subject, heading.text), f"{page}#{card.attributes['id']}", value)
    for terms in tree.all("dl"):
        yield from _facts(terms, subject, page)
    for table in tree.all("table"):
        yield from _cells(table, subject, page)


def _facts(terms: Node, subject: str, page: str) -> Iterator[Said]:
    # What follows the first line is said of the number, in words of its own.
    nodes = list(terms.all("dt", "dd"))
    for name, value in pairwise(nodes):
        if (name.tag, value.tag) == ("dt", "dd"):
            yield from _said((subject, name.text), page, value)


def _cells(table: Node, subject: str, page: str) -> Iterator[Said]:
    heads = [head.text for head in table.one("thead").all("th")]
    # Of groups of rows that a switch chooses from, the one that is shown.
    lines = list(next(table.all("tbody")).all("tr"))
    rows = [list(row.all("th", "td")) for row in lines]
    parts = {cell.text for line in lines if not line.has(class_="total") for cell in line.all()}
    block = next((node["id"] for node in table.within() if "id" in node.attributes), "")
    for line, row, name in zip(lines, rows, _names(rows), strict=True):
        if line.has(class_="total"):
            # A total is named by its heading alone: what it is the total of is not in the label.
            name = tuple(cell for cell in name if cell in parts)
        for head, cell in zip(heads[1:], row[1:], strict=True):
            yield from _said((subject, *name, head), f"{page}#{block}", cell)


def _names(rows: list[list[Node]]) -> list[tuple[str, ...]]:
    """What names each row of a table: its first cells, as many as tell all rows apart."""
    texts = [[cell.text.rstrip("† ") for cell in row] for row in rows]
    for n_cells in range(1, len(rows[0])):
        names = [tuple(row[:n_cells]) for row in texts]
        if len(set(names)) == len(names):
            return names
    return [tuple(row) for row in texts]


def _said(label: tuple[str, ...], place: str, node: Node) -> Iterator[Said]:
    values = list(node.all("data"))
    if len(values) == 1:
        (value,) = values
        named = tuple(part for part in label if part and part not in VALUE)
        yield Said(named, place, value.text, float(value["value"]))


def conflicts(pages: Mapping[str, str]) -> list[str]:
    """Labels under which different numbers stand.

    Args:
        pages: The text of every page by its path, of one language.

    Returns:
        A line for each: the label, the numbers and where they stand.
    """
    said: dict[tuple[str, ...], list[Said]] = defaultdict(list)
    for page, text in pages.items():
        for number in numbers_of(page, text):
            said[number.label].append(number)
    return [line for label, found in said.items() for line in _conflict(label, found)]


def _conflict(label: tuple[str, ...], found: Iterable[Said]) -> Iterator[str]:
    kinds: list[list[Said]] = []
    for number in found:
        for kind in kinds:
            if _is_same(kind[0], number):
                kind.append(number)
                break
        else:
            kinds.append([number])
    if len(kinds) > 1:
        listed = "; ".join(
            f"{kind[0].text} ({', '.join(dict.fromkeys(n.place for n in kind))})" for kind in kinds
        )
        yield f"{' / '.join(filter(None, label))}: {listed}"


def _is_same(one: Said, other: Said) -> bool:
    return one.text == other.text or abs(one.value - other.value) <= 1e-6 * abs(one.value)


@pytest.fixture(scope="module", params=LANGUAGES)
def pages(
    request: pytest.FixtureRequest,
    dashboard: Dashboard,
    published: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """All pages and both reports of one language, but for the definitions, which hold no figure."""
    folder = tmp_path_factory.mktemp("reports")
    found = {
        name: text
        for name, text in dashboard.pages().items()
        if name.startswith(f"{request.param}/") and not name.endswith("definitions.html")
    }
    for period in PERIODS:
        file = write_report(published, folder, ROOT, period, request.param, "html")
        found[file.name] = file.read_text(encoding="utf-8")
    return found


def test_no_label_has_two_numbers(pages: dict[str, str]) -> None:
    assert sum(len(list(numbers_of(name, text))) for name, text in pages.items()) > 5000
    assert conflicts(pages) == []


def planted(page: str, *rows: str, kind: str = "", heading: str = "Won") -> dict[str, str]:
    """A page with one table."""
    body = "".join(
        f'<tr class="{kind}"><th>{name}</th><td><data value="{value}">{value}</data></td></tr>'
        for name, value in (row.split("=") for row in rows)
    )
    head = f"<thead><tr><th>Of</th><th>{heading}</th></tr></thead>"
    table = f"<table>{head}<tbody>{body}</tbody></table>"
    return {page: f"<h1>Page</h1><div id='t'>{table}</div>"}


def test_a_conflict_is_found() -> None:
    """In a row, in a total, in a card; the same number in another place is none."""
    one = planted("index.html", "email=3", "web=4")
    assert conflicts(one | planted("month.html", "email=3", "web=4")) == []
    assert conflicts(one | planted("month.html", "email=5", "web=4")) == [
        "email / Won: 3 (index.html#t); 5 (month.html#t)"
    ]
    total = planted("index.html", "All=7", kind="total")
    assert conflicts(total | planted("month.html", "Everybody=8", kind="total")) == [
        "Won: 7 (index.html#t); 8 (month.html#t)"
    ]
    card = '<h1>P</h1><article class="card" id="k"><h3>Won</h3><p class="value"><data value="9">'
    assert conflicts(total | {"week.html": f"{card}9</data></p></article>"}) == [
        "Won: 7 (index.html#t); 9 (week.html#k)"
    ]
    of_accounts = planted("en/accounts/a.html", "email=1") | planted("index.html", "email=2")
    assert conflicts(of_accounts) == []


def without_total(pages: Mapping[str, str]) -> set[str]:
    """The tables with amounts on pages that show no total."""
    found, with_total = set(), set()
    for text in pages.values():
        for table in read_html(text).all("table"):
            blocks = [node.attributes.get("id", "") for node in table.within()]
            name = next((block for block in blocks if block in TABLES), None)
            if name and any(column.get("kind") == "amount" for column in TABLES[name]["columns"]):
                (with_total if any(table.all("tr", class_="total")) else found).add(name)
    return found - with_total


def test_amounts_have_their_total_or_a_reason(pages: dict[str, str]) -> None:
    found = without_total(pages)
    assert found <= set(WITHOUT_TOTAL)
    # Where nobody with enough deals is below the target, there is no such alert.
    assert set(WITHOUT_TOTAL) - found <= {"velocity_alerts", "team_velocity_alerts"}
    assert all(len(reason.split()) > 3 for reason in WITHOUT_TOTAL.values())


def test_the_glossary_is_that_of_the_models() -> None:
    """`make glossary` writes it; every name in it is of one number."""
    tables = read_dictionary(ROOT)
    assert PAGE.read_text(encoding="utf-8") == written_glossary(tables)
    for language in LANGUAGES:
        names = [
            tables[table].columns[column].labels[language]
            for columns in HEADLINES.values()
            for table, column in (name.split(".") for name in columns)
        ]
        assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
