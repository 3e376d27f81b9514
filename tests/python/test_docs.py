"""`abm docs`: the dictionary holds what is published, and neither page needs a network."""

import re
import shutil
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import ROOT, Abm, Build, Result, errors, said

from abm.dictionary import ColumnEntry, TableEntry, read_reference
from abm.docs import dictionary_page
from abm.publish import SCHEMAS

SALT = "a salt that nobody may read"
LOADS = ("src", "srcset", "href", "data", "action", "poster", "background")


class Page(HTMLParser):
    """What a page says: descriptions by table, cells by table and column, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, str] = {}
        self.headings: dict[str, str] = {}
        self.cells: dict[tuple[str, str], list[str]] = {}
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self._into: list[str] | None = None
        self._table = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in LOADS]
        assert not [name for name, _ in attrs if name.startswith("on")], attrs
        if identifier := given.get("id"):
            self.ids.append(identifier)
        if tag == "section" and "block" in (given.get("class") or ""):
            self._table = given["id"] or ""
        elif tag == "tr" and "id" in given:
            table, column = (given["id"] or "").split(".")
            self._row = self.cells[table, column] = []
        elif tag in ("th", "td", "h3") or given.get("class") == "description":
            self._into = []

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._into is None or tag not in ("th", "td", "h3", "p"):
            return
        text, self._into = "".join(self._into), None
        if tag == "h3":
            self.headings[self._table] = text
        elif tag == "p":
            self.tables.setdefault(self._table, text)
        elif self.cells:
            self._row.append(text)


@dataclass(frozen=True)
class Written:
    """Two runs of `abm docs` on one database."""

    results: list[Result]
    folders: list[Path]


@pytest.fixture(scope="module")
def written(company_built: Build, abm: Abm, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The pages of the small company's build, written twice."""
    folder = tmp_path_factory.mktemp("docs")
    db = shutil.copy(company_built.db, folder / "abm.duckdb")
    folders = [folder / "first", folder / "second"]
    results = [
        abm("docs", "--db", db, "--out", out, environment={"ABM_EMAIL_SALT": SALT})
        for out in folders
    ]
    for result in results:
        assert result.returncode == 0, said(result)
    return Written(results, folders)


def plain(text: str | None) -> str:
    """A description as the page shows it: single spaces, no backticks."""
    return " ".join((text or "").replace("`", "").split())


def test_dictionary_holds_what_is_published(written: Written, company_built: Build) -> None:
    page = Page((written.folders[0] / "dictionary.html").read_text(encoding="utf-8"))
    with company_built.connect() as connection:
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() union all "
            "select schema_name, view_name, comment from duckdb_views() where not internal"
        ).fetchall()
        columns = connection.execute(
            "select schema_name, table_name, column_name, lower(data_type), comment "
            "from duckdb_columns() where not internal"
        ).fetchall()
    reference = read_reference(ROOT)
    expected = {}
    for schema, table, comment in tables:
        if schema in SCHEMAS:
            expected[table] = (f"{schema}.{table}", plain(comment))
            if table in reference:
                expected[table] = (f"{schema}.{table}", plain(reference[table].descriptions["en"]))
    assert {name: (page.headings[name], page.tables[name]) for name in page.headings} == expected
    expected = {}
    for schema, table, column, data_type, comment in columns:
        if schema in SCHEMAS:
            if table in reference:
                comment = reference[table].columns[column].descriptions.get("en")
            else:
                assert comment, (table, column)
            expected[table, column] = [column, data_type, plain(comment)]
    shown = {key: [cells[0], cells[1], cells[2]] for key, cells in page.cells.items()}
    assert shown == expected
    n_tables, n_columns = len(page.headings), len(page.cells)
    assert f"({n_tables} tables, {n_columns:,} columns)" in written.results[0].stdout


def test_dictionary_needs_nothing_else(written: Written) -> None:
    text = (written.folders[0] / "dictionary.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not page.tags & {"script", "iframe", "object", "embed", "img", "base", "form"}
    inside = {f"#{identifier}" for identifier in page.ids} | {"#main", "data:,"}
    assert set(page.links) <= inside
    assert len(page.ids) == len(set(page.ids))
    assert not re.search(r"@import|url\(|https?:", text)
    assert (written.folders[1] / "dictionary.html").read_text(encoding="utf-8") == text


def test_dbt_page_is_complete_and_keeps_secrets(written: Written) -> None:
    text = (written.folders[0] / "dbt.html").read_text(encoding="utf-8")
    assert "INLINE DATA" not in text
    for node in ("model.abm_warehouse.fct_alerts", "exposure.abm_warehouse.dashboard"):
        assert f'"{node}"' in text
    assert re.search(r'"catalog.v\d+.json|catalog/v\d+.json', text)
    assert SALT not in text
    assert not re.search(r'"compiled_code": *"', text)
    # What it could load, dbt's tracker, is switched off; all else is inside.
    assert re.search(r'"send_anonymous_usage_stats": *false', text)
    assert not re.search(r"<script[^>]+\bsrc=|<link[^>]+stylesheet|<img|@import", text[:20_000])
    assert [file.name for file in written.folders[0].iterdir() if file.name[0] == "."] == []


def test_names_and_labels_are_shown_safely() -> None:
    columns = {"a_b": ColumnEntry("a_b", {"en": "<b> & `x < y`, see fct_b"}, {}, "varchar")}
    labels = {"en": "Score <1>", "fr": "Score <2>"}
    tables = {
        "fct_a": TableEntry("fct_a", {"en": "Of fct_a and fct_b."}, {}, "marts", columns),
        "fct_b": TableEntry(
            *("fct_b", {"en": "B.", "fr": "Bé."}, {}, "audit"),
            {"c": ColumnEntry("c", {"en": "C."}, labels, "date")},
        ),
    }
    page = dictionary_page(tables)
    link = '<a href="#fct_b">fct_b</a>'
    assert f"&lt;b&gt; &amp; <code>x &lt; y</code>, see {link}" in page
    assert f"Of fct_a and {link}." in page
    assert 'Score &lt;1&gt; · <span lang="fr">Score &lt;2&gt;</span>' in page
    assert '<p class="description" lang="fr">Bé.</p>' in page
    assert page.count(">Label</th>") == 1


def test_what_stops_it(abm: Abm, company_built: Build, tmp_path: Path) -> None:
    missing = tmp_path / "none.duckdb"
    (sentence,) = errors(abm("docs", "--db", missing, "--out", tmp_path / "out"))
    assert sentence == (
        f"There is no build database {missing}: run `abm build` first, or name one with --db."
    )
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    db = company_built.db
    (sentence,) = errors(abm("docs", "--db", db, "--out", tmp_path / "file" / "docs"))
    assert sentence.startswith(f"Cannot write to {tmp_path}/file/docs (Not a directory): ")
    (tmp_path / "text.duckdb").write_text("this is no database")
    (sentence,) = errors(abm("docs", "--db", tmp_path / "text.duckdb", "--out", tmp_path / "out"))
    assert "is not a DuckDB database" in sentence
    assert list((tmp_path / "out").iterdir()) == []
