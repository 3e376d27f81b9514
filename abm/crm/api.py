"""What `abm push` asks of a CRM, whichever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from abm.crm.records import Values


@dataclass(frozen=True)
class Task:
    """A task for the owner of an alert.

    Attributes:
        alert_id: The alert.
        owner_id: The user who acts, as the CRM knows them.
        account_id: The account's record in the CRM, or None.
        opportunity_id: The deal's, or None.
        subject: What happened and what to do, and the alert's mark.
        body: The same with the due time.
        due_at: Until when to act, UTC.
        severity: high, medium or info.
    """

    alert_id: str
    owner_id: str
    account_id: str | None
    opportunity_id: str | None
    subject: str
    body: str
    due_at: datetime
    severity: str


class Failure(NamedTuple):
    """Why a row was not done.

    Attributes:
        why: A clause.
        is_passing: Another try may do it.
    """

    why: str
    is_passing: bool = False


class Api(Protocol):
    """A CRM's records and tasks; what is not done is said row by row."""

    name: str
    batch: int

    def read(self, ids: Sequence[str]) -> Mapping[str, Values]:
        """The values of our fields on records; one that is not there is left out."""

    def write(self, values: Mapping[str, Values]) -> Mapping[str, Failure]:
        """Write values to the records that there are; why it was not done, of those it was not."""

    def find_tasks(self, alert_ids: Sequence[str]) -> Mapping[str, str]:
        """The tasks of alerts that there are: alert to task."""

    def open_tasks(self, tasks: Sequence[Task]) -> tuple[Mapping[str, str], Mapping[str, Failure]]:
        """Make tasks: alert to task, and alert to why there is none."""

    def close_tasks(self, task_ids: Sequence[str]) -> Mapping[str, Failure]:
        """Mark tasks as done; why it was not done, of those it was not."""
