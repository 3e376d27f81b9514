"""The script of the dashboard's pages, which are whole without it."""

import base64
import hashlib
import re
from functools import cache

from abm.report.tables import FOLDER

FEW = 10
"""Tables of so many rows need neither search nor order."""

_BODIES = re.compile(r"<tbody.*?</tbody>", re.DOTALL)


@cache
def script(is_whole: bool = True) -> str:
    """The script as it stands in a page: without comments and indentation.

    Args:
        is_whole: With search, filters and order; else tables can be downloaded only.
    """
    parts = ("script_csv.js", "script_tables.js") if is_whole else ("script_csv.js",)
    text = "".join((FOLDER / "templates" / part).read_text(encoding="utf-8") for part in parts)
    lines = (line.strip() for line in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).splitlines())
    return "\n".join(("(() => {", *(line for line in lines if line), "})();"))


@cache
def script_hash(is_whole: bool = True) -> str:
    """What a page's policy admits: this script, to the letter, and no other."""
    digest = hashlib.sha256(script(is_whole).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def with_needed_script(page: str) -> str:
    """Leave search, filters and order out of a page that has neither a long table nor a switch.

    Args:
        page: The page, HTML, with the whole script.
    """
    if 'type="radio"' in page or any(b.count("<tr") > FEW for b in _BODIES.findall(page)):
        return page
    before, _, after = page.rpartition(script())
    return f"{before}{script(is_whole=False)}{after}".replace(
        script_hash(), script_hash(is_whole=False), 1
    )
