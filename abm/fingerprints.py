"""What tells whether a build has anything to do: fingerprints of its code and of its raw files."""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml

from abm.raw_listing import read_listing

CODE = ("models", "macros", "seeds", "snapshots", "tests/generic", "tests/singular")
"""The folders of what a build runs, beside dbt_project.yml."""

MAKERS = ("materializations", "updated_table", "fingerprints", "readers", "package")
"""The macros that are in no statement and decide what becomes of it."""

INSTALL_PATH, DEFAULT_INSTALL_PATH = "packages-install-path", "dbt_packages"
"""What names the folder of a dbt project in which packages are installed, and its default."""

ENGINES = ("duckdb", "dbt-core", "dbt-duckdb")

PACKAGE = Path(__file__).parent

WHOLE = "*"
"""Stands for the whole raw directory."""

CHANGED = "changed: "
"""What begins the reason of a node whose inputs changed, as macro why_made has it."""

LEDGER = "ledger"
"""The row of ledger.nodes that stands for the ledger itself."""


@dataclass(frozen=True)
class LastBuild:
    """What a database says of its last build.

    Attributes:
        build_id: The build.
        finished_at: When it ended, UTC.
        is_whole: It finished, and left nothing out.
        inputs: Fingerprint of the raw directory.
        context: Fingerprint of its code and configuration; empty where dbt was run by itself.
        form: Fingerprint of how its raw data were to be read.
        n_nodes: How many nodes it had; more than are known where some cannot be made without dbt.
        has_forgotten: It found no fingerprints that were of the build before, and made everything.
    """

    build_id: str
    finished_at: datetime
    is_whole: bool
    inputs: str
    context: str
    form: str
    n_nodes: int
    has_forgotten: bool


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


def makers_root(project: Path) -> Path | None:
    """Find the macros that make tables of statements.

    Args:
        project: The directory of the dbt project that runs: this one, or one that installs it.

    Returns:
        The directory that has them, or None: nothing then tells whether they changed.
    """
    if _has_makers(project):
        return project
    try:
        settings = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return None
    place = str((settings or {}).get(INSTALL_PATH, DEFAULT_INSTALL_PATH))
    packages = project / jinja2.Environment().from_string(place).render(env_var=os.environ.get)
    return next(filter(_has_makers, sorted(packages.glob("*"))), None)


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


def fingerprint_of(*facts: Any) -> str:
    """Hash facts.

    Args:
        *facts: What JSON can hold; anything else counts as its text.

    Returns:
        A hexadecimal sha256.
    """
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def short_name(node_id: str) -> str:
    """Name a node as people do.

    Args:
        node_id: dbt's unique id, or what a node reads without a reference.

    Returns:
        The table, for a raw table with its source before it.
    """
    return ".".join(node_id.split(".")[2:]) or node_id


def last_build(db: Path) -> LastBuild | None:
    """Read what a database says of its last build.

    Args:
        db: The build database.

    Returns:
        The build, or None where the database, its ledger or what it knows of its nodes is not there
        or not of one build.
    """
    if not db.is_file():
        return None
    try:
        with duckdb.connect(str(db), read_only=True) as connection:
            row = connection.execute(
                "select builds.build_id, finished_at, status = 'finished' and is_whole, "
                "input_fingerprint, recipe from ledger.builds left join ledger.nodes "
                f"on nodes.node_id = '{LEDGER}' and nodes.content = builds.build_id "
                "order by started_at desc limit 1"
            ).fetchone()
    except duckdb.Error:
        return None
    try:
        return LastBuild(*row[:3], row[3] or "", **json.loads(row[4])) if row and row[4] else None
    except (ValueError, TypeError):  # of another version
        return None


def _has_makers(root: Path) -> bool:
    return all((root / "macros" / f"{name}.sql").is_file() for name in MAKERS)


def _versions() -> list[str]:
    return [f"{name} {version(name)}" for name in ENGINES]


def _hashed_all(root: Path, files: Iterable[Path], lines: list[str]) -> str:
    lines = [*lines, *(f"{file.relative_to(root).as_posix()}\t{_hashed(file)}" for file in files)]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _hashed(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
