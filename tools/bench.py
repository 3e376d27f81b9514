"""`make bench`: what a build costs, at two sizes, written to docs/benchmarks.md.

Every figure comes from a process of its own, so that nothing is warm but the file cache: a full
build of the raw data of the day before, a build of one more day into the same database, and one
copy of the marts, which is the least that any build could cost.
"""

import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from abm.build import UPDATED_TABLE, WRITE_ARTIFACTS
from abm.errors import AbmError
from abm.paths import find_project_root, shown
from abm.progress import Steps
from tools.bench_attribution import CONTESTANTS, Contest, contest

GIGABYTE = 1e9
COPIED_SCHEMA = "marts"
MOST_EXPENSIVE = 5
TABLE_OF_MODELS = 12
DEFAULT_SIZES = (500_000, 5_000_000)
TOUCHPOINTS_PER_ACCOUNT = 500
LAST_DAY = date(2026, 10, 31)
MEMORY_LIMIT = "ABM_MEMORY_LIMIT"
DEFAULT_MEMORY_LIMIT = "4GB"
MARKER = "complete.json"
KEPT_HEADING = "## A rebuild of the sample"

ACTIVITY = (
    "ga4/events",
    "hubspot/contact_form_submission",
    "hubspot/email_event*",
    "linkedin_ads/company_engagement",
    "marketo/activity_*",
    "custom/touchpoints",
)
"""Raw tables that grow by the day: those of the day before lack what was loaded since."""

GOAL_RATIO = 3.5
GOAL_DAY_PCT = 4.0
GOAL_EXPONENT = 1.1
GOAL_PEAK_GB = 4.0
GOAL_LARGE_SIZE = 5_000_000
GOAL_LARGE_CORES = 2
GOAL_LARGE_GB = 8.0
GOAL_SCANS = 3.0
SIZE_TOLERANCE = 0.1
"""The generator meets the size asked for within this share."""
IDLE_LOAD = 0.5
"""Above this load the machine does something else too."""

PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "pandas")

NOT_IDLE = (
    "**The machine was not idle when this began.** Wall times are too long, and the share of a day "
    "and the ratio to the copy are uncertain: compare CPU times, or run it again."
)

_SECONDS = re.compile(r", \d+ s$")

HELP = """
Measure what a build costs, at two sizes or more, and write docs/benchmarks.md.

For every size: raw data are generated unless they are cached, a full build runs on what was loaded
by the day before the last one, a second build of the same database adds the last day, and the marts
are copied once to a new file. Each runs in a process of its own. The document holds seconds (wall
and CPU), peak memory, touchpoints a second, the ratio of the full build to the copy, the cost of
the day, how time grows with size, and the models that cost most.

The raw data stay in <cache>/raw for the next time (150 MB for 5 million touchpoints); databases
are in <cache>/work, up to 4 GB, and are removed. Let the machine be idle: the document says what
its load was. ABM_MEMORY_LIMIT is DuckDB's limit, 4GB by default.

\b
Examples:
    make bench
    python -m tools.bench --touchpoints 20000 --touchpoints 100000 --out /tmp/benchmarks.md
    ABM_MEMORY_LIMIT=2GB python -m tools.bench
"""


@dataclass(frozen=True)
class Cost:
    """What one process cost.

    Attributes:
        wall: Seconds from its start to its end.
        cpu: Seconds of processor time, user and system, over all threads.
        peak: Bytes of the most memory it held at once.
    """

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Scale:
    """One size, measured.

    Attributes:
        wanted: Touchpoints asked for.
        accounts: Accounts of the company.
        touchpoints: Rows of fct_touchpoints after the full build.
        raw_bytes: Size of the raw data.
        full: The full build.
        day: The build of one more day.
        copied: One copy of the marts.
        models: Wall seconds of each model, seed and snapshot in the full build, dearest first.
        other: Wall seconds of tests and other nodes together.
        day_models: Wall seconds of each in the build of one more day.
        updated: Names of the tables that a build updates instead of writing them anew.
    """

    wanted: int
    accounts: int
    touchpoints: int
    raw_bytes: int
    full: Cost
    day: Cost
    copied: Cost
    models: list[tuple[str, float]]
    other: float
    day_models: list[tuple[str, float]]
    updated: list[str]

    @property
    def ratio(self) -> float:
        """The full build's wall time in copies."""
        return self.full.wall / self.copied.wall

    @property
    def day_pct(self) -> float:
        """The cost of one more day in percent of a full build."""
        return 100 * self.day.wall / self.full.wall

    @property
    def model_seconds(self) -> float:
        """Seconds of all models, seeds and snapshots; two run at a time."""
        return sum(seconds for _, seconds in self.models)


def measured(
    command: Sequence[str],
    environment: Mapping[str, str],
    root: Path,
    on_line: Callable[[str], None],
) -> Cost:
    """Run a command and measure it.

    Args:
        command: The command.
        environment: Its environment.
        root: Its working directory.
        on_line: Called with each line of its standard error.

    Returns:
        What it cost.

    Raises:
        AbmError: It failed.
    """
    started = time.monotonic()
    problems = []
    with subprocess.Popen(
        command,
        cwd=root,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stderr or ():
            if line.startswith("error: "):
                problems.append(line.removeprefix("error: ").strip())
            on_line(_SECONDS.sub("", line.strip()))
        # Unlike getrusage(RUSAGE_CHILDREN) this is the one child, not the greatest of all so far.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = problems[0] if problems else f"it ended with {process.returncode}"
        raise AbmError(f"`{' '.join(command[1:5])} ...` failed: {said}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def copy_outputs(source: str, target: str) -> None:
    """Copy the marts of a build to a new database: the least that a build could cost.

    Args:
        source: The build database.
        target: The file to write.
    """
    limit = os.environ.get(MEMORY_LIMIT, DEFAULT_MEMORY_LIMIT)
    config = {"memory_limit": limit, "preserve_insertion_order": False}
    with duckdb.connect(target, config=config) as connection:
        connection.execute(f"attach '{source}' as build (read_only)")
        connection.execute(f"create schema {COPIED_SCHEMA}")
        for (name,) in connection.execute(
            "select table_name from information_schema.tables "
            f"where table_catalog = 'build' and table_schema = '{COPIED_SCHEMA}' order by 1"
        ).fetchall():
            relation = f'{COPIED_SCHEMA}."{name}"'
            connection.execute(f"create table {relation} as select * from build.{relation}")
        connection.execute("checkpoint")


def raw_data(
    cache: Path, wanted: int, accounts: int, root: Path, environment: Mapping[str, str]
) -> tuple[Path, Path]:
    """Find or make the raw data of one size: all of it, and what was there the day before.

    Args:
        cache: The cache directory.
        wanted: Touchpoints.
        accounts: Accounts.
        root: The project's directory.
        environment: The environment of a process without the caller's settings.

    Returns:
        The directory of all raw data and that of the day before.
    """
    folder = cache / "raw" / str(wanted)
    complete, before = folder / "all", folder / "day_before"
    marker = folder / MARKER
    made_by = {"accounts": accounts, "last_day": LAST_DAY.isoformat(), "code": _generator(root)}
    if marker.is_file() and json.loads(marker.read_text(encoding="utf-8")) == made_by:
        return complete, before
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Steps(f"Generating {wanted:,} touchpoints") as steps:
        size = ("--accounts", str(accounts), "--touchpoints", str(wanted))
        to = ("--as-of", LAST_DAY.isoformat(), "--out", str(complete))
        command = [sys.executable, "-m", "abm", "sample", *size, *to]
        measured(command, environment, root, steps.note)
        shutil.copytree(complete, before)
        with duckdb.connect() as connection:
            for pattern in ACTIVITY:
                for file in sorted(complete.glob(f"{pattern}.parquet")):
                    connection.execute(
                        f"copy (from '{file}' where _fivetran_synced <= "
                        f"(select max(_fivetran_synced) - interval 1 day from '{file}')) "
                        f"to '{before / file.relative_to(complete)}' (format parquet)"
                    )
    marker.write_text(json.dumps(made_by), encoding="utf-8")
    return complete, before


def _generator(root: Path) -> str:
    """What the cached data depend on besides the options: the generator's code."""
    files = sorted((root / "abm" / "sample").glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _made_anew(work: Path, root: Path) -> dict[str, str]:
    """Empty a folder to work in, and the environment of the processes that do."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ABM_", "DBT_"))}
    return kept | {
        "PYTHONPATH": str(root),
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
        MEMORY_LIMIT: os.environ.get(MEMORY_LIMIT, DEFAULT_MEMORY_LIMIT),
        WRITE_ARTIFACTS: "true",
    }


def measure_attribution(touches: int, cache: Path, root: Path) -> dict[str, Contest]:
    """Measure the models of attribution on journeys of their own.

    Args:
        touches: About how many touches in all journeys.
        cache: The cache directory.
        root: The project's directory.

    Returns:
        What each contestant took, by its name.
    """
    work = cache / "work" / "attribution"
    environment = _made_anew(work, root)
    try:
        with Steps(f"Attribution of {touches:,} touches") as steps:
            steps.note("making journeys")
            # Not in this process: a child's peak memory begins at what its parent holds.
            module = [sys.executable, "-m", "tools.bench_attribution"]
            measured([*module, "prepare", str(work), str(touches)], environment, root, steps.note)

            def peak_of(command: list[str]) -> float:
                return measured(command, environment, root, steps.note).peak

            return contest(work, peak_of, steps.note)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def measure(wanted: int, accounts: int, cache: Path, root: Path) -> Scale:
    """Measure one size.

    Args:
        wanted: Touchpoints.
        accounts: Accounts.
        cache: The cache directory.
        root: The project's directory.

    Returns:
        What was measured.
    """
    work = cache / "work" / str(wanted)
    environment = _made_anew(work, root)
    complete, before = raw_data(cache, wanted, accounts, root, environment)
    db, copied = work / "build.duckdb", work / "copied.duckdb"

    def build(raw: Path, as_of: date, what: str) -> Cost:
        with Steps(f"{what} of {wanted:,} touchpoints") as steps:
            options = ("--raw", str(raw), "--db", str(db), "--as-of", as_of.isoformat())
            command = [sys.executable, "-m", "abm", "build", *options]
            return measured(command, environment, root, steps.note)

    def results() -> Any:
        return json.loads((work / "target" / "run_results.json").read_text(encoding="utf-8"))

    try:
        full = build(before, LAST_DAY - timedelta(days=1), "Full build")
        models, other = model_seconds(results())
        manifest = json.loads((work / "target" / "manifest.json").read_text(encoding="utf-8"))
        with duckdb.connect(str(db), read_only=True) as connection:
            ((touchpoints,),) = connection.execute(
                "select count(*) from marts.fct_touchpoints where occurred_at is not null"
            ).fetchall()
        day = build(complete, LAST_DAY, "One more day")
        day_models, _ = model_seconds(results())
        with Steps(f"Copying the marts of {wanted:,} touchpoints") as steps:
            code = "import sys; from tools.bench import copy_outputs; copy_outputs(*sys.argv[1:])"
            command = [sys.executable, "-c", code, str(db), str(copied)]
            copy = measured(command, environment, root, steps.note)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Scale(
        wanted=wanted,
        accounts=accounts,
        touchpoints=touchpoints,
        raw_bytes=sum(file.stat().st_size for file in complete.rglob("*.parquet")),
        full=full,
        day=day,
        copied=copy,
        models=models,
        other=other,
        day_models=day_models,
        updated=[
            node["name"]
            for node in manifest["nodes"].values()
            if node["config"].get("materialized") == UPDATED_TABLE
        ],
    )


def model_seconds(results: Mapping[str, Any]) -> tuple[list[tuple[str, float]], float]:
    """Read the cost of each node out of dbt's run_results.json.

    Args:
        results: The document.

    Returns:
        Name and wall seconds of each model, seed and snapshot, dearest first; and the seconds of
        everything else together.
    """
    built: list[tuple[str, float]] = []
    other = 0.0
    for result in results["results"]:
        kind, _, name, *_ = result["unique_id"].split(".")
        if kind in ("model", "seed", "snapshot"):
            built.append((name, result["execution_time"]))
        else:
            other += result["execution_time"]
    return sorted(built, key=lambda model: (-model[1], model[0])), other


def exponent(smaller: float, larger: float, growth: float) -> float:
    """How a cost grows with size: 1 in proportion, 2 with the square.

    Args:
        smaller: Cost at the smaller size.
        larger: Cost at the larger size.
        growth: The larger size divided by the smaller one.

    Returns:
        The exponent.
    """
    return math.log(larger / smaller) / math.log(growth)


def goals(
    scales: Sequence[Scale], attribution: Mapping[str, Contest], cores: int
) -> list[tuple[str, str, str, str, str]]:
    """Hold the largest size against the goals.

    Args:
        scales: The sizes, smallest first.
        attribution: What each contestant of attribution took.
        cores: Cores of the machine.

    Returns:
        Goal, bound, measured, verdict and cause, a row each.
    """
    small, large = scales[0], scales[-1]
    growth = large.touchpoints / small.touchpoints
    wall = exponent(small.full.wall, large.full.wall, growth)
    models = exponent(small.model_seconds, large.model_seconds, growth)
    dearest = large.models[:MOST_EXPENSIVE]
    share = sum(seconds for _, seconds in dearest) / large.model_seconds
    peak = large.full.peak / GIGABYTE
    least = GOAL_LARGE_SIZE * (1 - SIZE_TOLERANCE)
    is_large = large.touchpoints >= least and cores <= GOAL_LARGE_CORES
    names = ", ".join(f"`{name}`" for name, _ in dearest)
    seconds, day_seconds = dict(large.models), dict(large.day_models)
    day_cause = (
        f"A build of {small.touchpoints:,} touchpoints takes {small.full.wall:.0f} s already, "
        f"{small.full.wall / large.full.wall:.0%} of this one. {len(large.updated)} tables are "
        f"updated, in {sum(day_seconds[name] for name in large.updated):.0f} s instead of "
        f"{sum(seconds[name] for name in large.updated):.0f}: their rows are computed, and only "
        "those that differ are written. The other models are built in full."
    )
    limit = os.environ.get(MEMORY_LIMIT, DEFAULT_MEMORY_LIMIT)
    scans = attribution["rules"].seconds / attribution["scan"].seconds
    ten_peak = attribution["all"].peak / GIGABYTE
    return [
        (
            "full build in copies of the marts",
            f"<= {GOAL_RATIO}",
            f"{large.ratio:.1f}",
            _verdict(large.ratio <= GOAL_RATIO),
            f"{share:.0%} of the models' time are {names}; of {large.model_seconds:.0f} s in all "
            f"the smaller size takes {small.model_seconds:.0f} s already.",
        ),
        (
            "one more day, of a full build",
            f"<= {GOAL_DAY_PCT:.0f} %",
            f"{large.day_pct:.0f} %",
            _verdict(large.day_pct <= GOAL_DAY_PCT),
            day_cause,
        ),
        (
            "growth exponent of wall time",
            f"<= {GOAL_EXPONENT}",
            f"{wall:.2f}",
            _verdict(wall <= GOAL_EXPONENT),
            f"That of the models alone is {models:.2f}. What does not grow, dbt's start and the "
            "planning of statements, makes both smaller than the growth of the work itself.",
        ),
        (
            "peak memory",
            f"<= {GOAL_PEAK_GB:.0f} GB",
            f"{peak:.1f} GB",
            _verdict(peak <= GOAL_PEAK_GB),
            f"DuckDB may use {limit} (`{MEMORY_LIMIT}`); Python, dbt and what DuckDB does not "
            "count come on top.",
        ),
        (
            f"{GOAL_LARGE_SIZE / 1e6:.0f} million touchpoints on {GOAL_LARGE_CORES} cores",
            f"<= {GOAL_LARGE_GB:.0f} GB",
            f"{peak:.1f} GB" if is_large else "not measured",
            _verdict(peak <= GOAL_LARGE_GB) if is_large else "open",
            f"Built {large.touchpoints:,} touchpoints on {cores} cores in {large.full.wall:.0f} s.",
        ),
        (
            "five rule models, in scans of the touches",
            f"<= {GOAL_SCANS:.0f}",
            f"{scans:.1f}",
            _verdict(scans <= GOAL_SCANS),
            "A share per touch and model is written, with text ids, and decay is summed in exact "
            f"decimals. polars takes {attribution['polars'].seconds:.1f} s, pandas "
            f"{attribution['pandas'].seconds:.1f} s, this {attribution['rules'].seconds:.1f} s.",
        ),
        (
            "ten models, peak memory",
            f"<= {GOAL_PEAK_GB:.0f} GB",
            f"{ten_peak:.1f} GB",
            _verdict(ten_peak <= GOAL_PEAK_GB),
            "Every touch has a row per model, which is ranked twice to the last unit and cent.",
        ),
    ]


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "missed"


def document(
    scales: Sequence[Scale],
    attribution: Mapping[str, Contest],
    machine: Sequence[tuple[str, str]],
    cores: int,
    command: str,
    is_idle: bool = True,
) -> str:
    """Write the document.

    Args:
        scales: The sizes, smallest first.
        attribution: What each contestant of attribution took, on as many touches as the largest
            size asked for.
        machine: Name and value of what describes the machine and the versions.
        cores: Cores of the machine.
        command: The command that repeats it.
        is_idle: The machine did nothing else when it began.

    Returns:
        Markdown.
    """
    large = scales[-1]
    rows: list[tuple[str, Callable[[Scale], str]]] = [
        ("accounts", lambda s: f"{s.accounts:,}"),
        ("raw data, MB of Parquet", lambda s: f"{s.raw_bytes / 1e6:.0f}"),
        ("full build, wall s", lambda s: f"{s.full.wall:.1f}"),
        ("full build, CPU s", lambda s: f"{s.full.cpu:.1f}"),
        ("full build, peak memory in GB", lambda s: f"{s.full.peak / GIGABYTE:.2f}"),
        ("touchpoints a second", lambda s: f"{s.touchpoints / s.full.wall:,.0f}"),
        ("models, seeds and snapshots, s", lambda s: f"{s.model_seconds:.1f}"),
        ("tests, s", lambda s: f"{s.other:.1f}"),
        ("one more day, wall s", lambda s: f"{s.day.wall:.1f}"),
        ("one more day, CPU s", lambda s: f"{s.day.cpu:.1f}"),
        ("one more day, % of the full build", lambda s: f"{s.day_pct:.0f}"),
        ("copy of the marts, wall s", lambda s: f"{s.copied.wall:.1f}"),
        ("copy of the marts, CPU s", lambda s: f"{s.copied.cpu:.1f}"),
        ("full build in copies, by wall time", lambda s: f"{s.ratio:.1f}"),
        ("full build in copies, by CPU time", lambda s: f"{s.full.cpu / s.copied.cpu:.1f}"),
    ]
    sizes = [f"{scale.touchpoints:,} touchpoints" for scale in scales]
    results = [(name, *(show(scale) for scale in scales)) for name, show in rows]
    by_name = [*(dict(scale.models) for scale in scales), dict(large.day_models)]
    models = [
        (
            f"`{name}`",
            *(f"{seconds_of.get(name, 0):.1f}" for seconds_of in by_name),
            f"{seconds / large.model_seconds:.0%}",
        )
        for name, seconds in large.models[:TABLE_OF_MODELS]
    ]
    parts = [
        f"<!-- Written by `{command}`: run it again instead of editing. -->",
        "# Benchmarks",
        f"`{command}` wrote this page: raw data of a fictional company at each size, a full build "
        "of what was loaded by the day before the last, a second build that adds the last day, and "
        "one copy of the marts to a new file, each in a process of its own.",
        _table(("", ""), machine),
        *([] if is_idle else [NOT_IDLE]),
        "## Goals",
        _table(("goal", "bound", "measured", "", "why"), goals(scales, attribution, cores)),
        "The goals are held against the larger size.",
        "## Results",
        _table(("", *sizes), results),
        "Seconds of models and tests are wall time from dbt's `run_results.json`, which knows no "
        "CPU time of a model; two run at a time, so they add up to more than the build.",
        "## The most expensive models",
        _table(
            (
                "model",
                *(f"s, {size}" for size in sizes),
                "s, one more day at the larger",
                "share at the larger",
            ),
            models,
        ),
        "## Attribution",
        f"About {large.wanted:,} touches, all in journeys of 1 to 5,000; every contestant reads "
        "the same file in a process of its own. The three that compute the rule models credit the "
        "channels alike, weights sum to 1, and the chain of channels ends won as often as the "
        "journeys do (to 1e-9).",
        _table(
            ("what", "wall s", "CPU s", "peak memory in GB"),
            [
                (what, f"{took.seconds:.2f}", f"{took.cpu:.2f}", f"{took.peak / GIGABYTE:.2f}")
                for what, took in ((CONTESTANTS[name], took) for name, took in attribution.items())
            ],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> list[tuple[str, str]]:
    """Describe the machine, the versions and the moment.

    Returns:
        Name and value, a row each.
    """
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        ("date", datetime.now(tz=UTC).date().isoformat()),
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", f"{pages / GIGABYTE:.0f} GB"),
        (f"`{MEMORY_LIMIT}`", os.environ.get(MEMORY_LIMIT, DEFAULT_MEMORY_LIMIT)),
        ("load before it began (1, 5, 15 minutes)", load),
        ("system", f"{platform.system()} {platform.release()}"),
        ("python", platform.python_version()),
        *((package, version(package)) for package in PACKAGES),
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def run(
    touchpoints: Annotated[
        list[int] | None,
        typer.Option(
            min=10_000,
            metavar="N",
            help="A size in touchpoints; name two or more. Default: 500000 and 5000000.",
        ),
    ] = None,
    per_account: Annotated[
        int, typer.Option(min=100, metavar="N", help="Touchpoints per account.")
    ] = TOUCHPOINTS_PER_ACCOUNT,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Raw data and work files. Default: bench in the project."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The document. Default: docs/benchmarks.md."),
    ] = None,
) -> None:
    """Measure and write the document; the help text is `HELP`."""
    sizes = sorted(set(touchpoints or DEFAULT_SIZES))
    if len(sizes) < 2:
        raise AbmError("One size shows no growth: name --touchpoints twice, as 500000 and 5000000.")
    root = find_project_root()
    folder = (cache or root / "bench").expanduser().absolute()
    file = (out or root / "docs" / "benchmarks.md").expanduser().absolute()
    described = machine()
    is_idle = os.getloadavg()[0] <= IDLE_LOAD
    scales = []
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for size in sizes:
            scales.append(measure(size, max(30, size // per_account), folder, root))
            print(_line(scales[-1]), flush=True)
        attribution = measure_attribution(sizes[-1], folder, root)
        command = (
            "make bench"
            if not touchpoints
            else "python -m tools.bench" + "".join(f" --touchpoints {size}" for size in sizes)
        )
        cores = os.cpu_count() or 1
        text = document(scales, attribution, described, cores, command, is_idle)
        file.write_text(text + kept(file), encoding="utf-8")
    except OSError as error:
        raise AbmError(
            f"Cannot write {shown(Path(error.filename or folder))} ({error.strerror}): "
            "make room or allow writing there, or name another place with --cache or --out."
        ) from error
    for goal, bound, value, verdict, _ in goals(scales, attribution, cores):
        print(f"{goal}: {value} ({bound}), {verdict}")
    print(f"Wrote {shown(file)}")


def kept(file: Path) -> str:
    """Read what of the page this command does not measure.

    Args:
        file: The page, which may not exist yet.

    Returns:
        The text from the heading of the sample's rebuild on, with an empty line before it.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    start = text.find(KEPT_HEADING)
    return f"\n{text[start:]}" if start >= 0 else ""


def _line(scale: Scale) -> str:
    return (
        f"{scale.touchpoints:,} touchpoints: full build {scale.full.wall:.1f} s, "
        f"{scale.full.cpu:.1f} s of CPU, {scale.full.peak / GIGABYTE:.2f} GB; one more day "
        f"{scale.day.wall:.1f} s; copy of the marts {scale.copied.wall:.1f} s"
    )


def main() -> None:
    """Run from the command line and leave with an exit code."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.command(name="bench", help=HELP)(run)
    try:
        app()
    except AbmError as error:
        for sentence in error.sentences:
            typer.echo(f"error: {sentence}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
