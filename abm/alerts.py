"""`abm alerts`: tell what is due, each alert at least once, and remember what was told.

The warehouse remembers nothing of its alerts, so that the same data give the same ones. Whoever was
told of one must not hear of it again when late rows move the day on which it fired. That is
remembered here, in a file outside the warehouse that no rebuild touches.

A level or a score is told while it is news. A move of an opportunity happens once, and is told
however late its row arrives.

What was told is remembered after it was told. A process that dies between the two has told an alert
that the next one tells again: its mark, the beginning of its id, says that it is the same one.
"""

import json
import logging
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from abm.errors import AbmError, reason
from abm.extras import needed
from abm.ledger import Lines, opened_lines
from abm.paths import shown
from abm.published import opened_published
from abm.release import Release
from abm.report.language import LOCALES, Language, plain_text
from abm.texts import one_line

LANGUAGES = tuple(LOCALES)

RECENT_DAYS = 2
"""Alerts that fired in so many days up to the as-of date are told."""

MOVES = "opportunity_moved"
"""The rule whose alerts are moves of opportunities."""

MOVES_DAYS = 30
"""Moves of so many days up to the as-of date are told, however late their rows arrive."""

TOLD_FOR_DAYS = 30
"""A rule and entity told is not told again when it fired less than so many days before or after;
a move told whose day the warehouse corrects by less is the same move."""

DEFAULT_LEDGER = "warehouse/alerts_told.jsonl"
WEBHOOK = "ABM_SLACK_WEBHOOK_URL"
PRINTED, SLACK = "print", "slack"
TIMEOUT_SECONDS, RETRIES = 30, 3
MARK_LENGTH = 8
"""Characters of an alert's id that stand in its message."""

SECTION_LENGTH, MAX_SECTIONS = 3000, 50
"""What Slack takes: characters in a section of a message, and sections."""
PART_LENGTH = 600
"""Characters of a line that stay on it; escaped they are five times as many at most."""

HOT = "aes_hot"
DIGEST = "hot_and_not_called"
"""The list of hot accounts that nobody called: its heading, and its name in the ledger."""

_DEFAULT_TEXTS = {
    "alert_owner_and_due": "{owner}, {due_at}",
    "alert_owner_and_manager": "{owner}, {manager}",
    "alert_owner_and_told": "{owner}, {told}",
    "unfinished_release": "Of a build that did not finish whole.",
    DIGEST: "{n_accounts}",
    f"{DIGEST}_account": "{owner}: {entity_name}, {due_at}, {amount}",
    f"{DIGEST}_account_without_amount": "{owner}: {entity_name}, {due_at}",
}
"""What is said where the seed message_templates lacks a text."""


@dataclass(frozen=True)
class Alert:
    """An alert to tell.

    Attributes:
        alert_id: Its key in marts.fct_alerts.
        rule_id: The rule that fired.
        entity_id: The account, deal, executive, sector or channel.
        move: Of an opportunity: won, lost, slipped or advanced; None for other rules.
        fired_on: The day.
        severity: high, medium or info.
        due_at: Until when to act, UTC.
        amount_at_stake: Money at stake, reporting currency, or None where unknown.
        owner: Who acts.
        owner_line: Who acts and who is told with them.
        message: What happened and what to do, in the language asked for.
        footer: Owner line and due time, in the same language.
    """

    alert_id: str
    rule_id: str
    entity_id: str
    move: str | None
    fired_on: date
    severity: str
    due_at: datetime
    amount_at_stake: Decimal | None
    owner: str
    owner_line: str
    message: str
    footer: str

    @property
    def mark(self) -> str:
        """The beginning of its key, by which a reader knows it again."""
        return f"#{self.alert_id[:MARK_LENGTH]}"

    @property
    def text(self) -> str:
        """The message that is sent."""
        return f"{self.message}\n{self.footer} {self.mark}"


@dataclass(frozen=True)
class Uncalled:
    """A hot account that nobody called in time.

    Attributes:
        owner: Who should have called.
        due_at: Until when, UTC.
        amount_at_stake: Money at stake, reporting currency, or None where unknown.
        message: All that in a sentence, in the language asked for.
    """

    owner: str
    due_at: datetime
    amount_at_stake: Decimal | None
    message: str


@dataclass(frozen=True)
class Digest:
    """The hot accounts that nobody called, as one message a day.

    Attributes:
        fired_on: The day that the data speak of.
        heading: What the list is, in the language asked for, and of which day.
        accounts: By owner, in the order of alerts.
    """

    fired_on: date
    heading: str
    accounts: list[Uncalled]

    rule_id = DIGEST
    entity_id = "all"
    move = None

    @property
    def alert_id(self) -> str:
        """Its name in the ledger."""
        return f"{DIGEST} {self.fired_on}"

    @property
    def text(self) -> str:
        """The message that is sent."""
        return "\n".join([self.heading, *(account.message for account in self.accounts)])


@dataclass(frozen=True)
class Due:
    """What is due.

    Attributes:
        as_of: The day that the data speak of.
        alerts: By owner, who has most money at stake first; an owner's by money, then age.
        uncalled: The hot accounts that nobody called, told or not; None where there is none.
        release: The build that they are of.
    """

    as_of: date
    alerts: list[Alert]
    uncalled: Digest | None
    release: Release


class Ledger:
    """What was told.

    Args:
        lines: The lines of its file.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._told: dict[tuple[str, str], set[date]] = defaultdict(set)
        self._moves: dict[tuple[str, str | None], set[date]] = defaultdict(set)
        for number, line in lines.filled():
            try:
                told = json.loads(line)
                rule_id, entity_id = str(told["rule_id"]), str(told["entity_id"])
                fired_on, move = date.fromisoformat(told["fired_on"]), told.get("move")
                if not (move is None or isinstance(move, str)):
                    raise ValueError(move)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise AbmError(
                    f"{lines.name}, line {number} is no alert that was told: "
                    "correct the line or remove it."
                ) from error
            self._add(rule_id, entity_id, move, fired_on)

    def _add(self, rule_id: str, entity_id: str, move: str | None, fired_on: date) -> None:
        self._told[rule_id, entity_id].add(fired_on)
        if rule_id == MOVES:
            self._moves[entity_id, move].add(fired_on)

    @property
    def first_day(self) -> date | None:
        """The earliest day of which it speaks, or None where it is empty."""
        return min((day for days in self._told.values() for day in days), default=None)

    def knows(self, rule_id: str, entity_id: str, fired_on: date) -> bool:
        """Whether a level or score and its entity were told close to a day.

        Args:
            rule_id: The rule.
            entity_id: The entity.
            fired_on: The day on which it fired.

        Returns:
            True when it is not to be told again.
        """
        days = self._told.get((rule_id, entity_id), set())
        return any(_are_close(fired_on, day) for day in days)

    def knows_digest(self, as_of: date) -> bool:
        """Whether the list of hot accounts that nobody called was sent for a day."""
        return as_of in self._told.get((DIGEST, Digest.entity_id), set())

    def told_moves(self, moves: Iterable[tuple[str, str, date]]) -> set[tuple[str, str, date]]:
        """Tell which moves were told, on their day or, where it was corrected, on another.

        A move told that the warehouse no longer has is one that it has on another day and that was
        not told: of the same opportunity and kind, less than 30 days apart, one for one, the
        nearest first. A line without a kind, as older ones are, is every move of its day.

        Args:
            moves: All moves of the warehouse: opportunity, kind, day.

        Returns:
            Those that are not to be told again.
        """
        held: dict[tuple[str, str], set[date]] = defaultdict(set)
        for entity_id, move, day in moves:
            held[entity_id, move].add(day)
        found = set()
        for (entity_id, move), days in held.items():
            told = self._moves.get((entity_id, move), set())
            known = days & (told | self._moves.get((entity_id, None), set()))
            gone, untold = told - days, days - known
            for day, other in sorted(
                ((day, other) for day in untold for other in gone if _are_close(day, other)),
                key=lambda pair: (abs(pair[0] - pair[1]), pair),
            ):
                if day in untold and other in gone:
                    untold.remove(day)
                    gone.remove(other)
            found |= {(entity_id, move, day) for day in days - untold}
        return found

    def make_sure_of_room(
        self, alerts: Sequence[Alert | Digest], channel: str, release_id: str = ""
    ) -> None:
        """Write blanks in the place of alerts and take them away again, before anyone is told.

        Args:
            alerts: The alerts that are to be told.
            channel: How: print or slack.

        Raises:
            AbmError: There is no room for them.
        """
        n_bytes = sum(len(_line(alert, channel, release_id).encode()) for alert in alerts)
        try:
            self._lines.make_sure_of_room(n_bytes)
        except OSError as error:
            raise AbmError(
                f"Cannot write to {self._lines.name} ({reason(error)}), so nobody was told of "
                "anything: make room or allow writing there, or name another file with --ledger."
            ) from error

    def remember(
        self, alerts: Sequence[Alert | Digest], channel: str, release_id: str = ""
    ) -> None:
        """Add alerts that were told, and have the system write them to the disk.

        Args:
            alerts: The alerts.
            channel: How they were told: print or slack.
            release_id: The build that they are of.

        Raises:
            AbmError: The file cannot be written.
        """
        try:
            self._lines.add([_line(alert, channel, release_id) for alert in alerts])
        except OSError as error:
            raise AbmError(
                f"Cannot write to {self._lines.name} ({reason(error)}): alerts that were told may "
                "be told again; make room or allow writing there."
            ) from error
        for alert in alerts:
            self._add(alert.rule_id, alert.entity_id, alert.move, alert.fired_on)


def _are_close(day: date, other: date) -> bool:
    return abs((day - other).days) < TOLD_FOR_DAYS


def _line(alert: Alert | Digest, channel: str, release_id: str) -> str:
    told = {
        "alert_id": alert.alert_id,
        "rule_id": alert.rule_id,
        "entity_id": alert.entity_id,
        "fired_on": alert.fired_on.isoformat(),
        "move": alert.move,
        "told_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "channel": channel,
        "release_id": release_id,
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
    with opened_lines(file, "telling alerts", is_read_only=is_read_only) as lines:
        yield Ledger(lines)


def due_alerts(
    db: Path,
    ledger: Ledger,
    language: str = LANGUAGES[0],
    rules: Sequence[str] = (),
    *,
    is_forced: bool = False,
) -> Due:
    """Find what is due and was not told.

    A level or score is due while it is open, on the day on which it fired and the day after; of two
    that are one to the ledger the newer, of two that ask the same of an account the stricter, by
    which the other is covered. A move is due for 30 days, whether still to be answered or
    not, but from the first day of the ledger on; while that is empty, as a level.

    Args:
        db: The published file; a build database holds the same tables.
        ledger: What was told.
        language: Of the messages, en or fr.
        rules: Rules to look at; empty for all.
        is_forced: Tell of a build that did not finish whole, too; every message says so.

    Returns:
        The alerts, and the hot accounts that nobody called, unless aes_hot is not looked at.

    Raises:
        AbmError: The file cannot be read, or there is no such language or rule.
    """
    if language not in LANGUAGES:
        raise AbmError(f"There are no messages in {language}: name one of {', '.join(LANGUAGES)}.")
    published = _read(db, language, rules, is_forced=is_forced)
    told_moves = ledger.told_moves(published.moves)
    last_untold = published.as_of - timedelta(days=RECENT_DAYS)
    first_day = ledger.first_day or last_untold + timedelta(days=1)
    alerts: list[Alert] = []
    seen: set[tuple[str, str]] = set()
    for alert in published.alerts:
        key = alert.rule_id, alert.entity_id
        if alert.rule_id == MOVES:
            is_told = (alert.entity_id, alert.move, alert.fired_on) in told_moves
            is_due = not is_told and alert.fired_on >= first_day
        else:
            is_due = key not in seen and not ledger.knows(*key, alert.fired_on)
            seen |= {key} if is_due else set()
        if is_due:
            alerts.append(alert)
    uncalled = _by_owner(published.uncalled)
    heading = f"{published.text(DIGEST, n_accounts=len(uncalled))} ({published.as_of})"
    return Due(
        published.as_of,
        _by_owner(alerts),
        Digest(published.as_of, heading, uncalled) if uncalled else None,
        published.release,
    )


Owned = TypeVar("Owned", Alert, Uncalled)


def _by_owner(alerts: Sequence[Owned]) -> list[Owned]:
    """Order by owner, the greatest money at stake first, then the oldest."""
    greatest: dict[str, Decimal] = {}
    for alert in alerts:
        greatest[alert.owner] = max(greatest.get(alert.owner, _UNKNOWN), _money(alert))

    def place(alert: Owned) -> tuple[Any, ...]:
        since = alert.fired_on if isinstance(alert, Alert) else alert.due_at
        key = alert.alert_id if isinstance(alert, Alert) else ""
        return (
            *(-greatest[alert.owner], alert.owner),
            *(-_money(alert), since, alert.message, key),
        )

    return sorted(alerts, key=place)


_UNKNOWN = Decimal("-Infinity")


def _money(alert: Alert | Uncalled) -> Decimal:
    """The money at stake; what is unknown is less than any."""
    return _UNKNOWN if alert.amount_at_stake is None else alert.amount_at_stake


@dataclass(frozen=True)
class _Published:
    """What the published file says: the newest alert first."""

    as_of: date
    alerts: list[Alert]
    moves: list[tuple[str, str, date]]
    uncalled: list[Uncalled]
    texts: Mapping[str, str]
    release: Release

    def text(self, code: str, **values: object) -> str:
        return _filled(self.texts, code, **values)


def _filled(texts: Mapping[str, str], code: str, **values: object) -> str:
    """Fill a text of the seed message_templates; a name in a value is not filled again."""
    text = texts.get(code) or _DEFAULT_TEXTS[code]
    return re.sub(r"\{(\w+)\}", lambda name: str(values.get(name[1], name[0])), text)


def _read(db: Path, language: str, rules: Sequence[str], *, is_forced: bool) -> _Published:
    with opened_published(db, "alerts", is_forced=is_forced) as published:
        execute, release = published.connection.execute, published.release
        known = [row[0] for row in execute(_RULES).fetchall()]
        for rule in rules:
            if rule not in known:
                raise AbmError(f"There is no rule {rule}: name one of {', '.join(known)}.")
        ((as_of, currency),) = execute(_AS_OF).fetchall()
        if as_of is None:
            raise AbmError(
                f"{shown(db)} does not say of which day it is, because "
                "marts.fct_account_engagement is empty: build from data with accounts."
            )
        words = Language(language, currency or "USD")
        texts = dict(execute(_TEXTS, [language]).fetchall())
        shared = {"language": language, "rules": list(rules) or known}
        since = {"as_of": as_of, "days": RECENT_DAYS, "moves_days": MOVES_DAYS, "moves": MOVES}
        rows = published.rows(_ALERTS, shared | since)
        moves = execute(_MOVES, {"moves": MOVES, "as_of": as_of}).fetchall()
        hot = published.rows(_UNCALLED, shared | {"hot": HOT})
    return _Published(
        as_of,
        [_alert(row, texts, words, is_doubtful=bool(release.problem)) for row in rows],
        moves,
        [_uncalled(row, texts, words) for row in hot],
        texts,
        release,
    )


_RULES = "select rule_id from reference.alert_rules order by rule_id"
_AS_OF = """
select
    (select max(as_of_on) from marts.fct_account_engagement),
    (select max(reporting_currency) from audit.audit_settings)
"""
_TEXTS = "select code, message from reference.message_templates where language = ?"
_TOLD = """
select
    alerts.*,
    case
        when executives.account_executive_id <> 'unknown' then executives.account_executive_name
    end as executive,
    case
        when managers.account_executive_id <> 'unknown' then managers.account_executive_name
    end as manager,
    coalesce(
        lower(case $language when 'fr' then roles.label_fr else roles.label_en end),
        replace(alerts.owner_role, '_', ' ')
    ) as role,
    coalesce(
        case $language when 'fr' then alerts.message_fr else alerts.message_en end,
        alerts.rule_id || ': ' || alerts.entity_id
    ) as message
from marts.fct_alerts as alerts
left join marts.dim_account_executives as executives
    on alerts.account_executive_id = executives.account_executive_id
left join marts.dim_account_executives as managers
    on executives.manager_id = managers.account_executive_id
left join reference.labels as roles
    on roles.domain = 'owner_role' and roles.code = alerts.owner_role
where list_contains($rules, alerts.rule_id)
"""
_ALERTS = f"""
select * from ({_TOLD}) as told
where
    fired_on <= $as_of
    and case
        when rule_id = $moves
            then state <> 'baseline' and fired_on > $as_of - cast($moves_days as integer)
        else state = 'open' and fired_on > $as_of - cast($days as integer)
    end
order by fired_on desc, alert_id
"""
_MOVES = """
select entity_id, move, fired_on from marts.fct_alerts
where rule_id = $moves and fired_on <= $as_of
"""
_UNCALLED = f"""
select * from ({_TOLD}) as told
where rule_id = $hot and state = 'open' and is_overdue
"""


def _owners(row: Mapping[str, Any], texts: Mapping[str, str]) -> tuple[str, str]:
    """Who acts, and who acts with those who are told."""
    executive, manager, role = (
        row[name] and one_line(row[name]) for name in ("executive", "manager", "role")
    )
    if row["owner_role"] != "account_executive":
        told = _filled(texts, "alert_owner_and_told", owner=role, told=executive)
        return role, told if executive else role
    owner = executive or role
    if executive and manager and row["entity_type"] == "account_executive":
        return owner, _filled(texts, "alert_owner_and_manager", owner=owner, manager=manager)
    return owner, owner


def _alert(
    row: Mapping[str, Any], texts: Mapping[str, str], words: Language, *, is_doubtful: bool
) -> Alert:
    owner, owner_line = _owners(row, texts)
    footer = _filled(
        texts, "alert_owner_and_due", owner=owner_line, due_at=told_deadline(row["due_at"], words)
    )
    if is_doubtful:
        footer = f"{footer}\n{_filled(texts, 'unfinished_release')}"
    names = ("alert_id", "rule_id", "entity_id", "move", "fired_on", "severity", "due_at")
    return Alert(
        **{name: row[name] for name in names},
        amount_at_stake=row["amount_at_stake"],
        owner=owner,
        owner_line=owner_line,
        message=one_line(row["message"]),
        footer=footer,
    )


def _uncalled(row: Mapping[str, Any], texts: Mapping[str, str], words: Language) -> Uncalled:
    owner, _ = _owners(row, texts)
    amount = row["amount_at_stake"]
    message = _filled(
        texts,
        f"{DIGEST}_account" if amount is not None else f"{DIGEST}_account_without_amount",
        owner=owner,
        entity_name=one_line(row["entity_name"] or row["entity_id"]),
        due_at=told_deadline(row["due_at"], words),
        amount="" if amount is None else plain_text(words.amount(amount)),
    )
    return Uncalled(owner, row["due_at"], amount, message)


def told_deadline(moment: datetime, words: Language) -> str:
    """Spell until when something is due.

    Args:
        moment: The moment, UTC; midnight is the end of the day before.
        words: The language.

    Returns:
        As Nov 1, 2026 or Nov 1, 2026, 09:30 UTC.
    """
    text = plain_text(words.deadline(moment))
    return text if moment.time() == time() else f"{text} UTC"


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


def send(due: Due, ledger: Ledger, url: str) -> None:
    """Send what is due to Slack and remember each message once Slack has taken it.

    A message is text: names in it are no links, no mentions and no formatting. The hot accounts
    that nobody called are one message, the last, once for an as-of date.

    Args:
        due: What is due.
        ledger: Where they are remembered.
        url: The address of the incoming webhook.

    Raises:
        AbmError: Slack did not take one; those before it are remembered. Or the ledger has no room
            for them, and nothing was sent.
    """
    with needed("slack", "Sending to Slack"):
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
    messages: list[Alert | Digest] = list(due.alerts)
    if due.uncalled and not ledger.knows_digest(due.as_of):
        messages.append(due.uncalled)
    ledger.make_sure_of_room(messages, SLACK, due.release.release_id)
    for number, message in enumerate(messages):
        try:
            response = client.send_dict(_body(message.text))
            is_taken = response.status_code == 200 and response.body == "ok"
            answer = f"{response.status_code} {response.body.strip()[:80]}".strip()
        except (OSError, HTTPException, ValueError) as error:
            is_taken, answer = False, str(getattr(error, "reason", error)) or type(error).__name__
        if not is_taken:
            raise AbmError(
                f"Slack did not take an alert ({' '.join(answer.split())}), {number} of "
                f"{len(messages)} were sent and are remembered: check the webhook in {WEBHOOK} and "
                "try again."
            )
        ledger.remember([message], SLACK, due.release.release_id)


def _body(text: str) -> dict[str, Any]:
    """Spell a message so that nothing in it is a command.

    Sections of plain text hold it; `text` stands in notifications, and in what knows no sections.
    """
    sections = []
    for section in _sections(text):
        plain = {"type": "plain_text", "text": _escaped(section), "emoji": False}
        sections.append({"type": "section", "text": plain})
    return {
        "text": _escaped(text),
        "blocks": sections,
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _sections(text: str) -> list[str]:
    """Cut a text into what a section holds once it is escaped, at line ends where that can be."""
    parts = [
        line[start : start + PART_LENGTH]
        for line in text.split("\n")
        for start in range(0, max(len(line), 1), PART_LENGTH)
    ]
    sections = parts[:1]
    for part in parts[1:]:
        together = f"{sections[-1]}\n{part}"
        if len(_escaped(together)) > SECTION_LENGTH:
            sections.append(part)
        else:
            sections[-1] = together
    if len(sections) > MAX_SECTIONS:
        n_left_out = sum(section.count("\n") + 1 for section in sections[MAX_SECTIONS - 1 :])
        sections = [*sections[: MAX_SECTIONS - 1], f"\N{HORIZONTAL ELLIPSIS} +{n_left_out}"]
    return sections


def _escaped(text: str) -> str:
    """Spell the three characters that Slack reads as commands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
