"""`abm push`: bring the CRM's records to what a release says, and nothing else.

What is different is found by reading the CRM, so that a push that was killed goes on where it was,
and who runs it again writes nothing twice. What a release has written once it does not write again,
whatever people make of it in the CRM; the next release does.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from abm.alerts import MARK_LENGTH, told_deadline
from abm.crm import SALESFORCE
from abm.crm.api import Api, Failure, Task
from abm.crm.export import is_other
from abm.crm.hubspot import HubSpot
from abm.crm.ledger import TASK_CLOSED, TASK_OPENED, Ledger
from abm.crm.records import Book, Record, Values
from abm.crm.salesforce import Salesforce
from abm.crm.web import Refused, Say
from abm.errors import AbmError
from abm.published import Published
from abm.report.language import Language
from abm.texts import one_line

MAX_EXAMPLES = 10
"""Records and tasks that are shown before they are written."""
MAX_SHOWN = 60
"""Characters of a value in an example."""
UNKNOWN_FIELDS = ("INVALID_FIELD", "PROPERTY_DOESNT_EXIST", "INVALID_FIELD_FOR_INSERT_UPDATE")
ROUNDS, FIRST_WAIT_SECONDS = 3, 1.0
"""How often what a moment may mend is tried again, and how long after the first try."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Change:
    """A record that is to be written.

    Attributes:
        record: What the release says of it.
        before: What the CRM says.
        values: What is sent: the fields that differ, and the day.
    """

    record: Record
    before: Values
    values: Values


@dataclass
class Push:
    """What is to be done, and what was.

    Attributes:
        changes: Records that differ.
        gone: Records that the CRM has no more.
        n_same: Records that the CRM has as they should be.
        n_done: Records that this release has written before.
        confirmed: Records that a push before this one wrote and could not remember.
        to_open: Tasks that are missing.
        found: Alerts whose task is there and not remembered, with it.
        to_close: Alerts that are open no more, with their tasks.
        n_without_owner: Open alerts that no executive of the CRM is to act on.
        n_written: Records that were written.
        n_opened: Tasks that were made.
        n_closed: Tasks that were marked as done.
        failures: What was not done: what it is, and why.
    """

    changes: list[Change] = field(default_factory=list)
    gone: list[Record] = field(default_factory=list)
    n_same: int = 0
    n_done: int = 0
    confirmed: list[Record] = field(default_factory=list)
    to_open: list[Task] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    to_close: dict[str, str] = field(default_factory=dict)
    n_without_owner: int = 0
    n_written: int = 0
    n_opened: int = 0
    n_closed: int = 0
    failures: list[str] = field(default_factory=list)


def connect(book: Book, say: Say) -> Api:
    """Get the credentials of the CRM from the environment.

    Args:
        book: The release, with the CRM and its fields.
        say: Tells the person at the terminal that a call is tried again.

    Returns:
        The CRM.

    Raises:
        AbmError: A setting is missing, or the CRM does not take it.
    """
    make = Salesforce if book.crm == SALESFORCE else HubSpot
    return make(book.fields, book.task_field, say)


def compare(book: Book, api: Api, ledger: Ledger) -> Push:
    """Find the records that the CRM has otherwise.

    Args:
        book: The release.
        api: The CRM.
        ledger: What was written.

    Returns:
        What is to be done.

    Raises:
        AbmError: The CRM cannot be read, or lacks a field.
    """
    push = Push()
    pending = [record for record in book.records if not _is_done(record, book, ledger)]
    push.n_done = len(book.records) - len(pending)
    for batch in batches(pending, api.batch):
        try:
            found = api.read([record.id for record in batch])
        except Refused as refused:
            raise _unreadable(book, refused) from refused
        for record in batch:
            before = found.get(record.id)
            if before is None:
                push.gone.append(record)
            elif is_other(book.fields, before, record.values):
                sent = {
                    one.name: record.values[one.name]
                    for one in book.fields
                    if not one.is_compared or before[one.name] != record.values[one.name]
                }
                push.changes.append(Change(record, before, sent))
            else:
                push.n_same += 1
                if record.account_id in ledger.doubtful:
                    push.confirmed.append(record)
    return push


def _is_done(record: Record, book: Book, ledger: Ledger) -> bool:
    """Whether this release has written a record before."""
    done = book.release.release_id, dict(record.values)
    return ledger.written.get(record.account_id) == done


def _unreadable(book: Book, refused: Refused) -> AbmError:
    if refused.code in UNKNOWN_FIELDS:
        return AbmError(
            f"{book.crm_name} lacks a field of the seed crm_fields ({refused.said}): create the "
            f"fields (`abm export crm --format {book.crm}-csv --setup`) and allow the user or app "
            "to read and edit them."
        )
    return AbmError(
        f"{book.crm_name} refuses to be read ({refused}): "
        "check the seed crm_fields against its fields."
    )


def write(push: Push, book: Book, api: Api, ledger: Ledger, say: Say) -> None:
    """Write the records that differ, batch by batch, and remember each batch.

    Args:
        push: What is to be done; what was is added to it.
        book: The release.
        api: The CRM.
        ledger: Where it is remembered.
        say: Tells the person at the terminal of what is tried again.

    Raises:
        AbmError: The CRM is out of reach, or the ledger has no room.
    """
    release_id = book.release.release_id
    ledger.make_sure_of_room([change.record for change in push.changes])
    _confirm(push.confirmed, ledger)
    left, wait = push.changes, FIRST_WAIT_SECONDS
    for round_ in range(1 + ROUNDS):
        failed: dict[str, Failure] = {}
        for batch in batches(left, api.batch):
            ledger.begin([change.record for change in batch], release_id)
            failures = _sent(batch, api, book)
            done = [change for change in batch if change.record.id not in failures]
            before = {change.record.id: change.before for change in done}
            ledger.remember_written([change.record for change in done], before, release_id)
            push.n_written += len(done)
            failed |= failures
        unwritten = [change for change in left if change.record.id in failed]
        is_last = round_ == ROUNDS
        again = [c for c in unwritten if failed[c.record.id].is_passing and not is_last]
        push.failures += [
            f"{_named(change.record)}: {failed[change.record.id].why}"
            for change in unwritten
            if is_last or not failed[change.record.id].is_passing
        ]
        if not again:
            break
        why = failed[again[0].record.id].why
        say(
            f"{_counted(len(again), 'account')} not written ({_named(again[0].record)}: {why}), "
            f"trying again in {wait:g} s."
        )
        time.sleep(wait)
        left, wait = again, wait * 2


def _confirm(records: Sequence[Record], ledger: Ledger) -> None:
    """Remember what an earlier push wrote, under the release that it wrote."""
    by_release: dict[str, list[Record]] = {}
    for record in records:
        by_release.setdefault(ledger.doubtful[record.account_id], []).append(record)
    for release_id, of_release in by_release.items():
        ledger.remember_written(of_release, {}, release_id)


def _sent(batch: Sequence[Change], api: Api, book: Book) -> Mapping[str, Failure]:
    """Send a batch; where the CRM refuses it whole, its halves, so that one record fails alone."""
    try:
        return api.write({change.record.id: change.values for change in batch})
    except Refused as refused:
        if refused.code in UNKNOWN_FIELDS:
            raise _unreadable(book, refused) from refused
        if len(batch) == 1:
            return {batch[0].record.id: Failure(str(refused))}
    middle = len(batch) // 2
    return {**_sent(batch[:middle], api, book), **_sent(batch[middle:], api, book)}


def compare_tasks(push: Push, published: Published, book: Book, api: Api, ledger: Ledger) -> None:
    """Find the alerts that have no task, and the tasks whose alert is open no more.

    Args:
        push: Where they are added.
        published: The published file.
        book: The release.
        api: The CRM.
        ledger: Which tasks were made.

    Raises:
        AbmError: The CRM cannot be read, or lacks the field of the alert.
    """
    rows = published.rows(_OPEN_ALERTS, {"language": book.language})
    words = Language(book.language, "USD")
    tasks = [_task(row, words) for row in rows if _is_theirs(row, book.connection)]
    push.n_without_owner = len(rows) - len(tasks)
    still_open = {row["alert_id"] for row in rows}
    push.to_close = {
        alert: task for alert, task in ledger.open_tasks.items() if alert not in still_open
    }
    missing = [task for task in tasks if task.alert_id not in ledger.open_tasks]
    for batch in batches(missing, api.batch):
        try:
            found = api.find_tasks([task.alert_id for task in batch])
        except Refused as refused:
            raise _unreadable(book, refused) from refused
        push.found |= found
        push.to_open += [task for task in batch if task.alert_id not in found]


def write_tasks(push: Push, book: Book, api: Api, ledger: Ledger) -> None:
    """Make the tasks that are missing, and mark those as done whose alert is open no more.

    Args:
        push: What is to be done; what was is added to it.
        book: The release.
        api: The CRM.
        ledger: Where each is remembered.

    Raises:
        AbmError: The CRM is out of reach, or the ledger has no room.
    """
    release_id = book.release.release_id
    for alert_id, task_id in push.found.items():
        ledger.remember_task(TASK_OPENED, alert_id, task_id, release_id)
    for tasks in batches(push.to_open, api.batch):
        try:
            made, failures = api.open_tasks(tasks)
        except Refused as refused:
            made, failures = {}, {task.alert_id: Failure(str(refused)) for task in tasks}
        for alert_id, task_id in made.items():
            ledger.remember_task(TASK_OPENED, alert_id, task_id, release_id)
        push.n_opened += len(made)
        push.failures += [
            f"the task of alert {_mark(alert_id)}: {failure.why}"
            for alert_id, failure in failures.items()
        ]
    for alerts in batches(list(push.to_close), api.batch):
        of_task = {push.to_close[alert]: alert for alert in alerts}
        try:
            failures = api.close_tasks(list(of_task))
        except Refused as refused:
            failures = {task_id: Failure(str(refused)) for task_id in of_task}
        for task_id, alert_id in of_task.items():
            failure = failures.get(task_id)
            if failure:
                push.failures.append(f"the task of alert {_mark(alert_id)}: {failure.why}")
            if failure is None or not failure.is_passing:
                # A task that somebody deleted needs no closing.
                ledger.remember_task(TASK_CLOSED, alert_id, task_id, release_id)
        push.n_closed += len(of_task) - len(failures)


def told_gone(push: Push, book: Book) -> Iterator[str]:
    """Name the records that are not there.

    Args:
        push: What is to be done.
        book: The release.

    Yields:
        A clause for each.
    """
    for record in push.gone:
        yield f"{_named(record)}: it is not in {book.crm_name} any more"


def examples(push: Push) -> Iterator[str]:
    """Show some of what is to be done.

    Args:
        push: What is to be done.

    Yields:
        A line for each record and task.
    """
    for change in push.changes[:MAX_EXAMPLES]:
        moves = [
            f"{name} {_shown(change.before[name])} -> {_shown(value)}"
            for name, value in change.values.items()
            if change.before[name] != value
        ]
        yield f"{_named(change.record)}: {', '.join(moves)}"
    for task in push.to_open[:MAX_EXAMPLES]:
        yield f"task for {task.owner_id}, due {task.due_at:%Y-%m-%d %H:%M} UTC: {task.subject}"


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut a list into parts.

    Args:
        items: The list.
        size: Items of a part at most.

    Yields:
        The parts.
    """
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _named(record: Record) -> str:
    return f"{record.account_name} ({record.id})"


def _shown(value: str | None) -> str:
    text = "empty" if value is None else value
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}\N{HORIZONTAL ELLIPSIS}"


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _mark(alert_id: str) -> str:
    return f"#{alert_id[:MARK_LENGTH]}"


def _split(one: str) -> tuple[str, str]:
    """The connection of an id, and the id as the CRM writes it."""
    connection, _, own = one.rpartition(":")
    return connection, own


def _is_theirs(row: Mapping[str, Any], connection: str) -> bool:
    """Whether a user of the CRM is to act on an alert."""
    of, own = _split(row["account_executive_id"])
    return row["owner_role"] == "account_executive" and own != "unknown" and of == connection


def _task(row: Mapping[str, Any], words: Language) -> Task:
    message = one_line(row["message"])
    due_at: datetime = row["due_at"]
    is_deal = row["entity_type"] == "opportunity"
    account_id = row["deal_account_id"] if is_deal else row["entity_id"]
    is_account = is_deal or row["entity_type"] == "account"
    return Task(
        alert_id=row["alert_id"],
        owner_id=_split(row["account_executive_id"])[1],
        account_id=_split(account_id)[1] if is_account and account_id else None,
        opportunity_id=_split(row["entity_id"])[1] if is_deal else None,
        subject=f"{message} {_mark(row['alert_id'])}",
        body=f"{message}\n{row['due_label']}: {told_deadline(due_at, words)}",
        due_at=due_at,
        severity=row["severity"],
    )


_OPEN_ALERTS = """
select
    alerts.alert_id,
    alerts.entity_type,
    alerts.entity_id,
    alerts.severity,
    alerts.due_at,
    alerts.account_executive_id,
    alerts.owner_role,
    opportunities.account_id as deal_account_id,
    coalesce(
        case $language when 'fr' then alerts.message_fr else alerts.message_en end,
        alerts.rule_id || ': ' || alerts.entity_id
    ) as message,
    case $language when 'fr' then labels.label_fr else labels.label_en end as due_label
from marts.fct_alerts as alerts
left join marts.fct_opportunities as opportunities
    on alerts.entity_type = 'opportunity' and alerts.entity_id = opportunities.opportunity_id
left join reference.labels as labels on labels.domain = 'column' and labels.code = 'due_at'
where alerts.state = 'open'
order by alerts.due_at, alerts.alert_id
"""
