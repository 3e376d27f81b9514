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
