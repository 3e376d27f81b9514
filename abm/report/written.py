"""Whether a dashboard is already what would be written: it loads nothing that makes pages."""

from pathlib import Path

import duckdb

from abm.fingerprints import code_fingerprint, package_fingerprint
from abm.release import FILE, Release, read_release


def release_facts(release: Release, root: Path, pages: int) -> str:
    """Spell what lies beside a dashboard.

    Args:
        release: The build that it shows.
        root: The dbt project's directory, which has the descriptions.
        pages: Number of pages, all languages together.

    Returns:
        JSON that says whose numbers and whose code made the pages.
    """
    code = {
        "code_fingerprint": code_fingerprint(root),
        "package_fingerprint": package_fingerprint(),
    }
    return release.spelled(pages=pages, written_by=code)


def is_written(db: Path, out: Path, root: Path) -> bool:
    """Compare a dashboard with what would be written of a published file.

    Args:
        db: The published file.
        out: The folder of the dashboard.
        root: The dbt project's directory.

    Returns:
        True where the same code wrote the same release of a build that finished whole, and every
        page is there.
    """
    try:
        facts = (out / FILE).read_text(encoding="utf-8")
        with duckdb.connect(str(db), read_only=True) as connection:
            release = read_release(lambda query: connection.execute(query).fetchall())
    except (OSError, duckdb.Error):
        return False
    pages = sum(1 for _ in out.rglob("*.html"))
    return not release.problem and facts == release_facts(release, root, pages)
