"""What the tests share: the command line in a process of its own, a built sample, a small company.

Every build here has its own database and dbt target directory, so that a test neither reads nor
disturbs what a developer has built. dbt would parse the project anew (11 s) for each: it begins
with what an earlier build of the process parsed with the same vars, and the database is moved to
the place where that build had its own. Tests run in several processes: what the session shares is
made by the first process that needs it.
"""

import gc
import hashlib
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from abm.build import COLLECTING, WRITE_ARTIFACTS
from tools.bench_attribution import DATABASE

gc.set_threshold(*COLLECTING)

ROOT = Path(__file__).resolve().parents[2]

CASES = (ROOT.parent / "shared" / "cases").resolve()
"""Data that this project did not make up; a clone may be without."""

COMPANY_DAY = "2026-10-31"
"""The last day of the small company, and the as-of day of its builds."""

ARTIFACTS = {WRITE_ARTIFACTS: "true"}
"""The environment of a build whose manifest or results a test reads."""

Result = subprocess.CompletedProcess[str]
Abm = Callable[..., Result]


@dataclass(frozen=True)
class Build:
    """A finished build.

    Attributes:
        result: The process that made it.
        raw: The raw directory it read.
        db: The build database.
        target: dbt's target directory, with the manifest and the results.
    """

    result: Result
    raw: Path
    db: Path
    target: Path

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the database for reading; close it, or use `with`."""
        return duckdb.connect(str(self.db), read_only=True)


def run_abm(
    *arguments: object,
    target: Path,
    cwd: Path = ROOT,
    environment: dict[str, str] | None = None,
    before: tuple[str, ...] = (),
    in_place: bool = False,
) -> Result:
    """Run `abm` in a process of its own, without the caller's settings.

    Args:
        *arguments: The command line after `abm`.
        target: dbt's target directory; its log goes there too.
        cwd: Working directory of the process.
        environment: Further environment variables.
        before: A command to put before it, as `faketime`.
        in_place: A build works where its database is, and parses the project for that: the test
            looks at the place meanwhile, or attacks it.

    Returns:
        The finished process with its output as text.
    """

    def run(arguments: Sequence[object], moved: dict[str, str]) -> Result:
        return subprocess.run(
            [*before, *abm_command(*arguments)],
            cwd=cwd,
            env=abm_environment(target, (environment or {}) | moved),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    named = option("--db", arguments) or (environment or {}).get("ABM_DB")
    if arguments[0] not in PARSING or in_place or not named:
        return run(arguments, {})
    form = [
        *(option(name, arguments) for name in ("--vars", "--target")),
        option("--raw", arguments) is None,
    ]
    with parsed_before(cwd / str(named), target, form, is_kept=cwd == ROOT) as place:
        moved = {"ABM_DB": str(place)} if environment and "ABM_DB" in environment else {}
        result = run([place if argument == named else argument for argument in arguments], moved)
    result.stdout = result.stdout.replace(str(place), str(named))
    result.stderr = result.stderr.replace(str(place), str(named))
    return result


PARSING = ("build", "docs")
"""The commands of `abm` for which dbt parses the project."""

PARSED = "partial_parse.msgpack"
"""What dbt keeps of the project as it parsed it, in its target directory."""

FILLED = "filled"
"""A file of a folder of `made_once` that is complete: it is read only from then on."""


def option(name: str, arguments: Sequence[object]) -> object | None:
    """The value of an option in a command line."""
    return arguments[arguments.index(name) + 1] if name in arguments else None


@contextmanager
def parsed_before(
    db: Path, target: Path, form: Sequence[object], is_kept: bool = True
) -> Iterator[Path]:
    """Spare dbt to parse what it has parsed for an earlier build of this process.

    Its path is part of what dbt parses for: the database is moved to one place meanwhile, or copied
    there if it is one of `made_once`, which other processes may be reading.

    Args:
        db: The build database, which may not be there yet.
        target: dbt's target directory.
        form: What else makes dbt parse the project anew.
        is_kept: What dbt parses now is for later builds too: not of a copy of the project, of whose
            unchanged files dbt takes what it knows of this one.

    Yields:
        Where the database is meanwhile.
    """
    folder = one_place()
    place = folder / db.name
    form_id = hashlib.sha256(repr([db.name, *form]).encode()).hexdigest()
    known, parsed = folder / f"{form_id}.msgpack", target / PARSED
    if known.exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(known, parsed)
    began = time.time_ns()
    is_shared = db.with_name(FILLED).exists()
    moved = [(Path(f"{db}{end}"), Path(f"{place}{end}")) for end in ("", ".wal")]
    for there, here in moved:
        if there.exists():
            (shutil.copyfile if is_shared else shutil.move)(there, here)
    try:
        yield place
    finally:
        for there, here in moved:
            if is_shared:
                here.unlink(missing_ok=True)
            elif here.exists():
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(here, there)
    if is_kept and parsed.exists() and parsed.stat().st_mtime_ns > began:
        shutil.copyfile(parsed, known)


def abm_command(*arguments: object) -> list[str]:
    """The command that runs `abm` as it is here."""
    return [sys.executable, "-m", "abm", *map(str, arguments)]


def abm_environment(target: Path, environment: dict[str, str] | None = None) -> dict[str, str]:
    """The environment of such a process: the caller's without its settings of `abm` and dbt."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ABM_", "DBT_"))}
    return clean | {
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
        "PYTHONPATH": str(ROOT),
        **(environment or {}),
    }


def run_dbt(
    *arguments: object,
    db: Path,
    target: Path,
    environment: dict[str, str] | None = None,
    before: tuple[str, ...] = (),
) -> Result:
    """Run dbt in a process of its own, where a test needs more of it than `abm` offers.

    Args:
        *arguments: The command line after `dbt`.
        db: The build database.
        target: dbt's target directory; its log goes there too.
        environment: Further environment variables.
        before: A command to put before it, as `faketime`.

    Returns:
        The finished process with its output as text.
    """
    further = environment or {}
    form = ["dbt", option("--vars", arguments), further.get("ABM_RAW_DIR")]
    with parsed_before(db, target, form) as place:
        return subprocess.run(
            [*before, str(Path(sys.executable).with_name("dbt")), *map(str, arguments)],
            cwd=ROOT,
            env=os.environ
            | {"ABM_DB": str(place), "DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target)}
            | further,
            capture_output=True,
            text=True,
            check=False,
        )


def said(result: Result) -> str:
    """Everything that a process printed, for the message of a failed assertion."""
    return f"exit {result.returncode}\n{result.stdout}\n{result.stderr}"


def errors(result: Result) -> list[str]:
    """The sentences that a failed command printed as errors, after checking how it failed."""
    assert result.returncode == 1, said(result)
    assert "Traceback" not in result.stderr, said(result)
    assert "Unexpected" not in result.stderr, said(result)
    lines = result.stderr.splitlines()
    return [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]


@contextmanager
def made_once(factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """A folder of the session that all processes share, and whether it is still to be filled."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{shared}.lock"):
        filled = shared / FILLED
        shared.mkdir(exist_ok=True)
        yield shared, not filled.exists()
        filled.touch()


@contextmanager
def compiling(factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment for dbt to compile without vars, in a folder that all tests share.

    dbt parses the project for the first of them; the others wait for one another.
    """
    with made_once(factory, "compiled") as (folder, _):
        yield os.environ | {
            "ABM_DB": str(folder / f"{DATABASE}.duckdb"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "target"),
        }


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's directory."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def company_target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt target directory that builds of the small company share.

    Beside it is what builds of this process share: see `parsed_before`.
    """
    target = tmp_path_factory.mktemp("company_target")
    os.environ[PLACE] = str(target.with_name(f"{target.name}_database"))
    one_place().mkdir(exist_ok=True)
    return target


PLACE = "TESTS_BUILD_IN"
"""The environment variable that names the folder in which builds of this process happen."""


def one_place() -> Path:
    """The folder in which builds of this process have their database meanwhile."""
    return Path(os.environ[PLACE])


@pytest.fixture(scope="session")
def abm(company_target: Path) -> Abm:
    """Runs `abm` in a process of its own: see `run_abm`."""

    def run(*arguments: object, **options: object) -> Result:
        return run_abm(*arguments, **{"target": company_target, **options})  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The shipped sample, built once from a clean target, with the unit tests."""
    with made_once(tmp_path_factory, "sample") as (folder, is_new):
        db, target, kept = folder / "abm.duckdb", folder / "target", folder / "result.pickle"
        if is_new:
            result = run_abm(
                "build", "--unit-tests", target=target, environment={"ABM_DB": str(db)} | ARTIFACTS
            )
            kept.write_bytes(pickle.dumps(result))
    return Build(pickle.loads(kept.read_bytes()), ROOT / "sample_data", db, target)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw directory of a 30-account company; copy it before changing it."""
    with made_once(tmp_path_factory, "company") as (folder, is_new):
        raw = folder / "raw"
        if is_new:
            result = run_abm(
                *("sample", "--accounts", 30, "--as-of", COMPANY_DAY, "--out", raw), target=folder
            )
            assert result.returncode == 0, said(result)
    return raw


@pytest.fixture(scope="session")
def company_built(
    company: Path, company_target: Path, abm: Abm, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    """The small company, built once."""
    with made_once(tmp_path_factory, "company_built") as (folder, is_new):
        db, target, kept = folder / "abm.duckdb", folder / "target", folder / "result.pickle"
        if is_new:
            options = ("--raw", company, "--db", db, "--as-of", COMPANY_DAY)
            result = abm("build", *options, environment=ARTIFACTS)
            assert result.returncode == 0, said(result)
            shutil.copytree(company_target, target)
            kept.write_bytes(pickle.dumps(result))
    return Build(pickle.loads(kept.read_bytes()), company, db, target)


@pytest.fixture(scope="session")
def published(built: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's published file."""
    return _published(built, tmp_path_factory, "published")


@pytest.fixture(scope="session")
def company_published(company_built: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company's published file; copy it before changing it."""
    return _published(company_built, tmp_path_factory, "company_published")


def _published(build: Build, factory: pytest.TempPathFactory, name: str) -> Path:
    with made_once(factory, name) as (folder, is_new):
        if is_new:
            result = run_abm("publish", "--db", build.db, "--out", folder / "out", target=folder)
            assert result.returncode == 0, said(result)
    return folder / "out" / "abm.duckdb"


@dataclass(frozen=True)
class Dashboard:
    """The dashboard of the sample.

    Attributes:
        result: The process that wrote it.
        folder: Where its pages are.
        seconds: How long it took.
    """

    result: Result
    folder: Path
    seconds: float

    def pages(self) -> dict[str, str]:
        """The text of every page by its path."""
        return {
            str(file.relative_to(self.folder)): file.read_text(encoding="utf-8")
            for file in sorted(self.folder.rglob("*.html"))
        }


@pytest.fixture(scope="session")
def dashboard(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    """The dashboard of the sample, written once."""
    with made_once(tmp_path_factory, "dashboard") as (folder, is_new):
        kept = folder / "result.pickle"
        if is_new:
            start = time.perf_counter()
            result = run_abm("report", "--db", published, "--out", folder / "pages", target=folder)
            kept.write_bytes(pickle.dumps((result, time.perf_counter() - start)))
    result, seconds = pickle.loads(kept.read_bytes())
    assert result.returncode == 0, said(result)
    return Dashboard(result, folder / "pages", seconds)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless Chromium for the tests of a process."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if not program:
        pytest.skip("Debian package chromium is not installed")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


Opened = Callable[..., tuple[Any, list[str]]]


@pytest.fixture
def opened(browser: Any) -> Iterator[Opened]:
    """Opens a file in a window of a width; also lists what the page did that it must not do."""
    pages = []

    def open_page(file: Path, width: int) -> tuple[Any, list[str]]:
        page = browser.new_page(viewport={"width": width, "height": 900})
        pages.append(page)
        did: list[str] = []
        page.on("console", lambda message: did.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: did.append(f"error: {error}"))
        page.on(
            "dialog", lambda dialog: (did.append(f"dialog: {dialog.message}"), dialog.dismiss())
        )
        page.on("popup", lambda popup: did.append(f"window: {popup.url}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:"))
                else did.append(f"request: {request.url}")
            ),
        )
        page.goto(file.as_uri())
        return page, did

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture
def company_copy(company: Path, tmp_path: Path) -> Iterator[Path]:
    """A raw directory of the small company that a test may spoil."""
    raw = tmp_path / "raw"
    shutil.copytree(company, raw)
    yield raw
    shutil.rmtree(raw)


LONGEST = ("test_updates", "test_engines", "test_scenarios", "test_package")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, lest one process end with one of them alone."""
    begun = {stem: number for number, stem in enumerate(LONGEST)}
    items.sort(key=lambda item: begun.get(item.path.stem, len(begun)))
