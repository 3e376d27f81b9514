"""Event logs of Spark are added up by table, and lines through them say what more would take."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT

from abm.errors import AbmError
from tools.bench import Cost
from tools.spark_events import OTHERS, usage_of_models
from tools.spark_sizing import (
    BY_ACCOUNT,
    DUCKDB,
    LOAD,
    SPARK,
    Line,
    Model,
    Size,
    cores_for,
    document,
    measured_with_children,
)


def started(execution: int, plan: str) -> dict[str, object]:
    """The event of a statement."""
    kind = "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart"
    return {"Event": kind, "executionId": execution, "sparkPlanInfo": {"simpleString": plan}}


def job(execution: int, *stages: int) -> dict[str, object]:
    """The event of a job of a statement."""
    properties = {"spark.sql.execution.id": str(execution)}
    return {"Event": "SparkListenerJobStart", "Stage IDs": stages, "Properties": properties}


def task(stage: int, rows: int) -> dict[str, object]:
    """The event of a task of 2 s that read so many rows of a shuffle."""
    metrics = {
        "Executor CPU Time": 1_500_000_000,
        "Executor Deserialize CPU Time": 500_000_000,
        "Disk Bytes Spilled": 7,
        "Shuffle Write Metrics": {"Shuffle Bytes Written": 100},
        "Shuffle Read Metrics": {"Total Records Read": rows},
    }
    return {"Event": "SparkListenerTaskEnd", "Stage ID": stage, "Task Metrics": metrics}


def test_tasks_are_added_up_by_table(tmp_path: Path) -> None:
    made = "Execute InsertIntoHadoopFsRelationCommand file:/data/tables/marts.db/{}, false, Parquet"
    first = [started(4, made.format("fct_large")), job(4, 0, 1), task(0, 0), task(1, 300)]
    rolled = [task(1, 100), started(5, "Scan"), job(5, 2), task(2, 90)]
    # Another start of Spark counts its statements and stages anew.
    second = [started(4, made.format("fct_small__new")), job(4, 1), task(1, 40)]
    for file, events in (
        ("eventlog_v2_a/events_10_a", rolled),
        ("eventlog_v2_a/events_2_a", first),
        ("eventlog_v2_b/events_1_b", second),
    ):
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    usages = usage_of_models(tmp_path)
    assert {name: usage.cpu for name, usage in usages.items()} == {
        "fct_large": 6,
        "fct_small": 2,
        OTHERS: 2,
    }
    large = usages["fct_large"]
    assert (large.shuffled, large.spilled) == (300, 21)
    assert (large.widest_share(399), large.widest_share(400)) == (0.75, 0)


def size(touchpoints: int) -> Size:
    """A size of which all grows in proportion to touches, but for 100 s of planning on Spark."""
    seconds = touchpoints / 1e4
    costs = {
        DUCKDB: Cost(seconds / 8, seconds / 4, 1e9),
        LOAD: Cost(10, 10, 1e9),
        SPARK: Cost((100 + seconds) / (os.cpu_count() or 1) / 0.5, 100 + seconds, 4e9),
    }
    models = {
        BY_ACCOUNT: Model(seconds / 10, touchpoints * 20, 0),
        "fct_attribution": Model(seconds / 5, touchpoints * 30, touchpoints),
    }
    return Size(touchpoints, touchpoints * 15, costs, models, touchpoints * 90, touchpoints * 200)


def test_lines_say_what_more_touches_take() -> None:
    line = Line.through([size(1_000_000), size(2_000_000)], lambda s: s.costs[SPARK].cpu)
    assert line.constant == pytest.approx(100)
    assert line.at(10_000_000) == pytest.approx(1_100)
    # Planning is 100 s of CPU, at half of two cores 100 s; what is left does the rest.
    assert cores_for(1_100, 10_000_000, line, 0.5, 2) == pytest.approx(2)
    assert cores_for(100, 10_000_000, line, 0.5, 2) == float("inf")


def test_page_says_what_was_measured() -> None:
    sizes = [size(500_000), size(2_000_000), size(5_000_000)]
    page = document(sizes, [("memory", "24 GB")])
    assert "| Spark: CPU s | 150 | 300 | 600 |" in page
    assert f"| `{BY_ACCOUNT}` | 10.0 | 10.0 | 10.0 | 20 | 0 |" in page
    assert "100 s of CPU and 100 µs a touch; 50 bytes shuffled and 200 bytes for readers" in page
    # 10 billion touches: 1,000,100 s of CPU, of which 30 % of a tenth are one account's.
    (row,) = [line for line in page.split("\n") if line.startswith("| 10,000,000,000 |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == "277.8"
    assert cells[-5:] == ["16,000", "500", "900", "2,000", "500.0"]
    assert "What breaks first: the windows of" in page
    assert "takes an hour at 1.2 billion touches" in page
    assert "a terabyte at 5.0 billion touches" in page
    assert "takes 4.0 times that of each further touch: on one machine the two never cross" in page
    cheap = [
        replace(s, costs={**s.costs, DUCKDB: Cost(1e4, s.touchpoints / 1e3, 1)}) for s in sizes
    ]
    assert "beyond 111,111 touches Spark is the cheaper one" in document(cheap, [])


def test_a_process_is_measured_with_those_that_it_starts() -> None:
    work = "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass"
    held = "held = b'0' * 100_000_000\n" + work
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {held!r}])"
    command = [sys.executable, "-c", start]
    cost = measured_with_children(command, os.environ, ROOT, print)
    assert 0.7 <= cost.cpu <= cost.wall * 2
    assert cost.peak > 1e8
    with pytest.raises(AbmError, match="failed: it ended with 3"):
        measured_with_children([sys.executable, "-c", "raise SystemExit(3)"], {}, ROOT, print)
