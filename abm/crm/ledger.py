"""What was exported and written, when and from which release; beside the ledger of alerts.

A line is a JSON object with its `kind`:
    exported     an account's values in a file
    begun        the accounts of a batch that is about to be sent
    written      an account's values that the CRM took, and those that it had before
    task_opened  an alert's task in the CRM
    task_closed  the same, closed
A batch that was begun and is not written is in doubt: a process died in between, and what the CRM
holds says whether it took it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from abm.crm.records import Record, Values
from abm.errors import AbmError, reason
from abm.ledger import Lines, opened_lines
from abm.privacy import private_files

DEFAULT_LEDGER = "warehouse/crm_written.jsonl"
EXPORTED, BEGUN, WRITTEN = "exported", "begun", "written"
TASK_OPENED, TASK_CLOSED = "task_opened", "task_closed"


class Ledger:
    """What was exported and written to one CRM.

    Attributes:
        exported: Account to the values of the last file that it was in.
        written: Account to the release and the values that were written last.
        doubtful: Account to the release of which it was in a batch that is not known to be written.
        open_tasks: Alert to its task in the CRM, which was not closed.

    Args:
        lines: The lines of its file.
        crm: The CRM's name in it; what others were told is left aside.
    """

    def __init__(self, lines: Lines, crm: str) -> None:
        self._lines = lines
        self._crm = crm
        self.exported: dict[str, Values] = {}
        self.written: dict[str, tuple[str, Values]] = {}
        self.doubtful: dict[str, str] = {}
        self.open_tasks: dict[str, str] = {}
        for number, line in lines.filled():
            try:
                said = json.loads(line)
                if said["crm"] == crm:
                    self._know(said)
            except (ValueError, KeyError, TypeError) as error:
                raise AbmError(
                    f"{lines.name}, line {number} says nothing that was written to a CRM: "
                    "correct the line or remove it."
                ) from error

    def _know(self, said: Mapping[str, Any]) -> None:
        kind = said["kind"]
        if kind == EXPORTED:
            self.exported[said["account_id"]] = said["values"]
        elif kind == BEGUN:
            self.doubtful |= dict.fromkeys(said["account_ids"], said["release_id"])
        elif kind == WRITTEN:
            self.doubtful.pop(said["account_id"], None)
            self.written[said["account_id"]] = said["release_id"], said["values"]
        elif kind == TASK_OPENED:
            self.open_tasks[said["alert_id"]] = said["task_id"]
        elif kind == TASK_CLOSED:
            self.open_tasks.pop(said["alert_id"], None)
        else:
            raise ValueError(kind)

    def make_sure_of_room(self, records: Sequence[Record]) -> None:
        """Make sure, before anything is done, that it can be remembered.

        Args:
            records: What is to be exported or written.

        Raises:
            AbmError: There is no room.
        """
        lines = (self._line(WRITTEN, "", before=r.values, **_of(r)) for r in records)
        try:
            self._lines.make_sure_of_room(sum(len(line.encode()) for line in lines))
        except OSError as error:
            raise AbmError(
                f"Cannot write to {self._lines.name} ({reason(error)}), so nothing was done: "
                "make room or allow writing there, or name another file with --ledger."
            ) from error

    def remember_exported(self, records: Sequence[Record], release_id: str) -> None:
        """Add what stands in a file.

        Args:
            records: The records in it.
            release_id: The build that they are of.
        """
        self._add([(EXPORTED, _of(record)) for record in records], release_id)

    def begin(self, records: Sequence[Record], release_id: str) -> None:
        """Add that a batch is about to be sent.

        Args:
            records: Its records.
            release_id: The build that they are of.
        """
        accounts = {"account_ids": [record.account_id for record in records]}
        self._add([(BEGUN, accounts)], release_id)

    def remember_written(
        self, records: Sequence[Record], before: Mapping[str, Values], release_id: str
    ) -> None:
        """Add what the CRM took.

        Args:
            records: The records.
            before: Record id to the values that the CRM had; none where that is not known.
            release_id: The build that they are of.
        """
        self._add(
            [
                (WRITTEN, _of(record) | {"record_id": record.id, "before": before.get(record.id)})
                for record in records
            ],
            release_id,
        )

    def remember_task(self, kind: str, alert_id: str, task_id: str, release_id: str) -> None:
        """Add a task that was opened or closed.

        Args:
            kind: task_opened or task_closed.
            alert_id: The alert.
            task_id: The task in the CRM.
            release_id: The build that says so.
        """
        self._add([(kind, {"alert_id": alert_id, "task_id": task_id})], release_id)

    def _add(self, said: Sequence[tuple[str, Mapping[str, Any]]], release_id: str) -> None:
        lines = [self._line(kind, release_id, **facts) for kind, facts in said]
        try:
            self._lines.add(lines)
        except OSError as error:
            raise AbmError(
                f"Cannot write to {self._lines.name} ({reason(error)}): what was done since is not "
                "remembered; make room or allow writing there, and run again."
            ) from error
        for line in lines:
            self._know(json.loads(line))

    def _line(self, kind: str, release_id: str, **facts: Any) -> str:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = {"kind": kind, "crm": self._crm, "at": at, "release_id": release_id, **facts}
        return json.dumps(said, ensure_ascii=False) + "\n"


def _of(record: Record) -> dict[str, Any]:
    return {"account_id": record.account_id, "values": dict(record.values)}


@contextmanager
def opened_ledger(file: Path, crm: str, *, is_read_only: bool = False) -> Iterator[Ledger]:
    """Open the ledger; only its owner may read it.

    Args:
        file: The ledger; made when missing, its folder is not.
        crm: The CRM's name in it.
        is_read_only: Neither make the file nor keep others from writing.

    Yields:
        The ledger.

    Raises:
        AbmError: It cannot be opened, holds something else, or another process is writing.
    """
    if not is_read_only:
        with private_files(), suppress(OSError):
            file.touch()
    with opened_lines(file, "writing to a CRM", is_read_only=is_read_only) as lines:
        yield Ledger(lines, crm)
