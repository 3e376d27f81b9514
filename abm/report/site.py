"""`abm report`: the dashboard as a folder of self-contained pages, in English and French."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from abm.dictionary import read_dictionary
from abm.errors import AbmError
from abm.paths import shown
from abm.progress import Steps
from abm.release import FILE
from abm.report.language import LOCALES, Language
from abm.report.pages import Pages, environment
from abm.report.published import read_published


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
    if out.exists() and not (
        out.is_dir() and {path.name for path in out.iterdir()} <= {*LOCALES, "index.html", FILE}
    ):
        raise AbmError(
            f"{shown(out)} holds more than a dashboard, which is written anew each time: "
            "name a directory of its own with --out."
        )
    published = read_published(db, is_forced=is_forced)
    dictionary = read_dictionary(root)
    languages = [Language(code, published.currency, published.labels) for code in LOCALES]
    files: dict[str, str] = {}
    for language in languages:
        pages = Pages(published, dictionary, language)
        if steps:
            steps.set_total(len(languages) * len(pages))
        for name, page in pages.all():
            files[f"{language.code}/{name}"] = page
            if steps:
                steps.start(name)
                steps.advance()
    files[FILE] = published.release.spelled()
    files["index.html"] = environment().get_template("choose.html").render(languages=languages)
    work = out.with_name(f".{out.name}.writing")
    try:
        shutil.rmtree(work, ignore_errors=True)
        for name, page in files.items():
            file = work / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(page, encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        work.rename(out)
    except OSError as error:
        raise AbmError(
            f"Cannot write {shown(out)} ({error.strerror or error}): "
            "make room or allow writing there, or name another directory with --out."
        ) from error
    size = sum(len(page.encode()) for page in files.values())
    return Site(out / "index.html", len(files) - 1, size)
