"""What tells whether a build has anything to do: fingerprints of its code and of its raw files."""

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from abm.raw_listing import read_listing

CODE = ("models", "macros", "seeds", "snapshots", "tests/generic", "tests/singular")
"""The folders of what a build runs, beside dbt_project.yml."""

MAKERS = ("materializations", "updated_table", "fingerprints", "readers")
"""The macros that are in no statement and decide what becomes of it."""

ENGINES = ("duckdb", "dbt-core", "dbt-duckdb")

PACKAGE = Path(__file__).parent

WHOLE = "*"
"""Stands for the whole raw directory."""


def raw_contents(raw_dir: Path) -> dict[str, str]:
    """Hash the files of a raw directory by what is in them, whatever their times.

    Args:
        raw_dir: The directory; of one that does not exist nothing is known.

    Returns:
        To `source/table` the fingerprint of the file source/table.parquet, and to `*` that of the
        names and contents of all files.
    """
    if not raw_dir.is_dir():
        return {}
    contents, lines = {}, []
    for name in read_listing(raw_dir).files:
        content = _hashed(raw_dir / name)
        contents[name.removesuffix(".parquet")] = content
        lines.append(f"{name}\t{content}\n")
    return {**contents, WHOLE: hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()}


def maker_fingerprint(root: Path) -> str:
    """Hash what makes tables of statements: the macros that do, and the versions of the engines.

    Args:
        root: The project's directory.

    Returns:
        A hexadecimal sha256.
    """
    return _hashed_all(root, [root / "macros" / f"{name}.sql" for name in MAKERS], _versions())


def code_fingerprint(root: Path) -> str:
    """Hash what a build runs: the project's files, whatever their times, and the engines' versions.

    Args:
        root: The project's directory.

    Returns:
        A hexadecimal sha256.
    """
    files = [root / "dbt_project.yml"]
    for folder in CODE:
        files += sorted(path for path in (root / folder).rglob("*") if path.is_file())
    # What this package finds in raw data decides what is read.
    return _hashed_all(root, files, [*_versions(), *map(_hashed, sorted(PACKAGE.glob("*.py")))])


def package_fingerprint() -> str:
    """Hash this package: what writes pages, their templates and their words.

    Returns:
        A hexadecimal sha256.
    """
    files = (file for file in PACKAGE.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return _hashed_all(PACKAGE, sorted(files), [])


def _versions() -> list[str]:
    return [f"{name} {version(name)}" for name in ENGINES]


def _hashed_all(root: Path, files: Iterable[Path], lines: list[str]) -> str:
    lines = [*lines, *(f"{file.relative_to(root).as_posix()}\t{_hashed(file)}" for file in files)]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _hashed(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
