"""Every requirement has a verdict, a place where its reader sees it, and a query that answers it.

The queries run on the published file, the places are looked up in the pages and reports of both
languages: an element that is empty or gone is found here.
"""

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Dashboard
from html_tree import Node, read_html

from abm.dictionary import read_dictionary
from abm.paths import read_yaml
from abm.report.language import LOCALES, Language
from abm.report.pages import AUDIENCES, Pages
from abm.report.published import read_published

PAGE = ROOT / "docs/requirements.md"
DECISIONS = ROOT / "DECISIONS.md"
NUMBERS = range(1, 116)
NOTHING = "\N{EN DASH}"
PLACE = re.compile(r"(\w+)#(\w+)(?:\[(\w+)\.(\w+)\])?")

Elements = Mapping[str, Sequence[Node]]
"""The elements of all pages of one kind and language, by their id."""

Documents = Mapping[str, Elements]
"""Kind of page and language, as `account en`, to its elements."""


@dataclass(frozen=True)
class Requirement:
    """A row of the page.

    Attributes:
        number: Its number; empty where the row has none.
        said: The requirement in a few words, with its article.
        verdict: met, or differs and why.
        places: Where its reader sees it.
        query: A query that returns a row where it is met.
    """

    number: str
    said: str
    verdict: str
    places: tuple[str, ...]
    query: str


def read_requirements(page: str) -> list[Requirement]:
    """The rows of all tables of the page."""
    found = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and cells[0] != "#":
            assert len(cells) == 5, f"{line!r} has not five cells"
            places = tuple(re.findall(r"`([^`]+)`", cells[3]))
            found.append(Requirement(*cells[:3], places, cells[4].strip("`")))
    return found


def numbering(rows: Sequence[Requirement]) -> Iterator[str]:
    numbers = [row.number for row in rows]
    wanted = [str(number) for number in NUMBERS]
    yield from (f"{number} is missing" for number in wanted if number not in numbers)
    yield from (f"{n} is no requirement, or is there twice" for n in _others(numbers, wanted))
    if numbers != wanted and sorted(numbers) == sorted(wanted):
        yield "the rows are not in order"
    yield from (f"{row.number}: no article" for row in rows if not re.search(r"\([AB]\)", row.said))


def _others(numbers: Sequence[str], wanted: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    for number in numbers:
        if number in seen or number not in wanted:
            yield number
        seen.add(number)


def verdicts(rows: Sequence[Requirement]) -> Iterator[str]:
    decisions = DECISIONS.read_text(encoding="utf-8")
    known = set(re.findall(r"^### (\d+)\. ", decisions, flags=re.MULTILINE))
    variables = read_yaml(ROOT / "dbt_project.yml")["vars"]
    for row in rows:
        verdict, _, reason = row.verdict.partition(": ")
        if verdict not in ("met", "differs") or (verdict == "met" and reason):
            yield f"{row.number}: {row.verdict!r} is no verdict"
        elif verdict == "differs" and len(reason.split()) < 6:
            yield f"{row.number}: differs without a reason"
        named = re.findall(r"decisions? ((?:\d+(?:, | and )?)+)", reason)
        for decision in re.findall(r"\d+", " ".join(named)):
            if decision not in known:
                yield f"{row.number}: there is no decision {decision}"
        for variable in re.findall(r"\bvar (\w+)", reason):
            if variable not in variables:
                yield f"{row.number}: there is no var {variable}"


def answers(rows: Iterable[Requirement], db: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for row in rows:
        try:
            found = db.execute(row.query).fetchall()
        except duckdb.Error as error:
            yield f"{row.number}: {str(error).splitlines()[0]}"
            continue
        if not found or any(line[0] is None for line in found):
            yield f"{row.number}: no answer"


def is_filled(node: Node) -> bool:
    """Whether an element shows something: a row with a value, a card with one, or such a part."""
    if "empty" in node.attributes.get("class", "").split():
        return False
    if node.tag == "article":
        return any(True for _ in node.one(class_="value").all("data"))
    return any(_has_value(row) for row in node.all("tr")) or any(
        map(is_filled, node.all("article"))
    )


def _has_value(row: Node) -> bool:
    return any(cell.text not in ("", NOTHING) for cell in row.all("td"))


def _shows(node: Node, label: str) -> bool:
    """Whether one of an element's rows has this label in a cell and a value in another."""
    for row in node.all("tr"):
        texts = [cell.text.removesuffix("\N{DAGGER}").strip() for cell in row.all("th", "td")]
        if label in texts and any(text not in ("", NOTHING, label) for text in texts):
            return True
    return False


def sights(
    rows: Iterable[Requirement], documents: Documents, db: duckdb.DuckDBPyConnection
) -> Iterator[str]:
    looked_up: dict[tuple[str, str], str] = {}
    for row in rows:
        if not row.places:
            yield f"{row.number}: no place"
        for place in row.places:
            for language in LOCALES:
                key = place, language
                if key not in looked_up:
                    looked_up[key] = _look(place, language, documents, db)
                if looked_up[key]:
                    yield f"{row.number}: {place} {looked_up[key]} ({language})"


def _look(place: str, language: str, documents: Documents, db: duckdb.DuckDBPyConnection) -> str:
    """What is wrong with a place; nothing when it is there and shows something."""
    match = PLACE.fullmatch(place)
    if not match:
        return "is no place"
    page, element, domain, code = match.groups()
    if page == "seed":
        return _look_in_seed(element, db)
    if page == "alerts":
        return _look_in_alerts(element, language, db)
    found = documents.get(f"{page} {language}", {}).get(element)
    if not found:
        return "does not exist"
    if not any(map(is_filled, found)):
        return "is empty"
    if domain:
        where = "from reference.labels where domain = ? and code = ?"
        label = db.execute(f"select label_{language} {where}", [domain, code]).fetchone()
        if not label:
            return "has no such label"
        if not any(_shows(node, label[0]) for node in found):
            return "lacks its row"
    return ""


def _look_in_seed(seed: str, db: duckdb.DuckDBPyConnection) -> str:
    where = "where table_schema = 'reference' and table_name = ?"
    if not db.execute(f"select 1 from information_schema.tables {where}", [seed]).fetchone():
        return "does not exist"
    return "" if db.execute(f"select 1 from reference.{seed}").fetchone() else "is empty"


def _look_in_alerts(rule: str, language: str, db: duckdb.DuckDBPyConnection) -> str:
    where = "where rule_id = ? and is_enabled"
    if not db.execute(f"select 1 from reference.alert_rules {where}", [rule]).fetchone():
        return "does not exist"
    where = f"where rule_id = ? and state <> 'baseline' and trim(message_{language}) <> ''"
    return (
        ""
        if db.execute(f"select 1 from marts.fct_alerts {where}", [rule]).fetchone()
        else ("is empty")
    )


def faults(
    rows: Sequence[Requirement], documents: Documents, db: duckdb.DuckDBPyConnection
) -> list[str]:
    return [*of_the_page(rows), *answers(rows, db), *sights(rows, documents, db)]


def of_the_page(rows: Sequence[Requirement]) -> list[str]:
    """What is wrong with the page itself."""
    return [*numbering(rows), *verdicts(rows)]


def elements(pages: Iterable[str]) -> Elements:
    """The elements of pages that have an id."""
    found: dict[str, list[Node]] = {}
    for page in pages:
        for node in read_html(page).all():
            if "id" in node.attributes:
                found.setdefault(node["id"], []).append(node)
    return found


@pytest.fixture(scope="module")
def requirements() -> list[Requirement]:
    return read_requirements(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def db(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(published), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def documents(dashboard: Dashboard, published: Path) -> Documents:
    """Every page and report of the sample."""
    found: dict[str, Elements] = {}
    rows, dictionary = read_published(published), read_dictionary(ROOT)
    for code in LOCALES:
        folder = dashboard.folder / code
        for kind, pattern in {
            "dashboard": "index.html",
            **{name: f"{name}.html" for name in AUDIENCES},
            "definitions": "definitions.html",
            "account": "accounts/*.html",
            "executive": "executives/*.html",
        }.items():
            files = folder.glob(pattern)
            found[f"{kind} {code}"] = elements(file.read_text(encoding="utf-8") for file in files)
        language = Language(code, rows.currency, rows.labels)
        pages = Pages(rows, dictionary, language, is_linked=False)
        for period in ("week", "month"):
            found[f"{period} {code}"] = elements([pages.report(period)])
    return found


def test_every_requirement_is_met_or_differs_by_decision(
    requirements: list[Requirement], documents: Documents, db: duckdb.DuckDBPyConnection
) -> None:
    assert faults(requirements, documents, db) == []


def test_no_query_answers_from_empty_tables(
    requirements: list[Requirement], published: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "empty.duckdb"
    shutil.copyfile(published, copy)
    with duckdb.connect(str(copy)) as connection:
        for schema in ("marts", "reference", "audit"):
            where = f"where table_schema = '{schema}'"
            tables = f"select table_name from information_schema.tables {where}"
            for (table,) in connection.execute(tables).fetchall():
                connection.execute(f"delete from {schema}.{table}")
        unanswered = list(answers(requirements, connection))
    assert unanswered == [f"{row.number}: no answer" for row in requirements]


Change = Callable[[list[Requirement]], list[Requirement]]


def _with(number: int, **change: object) -> Change:
    return lambda rows: [
        dataclasses.replace(row, **change) if row.number == str(number) else row  # type: ignore[arg-type]
        for row in rows
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param(lambda rows: rows[:41] + rows[42:], "42 is missing", id="a number"),
        pytest.param(
            lambda rows: [*rows, rows[7]], "8 is no requirement, or is there twice", id="twice"
        ),
        pytest.param(lambda rows: rows[::-1], "the rows are not in order", id="order"),
        pytest.param(_with(9, said="the formula"), "9: no article", id="article"),
        pytest.param(_with(9, verdict="missing"), "9: 'missing' is no verdict", id="verdict"),
        pytest.param(_with(9, verdict="differs: so"), "9: differs without a reason", id="reason"),
        pytest.param(
            _with(9, verdict="differs: we count it in another way, decision 999"),
            "9: there is no decision 999",
            id="decision",
        ),
        pytest.param(
            _with(9, verdict="differs: we count it as var no_such_var says"),
            "9: there is no var no_such_var",
            id="var",
        ),
        pytest.param(
            _with(9, query="select aes from marts.fct_account_engagement where aes < 0"),
            "9: no answer",
            id="no row",
        ),
        pytest.param(_with(9, query="select null"), "9: no answer", id="null"),
        pytest.param(
            _with(9, query="select 1 from marts.fct_gone"),
            "9: Catalog Error: Table with name fct_gone does not exist!",
            id="no table",
        ),
        pytest.param(_with(9, places=()), "9: no place", id="no place"),
        pytest.param(
            _with(9, places=("dashboard#gone",)),
            "9: dashboard#gone does not exist (en)",
            id="unknown place",
        ),
        pytest.param(
            _with(9, places=("month#stage_kpis[kpi.gone]",)),
            "9: month#stage_kpis[kpi.gone] has no such label (en)",
            id="unknown row",
        ),
        pytest.param(
            _with(9, places=("month#experiments[unit.ratio]",)),
            "9: month#experiments[unit.ratio] lacks its row (en)",
            id="row of another table",
        ),
        pytest.param(
            _with(9, places=("alerts#gone",)), "9: alerts#gone does not exist (en)", id="rule"
        ),
        pytest.param(
            _with(9, places=("seed#gone",)), "9: seed#gone does not exist (en)", id="seed"
        ),
    ],
)
def test_fault_of_the_page_is_found(
    change: Change,
    fault: str,
    requirements: list[Requirement],
    documents: Documents,
    db: duckdb.DuckDBPyConnection,
) -> None:
    changed = change(requirements)
    new = [row for row in changed if row not in requirements]
    said = [*of_the_page(changed), *answers(new, db), *sights(new, documents, db)]
    assert said == [fault] or [line.replace("(fr)", "(en)") for line in said] == [fault] * 2


TABLE = (
    '<div><div class="block" id="experiments"><h3>Experiments</h3><table><thead><tr><th>Arm</th>'
    "<th>Accounts</th></tr></thead><tbody>{rows}</tbody></table></div></div>"
)
CARD = '<article class="card" id="kpi_aes_mean"><p class="value">{value}</p></article>'


@pytest.mark.parametrize(
    ("page", "place", "is_found"),
    [
        pytest.param(TABLE.format(rows=""), "experiments", True, id="a heading alone"),
        pytest.param(
            TABLE.format(rows=f"<tr><th>control</th><td>{NOTHING}</td></tr>"),
            "experiments",
            True,
            id="nothing but dashes",
        ),
        pytest.param(
            '<div class="block" id="experiments"><h3>Arms</h3><p class="empty">None.</p></div>',
            "experiments",
            True,
            id="what is said without a row",
        ),
        pytest.param(
            TABLE.format(rows="<tr><th>control</th><td>26</td></tr>"),
            "experiments",
            False,
            id="a row",
        ),
        pytest.param(CARD.format(value=NOTHING), "kpi_aes_mean", True, id="a card without a value"),
        pytest.param(
            CARD.format(value='<data value="38.6">38.6</data>'), "kpi_aes_mean", False, id="a card"
        ),
        pytest.param(
            f'<section id="kpis">{CARD.format(value=NOTHING)}</section>',
            "kpis",
            True,
            id="a section of empty cards",
        ),
    ],
)
def test_empty_section_is_found(
    page: str,
    place: str,
    is_found: bool,
    requirements: list[Requirement],
    documents: Documents,
    db: duckdb.DuckDBPyConnection,
) -> None:
    planted = {**documents, "dashboard fr": elements([page])}
    row = dataclasses.replace(requirements[8], places=(f"dashboard#{place}",))
    said = [f"9: dashboard#{place} is empty (fr)"] if is_found else []
    assert list(sights([row], planted, db)) == said
