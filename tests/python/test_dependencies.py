"""What is installed: the core alone does what it says, and the locks say what is installed."""

import hashlib
import json
import os
import subprocess
import tarfile
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from conftest import COMPANY_DAY, ROOT, Abm, Build, errors, said
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import licenses, release
from tools.locks import CORE_LOCK, LOCK, ONLY_WHEELS, installed_here, read_lock

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.txt"))

# Python imports it at its start.
SITECUSTOMIZE = """
import sys
from importlib.machinery import PathFinder
from pathlib import Path

HIDDEN = frozenset(Path(__file__).with_name("hidden.txt").read_text().split())


class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name in HIDDEN else PathFinder.find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Without
"""


def modules(packages: set[str]) -> set[str]:
    """Everything that packages let a program import."""
    found = set()
    for package in packages:
        for file in metadata.files(package) or ():
            if file.suffix in (".py", ".so"):
                parts = [*file.parts[:-1], file.name.split(".", 1)[0]]
                found.add(".".join(part for part in parts if part != "__init__"))
    return found


@pytest.fixture(scope="module")
def lean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that finds no package but those of the core."""
    folder = tmp_path_factory.mktemp("lean")
    everything, core = set(installed_here(LOCK)), set(installed_here(CORE_LOCK))
    hidden = modules(everything - core) - modules(core)
    assert {"dbt.adapters.postgres", "pandas", "polars", "psycopg2", "pyarrow"} <= hidden
    (folder / "hidden.txt").write_text("\n".join(hidden))
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}


def test_the_core_builds_publishes_and_reports(
    abm: Abm, lean: dict[str, str], company_built: Build, tmp_path: Path
) -> None:
    file = tmp_path / "out" / "abm.duckdb"
    some = ("--raw", company_built.raw, "--as-of", COMPANY_DAY, "--select", "stg_salesforce__users")
    for arguments in (
        ("build", *some, "--db", tmp_path / "some.duckdb"),
        ("publish", "--db", company_built.db, "--out", file.parent),
        ("report", "--db", file, "--out", tmp_path / "dashboard"),
        ("report", "--db", file, "--out", tmp_path, "--period", "week"),
        ("alerts", "--db", file, "--dry-run"),
    ):
        result = abm(*arguments, environment=lean)
        assert result.returncode == 0, said(result)
    assert (tmp_path / "dashboard" / "index.html").is_file()


def test_each_command_says_which_extra_it_needs(
    abm: Abm, lean: dict[str, str], company_built: Build, company_published: Path, tmp_path: Path
) -> None:
    db, file = company_built.db, company_published
    slack = {"ABM_SLACK_WEBHOOK_URL": "https://127.0.0.1:1/"}
    said_of = {}
    for arguments, extra in (
        (("sample", "--out", tmp_path / "raw"), "sample"),
        (("load", "--target", "postgres"), "postgres"),
        (("build", "--target", "postgres"), "postgres"),
        (("compare", "--db", db), "postgres"),
        (("report", "--db", file, "--out", tmp_path, "--period", "week", "--format", "pdf"), "pdf"),
        (("publish", "--db", db, "--out", tmp_path / "out", "--hyper"), "hyper"),
        (("validate", "--db", db, "--docs", tmp_path / "docs"), "validate"),
        (("alerts", "--db", file, "--ledger", tmp_path / "told", "--slack"), "slack"),
        (("mcp", "--db", file), "mcp"),
    ):
        (sentence,) = errors(abm(*arguments, environment=lean | slack))
        assert sentence.endswith(f"run `pip install 'abm-warehouse[{extra}]'`."), sentence
        said_of[extra] = sentence
    assert said_of.keys() == EXTRAS.keys() - {"dev"}
    assert said_of["pdf"].startswith("A report as PDF needs the package weasyprint, which is not")


def pinned(requirements: list[str]) -> dict[str, str]:
    """Package name to version, of direct requirements; those on extras of the project left out."""
    found = {}
    for requirement in map(Requirement, requirements):
        name, version = canonicalize_name(requirement.name), str(requirement.specifier)
        if name != PROJECT["project"]["name"]:
            assert version.startswith("=="), f"not an exact version: {requirement}"
            found[name] = version.removeprefix("==")
    return found


def test_locks_agree_with_pyproject() -> None:
    groups = PROJECT["dependency-groups"]
    assert pinned(groups["build"]) == pinned(PROJECT["build-system"]["requires"])
    core = PROJECT["project"]["dependencies"] + groups["build"]
    wanted = {
        "requirements.txt": core + [r for extra in EXTRAS.values() for r in extra],
        "requirements-core.txt": core,
    }
    wanted |= {f"requirements-{name}.txt": groups[name] for name in groups if name != "build"}
    assert sorted(wanted) == LOCKS
    for name, requirements in wanted.items():
        locked = {package.name: package.version for package in read_lock(ROOT / name)}
        assert {**locked, **pinned(requirements)} == locked, name

    everything, core_lock = (
        {(package.name, package.version, package.hashes) for package in read_lock(file)}
        for file in (LOCK, CORE_LOCK)
    )
    assert core_lock < everything


COMPILED = ("requirements-bench.txt", "requirements-semantic.txt", "requirements-spark.txt")
"""The locks of which a package comes as source alone: ChannelAttribution, halo, and pyspark."""


@pytest.mark.parametrize("name", LOCKS)
def test_locks_are_hashed_and_name_no_place(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert len(read_lock(ROOT / name)) > 0
    assert all(package.hashes for package in read_lock(ROOT / name))
    assert (f"\n{ONLY_WHEELS}\n" in text) == (name not in COMPILED)
    assert "://" not in text


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("duckdb>=2", "not an exact version"),
        ("-e .", "not an exact version"),
        ("duckdb @ https://example.org/a.whl", "not an exact version"),
        ("duckdb==2.0.0", "not hashed"),
        ("duckdb==2.0.0 --hash=sha256:abc", "not hashed"),
        (f"duckdb==2.0.0 --hash=md5:abc --hash=sha256:{'0' * 64}", "not hashed"),
    ],
)
def test_lock_check_catches(line: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text(f"{line}\n")
    with pytest.raises(ValueError, match=fault):
        read_lock(tmp_path / "lock.txt")


def test_licences_are_known_and_allowed() -> None:
    stated = {name: licenses.licence_of(name) for name in installed_here(LOCK)}
    assert [pair for pair in stated.items() if not licenses.is_allowed(*pair)] == []
    assert stated.keys() >= licenses.COPYLEFT.keys() | licenses.READ.keys()
    page = (ROOT / "LICENSES.md").read_text(encoding="utf-8")
    assert page == licenses.page(), "run `make licenses`"


@pytest.mark.parametrize(
    ("name", "licence", "is_allowed"),
    [
        ("new", "MIT", True),
        ("new", "GPL-3.0-only", False),
        ("new", "MIT AND GPL-3.0-only", False),
        ("new", "GPL-3.0-only OR MIT AND ISC", True),
        ("new", "(MIT OR GPL-3.0-only) AND LGPL-3.0-only", False),
        ("new", "MPL-2.0", False),
        ("certifi", "MPL-2.0", True),
        ("certifi", "AGPL-3.0-only", False),
    ],
)
def test_licence_check_catches(name: str, licence: str, is_allowed: bool) -> None:
    assert licenses.is_allowed(name, licence) == is_allowed


@pytest.fixture
def release_tools() -> None:
    if not release.TOOLS.is_dir():
        pytest.skip(".venv-release is missing: run `make release`")


@pytest.mark.usefixtures("release_tools")
def test_a_commit_has_one_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "checked", lambda text: text)  # that is the next test's
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    monkeypatch.setattr(release, "ROOT", clone)
    first, second = (
        {file.name: file.read_bytes() for file in release.write_release(clone / "dist")}
        for _ in range(2)
    )
    assert first == second
    archive = f"{release.NAME}.tar.gz"
    assert first.keys() == {archive, "LICENSES.md", "SHA256SUMS", "sbom.cdx.json"}
    for line in first["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(first[name]).hexdigest() == digest
    with tarfile.open(clone / "dist" / archive) as packed:
        inside = packed.extractfile(f"{release.NAME}/sbom.cdx.json")
        assert inside
        assert inside.read() == first["sbom.cdx.json"]
        assert f"{release.NAME}/dbt_project.yml" in packed.getnames()

    bill = json.loads(first["sbom.cdx.json"])
    scopes = {canonicalize_name(part["name"]): part["scope"] for part in bill["components"]}
    assert scopes.keys() == installed_here(LOCK).keys()
    some = {name: scopes[name] for name in ("duckdb", "weasyprint", "pytest")}
    assert some == {"duckdb": "required", "weasyprint": "optional", "pytest": "excluded"}
    text = first["sbom.cdx.json"].decode()
    assert all(one in text for package in installed_here(LOCK).values() for one in package.hashes)
    assert "file:" not in text
    assert str(ROOT) not in text

    (clone / "new.txt").write_text("not committed")
    with pytest.raises(release.ReleaseError, match=r"these are in none: new\.txt"):
        release.write_release(clone / "dist")


@pytest.mark.full
@pytest.mark.usefixtures("release_tools")
def test_the_bill_of_materials_is_valid() -> None:
    text = release.bill_of_materials()
    with pytest.raises(release.ReleaseError, match="failed"):
        release.checked(text.replace('"type": "library"', '"type": "bookshop"'))
