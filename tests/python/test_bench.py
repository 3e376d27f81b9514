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
    Contest,
    Cost,
    Scale,
    copy_outputs,
    document,
    exponent,
    goals,
    kept,
    measured,
    model_seconds,
)

SMALL = Scale(
    wanted=500_000,
    accounts=1_000,
    touchpoints=500_000,
    raw_bytes=7_500_000,
    full=Cost(wall=20, cpu=35, peak=1e9),
    day=Cost(wall=19, cpu=33, peak=1e9),
    copied=Cost(wall=2, cpu=3, peak=1e9),
    models=[("int_large", 8.0), ("dim_small", 2.0)],
    other=1.0,
    day_models=[("int_large", 2.0), ("dim_small", 2.0)],
    updated=["int_large"],
)
LARGE = replace(
    SMALL,
    wanted=5_000_000,
    touchpoints=5_000_000,
    full=Cost(wall=200, cpu=350, peak=5e9),
    copied=Cost(wall=10, cpu=15, peak=1e9),
)
ATTRIBUTION = {
    "scan": Contest(seconds=0.2, cpu=0.4, peak=1e8),
    "rules": Contest(seconds=0.7, cpu=1.3, peak=1e9),
    "polars": Contest(seconds=0.8, cpu=1.4, peak=1e9),
    "pandas": Contest(seconds=3.5, cpu=4.0, peak=1e9),
    "all": Contest(seconds=30, cpu=50, peak=3e9),
}


def test_exponent() -> None:
    assert exponent(2, 20, 10) == pytest.approx(1)
    assert exponent(2, 200, 10) == pytest.approx(2)
    assert exponent(3, 3, 10) == 0


def test_goals_are_met_or_missed() -> None:
    verdicts = [
        (value, verdict) for _, _, value, verdict, _ in goals([SMALL, LARGE], ATTRIBUTION, cores=2)
    ]
    assert verdicts == [
        ("20.0", "missed"),
        ("10 %", "missed"),
        ("1.00", "met"),
        ("5.0 GB", "missed"),
        ("5.0 GB", "met"),
        ("3.5", "missed"),
        ("3.0 GB", "met"),
    ]
    small = replace(SMALL, touchpoints=50_000)
    assert goals([small, SMALL], ATTRIBUTION, cores=2)[4][2:4] == ("not measured", "open")
    assert goals([SMALL, LARGE], ATTRIBUTION, cores=8)[4][2:4] == ("not measured", "open")


def test_document_holds_what_was_measured() -> None:
    text = document([SMALL, LARGE], ATTRIBUTION, [("date", "2026-10-31")], 2, "make bench")
    assert text.startswith("<!-- Written by `make bench`")
    assert "| full build, wall s | 20.0 | 200.0 |" in text
    assert "| `int_large` | 8.0 | 8.0 | 2.0 | 80% |" in text
    assert "1 tables are updated, in 2 s instead of 8" in text
    assert "| polars: the same five | 0.80 | 1.40 | 1.00 |" in text
    assert "not idle" not in text
    busy = document(
        [SMALL, LARGE], ATTRIBUTION, [("date", "2026-10-31")], 2, "make bench", is_idle=False
    )
    assert "not idle" in busy


def test_what_is_not_measured_is_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert kept(page) == ""
    page.write_text("# Old\n\nfigures\n\n## A rebuild of the sample\n\nby hand\n")
    assert kept(page) == "\n## A rebuild of the sample\n\nby hand\n"


def test_seconds_by_model() -> None:
    results = {
        "results": [
            {"unique_id": "model.abm_warehouse.dim_small", "execution_time": 1.0},
            {"unique_id": "seed.abm_warehouse.channels", "execution_time": 2.0},
            {"unique_id": "test.abm_warehouse.assert_it", "execution_time": 0.5},
            {"unique_id": "operation.abm_warehouse.start-0", "execution_time": 0.25},
        ]
    }
    assert model_seconds(results) == ([("channels", 2.0), ("dim_small", 1.0)], 0.75)


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
    sizes = ("--touchpoints", 10_000, "--touchpoints", 20_000)
    file = tmp_path / "benchmarks.md"
    result = run_bench(*sizes, "--cache", tmp_path / "cache", "--out", file)
    assert result.returncode == 0, said(result)
    assert "## The most expensive models" in file.read_text()
    marker = tmp_path / "cache" / "raw" / "10000" / bench.MARKER
    assert json.loads(marker.read_text())["accounts"] == 30
    assert not list((tmp_path / "cache" / "work").iterdir())
