"""What Spark's event log says each model cost: the log of `spark.eventLog.enabled`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OTHERS = "(data tests, and what else no table is made of)"

_MADE = re.compile(r"InsertIntoHadoopFsRelationCommand file:\S*/\w+\.db/(\w+)")
_SUFFIX = "__new"


@dataclass
class Usage:
    """What the tasks of one model took.

    Attributes:
        cpu: Seconds of processor time of its tasks.
        shuffled: Bytes that they wrote for tasks of a later stage.
        spilled: Bytes that they wrote to disk for want of memory.
        stages: Rows that each task of a stage read of a shuffle, by stage.
    """

    cpu: float = 0
    shuffled: int = 0
    spilled: int = 0
    stages: dict[str, list[int]] = field(default_factory=dict)

    def widest_share(self, least: int) -> float:
        """The share of a shuffle's rows that one task reads, of the stage where it is most.

        Args:
            least: Stages that read fewer rows are left out: nobody waits for them.

        Returns:
            From 0, where there is no such stage, to 1.
        """
        return max(
            (max(rows) / sum(rows) for rows in self.stages.values() if sum(rows) > least),
            default=0.0,
        )


def usage_of_models(folder: Path) -> dict[str, Usage]:
    """Add up the tasks of builds by the table that they make.

    Args:
        folder: Where event logs are, a folder for each start of Spark.

    Returns:
        What each took, by table, and `OTHERS`.
    """
    usages: dict[str, Usage] = {}
    for log in sorted(folder.iterdir()):
        models: dict[str, str] = {}
        executions: dict[int, str] = {}
        for event in _events(log):
            match event["Event"].rpartition(".")[2]:
                case "SparkListenerSQLExecutionStart":
                    if made := _MADE.search(json.dumps(event["sparkPlanInfo"])):
                        models[str(event["executionId"])] = made[1].removesuffix(_SUFFIX)
                case "SparkListenerJobStart":
                    execution = event.get("Properties", {}).get("spark.sql.execution.id", "")
                    executions |= dict.fromkeys(event["Stage IDs"], execution)
                case "SparkListenerTaskEnd" if "Task Metrics" in event:
                    stage = event["Stage ID"]
                    model = models.get(executions.get(stage, ""), OTHERS)
                    usage = usages.setdefault(model, Usage())
                    _add(usage, f"{log.name} {stage}", event["Task Metrics"])
    return usages


def _add(usage: Usage, stage: str, task: dict[str, Any]) -> None:
    usage.cpu += (task["Executor CPU Time"] + task["Executor Deserialize CPU Time"]) / 1e9
    usage.shuffled += task["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    usage.spilled += task["Disk Bytes Spilled"]
    rows = task["Shuffle Read Metrics"]["Total Records Read"]
    usage.stages.setdefault(stage, []).append(rows)


def _events(log: Path) -> Iterator[dict[str, Any]]:
    """The events of a log, of those kinds that are read; it is cut into numbered files."""
    kinds = ("SQLExecutionStart", "JobStart", "TaskEnd")
    files = log.glob("events_*")
    for file in sorted(files, key=lambda file: int(file.name.split("_")[1])):
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if line[:100].partition('",')[0].endswith(kinds):
                    yield json.loads(line)
