"""The benchmark: what its figures mean, and that its document says what was measured."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, said

from abm.errors import AbmError
from tools import bench
from tools.bench import (
    BASE,
    BASE_FULL,
    FULL,
    HOUR,
    NOTHING,
    Contest,
    Cost,
    Scale,
    copy_outputs,
    document,
    exponent,
    goals,
    kept,
    measured,
)


def costs(cpu: float) -> list[Cost]:
    """Three processes of which the middle one took so many seconds."""
    return [Cost(wall=cpu, cpu=cpu * of, peak=1e9 * of) for of in (1, 2, 0.5)]


SAMPLE = Scale(
    name="the sample",
    wanted=0,
    accounts=250,
    touchpoints=50_000,
    raw_bytes=7_500_000,
    costs={BASE_FULL: costs(40), FULL: costs(20), HOUR: costs(15), NOTHING: costs(0.5)},
    models=[("int_large", 8.0), ("dim_small", 2.0)],
    hour_models={"int_large": 2.0},
)
SMALL = replace(SAMPLE, name="small", wanted=500_000, touchpoints=500_000)
LARGE = replace(
    SMALL,
    name="large",
    wanted=5_000_000,
    touchpoints=5_000_000,
    costs={BASE_FULL: costs(400), FULL: costs(200), HOUR: costs(100), NOTHING: costs(2)},
)
CONTESTS = {
    "scan": Contest(seconds=0.2, cpu=0.4, peak=1e8),
    "rules": Contest(seconds=0.7, cpu=1.3, peak=1e9),
    "polars": Contest(seconds=0.8, cpu=1.4, peak=1e9),
    "pandas": Contest(seconds=3.5, cpu=4.0, peak=1e9),
    "all": Contest(seconds=30, cpu=50, peak=3e9),
    "engagement": Contest(seconds=1, cpu=2, peak=1e9),
    "engagement_polars": Contest(seconds=3, cpu=4, peak=1e9),
}


def test_exponent() -> None:
    assert exponent(2, 20, 10) == pytest.approx(1)
    assert exponent(2, 200, 10) == pytest.approx(2)
    assert exponent(3, 3, 10) == 0


def test_goals_are_met_or_missed() -> None:
    assert [row[0] for row in goals([SAMPLE, SMALL, LARGE], CONTESTS)] == [
        *("the sample",) * 3,
        "small",
        *("large",) * 10,
    ]
    assert [row[3:] for row in goals([SAMPLE, SMALL, LARGE], CONTESTS)] == [
        ("0.013", "met"),
        ("0.375", "missed"),
        ("0.500", "met"),
        ("0.375", "missed"),
        ("0.005", "met"),
        ("0.250", "missed"),
        ("not measured", "open"),
        ("0.500", "met"),
        ("1.00", "met"),
        ("1.00", "met"),
        ("3.50", "missed"),
        ("0.93", "met"),
        ("0.33", "met"),
        ("0.50", "met"),
    ]


def test_document_holds_what_was_measured() -> None:
    scales = [SAMPLE, SMALL, LARGE]
    text = document(scales, CONTESTS, [("date", "2026-10-31")], "make bench")
    assert text.startswith("<!-- Written by `make bench`")
    assert f"| full build of {BASE}, CPU s | 40.0 | 40.0 | 400.0 |" in text
    assert "| `int_large` | 8.0 | 8.0 | 8.0 | 2.0 |" in text
    assert "medians of 3" in text
    assert "| polars: the same five | 0.80 | 1.40 | 1.00 |" in text
    assert "not idle" not in text
    machine = [("date", "2026-10-31")]
    assert "not idle" in document(scales, CONTESTS, machine, "make bench", is_idle=False)


def test_what_is_not_measured_is_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert kept(page) == ""
    page.write_text("# Old\n\nfigures\n\n## What is missed, and why\n\nby hand\n")
    assert kept(page) == "\n## What is missed, and why\n\nby hand\n"


def test_a_process_is_measured(tmp_path: Path) -> None:
    code = "import sys; block = bytearray(200_000_000); print('working, 3 s', file=sys.stderr)"
    lines: list[str] = []
    cost = measured([sys.executable, "-c", code], os.environ, tmp_path, lines.append)
    assert lines == ["working"]
    assert cost.peak > 190_000_000
    assert cost.wall > 0


def test_a_failure_is_one_sentence(tmp_path: Path) -> None:
    code = "import sys; sys.exit('error: There is no raw data.')"
    with pytest.raises(AbmError, match=r"failed: There is no raw data\.$"):
        measured([sys.executable, "-c", code], os.environ, tmp_path, lambda line: None)


def test_the_marts_are_copied(tmp_path: Path) -> None:
    source, target = tmp_path / "build.duckdb", tmp_path / "copied.duckdb"
    with duckdb.connect(str(source)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_things as select 1 as thing_id")
        connection.execute("create view marts.fct_things as select * from marts.dim_things")
    copy_outputs(str(source), str(target))
    with duckdb.connect(str(target), read_only=True) as connection:
        assert connection.execute("select * from marts.fct_things").fetchall() == [(1,)]


def run_bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.bench", *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_size_is_refused() -> None:
    result = run_bench("--touchpoints", 20_000)
    assert result.returncode == 1, said(result)
    assert result.stderr.startswith("error: One size shows no growth"), said(result)


@pytest.mark.full
def test_small_sizes_are_measured(tmp_path: Path) -> None:
    sizes = ("--touchpoints", 10_000, "--touchpoints", 20_000, "--repetitions", 1, "--no-base")
    file = tmp_path / "benchmarks.md"
    result = run_bench(*sizes, "--cache", tmp_path / "cache", "--out", file)
    assert result.returncode == 0, said(result)
    assert "## The most expensive nodes" in file.read_text()
    marker = tmp_path / "cache" / "raw" / "10000" / bench.MARKER
    assert json.loads(marker.read_text())["accounts"] == 30
    assert not list((tmp_path / "cache" / "work").iterdir())
