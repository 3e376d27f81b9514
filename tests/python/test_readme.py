"""Every query that the README shows gives the table below it, on the shipped sample."""

import re

from conftest import ROOT, Build

EXAMPLE = re.compile(r"```sql\n(?P<query>.*?)```\n\n(?P<table>(?:\|[^\n]*\n)+)", re.DOTALL)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def test_queries_give_what_is_shown(built: Build) -> None:
    examples = list(EXAMPLE.finditer((ROOT / "README.md").read_text()))
    assert len(examples) >= 4
    with built.connect() as connection:
        for example in examples:
            result = connection.execute(example["query"])
            names = [column[0] for column in result.description]
            rows = [
                ["" if value is None else str(value) for value in row] for row in result.fetchall()
            ]
            header, _, *shown = map(cells, example["table"].splitlines())
            assert (header, shown) == (names, rows), example["query"]


def test_the_french_page_gives_commands_of_the_english_one() -> None:
    english, french = (
        {
            line
            for block in re.findall(r"```bash\n(.*?)```", page.read_text(), re.DOTALL)
            for line in block.splitlines()
        }
        for page in (ROOT / "README.md", ROOT / "README.fr.md")
    )
    assert french
    assert french - english == set()
