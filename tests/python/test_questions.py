"""Every question of docs/questions.md has an answer, and its trap is one, or is none any more."""

import re
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

N_QUESTIONS = 20
GONE = "The trap is gone"
PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
SECTIONS = {
    section.split("\n", 1)[0]: section for section in re.split(r"^## ", PAGE, flags=re.M)[1:]
}
SAID = re.compile(r'^- `(?P<table>\w+)(?:\.(?P<column>\w+))?`: "(?P<words>.+)"$', re.M)


def comment_on(connection: duckdb.DuckDBPyConnection, table: str, column: str | None) -> str:
    if column:
        query = "select comment from duckdb_columns() where table_name = ? and column_name = ?"
        rows = connection.execute(query, [table, column]).fetchall()
    else:
        rows = connection.execute(
            "select comment from duckdb_tables() where table_name = ?", [table]
        ).fetchall()
    return " ".join((rows[0][0] or "").split()) if rows else ""


def test_there_are_twenty() -> None:
    assert [int(name.split(".")[0]) for name in SECTIONS] == list(range(1, N_QUESTIONS + 1))


@pytest.mark.parametrize("name", SECTIONS)
def test_a_question_is_answered_and_its_trap_named(name: str, published: Path) -> None:
    section = SECTIONS[name]
    answer, trap = re.findall(r"^```sql\n(.*?)^```", section, flags=re.M | re.S)
    # Question and trap in both languages, and no row of figures that would grow old.
    assert len(re.findall(r"^\*[^*]+\*$", section, flags=re.M)) == 2
    (said,) = SAID.finditer(section)
    with duckdb.connect(str(published), read_only=True) as connection:
        answered = connection.execute(answer).fetchall()
        trapped = connection.execute(trap).fetchall()
        comment = comment_on(connection, said["table"], said["column"])
    assert answered
    assert all(None not in row for row in answered)
    assert (answered == trapped) == (GONE in section)
    assert said["words"] in comment
