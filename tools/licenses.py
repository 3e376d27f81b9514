"""Write LICENSES.md: under which licence every package of the lock stands, and who needs it."""

import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from tools.locks import CORE_LOCK, LOCK, ROOT, installed_here, reached_from, read_lock

FILE = ROOT / "LICENSES.md"
DEVELOPMENT = "tests"

# What the package's own licence file says, where its metadata name none, or no more than a family.
READ = {
    **dict.fromkeys(
        (
            "altair colorama cssselect2 isodate jinja2 jinja2-simple-tags protobuf pydyf scipy "
            "sqlparse tinycss2 weasyprint webencodings"
        ).split(),
        "BSD-3-Clause",
    ),
    "axe-playwright-python": "MIT",
    "psycopg2-binary": "LGPL-3.0-or-later",  # with an exception that allows linking with OpenSSL
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
}
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}

# These ask for no more than that their notice is kept.
PERMISSIVE = frozenset(
    (
        "0BSD Apache-2.0 Artistic-1.0-Perl BSD-2-Clause BSD-3-Clause CC0-1.0 CNRI-Python ISC MIT "
        "MIT-0 MIT-CMU PSF-2.0 Zlib"
    ).split()
)
# These ask that changes to their own files, or to the library, are published. Each package is named
# with the licence that was looked at: another one, or another package, is a choice to make first.
COPYLEFT = {
    "certifi": ("MPL-2.0", "imported unchanged; a list of certificates"),
    "pathspec": ("MPL-2.0", "imported unchanged, by dbt"),
    "psycopg2-binary": ("LGPL-3.0-or-later", "imported unchanged, only in the extra `postgres`"),
    "pyphen": ("MPL-1.1", "imported unchanged, by WeasyPrint, only in the extra `pdf`"),
    "tqdm": ("MPL-2.0 AND MIT", "imported unchanged, by Great Expectations and sqlfluff"),
}

HEAD = """# Licences of what this project uses

Written by `make licenses` from the packages that are installed; a test holds it to
`requirements.txt`. The project itself is under the Apache License 2.0 ([LICENSE](LICENSE)). It
ships none of these packages: pip fetches them from their authors' releases.

A licence is an SPDX expression, as the package states it; where it states none, or only a family,
as its licence file reads. Where there is a choice (`OR`), the one that is used is permissive, or
named under "Copyleft". Who needs a package: the core, extras, or only the tests.
"""


def licence_of(name: str) -> str:
    """Say under which licence an installed package stands.

    Args:
        name: The package.

    Returns:
        An SPDX expression.

    Raises:
        LookupError: It says nothing that is known here.
    """
    if name in READ:
        return READ[name]
    stated = metadata.metadata(name)
    for field in ("License-Expression", "License"):
        try:
            return canonicalize_license_expression(stated.get(field) or "")
        except InvalidLicenseExpression:
            continue
    named = [text.split(" :: ")[-1] for text in stated.get_all("Classifier") or []]
    found = [CLASSIFIERS[text] for text in named if text in CLASSIFIERS]
    if len(found) != 1:
        raise LookupError(f"{name} states no licence: read its file and add it to READ.")
    return found[0]


def is_allowed(name: str, licence: str) -> bool:
    """Whether a package may be used under its licence."""
    # No licence here has brackets; one that has is a choice to make by reading it.
    choices = [licence] if "(" in licence else licence.split(" OR ")
    if any(set(choice.split(" AND ")) <= PERMISSIVE for choice in choices):
        return True
    return name in COPYLEFT and COPYLEFT[name][0] in choices


def users() -> dict[str, str]:
    """Who needs each package: `core`, the names of extras, or `tests`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    core = installed_here(CORE_LOCK).keys()
    extras = {
        extra: reached_from(requirements)
        for extra, requirements in project["optional-dependencies"].items()
        if extra != "dev"
    }
    found = {}
    for name in installed_here(LOCK):
        needing = [extra for extra, reached in sorted(extras.items()) if name in reached]
        found[name] = "core" if name in core else ", ".join(needing) or DEVELOPMENT
    return found


def page() -> str:
    """The text of LICENSES.md."""
    return "\n".join((HEAD, *_table(), "", *_copyleft(), "", *_elsewhere())) + "\n"


def _table() -> Iterator[str]:
    yield "| package | version | licence | for |"
    yield "|---|---|---|---|"
    needed = users()
    for name, locked in sorted(installed_here(LOCK).items()):
        if metadata.version(name) != locked.version:
            raise LookupError(f"{name} {locked.version} is not installed: run `make install`.")
        address = _address(metadata.metadata(name))
        linked = f"[{name}]({address})" if address else name
        yield f"| {linked} | {locked.version} | {licence_of(name)} | {needed[name]} |"


def _copyleft() -> Iterator[str]:
    yield "## Copyleft"
    yield ""
    yield "| package | licence that is used | how |"
    yield "|---|---|---|"
    for name, (licence, use) in sorted(COPYLEFT.items()):
        yield f"| {name} | {licence} | {use} |"


def _elsewhere() -> Iterator[str]:
    here = installed_here(LOCK)
    others = sorted(locked.name for locked in read_lock(LOCK) if locked.name not in here)
    yield f"Of other systems' packages in the lock nothing was read: {', '.join(others)}."


def _address(stated: metadata.PackageMetadata) -> str:
    """Where the project is: its source before any other page."""
    labelled = (text.split(", ", 1) for text in stated.get_all("Project-URL") or [])
    pages = {label.lower(): address for label, address in labelled}
    names = ("source", "source code", "repository", "github", "code", "homepage", "home")
    found = next((pages[name] for name in names if name in pages), "")
    return found or stated.get("Home-page") or ""


if __name__ == "__main__":
    try:
        FILE.write_text(page(), encoding="utf-8")
    except LookupError as error:
        sys.exit(f"error: {error}")
