"""`abm alerts`: tell what is due, each alert once, and remember what was told.

The warehouse remembers nothing of its alerts, so that the same data give the same ones. Whoever was
told of one must not hear of it again when late rows move the day on which it fired. That is
remembered here, in a file outside the warehouse that no rebuild touches.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from http.client import HTTPException
from io import FileIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from abm.build import check_database_file, database_problem
from abm.errors import AbmError, first_line
from abm.paths import shown

LANGUAGES = ("en", "fr")
SEVERITIES = ("high", "medium", "info")
"""The most severe first."""

RECENT_DAYS = 2
"""Alerts that fired in so many days up to the as-of date are told."""

TOLD_FOR_DAYS = 30
"""A rule and entity told is not told again when it fired less than so many days before or after."""

DEFAULT_LEDGER = "warehouse/alerts_told.jsonl"
WEBHOOK = "ABM_SLACK_WEBHOOK_URL"
PRINTED, SLACK = "print", "slack"
TIMEOUT_SECONDS, RETRIES = 30, 3
FOOTER = "alert_owner_and_due"
"""The text under an alert, in the seed message_templates."""


@dataclass(frozen=True)
class Alert:
    """An alert to tell.

    Attributes:
        alert_id: Its key in marts.fct_alerts.
        rule_id: The rule that fired.
        entity_id: The account, deal, executive, sector or channel.
        fired_on: The day.
        severity: high, medium or info.
        due_at: Until when to act, UTC.
        owner: The account executive, or who acts where there is none.
        message: What happened and what to do, in the language asked for.
        footer: Owner and due time, in the same language.
    """

    alert_id: str
    rule_id: str
    entity_id: str
    fired_on: date
    severity: str
    due_at: datetime
    owner: str
    message: str
    footer: str


@dataclass(frozen=True)
class Due:
    """What is due.

    Attributes:
        as_of: The day that the data speak of.
        alerts: By owner, who has the most severe first; an owner's most severe first.
    """

    as_of: date
    alerts: list[Alert]


class Ledger:
    """What was told: a file of JSON lines that is only ever added to.

    Args:
        lines: The lines it holds; the last is empty where the file ends with a line's end.
        file: The file, open for adding without a buffer, or None to remember nothing.
        name: The file's name for the person at the terminal.
    """

    def __init__(self, lines: Sequence[bytes], file: FileIO | None, name: str) -> None:
        self._file = file
        self._name = name
        self._is_line_open = bool(lines and lines[-1])
        self._told: dict[tuple[str, str], list[date]] = {}
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                told = json.loads(line)
                key = str(told["rule_id"]), str(told["entity_id"])
                fired_on = date.fromisoformat(told["fired_on"])
            except (ValueError, KeyError, TypeError) as error:
                raise AbmError(
                    f"{name}, line {number} is no alert that was told: "
                    "correct the line or remove it."
                ) from error
            self._told.setdefault(key, []).append(fired_on)

    def knows(self, rule_id: str, entity_id: str, fired_on: date) -> bool:
        """Whether a rule and entity were told close to a day.

        Args:
            rule_id: The rule.
            entity_id: The entity.
            fired_on: The day on which it fired.

        Returns:
            True when it is not to be told again.
        """
        days = self._told.get((rule_id, entity_id), [])
        return any(abs((fired_on - day).days) < TOLD_FOR_DAYS for day in days)

    def remember(self, alerts: Sequence[Alert], channel: str) -> None:
        """Add alerts that were told, and have the system write them to the disk.

        Args:
            alerts: The alerts.
            channel: How they were told: print or slack.

        Raises:
            AbmError: The file cannot be written.
        """
        if self._file is None:
            raise ValueError("this ledger was opened for reading")
        lines = [_line(alert, channel) for alert in alerts]
        if self._is_line_open:
            lines.insert(0, "\n")
        try:
            self._file.write("".join(lines).encode())
            os.fsync(self._file.fileno())
        except OSError as error:
            raise AbmError(
                f"Cannot write to {self._name} ({error.strerror}): alerts that were told may be "
                "told again; make room or allow writing there."
            ) from error
        self._is_line_open = False
        for alert in alerts:
            self._told.setdefault((alert.rule_id, alert.entity_id), []).append(alert.fired_on)


def _line(alert: Alert, channel: str) -> str:
    told = {
        "alert_id": alert.alert_id,
        "rule_id": alert.rule_id,
        "entity_id": alert.entity_id,
        "fired_on": alert.fired_on.isoformat(),
        "told_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "channel": channel,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"


@contextmanager
def opened_ledger(file: Path, *, is_read_only: bool = False) -> Iterator[Ledger]:
    """Open the ledger; the system lets go of its lock even when the process dies.

    Args:
        file: The ledger; made when missing, its folder is not.
        is_read_only: Neither make the file nor keep others from telling.

    Yields:
        The ledger.

    Raises:
        AbmError: It cannot be opened, holds something else, or another process is telling.
    """
    name = shown(file)
    if not file.parent.is_dir():
        raise AbmError(
            f"There is no folder {shown(file.parent)} for the ledger: "
            "make it, or name another file with --ledger."
        )
    with ExitStack() as stack:
        opened = None
        try:
            if not is_read_only:
                opened = stack.enter_context(file.open("ab", buffering=0))
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lines = file.read_bytes().split(b"\n") if file.exists() else []
        except BlockingIOError as error:
            raise AbmError(
                f"Another process is telling alerts with {name}: wait until it is done."
            ) from error
        except OSError as error:
            raise AbmError(
                f"Cannot use {name} as ledger ({error.strerror}): "
                "allow reading and writing there, or name another file with --ledger."
            ) from error
        yield Ledger(lines, opened, name)


def due_alerts(
    db: Path, ledger: Ledger, language: str = LANGUAGES[0], rules: Sequence[str] = ()
) -> Due:
    """Find the open alerts that fired on the as-of date or the day before and were not told.

    Of two that are one to the ledger the newer is told.

    Args:
        db: The published file; a build database holds the same tables.
        ledger: What was told.
        language: Of the messages, en or fr.
        rules: Rules to look at; empty for all.

    Returns:
        The alerts.

    Raises:
        AbmError: The file cannot be read, or there is no such language or rule.
    """
    if language not in LANGUAGES:
        raise AbmError(f"There are no messages in {language}: name one of {', '.join(LANGUAGES)}.")
    as_of, rows = _read(db, language, rules)
    alerts: list[Alert] = []
    seen: set[tuple[str, str]] = set()
    for alert in rows:
        key = alert.rule_id, alert.entity_id
        if key not in seen and not ledger.knows(*key, alert.fired_on):
            seen.add(key)
            alerts.append(alert)
    most_severe = {
        owner: min(_rank(alert) for alert in alerts if alert.owner == owner)
        for owner in {alert.owner for alert in alerts}
    }
    alerts.sort(
        key=lambda alert: (
            *(most_severe[alert.owner], alert.owner),
            *(_rank(alert), alert.due_at, alert.message, alert.alert_id),
        )
    )
    return Due(as_of, alerts)


def _rank(alert: Alert) -> int:
    known = alert.severity in SEVERITIES
    return SEVERITIES.index(alert.severity) if known else len(SEVERITIES)


def _read(db: Path, language: str, rules: Sequence[str]) -> tuple[date, list[Alert]]:
    """Read the as-of date and the recent open alerts, the newest first."""
    if not db.is_file():
        raise AbmError(
            f"There is no published file {shown(db)}: "
            "run `abm build` and `abm publish` first, or name one with --db."
        )
    try:
        check_database_file(db)
        connection = duckdb.connect(str(db), read_only=True)
    except OSError as error:
        raise AbmError(
            f"Cannot read {shown(db)} ({error.strerror}): allow it, or name another with --db."
        ) from error
    except duckdb.Error as error:
        raise database_problem(db, error) from error
    with connection:
        try:
            known = [row[0] for row in connection.execute(_RULES).fetchall()]
            for rule in rules:
                if rule not in known:
                    raise AbmError(f"There is no rule {rule}: name one of {', '.join(known)}.")
            ((as_of,),) = connection.execute(_AS_OF).fetchall()
            if as_of is None:
                raise AbmError(
                    f"{shown(db)} does not say of which day it is, because "
                    "marts.fct_account_engagement is empty: build from data with accounts."
                )
            values = {
                "as_of": as_of,
                "days": RECENT_DAYS,
                "footer": FOOTER,
                "language": language,
                "rules": list(rules) or known,
            }
            rows = connection.execute(_ALERTS, values).fetchall()
        except duckdb.Error as error:
            raise AbmError(
                f"{shown(db)} holds no alerts ({first_line(error)}): "
                "build and publish it with this version of the project."
            ) from error
    return as_of, [_alert(*row) for row in rows]


_RULES = "select rule_id from reference.alert_rules order by rule_id"
_AS_OF = "select max(as_of_on) from marts.fct_account_engagement"
_ALERTS = """
select
    alerts.alert_id,
    alerts.rule_id,
    alerts.entity_id,
    alerts.fired_on,
    alerts.severity,
    alerts.due_at,
    coalesce(
        case
            when executives.account_executive_id <> 'unknown' then executives.account_executive_name
        end,
        replace(rules.owner_role, '_', ' ')
    ) as owner,
    coalesce(
        case $language when 'fr' then alerts.message_fr else alerts.message_en end,
        alerts.rule_id || ': ' || alerts.entity_id
    ) as message,
    coalesce(footers.message, '{owner}, {due_at} UTC') as footer
from marts.fct_alerts as alerts
inner join reference.alert_rules as rules on alerts.rule_id = rules.rule_id
left join marts.dim_account_executives as executives
    on alerts.account_executive_id = executives.account_executive_id
left join reference.message_templates as footers
    on footers.code = $footer and footers.language = $language
where
    alerts.state = 'open'
    and alerts.fired_on > $as_of - cast($days as integer)
    and alerts.fired_on <= $as_of
    and list_contains($rules, alerts.rule_id)
order by alerts.fired_on desc, alerts.alert_id
"""


def _alert(*fields: Any) -> Alert:
    alert = Alert(*fields)
    footer = alert.footer.replace("{due_at}", shown_time(alert.due_at))
    return replace(alert, footer=footer.replace("{owner}", alert.owner))


def shown_time(moment: datetime) -> str:
    """Spell a moment to the minute.

    Args:
        moment: A moment, UTC.

    Returns:
        As 2026-11-02 00:00.
    """
    return moment.isoformat(sep=" ", timespec="minutes")


def webhook_url() -> str:
    """Read the address that Slack gave for the channel; whoever has it can write there.

    Returns:
        The address.

    Raises:
        AbmError: The environment does not hold one.
    """
    url = os.environ.get(WEBHOOK, "").strip()
    if not url:
        raise AbmError(
            f"{WEBHOOK} is not set: put the address of the channel's incoming webhook into the "
            "environment, or leave out --slack to print."
        )
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or any(character.isspace() for character in url):
        raise AbmError(f"{WEBHOOK} holds no web address: write https://hooks.slack.com/services/…")
    return url


def send(alerts: Sequence[Alert], ledger: Ledger, url: str) -> None:
    """Send alerts to Slack, one message each, and remember each once Slack has taken it.

    Args:
        alerts: The alerts.
        ledger: Where they are remembered.
        url: The address of the incoming webhook.

    Raises:
        AbmError: Slack did not take one; those before it are remembered.
    """
    from slack_sdk.http_retry.builtin_handlers import (
        ConnectionErrorRetryHandler,
        RateLimitErrorRetryHandler,
        ServerErrorRetryHandler,
    )
    from slack_sdk.webhook import WebhookClient

    # The client's own log repeats errors, and the address with them.
    logger = logging.Logger("abm.slack", level=logging.CRITICAL)
    handlers = (ConnectionErrorRetryHandler, RateLimitErrorRetryHandler, ServerErrorRetryHandler)
    client = WebhookClient(
        url,
        timeout=TIMEOUT_SECONDS,
        logger=logger,
        retry_handlers=[handler(max_retry_count=RETRIES) for handler in handlers],
    )
    for number, alert in enumerate(alerts):
        try:
            response = client.send(text=_escaped(f"{alert.message}\n{alert.footer}"))
            is_taken = response.status_code == 200 and response.body == "ok"
            answer = f"{response.status_code} {response.body.strip()[:80]}".strip()
        except (OSError, HTTPException, ValueError) as error:
            is_taken, answer = False, str(getattr(error, "reason", error)) or type(error).__name__
        if not is_taken:
            raise AbmError(
                f"Slack did not take an alert ({' '.join(answer.split())}), {number} of "
                f"{len(alerts)} were sent and are remembered: check the webhook in {WEBHOOK} and "
                "try again."
            )
        ledger.remember([alert], SLACK)


def _escaped(text: str) -> str:
    """Spell the three characters that Slack reads as commands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
