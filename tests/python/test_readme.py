"""The pages for readers: every query gives the table below it, every link leads somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import ROOT, Build

EXAMPLE = re.compile(r"```sql\n(?P<query>.*?)```\n\n(?P<table>(?:\|[^\n]*\n)+)", re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS]
WITH_EXAMPLES = [page for page in PAGES if EXAMPLE.search(page.read_text())]
LONGEST_README = 150


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def links(page: Path) -> list[str]:
    """Where a page leads, without what leads out of the project."""
    text = CODE.sub("", page.read_text())
    return [m["target"] for m in LINK.finditer(text) if "://" not in m["target"]]


def anchors(page: Path) -> set[str]:
    """What a link can name after #: headings as GitHub spells them."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.stem)
def test_queries_give_what_is_shown(built: Build, page: Path) -> None:
    with built.connect() as connection:
        for example in EXAMPLE.finditer(page.read_text()):
            result = connection.execute(example["query"])
            names = [column[0] for column in result.description]
            rows = [
                ["" if value is None else str(value) for value in row] for row in result.fetchall()
            ]
            header, _, *shown = map(cells, example["table"].splitlines())
            assert (header, shown) == (names, rows), example["query"]


def test_readers_find_examples() -> None:
    assert {"README", "director", "cfo", "analyst"} <= {page.stem for page in WITH_EXAMPLES}


def test_no_link_is_dead() -> None:
    dead = []
    for page in PAGES:
        for target in links(page):
            path, _, anchor = unquote(target).partition("#")
            file = (page.parent / path) if path else page
            if not file.exists() or (anchor and anchor not in anchors(file)):
                dead.append(f"{page.name}: {target}")
    assert dead == []


def test_readme_is_short_and_leads_everywhere() -> None:
    readme = ROOT / "README.md"
    assert len(readme.read_text().splitlines()) < LONGEST_README
    reached = {(ROOT / target.partition("#")[0]).resolve() for target in links(readme)}
    assert [page.name for page in PAGES if page != readme and page not in reached] == []


DECISIONS = ROOT / "DECISIONS.md"
CITED = re.compile(r"\bdecisions? (\d+(?:(?:, | and )\d+)*)")


def misplaced_decisions(text: str) -> list[str]:
    """Decisions without a subject or with another's number, and subjects the index lacks."""
    wrong, numbers, subject = [], set(), ""
    for level, title in re.findall(r"^(##+) (.*)$", text, re.MULTILINE):
        number = re.match(r"(\d+)\. ", title)
        if level == "##":
            subject = title
            if number or f"- [{title}](#" not in text:
                wrong.append(title)
        elif level != "###" or not number or not subject or number[1] in numbers:
            wrong.append(title)
        else:
            numbers.add(number[1])
    return wrong


def test_decisions_stand_under_their_subject() -> None:
    text = DECISIONS.read_text()
    assert misplaced_decisions(text) == []
    planted = f"### 0. Above all\n{text}\n### 1. Again\n\n## 999. New\n\n## Other\n\n#### Deep\n"
    assert misplaced_decisions(planted) == ["0. Above all", "1. Again", "999. New", "Other", "Deep"]


def unknown_decisions(text: str, known: set[str]) -> list[str]:
    """The numbers of decisions that a text cites and that there are not."""
    return [n for cited in CITED.findall(text) for n in re.findall(r"\d+", cited) if n not in known]


def test_code_cites_decisions_that_there_are() -> None:
    known = set(re.findall(r"^### (\d+)\. ", DECISIONS.read_text(), re.MULTILINE))
    assert unknown_decisions("see decisions 1, 998 and 999; decision 1", known) == ["998", "999"]
    folders = ("abm", "docs", "macros", "models", "seeds", "tools")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.*")]
    texts = {
        str(file.relative_to(ROOT)): file.read_text()
        for file in files
        if file.suffix in (".py", ".sql", ".yml", ".md")
    }
    assert {name: n for name, text in texts.items() if (n := unknown_decisions(text, known))} == {}
    assert sum(bool(CITED.search(text)) for text in texts.values()) > 10


def test_the_french_page_gives_commands_of_the_english_ones() -> None:
    def commands(*pages: Path) -> set[str]:
        return {
            line
            for page in pages
            for block in re.findall(r"```bash\n(.*?)```", page.read_text(), re.DOTALL)
            for line in block.splitlines()
        }

    french = commands(ROOT / "README.fr.md")
    assert french
    assert french - commands(ROOT / "README.md", *DOCS) == set()
