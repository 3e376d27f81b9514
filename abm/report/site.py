"""`abm report`: the dashboard as a folder of self-contained pages, in English and French."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from abm.dictionary import TableEntry, read_dictionary
from abm.errors import AbmError, unwritable
from abm.paths import shown
from abm.progress import Steps
from abm.release import FILE
from abm.report.language import LOCALES, Language
from abm.report.pages import Pages, environment
from abm.report.published import Published, read_published
from abm.report.written import release_facts
from abm.writing import replaced_folder


@dataclass(frozen=True)
class Site:
    """What was written.

    Attributes:
        index: The page to open first, which leads to the two languages.
        pages: Number of pages.
        size: Bytes in all.
    """

    index: Path
    pages: int
    size: int


def write_site(
    db: Path, out: Path, root: Path, steps: Steps | None = None, *, is_forced: bool = False
) -> Site:
    """Write the dashboard, in place of the one that is there.

    Args:
        db: The published file.
        out: The folder of the dashboard; made when missing.
        root: The dbt project's directory, which has the descriptions.
        steps: Is advanced with every page.
        is_forced: Show a build that did not finish whole, too; every page says so.

    Returns:
        What was written.

    Raises:
        AbmError: The file cannot be read or the folder not be written.
    """
    try:
        _check_folder(out)
    except OSError as error:
        raise unwritable(f"write {shown(out)}", error) from error
    published = read_published(db, is_forced=is_forced)
    dictionary = read_dictionary(root)
    languages = [Language(code, published.currency, published.labels) for code in LOCALES]
    n_pages = size = 0
    try:
        with replaced_folder(out) as work:
            for name, page in _pages(published, dictionary, languages, steps):
                file = work / name
                file.parent.mkdir(parents=True, exist_ok=True)
                n_pages, size = n_pages + 1, size + file.write_bytes(page.encode())
            facts = release_facts(published.release, root, n_pages)
            (work / FILE).write_text(facts, encoding="utf-8")
    except OSError as error:
        raise unwritable(f"write {shown(out)}", error) from error
    return Site(out / "index.html", n_pages, size)


def _pages(
    published: Published,
    dictionary: Mapping[str, TableEntry],
    languages: Sequence[Language],
    steps: Steps | None,
) -> Iterator[tuple[str, str]]:
    """Make every page of the dashboard: its path in the folder, and its text."""
    for language in languages:
        pages = Pages(published, dictionary, language)
        if steps:
            steps.set_total(len(languages) * len(pages))
        for name, page in pages.all():
            yield f"{language.code}/{name}", page
            if steps:
                steps.start(name)
                steps.advance()
    yield "index.html", environment().get_template("choose.html").render(languages=languages)


def _check_folder(out: Path) -> None:
    """Make sure that a folder holds nothing but an older dashboard."""
    if out.exists() and not (
        out.is_dir() and {path.name for path in out.iterdir()} <= {*LOCALES, "index.html", FILE}
    ):
        raise AbmError(
            f"{shown(out)} holds more than a dashboard, which is written anew each time: "
            "name a directory of its own with --out."
        )
