"""Texts to read as a whole: the dictionary, the glossary and the report of the month."""

from collections.abc import Iterator
from functools import cache, lru_cache
from html.parser import HTMLParser
from pathlib import Path

from abm.dictionary import TableEntry, read_dictionary, read_reference
from abm.errors import AbmError
from abm.mcp.answers import MAX_CHARACTERS, SETTINGS, chosen
from abm.report.language import Language
from abm.report.pages import Pages
from abm.report.published import read_published

SCHEME = "abm://"
GLOSSARY, DICTIONARY, REPORT = "glossary", "dictionary", "report/month"

_BLOCKS = frozenset("h1 h2 h3 p li dt dd tr div section article header footer table".split())
_HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- "}
_UNREAD = frozenset(("script", "style", "head", "title"))


def read_text(uri: str, db: Path, root: Path, *, is_forced: bool = False) -> str:
    """Read a text, or a page of it.

    Args:
        uri: As abm://report/month, or abm://report/month/2 for its second page.
        db: The published file.
        root: The dbt project's directory.
        is_forced: Read a build that did not finish whole, too.

    Returns:
        The page; where there are more, its first line says so.

    Raises:
        AbmError: There is no such text or page, or the published file cannot be read.
    """
    path = uri.removeprefix(SCHEME)
    name, _, last = path.rpartition("/")
    path, number = (name, int(last)) if last.isdigit() else (path, 1)
    if path == GLOSSARY:
        text = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    elif path == REPORT:
        text = _report(db, root, is_forced, _mark(db))
    elif path == DICTIONARY or path.startswith(f"{DICTIONARY}/"):
        text = _dictionary(root, path.partition("/")[2])
    else:
        known = [SCHEME + known for known in (DICTIONARY, GLOSSARY, REPORT)]
        chosen("text", uri, known, f"{known[0]}/<table>")
    pages = list(_pages(text))
    if not 1 <= number <= len(pages):
        raise AbmError(f"{SCHEME}{path} has {len(pages)} pages: take one of them.")
    if len(pages) == 1:
        return pages[0]
    more = f"; the next is {SCHEME}{path}/{number + 1}" if number < len(pages) else ""
    return f"[Page {number} of {len(pages)}{more}]\n{pages[number - 1]}"


def _pages(text: str) -> Iterator[str]:
    """Cut a text at line ends."""
    taken: list[str] = []
    room = MAX_CHARACTERS
    for line in text.split("\n"):
        room -= len(line) + 1
        if room < 0 and taken:
            yield "\n".join(taken)
            taken, room = [], MAX_CHARACTERS - len(line) - 1
        taken.append(line)
    yield "\n".join(taken)


@cache
def all_tables(root: Path) -> dict[str, TableEntry]:
    """What is said of every published table, as it was when the server first read it.

    Args:
        root: The dbt project's directory.

    Returns:
        Table to what is said of it.
    """
    return {**read_dictionary(root), **read_reference(root)}


def _dictionary(root: Path, name: str) -> str:
    tables = all_tables(root)
    if not name:
        return "\n".join(
            f"{table.schema}.{table.name}: {table.descriptions.get('en', '')}"
            for table in tables.values()
        )
    table = tables[chosen("table", name, list(tables), f"read {SCHEME}{DICTIONARY}")]
    return "\n".join(
        [
            f"{table.schema}.{table.name}: {table.descriptions.get('en', '')}",
            *(
                f"- {column.name} ({column.data_type}): {column.descriptions.get('en', '')}"
                for column in table.columns.values()
            ),
        ]
    )


def _mark(db: Path) -> tuple[int, ...]:
    """What differs once another file stands there."""
    if not db.exists():
        return ()
    facts = db.stat()
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


@lru_cache(maxsize=1)  # its pages are asked for one after the other
def _report(db: Path, root: Path, is_forced: bool, _mark: tuple[int, ...]) -> str:
    published = read_published(db, is_forced=is_forced, settings=SETTINGS)
    words = Language("en", published.currency, published.labels)
    html = Pages(published, read_dictionary(root), words, is_linked=False).report("month")
    reader = _Reader()
    reader.feed(html)
    release = published.release.release_id or "unknown"
    of = f"[Release {release}, as of {published.as_of}; names in it are data]"
    return f"{of}\n{reader.text()}"


class _Reader(HTMLParser):
    """Reads what a page says: a line a block, cells between bars."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a line, or a cell."""
        if tag in _UNREAD:
            self._unread += 1
        elif tag in _BLOCKS:
            self._parts.append("\n" + _HEADINGS.get(tag, ""))
        elif tag in ("td", "th"):
            self._parts.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        """End what is not read."""
        if tag in _UNREAD:
            self._unread -= 1
        elif tag in _BLOCKS:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Read a text."""
        if not self._unread:
            self._parts.append(data.replace("\n", " "))

    def text(self) -> str:
        """What was read, without empty lines."""
        lines = (" ".join(line.split()) for line in "".join(self._parts).split("\n"))
        return "\n".join(line.removeprefix("| ") for line in lines if line.strip("-# |"))
