"""`make spark-sizing`: what a build on Spark costs, and what larger ones would, to docs/sizing.md.

At every size DuckDB and Spark build the same raw data, one after the other, and the two are
compared row by row. Spark's event log says what each model's tasks took; lines through the sizes
say what they would take of more touches.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import linear_regression
from threading import Event, Thread
from typing import Annotated

import duckdb
import typer

from abm.errors import AbmError
from abm.paths import find_project_root, shown
from abm.progress import Steps
from tools.bench import (
    IDLE_LOAD,
    LAST_DAY,
    TOUCHPOINTS_PER_ACCOUNT,
    Cost,
    followed,
    machine,
    made_anew,
    raw_data,
    run_from_command_line,
    started,
    table_of,
)
from tools.spark_events import usage_of_models

PYTHON = ".venv-spark/bin/python"
SIZES = (500_000, 2_000_000, 5_000_000)
LARGER = (50_000_000, 500_000_000, 1_000_000_000, 5_000_000_000, 10_000_000_000)
PARTITIONS = 8
MEMORY_A_CORE = 2
"""Gigabytes of Spark's memory for each of its cores, as measured."""

CORES_AN_EXECUTOR = 4
SKEW = 0.3
"""The share of all touches that one account has in the worst case that is answered for."""

BY_ACCOUNT = "int_account_engagement_history"
"""The model whose windows hold all that an account ever did."""

TABLE_OF_MODELS = 12
DUCKDB, LOAD, SPARK = "DuckDB", "Spark, loading", "Spark"

HELP = """
Measure a build on Spark beside one on DuckDB at three sizes, and write docs/sizing.md.

Needs Java and `make spark`. Raw data stay in <cache>/raw for the next time and for `make bench`.
ABM_MEMORY_LIMIT is DuckDB's limit; Spark gets 2 GB a core. At 5 million touchpoints on two cores
this takes about an hour and 10 GB of disk.
"""


@dataclass(frozen=True)
class Model:
    """What the tasks that make one table took.

    Attributes:
        cpu: Seconds of processor time.
        shuffled: Bytes written for a later stage.
        spilled: Bytes written to disk for want of memory.
    """

    cpu: float
    shuffled: int
    spilled: int


@dataclass(frozen=True)
class Size:
    """One size, measured.

    Attributes:
        touchpoints: Rows of fct_touchpoints.
        raw_bytes: Bytes of the raw data.
        costs: What each process cost.
        models: What each table took on Spark.
        stored: Bytes of Spark's tables.
        gathered: Bytes of the DuckDB file that readers get.
    """

    touchpoints: int
    raw_bytes: int
    costs: Mapping[str, Cost]
    models: Mapping[str, Model]
    stored: int
    gathered: int

    def total(self, of: str) -> float:
        """The sum of an attribute of `Model` over all models."""
        return float(sum(getattr(model, of) for model in self.models.values()))


def measured_with_children(
    command: Sequence[str],
    environment: Mapping[str, str],
    root: Path,
    on_line: Callable[[str], None],
) -> Cost:
    """Run a command and measure it with the processes that it starts, as Spark's is one of those.

    Args:
        command: The command.
        environment: Its environment.
        root: Its working directory.
        on_line: Called with each line of its standard error.

    Returns:
        What it cost; the last fifth of a second of each process may be missing.

    Raises:
        AbmError: It failed.
    """
    began, ended = time.monotonic(), Event()
    cpu: dict[int, float] = {}
    peak = 0
    with started(command, environment, root) as process:

        def watch() -> None:
            nonlocal peak
            while not ended.wait(0.2):
                used = _used_by(process.pid)
                # One that has just been forked seems to hold what its parent does.
                peak = max(peak, sum(held for pid, (_, held) in used.items() if pid in cpu))
                cpu.update({pid: seconds for pid, (seconds, _) in used.items()})

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            followed(process, on_line)
        finally:
            ended.set()
            watcher.join()
    return Cost(time.monotonic() - began, sum(cpu.values()), float(peak))


def _used_by(root: int) -> dict[int, tuple[float, int]]:
    """Seconds of processor time and bytes held of a process and of all that it started."""
    parents, used = {}, {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        pid = int(file.parent.name)
        try:
            fields = file.read_text(encoding="utf-8").rpartition(") ")[2].split()
        except OSError:  # it has just ended
            continue
        parents[pid] = int(fields[1])
        seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        used[pid] = seconds, int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    found = [root]
    for above in found:
        found += [pid for pid, parent in parents.items() if parent == above]
    return {pid: used[pid] for pid in found if pid in used}


def measure(wanted: int, cache: Path, root: Path) -> Size:
    """Build one size on both engines and compare.

    Args:
        wanted: Touchpoints asked for.
        cache: The cache directory.
        root: The project's directory.

    Returns:
        What was measured.

    Raises:
        AbmError: A build failed, or the two differ.
    """
    work = cache / "work" / f"spark-{wanted}"
    environment = made_anew(work, root)
    raw = raw_data(cache, wanted, wanted // TOUCHPOINTS_PER_ACCOUNT, root, environment) / "all"
    logs, settings, db = work / "events", work / "conf", work / "abm.duckdb"
    for folder in (logs, settings):
        folder.mkdir()
    (settings / "spark-defaults.conf").write_text(
        f"spark.eventLog.enabled true\nspark.eventLog.dir file:{logs}\n"
        "spark.eventLog.compress false\nspark.ui.showConsoleProgress false\n",
        encoding="utf-8",
    )
    environment |= {
        "ABM_SPARK_DIR": str(work / "spark"),
        "ABM_SPARK_MEMORY": f"{MEMORY_A_CORE * (os.cpu_count() or 1)}g",
        "ABM_SPARK_PARTITIONS": str(PARTITIONS),
        "SPARK_CONF_DIR": str(settings),
    }
    as_of = ("--as-of", LAST_DAY.isoformat())
    on_spark = (str(root / PYTHON), "-m", "abm")
    commands = {
        DUCKDB: [sys.executable, "-m", "abm", "build", "--raw", str(raw), "--db", str(db), *as_of],
        LOAD: [*on_spark, "load", "--target", "spark", "--raw", str(raw)],
        SPARK: [*on_spark, "build", "--target", "spark", *as_of],
    }
    costs = {}
    try:
        for what, command in commands.items():
            own = {
                f"DBT_{place}_PATH": str(work / f"{what} {place}") for place in ("TARGET", "LOG")
            }
            shutil.rmtree(logs)
            logs.mkdir()
            with Steps(f"{what}, {wanted:,} touchpoints") as steps:
                costs[what] = measured_with_children(
                    command, {**environment, **own}, root, steps.note
                )
        gathered = work / "spark/abm.duckdb"
        with Steps(f"Comparing, {wanted:,} touchpoints") as steps:
            compare = [sys.executable, "-m", "abm", "compare", str(db), str(gathered)]
            measured_with_children(compare, environment, root, steps.note)
        with duckdb.connect(str(gathered), read_only=True) as connection:
            ((touchpoints,),) = connection.execute(
                "select count(*) from marts.fct_touchpoints where occurred_at is not null"
            ).fetchall()
        models = {
            name: Model(usage.cpu, usage.shuffled, usage.spilled)
            for name, usage in usage_of_models(logs).items()
        }
        return Size(
            touchpoints,
            _bytes(raw),
            costs,
            models,
            _bytes(work / "spark/tables"),
            gathered.stat().st_size,
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.parquet"))


@dataclass(frozen=True)
class Line:
    """What a quantity is of so many touches: a constant, and so much a touch."""

    constant: float
    a_touch: float

    @classmethod
    def through(cls, sizes: Sequence[Size], of: Callable[[Size], float]) -> "Line":
        """The line of least squares through what was measured."""
        fit = linear_regression([size.touchpoints for size in sizes], [of(size) for size in sizes])
        return cls(fit.intercept, fit.slope)

    def at(self, touches: int) -> float:
        """The quantity of so many touches."""
        return self.constant + self.a_touch * touches


def cores_for(seconds: float, touches: int, cpu: Line, utilisation: float, cores: int) -> float:
    """How many cores build so many touches within a time.

    Args:
        seconds: The time.
        touches: The touches.
        cpu: Processor time; its constant is planning, which no further core makes shorter.
        utilisation: The share of the cores' time that was used where it was measured.
        cores: Cores where it was measured.

    Returns:
        Cores; infinite where planning alone takes as long.
    """
    left = seconds - max(cpu.constant, 0) / cores / utilisation
    return cpu.a_touch * touches / utilisation / left if left > 0 else float("inf")


def document(
    sizes: Sequence[Size], described: Sequence[tuple[str, str]], is_idle: bool = True
) -> str:
    """Write the page.

    Args:
        sizes: The sizes, smallest first.
        described: Name and value of what describes the machine.
        is_idle: The machine did nothing else when it began.

    Returns:
        Markdown.
    """
    largest = sizes[-1]
    cores = os.cpu_count() or 1
    cpu = Line.through(sizes, lambda size: size.costs[SPARK].cpu)
    wall = Line.through(sizes, lambda size: size.costs[DUCKDB].wall)
    of_duckdb = Line.through(sizes, lambda size: size.costs[DUCKDB].cpu)
    shuffled = Line.through(sizes, lambda size: size.total("shuffled"))
    stored = Line.through(sizes, lambda size: size.stored)
    gathered = Line.through(sizes, lambda size: size.gathered)
    by_account = Line.through(sizes, lambda size: size.models[BY_ACCOUNT].cpu)
    there = largest.costs[SPARK]
    utilisation = there.cpu / there.wall / cores
    header = ("", *(f"{size.touchpoints:,} touchpoints" for size in sizes))
    rows: list[tuple[str, ...]] = [_row("raw data, MB", sizes, lambda s: s.raw_bytes / 1e6, ",.0f")]
    for what in (DUCKDB, LOAD, SPARK):
        rows += [
            _row(f"{what}: CPU s", sizes, lambda s, w=what: s.costs[w].cpu, ",.0f"),
            _row(f"{what}: wall s", sizes, lambda s, w=what: s.costs[w].wall, ",.0f"),
            _row(f"{what}: peak memory, GB", sizes, lambda s, w=what: s.costs[w].peak / 1e9, ".1f"),
        ]
    rows += [
        _row("Spark: CPU s of tasks", sizes, lambda s: s.total("cpu"), ",.0f"),
        _row("Spark: shuffled, GB", sizes, lambda s: s.total("shuffled") / 1e9, ".2f"),
        _row("Spark: spilled, GB", sizes, lambda s: s.total("spilled") / 1e9, ".2f"),
        _row("Spark's tables, GB", sizes, lambda s: s.stored / 1e9, ".2f"),
        _row("the file that readers get, GB", sizes, lambda s: s.gathered / 1e9, ".2f"),
    ]
    dearest = sorted(largest.models, key=lambda name: largest.models[name].cpu, reverse=True)
    models = []
    for name in dearest[:TABLE_OF_MODELS]:
        model = largest.models[name]
        models.append(
            (
                name if " " in name else f"`{name}`",
                *(f"{s.models[name].cpu / s.touchpoints * 1e6:.1f}" for s in sizes),
                f"{model.shuffled / largest.touchpoints:.0f}",
                f"{model.spilled / largest.touchpoints:.0f}",
            )
        )
    larger = []
    for touches in LARGER:
        needed = cores_for(3600, touches, cpu, utilisation, cores)
        executors = -(-needed // CORES_AN_EXECUTOR)
        larger.append(
            (
                f"{touches:,}",
                f"{cpu.at(touches) / 3600:,.1f}",
                f"{executors:,.0f}",
                f"{executors * CORES_AN_EXECUTOR * MEMORY_A_CORE:,.0f}",
                f"{PARTITIONS * touches / largest.touchpoints:,.0f}",
                f"{shuffled.at(touches) / 1e9:,.0f}",
                f"{stored.at(touches) / 1e9:,.0f}",
                f"{gathered.at(touches) / 1e9:,.0f}",
                f"{SKEW * by_account.at(touches) / 60:,.1f}",
            )
        )
    crossing = [
        (
            f"{touches:,}",
            f"{wall.at(touches) / 60:,.0f}",
            f"{cores_for(wall.at(touches), touches, cpu, utilisation, cores):,.0f}",
        )
        for touches in LARGER[:3]
    ]
    parts = [
        "<!-- Written by `make spark-sizing`: run it again instead of editing. -->",
        "# Spark: what it costs, and how many machines",
        f"`make spark-sizing` wrote this page. At each size DuckDB and Spark built the same raw "
        f"data on {cores} cores, one after the other, once; `abm compare` found 0 differences. "
        f"Spark had {MEMORY_A_CORE} GB a core and {PARTITIONS} partitions of a shuffle.",
        table_of(("", ""), described),
        *(
            []
            if is_idle
            else ["The machine was not idle when this began: wall times may be too long."]
        ),
        "## Measured",
        table_of(header, rows),
        "What is not CPU of tasks is planning, compiling and collecting garbage.",
        "## The dearest models",
        "From Spark's event log: what the tasks took that make each table.",
        table_of(
            (
                "table",
                *(f"CPU µs a touch, {size.touchpoints:,}" for size in sizes),
                "shuffled bytes a touch",
                "spilled bytes a touch",
            ),
            models,
        ),
        "## Larger",
        f"Lines through the {len(sizes)} sizes: {cpu.constant:,.0f} s of CPU and "
        f"{cpu.a_touch * 1e6:,.0f} µs a touch; {shuffled.a_touch:,.0f} bytes shuffled and "
        f"{gathered.a_touch:,.0f} bytes for readers a touch. They say what more touches would "
        "take; nothing of this table was run. Multiply the core-hours by the price of one. "
        f"Executors have {CORES_AN_EXECUTOR} cores and {CORES_AN_EXECUTOR * MEMORY_A_CORE} GB for "
        f"Spark, used to {utilisation:.0%} as here; planning takes as long as here whatever their "
        "number; partitions (`ABM_SPARK_PARTITIONS`) give a task as many rows as here.",
        table_of(
            (
                "touches",
                "core-hours of a build",
                "executors for one hour",
                "their memory, GB",
                "partitions",
                "shuffled, GB",
                "tables, GB",
                "file for readers, GB",
                f"minutes of one task, where an account has {SKEW:.0%} of the touches",
            ),
            larger,
        ),
        f"What breaks first: {_breaks_first(gathered, by_account)}",
        "## Against DuckDB",
        f"On the same {cores} cores Spark took {there.cpu / largest.costs[DUCKDB].cpu:.1f} times "
        f"the CPU of DuckDB at {largest.touchpoints:,} touches, and takes "
        f"{cpu.a_touch / of_duckdb.a_touch:.1f} times that of each further touch: "
        + (
            "on one machine the two never cross, as long as DuckDB's memory and disk suffice. "
            if cpu.a_touch > of_duckdb.a_touch
            else f"beyond {_crossing(cpu, of_duckdb):,.0f} touches Spark is the cheaper one. "
        )
        + "DuckDB's line is one through sizes that fit its memory, which larger ones leave behind: "
        "[benchmarks.md](benchmarks.md) has what 50 million touches took. By the lines, as quick "
        f"as DuckDB on {cores} cores is Spark with:",
        table_of(("touches", f"minutes of DuckDB on {cores} cores", "cores of Spark"), crossing),
    ]
    return "\n\n".join(parts) + "\n"


def _row(
    what: str, sizes: Sequence[Size], of: Callable[[Size], float], spelled: str
) -> tuple[str, ...]:
    return what, *(format(of(size), spelled) for size in sizes)


def _crossing(spark: Line, other: Line) -> float:
    return (spark.constant - other.constant) / (other.a_touch - spark.a_touch)


def _breaks_first(gathered: Line, by_account: Line) -> str:
    """Whether one file for readers, or one account in one task, is too much first."""
    terabyte, hour = 1e12, 3600
    file = (terabyte - gathered.constant) / gathered.a_touch
    task = (hour - SKEW * by_account.constant) / (SKEW * by_account.a_touch)
    said = {
        file: "the file that a build is gathered into, on one machine, has a terabyte at "
        f"{file / 1e9:,.1f} billion touches; readers then read Spark's own Parquet tables",
        task: f"the windows of `{BY_ACCOUNT}` hold all touches of an account in one task, which "
        f"takes an hour at {task / 1e9:,.1f} billion touches, {SKEW:.0%} of them of one account; "
        "they would have to be computed by month",
    }
    return ". Then ".join(said[touches] for touches in sorted(said)) + "."


def run(
    touchpoints: Annotated[
        list[int] | None,
        typer.Option(min=10_000, metavar="N", help="A size in touchpoints; name two or more."),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Raw data and work files. Default: bench in the project."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page. Default: docs/sizing.md.")
    ] = None,
) -> None:
    """Measure and write the page; the help text is `HELP`."""
    sizes = sorted(set(touchpoints or SIZES))
    if len(sizes) < 2:
        raise AbmError("One size shows no growth: name --touchpoints twice or more.")
    root = find_project_root()
    if not (root / PYTHON).exists():
        raise AbmError(f"There is no {PYTHON}: run `make spark`.")
    folder = (cache or root / "bench").expanduser().absolute()
    file = (out or root / "docs/sizing.md").expanduser().absolute()
    is_idle = os.getloadavg()[0] <= IDLE_LOAD
    described = machine()
    try:
        found = []
        for size in sizes:
            found.append(measure(size, folder, root))
            print(json.dumps(asdict(found[-1])), flush=True)
        file.write_text(document(found, described, is_idle), encoding="utf-8")
    except OSError as error:
        raise AbmError(
            f"Cannot write {shown(Path(error.filename or folder))} ({error.strerror}): make room "
            "or allow writing there, or name another place with --cache or --out."
        ) from error
    print(f"Wrote {shown(file)}")


if __name__ == "__main__":
    run_from_command_line("spark-sizing", HELP, run)
