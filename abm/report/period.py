"""`abm report --period`: the weekly and the monthly report, each one file to send about."""

from pathlib import Path

from abm.dictionary import read_dictionary
from abm.errors import AbmError, first_line, unwritable
from abm.extras import needed
from abm.paths import shown
from abm.report.language import Language
from abm.report.pages import Pages
from abm.report.published import read_published
from abm.writing import put_files

PERIODS = ("week", "month")
FORMATS = ("html", "pdf")


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
    try:
        with needed("pdf", "A report as PDF"):
            import weasyprint
    except OSError as error:
        raise AbmError(
            f"PDF needs the library pango, which is not here ({first_line(error)}): run "
            "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0` as root, "
            "or write HTML with --format html."
        ) from error
    return weasyprint.HTML(string=text).write_pdf()
