"""`make bench`: what a build costs beside the one of an earlier commit, to docs/benchmarks.md.

Every figure comes from a process of its own, so that nothing is warm but the file cache and dbt's
parse of the project. The earlier commit and this one build in turns, on the same raw data: a full
build of what was there by the day before; then, this one alone, what one more day adds, what one
more hour adds, and a build of which nothing changed. One copy of the marts is the least that any
build could cost.
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
from resource import struct_rusage
from statistics import median
from typing import Annotated

import duckdb
import typer

from abm.errors import AbmError
from abm.explain import durations
from abm.paths import SAMPLE_DIR, find_project_root, shown
from abm.progress import Steps
from tools import bench_attribution, bench_engagement
from tools.bench_attribution import Contest

GIGABYTE = 1e9
BASE = "da27bb8"
"""The commit that costs are compared with: the build of 2026-11-22."""

COPIED_SCHEMA = "marts"
TABLE_OF_MODELS = 12
SAMPLE = "sample"
SAMPLE_ACCOUNTS = 250
DEFAULT_SIZES = (500_000, 5_000_000)
REPETITIONS = 3
TOUCHPOINTS_PER_ACCOUNT = 500
LAST_DAY = date(2026, 10, 31)
MEMORY_LIMIT = "ABM_MEMORY_LIMIT"
DEFAULT_MEMORY_LIMIT = "4GB"
MARKER = "complete.json"
KEPT_HEADING = "## What is missed, and why"

GROWING = (
    *("ga4/events", "hubspot/contact_form_submission", "hubspot/email_event*"),
    *("linkedin_ads/company_engagement", "marketo/activity_*", "custom/touchpoints"),
    *("salesforce/task", "salesforce/opportunity_field_history", "salesforce/campaign_member"),
    *("sixsense/*", "bombora/*", "demandbase/*"),
)
"""Raw tables that grow: those of an hour or a day before lack what was loaded since."""

FULL, DAY, HOUR, NOTHING, BASE_FULL, COPY = (
    *("full build", "one more day", "one more hour", "nothing changed"),
    *(f"full build of {BASE}", "copy of the marts"),
)
GOALS: dict[str, tuple[tuple[str, float], ...]] = {
    SAMPLE: ((NOTHING, 0.02), (HOUR, 0.35), (FULL, 0.5)),
    "small": ((HOUR, 0.30),),
    "large": ((NOTHING, 0.01), (HOUR, 0.20), (DAY, 0.30), (FULL, 0.6)),
}
"""Of the CPU time of a full build of the earlier commit, by size."""

AHEAD = (
    ("rules", "polars", "five rule models, of those of polars"),
    ("rules", "pandas", "five rule models, of those of pandas"),
    ("markov", "channel_attribution", "Markov chain, of that of ChannelAttribution"),
    ("engagement", "engagement_polars", "engagement score, of that of polars"),
)
GOAL_EXPONENT = 1.0
GOAL_PEAK_GB = 8.0
GOAL_SCANS = 3.0
IDLE_LOAD = 0.5
"""Above this load the machine does something else too."""

PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "pandas")

NOT_IDLE = (
    "**The machine was not idle when this began.** Wall times are too long, and the share of a day "
    "and the ratio to the copy are uncertain: compare CPU times, or run it again."
)

_SECONDS = re.compile(r", \d+ s$")

HELP = """
Measure what a build costs, of the sample and at two sizes or more, and write docs/benchmarks.md.

For every size: raw data are generated unless they are cached. Then, in turns and several times: an
earlier commit builds what was loaded by the day before the last one; this one does the same, adds
the last day but for its last hour, adds that hour, and builds once more. The document holds seconds
(wall and CPU), peak memory, the share of the earlier commit's full build, and the models that cost
most; each figure is a median.

The raw data stay in <cache>/raw for the next time (350 MB for 5 million touchpoints); databases
are in <cache>/work, up to 8 GB, and are removed. Let the machine be idle: the document says what
its load was. ABM_MEMORY_LIMIT is DuckDB's limit, 4GB by default.

\b
Examples:
    make bench
    python -m tools.bench --touchpoints 20000 --touchpoints 100000 --out /tmp/benchmarks.md
    python -m tools.bench --touchpoints 500000 --touchpoints 50000000 --repetitions 1 --no-base
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
        name: What it is called: the sample, or so many touchpoints.
        wanted: Touchpoints asked for.
        accounts: Accounts of the company.
        touchpoints: Rows of fct_touchpoints after the last build.
        raw_bytes: Size of the raw data.
        costs: What was built to what it cost, each time.
        models: Wall seconds of each model, seed and snapshot in a full build, dearest first.
        hour_models: Wall seconds of each node that one more hour made.
    """

    name: str
    wanted: int
    accounts: int
    touchpoints: int
    raw_bytes: int
    costs: Mapping[str, list[Cost]]
    models: list[tuple[str, float]]
    hour_models: dict[str, float]

    def median(self, what: str) -> Cost | None:
        """The cost of something: medians of wall, CPU and peak, or None where it was not built."""
        costs = self.costs.get(what)
        if not costs:
            return None
        return Cost(*(median(getattr(c, of) for c in costs) for of in ("wall", "cpu", "peak")))

    def share(self, what: str) -> float | None:
        """CPU time as a share of the earlier commit's full build."""
        cost, base = self.median(what), self.median(BASE_FULL)
        return cost.cpu / base.cpu if cost and base else None


def started(
    command: Sequence[str], environment: Mapping[str, str], root: Path
) -> subprocess.Popen[str]:
    """Start a command of which nothing is read but its standard error.

    Args:
        command: The command.
        environment: Its environment.
        root: Its working directory.

    Returns:
        The process.
    """
    return subprocess.Popen(
        command,
        cwd=root,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def followed(process: subprocess.Popen[str], on_line: Callable[[str], None]) -> struct_rusage:
    """Wait for a process.

    Args:
        process: The process, of `started`.
        on_line: Called with each line of its standard error, without the seconds at its end.

    Returns:
        What the kernel says it used, without processes that it did not wait for.

    Raises:
        AbmError: It failed.
    """
    problems = []
    for line in process.stderr or ():
        if line.startswith("error: "):
            problems.append(line.removeprefix("error: ").strip())
        on_line(_SECONDS.sub("", line.strip()))
    # Unlike getrusage(RUSAGE_CHILDREN) this is the one child, not the greatest of all so far.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = problems[0] if problems else f"it ended with {process.returncode}"
        words = process.args if isinstance(process.args, list) else [process.args]
        raise AbmError(f"`{' '.join(map(str, words[1:5]))} ...` failed: {said}")
    return usage


def measured(
    command: Sequence[str],
    environment: Mapping[str, str],
    root: Path,
    on_line: Callable[[str], None],
) -> Cost:
    """Run a command and measure it.

    Linux counts as its peak what this process holds when it starts: let other processes hold much.

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
    began = time.monotonic()
    with started(command, environment, root) as process:
        usage = followed(process, on_line)
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


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
) -> Path:
    """Find or make the raw data of one size.

    Args:
        cache: The cache directory.
        wanted: Touchpoints; 0 stands for the sample.
        accounts: Accounts.
        root: The project's directory.
        environment: The environment of a process without the caller's settings.

    Returns:
        A directory with one of all raw data, `all`, and those of an hour and a day before.
    """
    folder = cache / "raw" / (str(wanted) if wanted else SAMPLE)
    complete = folder / "all"
    marker = folder / MARKER
    made_by = {"accounts": accounts, "last_day": LAST_DAY.isoformat(), "code": _generator(root)}
    if marker.is_file() and json.loads(marker.read_text(encoding="utf-8")) == made_by:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if wanted:
        with Steps(f"Generating {wanted:,} touchpoints") as steps:
            size = ("--accounts", str(accounts), "--touchpoints", str(wanted))
            to = ("--as-of", LAST_DAY.isoformat(), "--out", str(complete))
            command = [sys.executable, "-m", "abm", "sample", *size, *to]
            measured(command, environment, root, steps.note)
    else:
        shutil.copytree(root / SAMPLE_DIR, complete)
    for name, age in ((HOUR, "1 hour"), (DAY, "1 day")):
        with Steps(f"Raw data of {age} before") as steps:
            before = str(folder / f"before {name}")
            code = "import sys; from tools.bench import cut; cut(*sys.argv[1:])"
            command = [sys.executable, "-c", code, str(complete), before, age]
            measured(command, environment, root, steps.note)
    marker.write_text(json.dumps(made_by), encoding="utf-8")
    return folder


def cut(complete: str, before: str, age: str) -> None:
    """Copy raw data as they were some time before each table got its last row.

    Args:
        complete: The raw data.
        before: The directory to make.
        age: How long before, as `1 hour`.
    """
    source, target = Path(complete), Path(before)
    shutil.copytree(source, target, copy_function=os.link)
    with duckdb.connect() as connection:
        for file in (f for p in GROWING for f in sorted(source.glob(f"{p}.parquet"))):
            copy = target / file.relative_to(source)
            copy.unlink()
            connection.execute(
                f"copy (from '{file}' where _fivetran_synced <= (select "
                f"max(_fivetran_synced) - interval {age} from '{file}')) "
                f"to '{copy}' (format parquet)"
            )


def _generator(root: Path) -> str:
    """What the cached data depend on besides the options: the generator's code."""
    files = sorted((root / "abm" / "sample").glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def made_anew(work: Path, root: Path) -> dict[str, str]:
    """Empty a folder to work in.

    Args:
        work: The folder.
        root: The project's directory.

    Returns:
        The environment of the processes that work there: the caller's without its settings.
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ABM_", "DBT_"))}
    return kept | {
        "PYTHONPATH": str(root),
        MEMORY_LIMIT: os.environ.get(MEMORY_LIMIT, DEFAULT_MEMORY_LIMIT),
    }


CONTESTS = {"Attribution": bench_attribution, "Engagement": bench_engagement}
"""What is contested, each on data of its own."""


def measure_contests(touches: int, cache: Path, root: Path) -> dict[str, Contest]:
    """Measure what a user would write instead of a model, beside it.

    Args:
        touches: About how many touches in the data of each contest.
        cache: The cache directory.
        root: The project's directory.

    Returns:
        What each contestant took, by its name.
    """
    work = cache / "work" / "contests"
    taken: dict[str, Contest] = {}
    for what, module in CONTESTS.items():
        environment = made_anew(work, root)
        environment |= {"DBT_TARGET_PATH": str(work / "target"), "DBT_LOG_PATH": str(work / "logs")}
        try:
            with Steps(f"{what} of {touches:,} touches") as steps:
                steps.note("making touches")
                # Not in this process: a child's peak memory begins at what its parent holds.
                command = [sys.executable, "-m", module.__name__, "prepare", str(work)]
                measured([*command, str(touches)], environment, root, steps.note)

                def peak_of(command: list[str]) -> float:
                    return measured(command, environment, root, steps.note).peak  # noqa: B023

                took, results = bench_attribution.contested(
                    module.CONTESTANTS, module.__name__, work, peak_of, steps.note
                )
                module.check(results)
                taken |= took
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return taken


def base_project(cache: Path, root: Path) -> Path:
    """Check out the earlier commit.

    Args:
        cache: The cache directory.
        root: The project's directory, in a clone that has the commit.

    Returns:
        The directory of that commit's project.

    Raises:
        AbmError: The clone does not have it.
    """
    folder = cache / BASE
    if folder.is_dir():
        return folder
    git = ("git", "-c", "advice.detachedHead=false")
    for command in (
        [*git, "clone", "--quiet", "--no-checkout", str(root), str(folder)],
        [*git, "-C", str(folder), "checkout", "--quiet", BASE],
    ):
        if subprocess.run(command, check=False).returncode:
            shutil.rmtree(folder, ignore_errors=True)
            raise AbmError(
                f"Commit {BASE} is not in {shown(root)}, so that nothing can be compared with it: "
                "fetch the whole history, or leave it out with --no-base."
            )
    return folder


def measure(
    wanted: int, accounts: int, cache: Path, root: Path, base: Path | None, repetitions: int
) -> Scale:
    """Measure one size.

    Args:
        wanted: Touchpoints; 0 stands for the sample.
        accounts: Accounts.
        cache: The cache directory.
        root: The project's directory.
        base: The earlier commit's, or None.
        repetitions: How often.

    Returns:
        What was measured.
    """
    name = f"{wanted:,} touchpoints" if wanted else "the sample"
    work = cache / "work" / (str(wanted) if wanted else SAMPLE)
    environment = made_anew(work, root)
    raw = raw_data(cache, wanted, accounts, root, environment)
    db, live, copied = work / "build.duckdb", work / "live", work / "copied.duckdb"
    costs: dict[str, list[Cost]] = {}

    def build(what: str, as_of: date, *more: str, project: Path = root) -> None:
        folder = work / project.name
        folder.mkdir(exist_ok=True)
        with Steps(f"{what}, {name}") as steps:
            options = ("--raw", str(live), "--db", str(db), "--as-of", as_of.isoformat(), *more)
            command = [sys.executable, "-m", "abm", "build", *options]
            own = {
                "PYTHONPATH": str(project),
                "DBT_TARGET_PATH": str(folder / "target"),
                "DBT_LOG_PATH": str(folder / "logs"),
            }
            cost = measured(command, {**environment, **own}, project, steps.note)
        if not more:
            costs.setdefault(what, []).append(cost)

    def clear() -> None:
        for file in work.glob("build.duckdb*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()

    before = LAST_DAY - timedelta(days=1)
    try:
        for number in range(repetitions):
            _put(raw / f"before {DAY}", live)
            for project in (base, root) if base else (root,):
                clear()
                if not number:  # so that dbt has parsed the project, as it has at a user's
                    build("dbt's parse", before, "--select", "dim_dates", project=project)
                    clear()
                build(BASE_FULL if project is base else FULL, before, project=project)
            with duckdb.connect(str(db), read_only=True) as connection:
                models = _durations(connection)
            _put(raw / f"before {HOUR}", live)
            build(DAY, LAST_DAY)
            _put(raw / "all", live)
            build(HOUR, LAST_DAY)
            build(NOTHING, LAST_DAY)
        with duckdb.connect(str(db), read_only=True) as connection:
            hour_models = dict(_durations(connection))
            ((touchpoints,),) = connection.execute(
                "select count(*) from marts.fct_touchpoints where occurred_at is not null"
            ).fetchall()
        with Steps(f"Copying the marts, {name}") as steps:
            code = "import sys; from tools.bench import copy_outputs; copy_outputs(*sys.argv[1:])"
            command = [sys.executable, "-c", code, str(db), str(copied)]
            costs[COPY] = [measured(command, environment, root, steps.note)]
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Scale(
        name=name,
        wanted=wanted,
        accounts=accounts,
        touchpoints=touchpoints,
        raw_bytes=sum(file.stat().st_size for file in (raw / "all").rglob("*.parquet")),
        costs=costs,
        models=models,
        hour_models=hour_models,
    )


def _put(source: Path, live: Path) -> None:
    """Replace the raw directory of a build, as a loader replaces files."""
    new = live.with_name("new")
    shutil.copytree(source, new, copy_function=os.link)
    shutil.rmtree(live, ignore_errors=True)
    new.rename(live)


def _durations(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, float]]:
    return durations(lambda query: connection.execute(query).fetchall())


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
    scales: Sequence[Scale], contests: Mapping[str, Contest]
) -> list[tuple[str, str, str, str, str]]:
    """Hold the sizes against the goals.

    Args:
        scales: The sample, then the sizes, smallest first.
        contests: What each contestant took.

    Returns:
        Size, goal, bound, measured and verdict, a row each.
    """
    rows = []
    for scale, size in ((scales[0], SAMPLE), (scales[1], "small"), (scales[-1], "large")):
        for what, bound in GOALS[size]:
            share = scale.share(what)
            rows.append(
                (
                    scale.name,
                    f"{what}, of the full build of {BASE}",
                    f"<= {bound:.2f}",
                    "not measured" if share is None else f"{share:.3f}",
                    "open" if share is None else _verdict(share <= bound),
                )
            )
    small, large = scales[1], scales[-1]
    cost, larger = small.median(FULL), large.median(FULL)
    if cost and larger:
        growth = exponent(cost.cpu, larger.cpu, large.touchpoints / small.touchpoints)
        peak = larger.peak / GIGABYTE
        rows += [
            _bound(large.name, "growth exponent of a full build's CPU time", growth, GOAL_EXPONENT),
            _bound(large.name, "peak memory of a full build in GB", peak, GOAL_PEAK_GB),
        ]
    scans = contests["rules"].seconds / contests["scan"].seconds
    rows.append(_bound(large.name, "five rule models, in scans of the touches", scans, GOAL_SCANS))
    for ours, theirs, goal in AHEAD:
        if theirs in contests:
            share = contests[ours].cpu / contests[theirs].cpu
            rows.append(_bound(large.name, f"{goal}, CPU time", share, 1))
    return rows


def _bound(size: str, goal: str, value: float, bound: float) -> tuple[str, str, str, str, str]:
    return size, goal, f"<= {bound:.2f}", f"{value:.2f}", _verdict(value <= bound)


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "missed"


def document(
    scales: Sequence[Scale],
    contests: Mapping[str, Contest],
    machine: Sequence[tuple[str, str]],
    command: str,
    is_idle: bool = True,
) -> str:
    """Write the document.

    Args:
        scales: The sample, then the sizes, smallest first.
        contests: What each contestant took, on as many touches as the largest
            size asked for.
        machine: Name and value of what describes the machine and the versions.
        command: The command that repeats it.
        is_idle: The machine did nothing else when it began.

    Returns:
        Markdown.
    """
    large = scales[-1]
    sizes = [scale.name for scale in scales]
    results = [
        ("accounts", *(f"{scale.accounts:,}" for scale in scales)),
        ("touchpoints", *(f"{scale.touchpoints:,}" for scale in scales)),
        ("raw data, MB of Parquet", *(f"{scale.raw_bytes / 1e6:.0f}" for scale in scales)),
        ("nodes that one more hour makes", *(str(len(scale.hour_models)) for scale in scales)),
    ]
    for what in (BASE_FULL, FULL, DAY, HOUR, NOTHING, COPY):
        costs = [scale.median(what) for scale in scales]
        if any(costs):
            results += [
                (f"{what}, wall s", *(f"{c.wall:.1f}" if c else "" for c in costs)),
                (f"{what}, CPU s", *(f"{c.cpu:.1f}" if c else "" for c in costs)),
                (
                    f"{what}, peak memory in GB",
                    *(f"{c.peak / GIGABYTE:.2f}" if c else "" for c in costs),
                ),
            ]
    seconds_of = [dict(scale.models) for scale in scales]
    models = [
        (
            f"`{name}`",
            *(f"{seconds.get(name, 0):.1f}" for seconds in seconds_of),
            f"{large.hour_models.get(name, 0):.1f}",
        )
        for name, _ in large.models[:TABLE_OF_MODELS]
    ]
    repetitions = max(len(costs) for scale in scales for costs in scale.costs.values())
    parts = [
        f"<!-- Written by `{command}`: run it again instead of editing. -->",
        "# Benchmarks",
        f"`{command}` wrote this page. Commit {BASE} and this one build raw data of a fictional "
        "company in turns, as they were a day before; this one then adds the day but for its last "
        "hour, adds that hour (the rows that every raw table got in its own last hour), and builds "
        f"once more. Each is a process of its own, medians of {repetitions}; dbt has parsed the "
        "project before.",
        table_of(("", ""), machine),
        *([] if is_idle else [NOT_IDLE]),
        "## Goals",
        table_of(("size", "goal", "bound", "measured", ""), goals(scales, contests)),
        "## Results",
        table_of(("", *sizes), results),
        "## The most expensive nodes",
        "Wall seconds of a full build, in which two run at a time, and of one more hour, in which "
        "they run one after the other with two threads each.",
        table_of(("node", *sizes, f"one more hour, {large.name}"), models),
        "## What a user would write instead",
        f"About {large.wanted:,} touches: of attribution all in journeys of 1 to 5,000, of the "
        "engagement score those of two years; every contestant reads the same file in a process of "
        "its own. The rule models credit the channels alike, weights sum to 1, the chain of "
        "channels ends won as often as the journeys do (to 1e-9), the removal effects agree to "
        f"{bench_attribution.REMOVAL_TOLERANCE}, and the scores to "
        f"{bench_engagement.TOLERANCE:.0e} of their sum.",
        table_of(
            ("what", "wall s", "CPU s", "peak memory in GB"),
            [
                (
                    what,
                    f"{contests[name].seconds:.2f}",
                    f"{contests[name].cpu:.2f}",
                    f"{contests[name].peak / GIGABYTE:.2f}",
                )
                for module in CONTESTS.values()
                for name, what in module.CONTESTANTS.items()
                if name in contests
            ],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def table_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown.

    Args:
        header: The names of its columns.
        rows: Its rows.

    Returns:
        Its lines.
    """
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
    repetitions: Annotated[
        int, typer.Option(min=1, metavar="N", help="How often each build is measured.")
    ] = REPETITIONS,
    is_base_built: Annotated[
        bool, typer.Option("--base/--no-base", help=f"Build commit {BASE} too.")
    ] = True,
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
        base = base_project(folder, root) if is_base_built else None
        for size in (0, *sizes):
            accounts = max(30, size // per_account) if size else SAMPLE_ACCOUNTS
            scales.append(measure(size, accounts, folder, root, base, repetitions))
            print(_line(scales[-1]), flush=True)
        contests = measure_contests(sizes[-1], folder, root)
        asked = "".join(f" --touchpoints {size}" for size in touchpoints or ())
        asked += f" --repetitions {repetitions}" if repetitions != REPETITIONS else ""
        command = f"python -m tools.bench{asked}" if asked else "make bench"
        text = document(scales, contests, described, command, is_idle)
        file.write_text(text + kept(file), encoding="utf-8")
    except OSError as error:
        raise AbmError(
            f"Cannot write {shown(Path(error.filename or folder))} ({error.strerror}): "
            "make room or allow writing there, or name another place with --cache or --out."
        ) from error
    for size, goal, bound, value, verdict in goals(scales, contests):
        print(f"{size}: {goal}: {value} ({bound}), {verdict}")
    print(f"Wrote {shown(file)}")


def kept(file: Path) -> str:
    """Read what of the page this command does not measure.

    Args:
        file: The page, which may not exist yet.

    Returns:
        The text from the heading of what is missed on, with an empty line before it.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    start = text.find(KEPT_HEADING)
    return f"\n{text[start:]}" if start >= 0 else ""


def _line(scale: Scale) -> str:
    costs = ((what, scale.median(what)) for what in scale.costs)
    return f"{scale.name}: " + "; ".join(
        f"{what} {cost.cpu:.1f} s of CPU" for what, cost in costs if cost
    )


def run_from_command_line(name: str, text: str, command: Callable[..., None]) -> None:
    """Run a command and leave with an exit code.

    Args:
        name: Its name.
        text: Its help.
        command: What it does, as Typer reads it.
    """
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.command(name=name, help=text)(command)
    try:
        app()
    except AbmError as error:
        for sentence in error.sentences:
            typer.echo(f"error: {sentence}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run_from_command_line("bench", HELP, run)
