"""`abm report --period`: the weekly and the monthly report, each one file to send about."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from abm.dictionary import read_dictionary
from abm.errors import AbmError, first_line, unwritable
from abm.extras import needed
from abm.paths import shown
from abm.report.language import Language
from abm.report.pages import Pages
from abm.report.published import read_published
from abm.writing import put_files

PERIODS = ("week", "month")
FORMATS = ("html", "pdf", "eml")

LEAST = 0.4
"""How far down the text of a report's last page goes at least, as a share of the page."""

CLOSER = (
    "@page { margin: 11mm !important }",
    "@page { margin: 10mm 11mm !important } table { font-size: 7.7pt !important }",
    "@page { margin: 9mm 10mm !important } table { font-size: 7.4pt !important }",
    "@page { margin: 14mm !important } table { font-size: 8.4pt !important }",
)
"""Styles that are tried, in this order, until it does."""


def write_report(
    db: Path,
    out: Path,
    root: Path,
    period: str,
    language: str,
    file_format: str,
    *,
    is_forced: bool = False,
) -> Path:
    """Write the report of the week or month of the as-of date.

    A PDF carries no moment of its making, so that the same numbers give the same bytes.

    Args:
        db: The published file.
        out: The folder of the reports; made when missing.
        root: The dbt project's directory, which has the labels.
        period: week or month.
        language: en or fr.
        file_format: html or pdf.
        is_forced: Show a build that did not finish whole, too; the report says so.

    Returns:
        The file, such as weekly-2026-W44.en.html or monthly-2026-10.fr.pdf.

    Raises:
        AbmError: The published file cannot be read, the report not be written, or PDF not be made
            here.
    """
    published = read_published(db, is_forced=is_forced)
    words = Language(language, published.currency, published.labels)
    pages = Pages(published, read_dictionary(root), words, is_linked=False)
    text = pages.report(period)
    year, week, _ = published.as_of.isocalendar()
    name = f"weekly-{year}-W{week:02}" if period == "week" else f"monthly-{published.as_of:%Y-%m}"
    file = out / f"{name}.{language}.{file_format}"
    try:
        out.mkdir(parents=True, exist_ok=True)
        put_files({file: _pdf(text) if file_format == "pdf" else text.encode("utf-8")})
    except OSError as error:
        raise unwritable(f"write {shown(file)}", error) from error
    return file


def _pdf(text: str) -> bytes:
    return laid_out(text).write_pdf()


def laid_out(text: str, closer: Sequence[str] = CLOSER) -> Any:
    """Lay a report out on pages, so that the last one is no remainder of a few lines.

    Args:
        text: The report, HTML.
        closer: Styles that are tried until the last page is filled well enough.

    Returns:
        The pages, WeasyPrint's document.

    Raises:
        AbmError: PDF cannot be made here.
    """
    try:
        with needed("pdf", "A report as PDF"):
            import weasyprint
    except OSError as error:
        raise AbmError(
            f"PDF needs the library pango, which is not here ({first_line(error)}): run "
            "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0` as root, "
            "or write HTML with --format html."
        ) from error
    report = weasyprint.HTML(string=text)
    first = pages = report.render()
    for style in closer:
        if end_of_text(pages.pages[-1]) > LEAST:
            return pages
        pages = report.render(stylesheets=[weasyprint.CSS(string=style)])
    return pages if end_of_text(pages.pages[-1]) > LEAST else first


def end_of_text(page: Any) -> float:
    """Where the text of a page ends, as a share of its height."""
    boxes = [box for box in page._page_box.descendants() if hasattr(box, "text")]
    return max((box.position_y + box.height for box in boxes), default=0) / page.height
