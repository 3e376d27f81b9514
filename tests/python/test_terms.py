"""One word for each thing: every text that is shown follows the glossary, and French typography."""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Dashboard
from html_tree import read_html

from abm.paths import read_yaml
from abm.report.period import PERIODS, write_report

LANGUAGES = ("en", "fr")
TERMS = read_yaml(ROOT / "abm" / "report" / "terms.yml")
NO_TEXTS = ("french_descriptions", "loader_names")
"""Seeds of technical descriptions, which name columns and codes, and of names of loaders."""
TECHNICAL = re.compile(r"definitions\.html$")
"""The page that names tables and columns because it explains them."""

TYPOGRAPHY = {
    "a straight apostrophe": r"\w'\w",
    "a plain space before a sign": r"\S [:;?!»%](?!\S)",
    "a plain space after a quotation mark": "« ",
    "no space before a sign": r"\w[;?!»](?=\s|$)",
}
"""What French does not write."""

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"

Text = tuple[str, str, str]
"""Where a text stands, its language and what it says."""


def faults(texts: Iterable[Text]) -> list[str]:
    """Name what texts say against the glossary or the typography of French."""
    found = []
    for where, language, text in texts:
        for name, entry in TERMS.items():
            rest = re.sub(r"\{\w+\}", "{}", text)
            for allowed in entry.get("but", {}).get(language, ()):
                rest = re.sub(allowed, "", rest, flags=re.IGNORECASE)
            for avoided in entry.get("avoid", {}).get(language, ()):
                word = avoided if re.match(r"\W", avoided) else rf"\b(?:{avoided})"
                match = re.search(rf"{word}(?!\w)", rest, re.IGNORECASE)
                if match:
                    wanted = entry["term"][language]
                    found.append(f"{where}: {match[0]!r} and not {wanted!r} ({name}): {text[:80]}")
        if language == "fr":
            found += [
                f"{where}: {fault}: {text[:80]}"
                for fault, pattern in TYPOGRAPHY.items()
                if re.search(pattern, text)
            ]
    return found


def in_yaml(name: str) -> Iterator[Text]:
    """The texts of a file of the pages."""

    def walk(node: Any, path: str) -> Iterator[Text]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in LANGUAGES and isinstance(value, str):
                    yield path, key, value
                else:
                    yield from walk(value, f"{path}.{key}")
        elif isinstance(node, list):
            for value in node:
                yield from walk(value, path)

    yield from walk(read_yaml(ROOT / "abm" / "report" / name), name)


def in_seeds() -> Iterator[Text]:
    """The labels of every seed, and the messages."""
    for file in sorted((ROOT / "seeds").glob("*.csv")):
        if file.stem in NO_TEXTS:
            continue
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                where = f"{file.stem} {' '.join(list(row.values())[:2])}"
                for column, text in row.items():
                    if column[-3:] in ("_en", "_fr"):
                        yield where, column[-2:], text
                if "message" in row and not row["code"].startswith("notice_"):
                    yield where, row["language"], row["message"]


def in_page(name: str, language: str, page: str) -> Iterator[Text]:
    """The texts of a page, and the words of its images."""
    tree = read_html(page)
    for node, text in tree.one("body").texts():
        # What the audit noticed names tables and columns: somebody has to find them.
        if not any(around.attributes.get("id") == "notices" for around in node.within()):
            yield name, language, text.strip()
    for image in tree.all("img"):
        yield name, language, image["alt"]


def test_every_phrase_follows_the_glossary() -> None:
    texts = [*in_yaml("phrases.yml"), *in_yaml("tables.yml"), *in_seeds()]
    assert len(texts) > 1500
    assert faults(texts) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_written_page_follows_the_glossary(
    language: str, dashboard: Dashboard, published: Path, tmp_path: Path
) -> None:
    pages = {
        name: page
        for name, page in dashboard.pages().items()
        if name.startswith(f"{language}/") and not TECHNICAL.search(name)
    }
    for period in PERIODS:
        file = write_report(published, tmp_path, ROOT, period, language, "html")
        pages[period] = file.read_text(encoding="utf-8")
    assert len(pages) > 100
    texts = (text for name, page in pages.items() for text in in_page(name, language, page))
    assert faults(texts) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Accounts of the programme"),
        ("en", "It is worth 5 USD."),
        ("en", "Due by 2026-10-31."),
        ("en", "Due by Oct 31, 00:00."),
        ("en", "3 more in marts.labels."),
        ("en", "one_to_few"),
        ("fr", "aucun contact depuis 3 jours"),
        ("fr", "Commerce"),
        ("fr", "4000 USD"),
        ("fr", "1M $US"),
        ("fr", f"personne n{APOSTROPHE}est engagé"),
        ("fr", "seuls 0,0\u00a0% sont engagés"),
        ("fr", "Score d'engagement"),
        ("fr", "Objectif : 5"),
        ("fr", "Objectif\u00a0: 5 %"),
        ("fr", "« chaud\u00a0»"),
        ("fr", "Chaud!"),
    ],
)
def test_the_glossary_catches(language: str, text: str) -> None:
    assert len(faults([("planted", language, text)])) == 1


def test_the_glossary_lets_pass() -> None:
    said = "Points de contact du programme\u00a0: 5\u00a0% («\u00a0chaud\u00a0»)\u00a0; 1er nov."
    assert faults([("", "fr", said)]) == []
    assert faults([("", "en", "In the program: {entity_name}, {n}, $5, Oct 31, 2026.")]) == []
