"""Alerts are the same after a rebuild, and each is told once."""

import fcntl
import gc
import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from conftest import COMPANY_DAY, ROOT, Abm, Build, errors, said
from test_reproducible import differences
from test_updates import write_state

from abm.alerts import TOLD_FOR_DAYS, WEBHOOK, due_alerts, opened_ledger, send
from abm.errors import AbmError

AS_OF = date(2026, 10, 31)
RELEASE = "20261101T060000Z-0a1b2c3d"
DAY = f"as of {AS_OF} (release {RELEASE})"
FIELDS = [
    *("alert_id", "rule_id", "entity_id", "fired_on", "move", "told_at", "channel", "release_id")
]

Publish = Callable[..., Path]


def alert_id(key: str) -> str:
    """A key of fct_alerts: a hash."""
    return hashlib.md5(key.encode()).hexdigest()


def named(text: str, db: Path) -> list[str]:
    """The lines of a text, with the entity in the place of the mark of each alert."""
    with duckdb.connect(str(db), read_only=True) as connection:
        for key, entity in connection.execute(
            "select alert_id, entity_id from marts.fct_alerts"
        ).fetchall():
            text = re.sub(rf"#{key[:8]}$", f"#{entity}", text, flags=re.MULTILINE)
    return text.splitlines()


def fired(rule_id: str, entity_id: str, days_ago: int = 0, **values: Any) -> dict[str, Any]:
    """A row of fct_alerts, open unless it is said not to be."""
    fired_on = AS_OF - timedelta(days=days_ago)
    state = values.get("state", "open")
    return {
        "alert_id": alert_id(f"{rule_id} {entity_id} {fired_on}"),
        "rule_id": rule_id,
        "entity_id": entity_id,
        "fired_on": fired_on,
        "move": None,
        "entity_type": "account",
        "entity_name": entity_id.capitalize(),
        "severity": "high",
        "account_executive_id": "eve",
        "owner_role": "account_executive",
        "due_at": datetime(2026, 11, 2),
        "amount_at_stake": None,
        "state": state,
        "is_overdue": False,
        "message_en": f"{entity_id} calls",
        "message_fr": f"{entity_id} appelle",
        **values,
    }


def moved(entity_id: str, move: str, days_ago: int = 0, **values: Any) -> dict[str, Any]:
    """A row of fct_alerts on a move of an opportunity."""
    row = fired("opportunity_moved", entity_id, days_ago, move=move, entity_type="opportunity")
    key = alert_id(f"opportunity_moved {entity_id} {row['fired_on']} {move}")
    return row | {"alert_id": key, "state": "cleared", **values}


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    """Writes a file as published, with these alerts, and returns its path."""

    def write(
        *alerts: dict[str, Any], as_of: date | None = AS_OF, status: str = "finished"
    ) -> Path:
        db = tmp_path / "published.duckdb"
        db.unlink(missing_ok=True)
        with duckdb.connect(str(db)) as connection:
            for schema in ("audit", "marts", "reference"):
                connection.execute(f"create schema {schema}")
            for seed in ("alert_rules", "message_templates"):
                connection.execute(
                    f"create table reference.{seed} as from '{ROOT}/seeds/{seed}.csv'"
                )
            connection.execute(
                f"""
                create table reference.labels as
                select domain, code, label_en, label_fr from '{ROOT}/seeds/label_texts.csv';
                create table audit.audit_settings as select 'USD' as reporting_currency;
                create table audit.audit_builds as
                select
                    '{RELEASE}' as build_id, timestamp '2026-11-01 06:00:00' as started_at,
                    timestamp '2026-11-01 06:01:00' as finished_at, '{status}' as status,
                    true as is_whole, null as selection, date '2026-10-31' as as_of_on,
                    0 as n_failed;
                create table marts.dim_account_executives as
                from (
                    values
                        ('eve', 'Eve', 'mona'),
                        ('adam', 'Adam', 'unknown'),
                        ('mona', 'Mona', null),
                        ('unknown', 'Unknown', null)
                ) as executives (account_executive_id, account_executive_name, manager_id);
                create table marts.fct_account_engagement (as_of_on date);
                create table marts.fct_alerts (
                    alert_id varchar, rule_id varchar, entity_id varchar, fired_on date,
                    move varchar, entity_type varchar, entity_name varchar, severity varchar,
                    account_executive_id varchar, owner_role varchar, due_at timestamp,
                    amount_at_stake decimal(18, 2), state varchar, is_overdue boolean,
                    message_en varchar, message_fr varchar
                );
                """
            )
            if as_of:
                connection.execute("insert into marts.fct_account_engagement values (?)", [as_of])
            for alert in alerts:
                connection.execute(
                    f"insert into marts.fct_alerts values ({', '.join('?' * len(alert))})",
                    list(alert.values()),
                )
        return db

    return write


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The path of a ledger that does not exist yet."""
    return tmp_path / "told.jsonl"


def lines(ledger: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ledger.read_text().splitlines()]


def write_told(ledger: Path, *told: tuple[str, str, date]) -> None:
    """Write a ledger of rule, entity and day."""
    ledger.write_text(
        "".join(
            json.dumps({"rule_id": rule, "entity_id": entity, "fired_on": day.isoformat()}) + "\n"
            for rule, entity, day in told
        )
    )


def due(db: Path, ledger: Path, **options: Any) -> list[tuple[str, str, int]]:
    """Rule, entity and age in days of what is due, in the order of telling."""
    with opened_ledger(ledger, is_read_only=True) as told:
        found = due_alerts(db, told, **options)
    assert found.as_of == AS_OF
    return [
        (alert.rule_id, alert.entity_id, (AS_OF - alert.fired_on).days) for alert in found.alerts
    ]


def test_open_alerts_of_two_days_are_due(publish: Publish, ledger: Path) -> None:
    db = publish(
        fired("aes_hot", "today"),
        fired("aes_hot", "yesterday", 1),
        fired("aes_hot", "before", 2),
        fired("aes_hot", "cleared", state="cleared"),
        fired("aes_hot", "baseline", state="baseline"),
        fired("apr_floor", "today"),
        fired("apr_below_tier_target", "today", state="covered"),
    )
    found = [("aes_hot", "today", 0), ("aes_hot", "yesterday", 1), ("apr_floor", "today", 0)]
    assert sorted(due(db, ledger)) == found
    assert due(db, ledger, rules=["apr_floor"]) == found[2:]
    assert not ledger.exists()


@pytest.mark.parametrize("days", [-29, 0, 29])
def test_a_rule_and_entity_told_less_than_30_days_apart_is_told(
    days: int, publish: Publish, ledger: Path
) -> None:
    db = publish(fired("aes_hot", "acme"), fired("aes_hot", "bolt"), fired("apr_floor", "acme"))
    write_told(ledger, ("aes_hot", "acme", AS_OF + timedelta(days=days)))
    assert sorted(due(db, ledger)) == [("aes_hot", "bolt", 0), ("apr_floor", "acme", 0)]


@pytest.mark.parametrize("days", [-30, 30])
def test_a_rule_and_entity_told_30_days_apart_is_due(
    days: int, publish: Publish, ledger: Path
) -> None:
    write_told(ledger, ("aes_hot", "acme", AS_OF + timedelta(days=days)))
    assert due(publish(fired("aes_hot", "acme")), ledger) == [("aes_hot", "acme", 0)]


def test_of_two_days_the_newer_is_told(publish: Publish, ledger: Path) -> None:
    db = publish(fired("aes_hot", "acme", 1), fired("aes_hot", "acme"))
    assert due(db, ledger) == [("aes_hot", "acme", 0)]


def write_moves(ledger: Path, *told: tuple[str, str | None, int], first: int = 60) -> None:
    """Write a ledger that begins so many days ago: opportunity, kind or none, and age in days."""
    write_told(ledger, ("apr_floor", "some account", AS_OF - timedelta(days=first)))
    lines = [
        {
            "rule_id": "opportunity_moved",
            "entity_id": entity,
            "fired_on": (AS_OF - timedelta(days=days_ago)).isoformat(),
            **({"move": move} if move else {}),
        }
        for entity, move, days_ago in told
    ]
    with ledger.open("a") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)


def due_moves(db: Path, ledger: Path) -> list[tuple[str, str | None, int]]:
    """Opportunity, kind and age in days of the moves that are due, the oldest first."""
    with opened_ledger(ledger, is_read_only=True) as told:
        alerts = due_alerts(db, told, rules=["opportunity_moved"]).alerts
    return [(alert.entity_id, alert.move, (AS_OF - alert.fired_on).days) for alert in alerts]


def test_every_move_of_30_days_is_due_however_late(publish: Publish, ledger: Path) -> None:
    """Whatever its state but baseline, and a second move of a deal as the first."""
    db = publish(
        moved("deal", "slipped", 30),
        moved("deal", "slipped", 29),
        moved("deal", "slipped", 20),
        moved("deal", "advanced", 5, state="expired"),
        moved("deal", "won", 1),
        moved("deal", "slipped", 1),
        moved("old", "won", 3, state="baseline"),
        moved("other", "lost", 0, state="open"),
    )
    write_moves(ledger)
    found = [
        ("deal", "slipped", 29),
        ("deal", "slipped", 20),
        ("deal", "advanced", 5),
        *[("deal", "slipped", 1), ("deal", "won", 1)],
        ("other", "lost", 0),
    ]
    assert sorted(due_moves(db, ledger)) == sorted(found)

    # A ledger speaks of nothing before its first day, and an empty one of the last two days.
    write_moves(ledger, first=20)
    assert sorted(due_moves(db, ledger)) == sorted(found[1:])
    ledger.unlink()
    assert sorted(due_moves(db, ledger)) == sorted(found[3:])

    with opened_ledger(ledger) as told:
        told.remember(due_alerts(db, told).alerts, "print")
    assert due_moves(db, ledger) == []
    assert {(line["entity_id"], line["move"]) for line in lines(ledger)} == {
        *[("deal", "slipped"), ("deal", "won"), ("other", "lost")]
    }


def test_a_move_told_without_its_kind_is_every_move_of_the_day(
    publish: Publish, ledger: Path
) -> None:
    db = publish(moved("deal", "won", 3), moved("deal", "slipped", 3), moved("deal", "slipped", 4))
    write_moves(ledger, ("deal", None, 3))
    assert due_moves(db, ledger) == [("deal", "slipped", 4)]


@pytest.mark.parametrize(
    ("told", "held", "due_now"),
    [
        pytest.param([10], [9], [], id="corrected by a day"),
        pytest.param([2], [31], [], id="to before what is looked at"),
        pytest.param([31], [2], [], id="29 days"),
        pytest.param([32], [2], [2], id="30 days are another move"),
        pytest.param([10], [10, 5], [5], id="a second move"),
        pytest.param([10], [9, 5], [5], id="corrected, and a second move"),
        pytest.param([10, 8], [9], [], id="two told, one held"),
        pytest.param([10, 8], [9, 7, 1], [1], id="two corrected, and a third"),
        pytest.param([10], [11, 9], [9], id="of two as near the later is news"),
        pytest.param([3], [40, 2], [], id="an old one is not the nearest"),
        pytest.param([3], [20, 2], [20], id="the nearest is the one"),
    ],
)
def test_a_move_told_whose_day_is_corrected_is_not_told_again(
    told: list[int], held: list[int], due_now: list[int], publish: Publish, ledger: Path
) -> None:
    db = publish(
        *(moved("deal", "slipped", days) for days in held),
        # Another opportunity and another kind have nothing to do with it.
        *[moved("other", "slipped", 10), moved("deal", "won", 1)],
    )
    write_moves(
        ledger,
        *(("deal", "slipped", days) for days in told),
        *[("other", "slipped", 10), ("deal", "won", 1), ("deal", "advanced", 6)],
    )
    assert due_moves(db, ledger) == [("deal", "slipped", days) for days in due_now]


def test_printed_by_who_acts_most_money_first(
    abm: Abm, publish: Publish, ledger: Path, tmp_path: Path
) -> None:
    """Then the oldest; money unknown comes last, and owners by their greatest."""
    db = publish(
        fired("account_at_risk", "zero", amount_at_stake=0),
        fired("aes_hot", "unknown money"),
        moved("deal", "won", severity="info", amount_at_stake=20),
        fired("account_at_risk", "younger", amount_at_stake=300),
        fired("account_at_risk", "older", 1, amount_at_stake=300),
        fired(
            "velocity_below_target",
            "eve",
            entity_type="account_executive",
            severity="medium",
            amount_at_stake=50,
        ),
        fired("apr_floor", "adam's", account_executive_id="adam", owner_role="marketing"),
        fired(
            "apr_floor",
            "eve's",
            owner_role="marketing",
            severity="medium",
            amount_at_stake=4000,
        ),
        fired(
            "velocity_below_target",
            "adam",
            entity_type="account_executive",
            account_executive_id="adam",
            amount_at_stake=5,
        ),
        fired(
            "clv_cac_below_minimum", "all", owner_role="leadership", account_executive_id="unknown"
        ),
        fired("aes_hot", "wordless", account_executive_id="unknown", message_en=None),
    )
    arguments = ("alerts", "--db", db, "--ledger", ledger)
    until = "due Nov 1, 2026"
    shown = [
        "marketing",
        f"  medium  {until}  eve's calls (marketing, cc Eve) #eve's",
        f"  high    {until}  adam's calls (marketing, cc Adam) #adam's",
        "Eve",
        f"  high    {until}  older calls #older",
        f"  high    {until}  younger calls #younger",
        f"  medium  {until}  eve calls (Eve and Mona) #eve",
        f"  info    {until}  deal calls #deal",
        f"  high    {until}  zero calls #zero",
        f"  high    {until}  unknown money calls #unknown money",
        "Adam",
        f"  high    {until}  adam calls #adam",
        "account executive",
        f"  high    {until}  aes_hot: wordless #wordless",
        "leadership",
        f"  high    {until}  all calls #all",
    ]
    dry = abm(*arguments, "--dry-run")
    end = f"11 alerts due {DAY}, nothing remembered (--dry-run)"
    assert named(dry.stdout, db) == [*shown, end], said(dry)
    assert not ledger.exists()

    french = abm(*arguments, "--lang", "fr", "--rule", "apr_floor", "--rule", "aes_hot")
    assert named(french.stdout, db) == [
        "marketing",
        f"  medium  {until}  eve's appelle (marketing, copie à Eve) #eve's",
        f"  high    {until}  adam's appelle (marketing, copie à Adam) #adam's",
        "Eve",
        f"  high    {until}  unknown money appelle #unknown money",
        "commercial",
        f"  high    {until}  wordless appelle #wordless",
        f"4 alerts told {DAY}, remembered in {ledger}",
    ], said(french)
    assert {line["rule_id"] for line in lines(ledger)} == {"aes_hot", "apr_floor"}

    rest = abm(*arguments)
    assert "7 alerts told" in rest.stdout, said(rest)
    assert abm(*arguments).stdout == f"Nothing to tell {DAY}\n"
    told = lines(ledger)
    assert [list(line) for line in told] == 11 * [FIELDS]
    assert {line["channel"] for line in told} == {"print"}
    (first,) = (line for line in told if line["entity_id"] == "deal")
    assert first["alert_id"] == alert_id("opportunity_moved deal 2026-10-31 won")
    assert first["fired_on"] == "2026-10-31"
    assert first["move"] == "won"
    ago = datetime.now(UTC) - datetime.fromisoformat(first["told_at"])
    assert timedelta() <= ago + timedelta(seconds=1) < timedelta(minutes=5)


def hot(entity_id: str, days_ago: int, amount: int | None = None, **values: Any) -> dict[str, Any]:
    """A hot account that nobody called in time."""
    due_at = datetime(2026, 10, 31, 9, 30) - timedelta(days=days_ago)
    return fired("aes_hot", entity_id, days_ago + 1, due_at=due_at) | {
        **{"is_overdue": True, "amount_at_stake": amount, **values}
    }


def test_who_is_hot_and_not_called_stands_at_every_end(
    abm: Abm, publish: Publish, ledger: Path, slack: "Slack"
) -> None:
    db = publish(
        hot("acme", 60, 1234567),
        hot("bolt", 5),
        hot("coop & co", 3, 90),
        hot("duo", 20, 90),
        hot("ellis", 2, 2000000, account_executive_id="unknown"),
        *[hot("called", 9, state="answered"), hot("missed", 9, state="cleared")],
        *[
            hot("not yet", 0, is_overdue=False),
            fired("account_at_risk", "else", 9, is_overdue=True),
        ],
    )
    write_told(
        ledger, ("aes_hot", "acme", AS_OF - timedelta(days=61)), ("aes_hot", "not yet", AS_OF)
    )
    before = ledger.read_bytes()
    arguments = ("alerts", "--db", db, "--ledger", ledger)
    shown = [
        "Hot and not called: 5 (2026-10-31)",
        "  account executive: Ellis, overdue since Oct 29, 2026, 09:30 UTC, $2,000,000 at stake.",
        "  Eve: Acme, overdue since Sep 1, 2026, 09:30 UTC, $1,234,567 at stake.",
        "  Eve: Duo, overdue since Oct 11, 2026, 09:30 UTC, $90 at stake.",
        "  Eve: Coop & co, overdue since Oct 28, 2026, 09:30 UTC, $90 at stake.",
        "  Eve: Bolt, overdue since Oct 26, 2026, 09:30 UTC, money at stake unknown.",
    ]
    for options in ((), ("--dry-run",), ("--rule", "aes_hot")):
        result = abm(*arguments, *options)
        assert result.stdout.splitlines() == [f"Nothing to tell {DAY}", *shown]
    assert abm(*arguments, "--rule", "apr_floor").stdout == f"Nothing to tell {DAY}\n"
    assert ledger.read_bytes() == before

    french = ("--lang", "fr", "--slack")
    slack.answers = [(404, "no_service")]
    assert (
        "0 of 1 were sent" in errors(abm(*arguments, *french, environment={WEBHOOK: slack.url}))[0]
    )
    for _ in range(2):
        result = abm(*arguments, *french, environment={WEBHOOK: slack.url})
        assert result.returncode == 0, said(result)
        assert "Comptes chauds non appelés\xa0: 5 (2026-10-31)\n" in result.stdout
    (text,) = slack.texts
    assert text.splitlines()[::4] == [
        "Comptes chauds non appelés\xa0: 5 (2026-10-31)",
        "Eve\xa0: Coop &amp; co, en retard depuis le 28 oct. 2026, 09:30 UTC, 90\xa0$US en jeu.",
    ]
    assert "1\u202f234\u202f567\xa0$US en jeu" in text
    assert lines(ledger)[2:] == [
        {
            "alert_id": "hot_and_not_called 2026-10-31",
            "rule_id": "hot_and_not_called",
            "entity_id": "all",
            "fired_on": "2026-10-31",
            "move": None,
            "told_at": lines(ledger)[2]["told_at"],
            "release_id": RELEASE,
            "channel": "slack",
        }
    ]
    tomorrow = publish(hot("acme", 60), as_of=AS_OF + timedelta(days=1))
    arguments = ("alerts", "--db", tomorrow, "--ledger", ledger, "--slack")
    assert abm(*arguments, environment={WEBHOOK: slack.url}).returncode == 0
    assert len(slack.texts) == 2


def test_a_published_company_is_told_of(abm: Abm, company_built: Build, tmp_path: Path) -> None:
    db = shutil.copy(company_built.db, tmp_path / "abm.duckdb")
    with duckdb.connect(str(db)) as connection:
        # Whatever the last days brought: what is open fired yesterday, but for one rule.
        connection.execute(
            f"update marts.fct_alerts set fired_on = date '{COMPANY_DAY}' - 1 "
            "where state = 'open' and rule_id <> 'account_at_risk'"
        )
    published = abm("publish", "--db", db, "--out", tmp_path / "out")
    assert published.returncode == 0, said(published)
    result = abm("alerts", "--ledger", "told.jsonl", cwd=tmp_path)
    assert result.returncode == 0, said(result)
    with duckdb.connect(str(db), read_only=True) as connection:
        rows = connection.execute(
            f"""
            select distinct rule_id, entity_id, move from marts.fct_alerts
            where
                fired_on > date '{COMPANY_DAY}' - 2
                and case
                    when rule_id = 'opportunity_moved' then state <> 'baseline' else state = 'open'
                end
            """
        ).fetchall()
    told = lines(tmp_path / "told.jsonl")
    assert rows
    assert {(line["rule_id"], line["entity_id"], line["move"]) for line in told} == set(rows)


def test_a_line_without_end_stays_a_line(publish: Publish, ledger: Path) -> None:
    write_told(ledger, ("aes_hot", "acme", AS_OF))
    ledger.write_text("\n" + ledger.read_text().rstrip("\n"))
    db = publish(fired("aes_hot", "acme"), fired("aes_hot", "bolt"))
    with opened_ledger(ledger) as told:
        told.remember(due_alerts(db, told).alerts, "print")
    entities = [json.loads(line)["entity_id"] for line in ledger.read_text().split("\n") if line]
    assert entities == ["acme", "bolt"]
    assert due(db, ledger) == []


BAD_MOVE = '{"rule_id": "opportunity_moved", "entity_id": "d", "fired_on": "2026-10-31", "move": 1}'


@pytest.mark.parametrize(
    "line",
    [
        '{"rule_id": "aes_hot", "entity',
        "[]",
        '{"rule_id": "aes_hot", "entity_id": "acme"}',
        "\xff",
        BAD_MOVE,
    ],
)
def test_a_bad_line_is_named(line: str, abm: Abm, publish: Publish, ledger: Path) -> None:
    write_told(ledger, ("aes_hot", "acme", AS_OF))
    ledger.write_bytes(ledger.read_bytes() + line.encode("latin-1") + b"\n")
    before = ledger.read_bytes()
    result = abm("alerts", "--db", publish(fired("aes_hot", "bolt")), "--ledger", ledger)
    assert errors(result) == [
        f"{ledger}, line 2 is no alert that was told: correct the line or remove it."
    ]
    assert result.stdout == ""
    assert ledger.read_bytes() == before


def test_errors_are_one_sentence(abm: Abm, publish: Publish, ledger: Path, tmp_path: Path) -> None:
    db = publish(fired("aes_hot", "acme"))
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    text = tmp_path / "text.duckdb"
    text.write_text("a file that is no database at all")
    cases = {
        ("--db", tmp_path / "none.duckdb"): "no published file",
        ("--db", empty): "does not say which build made it",
        ("--db", text): "not a DuckDB database",
        ("--rule", "aes_cold"): "There is no rule aes_cold: name one of account_at_risk, aes_hot",
        ("--lang", "de"): "no messages in de: name one of en, fr",
        ("--ledger", tmp_path / "none" / "told.jsonl"): "There is no folder",
        ("--ledger", tmp_path): "as ledger (Is a directory)",
        ("--slack",): f"{WEBHOOK} is not set",
    }
    for options, sentence in cases.items():
        result = abm("alerts", "--db", db, "--ledger", ledger, *options)
        found = errors(result)
        assert len(found) == 1, said(result)
        assert sentence in found[0]
    for url in ("hooks.slack.com/services/x", "https://hooks.slack.com/a b", "https://[x"):
        result = abm(
            *("alerts", "--db", db, "--ledger", ledger, "--slack"), environment={WEBHOOK: url}
        )
        assert errors(result)[0].startswith(f"{WEBHOOK} holds no web address"), said(result)
    undated = abm("alerts", "--db", publish(as_of=None), "--ledger", ledger)
    assert "does not say of which day it is" in errors(undated)[0]
    with ledger.open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "Another process is telling" in errors(abm("alerts", "--ledger", ledger))[0]
    assert lines(ledger) == []


class Slack(HTTPServer):
    """A server in the place of Slack: it gives the answers that a test puts in, and keeps texts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Channel)
        self.answers: list[tuple[int, str] | None] = []
        self.texts: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/services/T0/B0/secret"


class Channel(BaseHTTPRequestHandler):
    """Answers one message; an answer of None drops the connection."""

    server: Slack

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.answers.pop(0) if self.server.answers else (200, "ok")
        if answer is None:
            return
        status, text = answer
        if answer == (200, "ok"):
            self.server.bodies.append(json.loads(body))
            self.server.texts.append(self.server.bodies[-1]["text"])
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    """The server, with nothing between it and the client."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with Slack() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", ["running", "failed"])
def test_a_build_that_did_not_finish_is_not_told_of(
    abm: Abm, publish: Publish, ledger: Path, status: str
) -> None:
    arguments = ("alerts", "--db", publish(fired("aes_hot", "acme"), status=status))
    (sentence,) = errors(abm(*arguments, "--ledger", ledger))
    assert f"Build {RELEASE} of" in sentence, sentence
    assert not ledger.exists() or not lines(ledger)
    forced = abm(*arguments, "--ledger", ledger, "--force")
    assert "warning: Build" in forced.stderr, said(forced)
    assert lines(ledger)[0]["release_id"] == RELEASE


def test_sent_to_slack(abm: Abm, publish: Publish, ledger: Path, slack: Slack) -> None:
    db = publish(
        fired("aes_hot", "Bold & <Co>"),
        fired(
            "apr_floor",
            "acme",
            severity="info",
            account_executive_id="unknown",
            owner_role="marketing",
        ),
        fired("apr_floor", "bolt", owner_role="marketing"),
    )
    arguments = ("alerts", "--db", db, "--ledger", ledger, "--lang", "fr", "--slack")
    environment = {WEBHOOK: slack.url}
    dry = abm(*arguments, "--dry-run")
    assert "3 alerts due" in dry.stdout, said(dry)
    assert not slack.texts
    result = abm(*arguments, environment=environment)
    assert result.returncode == 0, said(result)
    assert result.stdout == f"3 alerts told {DAY}, remembered in {ledger}\n"
    assert [named(text, db) for text in slack.texts] == [
        [
            "Bold &amp; &lt;Co&gt; appelle",
            "Responsable\xa0: Eve. À traiter au plus tard le 1er nov. 2026. #Bold & <Co>",
        ],
        [
            "acme appelle",
            "Responsable\xa0: marketing. À traiter au plus tard le 1er nov. 2026. #acme",
        ],
        [
            "bolt appelle",
            "Responsable\xa0: marketing, copie à Eve. "
            "À traiter au plus tard le 1er nov. 2026. #bolt",
        ],
    ]
    assert [line["channel"] for line in lines(ledger)] == 3 * ["slack"]
    again = abm(*arguments, environment=environment)
    assert again.stdout == f"Nothing to tell {DAY}\n", said(again)
    assert len(slack.texts) == 3


HOSTILE = (
    "*Bold* _it_ ~no~ `x` http://evil.example www.evil.example <!channel> <@U1> @here #general :+1:"
)


def test_names_are_text_in_slack(publish: Publish, ledger: Path, slack: Slack) -> None:
    """No link, mention, formatting or line of their own; a long list is cut where Slack cuts."""
    name = f"Acme\r\nOwner: Mona.\u2028\x1b[31m\u202e {HOSTILE}"
    accounts = [hot(f"account {number} {'&' * 90}", 5) for number in range(1500)]
    db = publish(
        fired("account_at_risk", "acme", message_en=f"{name} calls"),
        hot("duo", 3, 99, entity_name=name),
        *accounts,
    )
    with opened_ledger(ledger) as told:
        send(due_alerts(db, told), told, slack.url)
    alert, digest = slack.bodies
    escaped = HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    said_of = f"Acme Owner: Mona. [31m {escaped}"
    assert alert["text"].splitlines()[0] == f"{said_of} calls"
    assert len(alert["text"].splitlines()) == 2
    assert digest["text"].splitlines()[:2] == [
        "Hot and not called: 1501 (2026-10-31)",
        f"Eve: {said_of}, overdue since Oct 28, 2026, 09:30 UTC, $99 at stake.",
    ]
    for body in (alert, digest):
        texts = [block["text"]["text"] for block in body["blocks"]]
        assert max(map(len, texts)) <= 3000
        assert len(texts) <= 50
        shown, said_in_all = "\n".join(texts[:49]), body["text"]
        assert said_in_all.startswith(shown), "nothing is lost or changed before the cut"
        for block in body["blocks"]:
            assert block["type"] == "section"
            kind = {key: value for key, value in block["text"].items() if key != "text"}
            assert kind == {"type": "plain_text", "emoji": False}
        switches = ("mrkdwn", "link_names", "unfurl_links", "unfurl_media")
        assert [body[name] for name in switches] == 4 * [False]
        assert body["parse"] == "none"
    left_out = len(digest["text"].splitlines()) - len(shown.splitlines())
    assert texts[49] == f"… +{left_out}"
    assert left_out > 100


def test_slack_is_tried_again(publish: Publish, ledger: Path, slack: Slack) -> None:
    db = publish(*(fired("aes_hot", entity) for entity in "abc"))
    slack.answers = [(500, "oops"), (200, "ok"), (429, "slow down"), (200, "ok"), None, (200, "ok")]
    with opened_ledger(ledger) as told:
        send(due_alerts(db, told), told, slack.url)
    assert [text[0] for text in slack.texts] == ["a", "b", "c"]
    assert [line["entity_id"] for line in lines(ledger)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("answer", "said_by_slack"),
    [
        ((404, "no_service"), "404 no_service"),
        ((200, "<html>Sign in to the network</html>"), "200 <html>Sign in to the network</html>"),
        ((302, ""), "302"),
    ],
)
def test_what_slack_refuses_is_not_remembered(
    answer: tuple[int, str],
    said_by_slack: str,
    abm: Abm,
    publish: Publish,
    ledger: Path,
    slack: Slack,
) -> None:
    db = publish(*(fired("aes_hot", entity) for entity in "abc"))
    slack.answers = [(200, "ok"), answer]
    arguments = ("alerts", "--db", db, "--ledger", ledger, "--slack")
    result = abm(*arguments, environment={WEBHOOK: slack.url})
    assert errors(result) == [
        f"Slack did not take an alert ({said_by_slack}), 1 of 3 were sent and are remembered: "
        f"check the webhook in {WEBHOOK} and try again."
    ]
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr
    assert [line["entity_id"] for line in lines(ledger)] == ["a"]
    assert abm(*arguments, environment={WEBHOOK: slack.url}).returncode == 0
    assert [text[0] for text in slack.texts] == ["a", "b", "c"]


def test_a_server_that_is_not_there(
    publish: Publish, ledger: Path, slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("abm.alerts.RETRIES", 0)
    db = publish(fired("aes_hot", "a"))
    with HTTPServer(("127.0.0.1", 0), Channel) as closed:
        url = f"http://127.0.0.1:{closed.server_port}/secret"
    with opened_ledger(ledger) as told, pytest.raises(AbmError, match="Connection refused") as no:
        send(due_alerts(db, told), told, url)
    assert "secret" not in str(no.value)
    assert lines(ledger) == []


@cache
def parsed() -> Any:
    """The project, parsed once for all builds of this process."""
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner().invoke(["--log-level", "none", "parse"])
    assert outcome.success, outcome.exception
    return outcome.result


def build_alerts(raw: Path, db: Path, target: Path, as_of: date) -> str:
    """Build the alerts and what they need; called in a process of its own.

    dbt parses anew for another as-of date, so it is given the parsed project. That holds the raw
    directory and the name of the database, which must be the same for all builds.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner

    os.chdir(ROOT)
    for name in [name for name in os.environ if name.startswith(("ABM_", "DBT_"))]:
        del os.environ[name]
    os.environ |= {
        "ABM_RAW_DIR": str(raw),
        "ABM_DB": str(db),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
    }
    outcome = dbtRunner(manifest=parsed()).invoke(
        [
            *("--log-level", "none", "build"),
            *("--select", "+fct_alerts", "+fct_account_engagement", "audit_settings", "+labels"),
            *("--exclude-resource-type", "test", "unit_test"),
            *("--vars", f"{{as_of_date: {as_of.isoformat()}}}"),
        ]
    )
    reset_adapters()
    DuckDBConnectionManager.close_all_connections()
    gc.collect()
    failed = [str(node.message) for node in outcome.result or [] if node.status == "error"]
    return "" if outcome.success else f"{outcome.exception} {failed}"


DEMO_ACCOUNT, DEMO_EMAIL = "0015gA000001Ie7ABE", "sarah.novak@lakeline.example"


def add_demos(raw: Path, day: date) -> None:
    """Let an account of the programme cross its threshold, by so many demos on a day.

    A meeting after the crossing would answer it.
    """
    file = raw / "custom/touchpoints.parquet"
    new = file.with_suffix(".new")
    duckdb.sql(
        f"""
        from '{file}'
        union all by name
        select
            'demo ' || n as touchpoint_source_id,
            timestamp '{day}' + to_minutes(n) as occurred_at,
            'demo' as interaction_type,
            '{DEMO_EMAIL}' as person_email,
            '{DEMO_ACCOUNT}' as account_id,
            timestamp '{day}' + interval 2 hour as _fivetran_synced
        from range(20) as demos (n)
        """
    ).write_parquet(str(new))
    new.replace(file)


def days_by_key(fired: Iterable[tuple[str, str, date]]) -> dict[tuple[str, str], list[date]]:
    """The days on which each rule and entity fired."""
    found: dict[tuple[str, str], list[date]] = {}
    for rule_id, entity_id, day in fired:
        found.setdefault((rule_id, entity_id), []).append(day)
    return found


def moves_held(db: Path) -> list[tuple[str, str, date]]:
    """Opportunity, kind and day of every move that a warehouse has."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(
            "select entity_id, move, fired_on from marts.fct_alerts where move is not null"
        ).fetchall()


def assert_moves_are_due_once(
    due_now: list[tuple[str, str, date]],
    told: list[tuple[str, str, date]],
    held: set[tuple[str, str, date]],
    first_day: date,
    as_of: date,
) -> None:
    """Each move of 30 days was told or is due, but for those that a move told has become."""
    oldest = max(first_day, as_of - timedelta(days=29))
    assert len(set(due_now)) == len(due_now)
    untold = {move for move in held if move[2] >= oldest} - set(told)
    gone = set(told) - held
    assert set(due_now) <= untold
    n_corrected = Counter(move[:2] for move in untold - set(due_now))
    n_gone = Counter(move[:2] for move in gone)
    assert n_corrected <= n_gone


def are_close(days: Iterable[date]) -> bool:
    """Whether two of the days are less apart than what is told once."""
    ordered = sorted(days)
    return any((later - day).days < TOLD_FOR_DAYS for day, later in pairwise(ordered))


@pytest.mark.parametrize(
    "n_days",
    [
        pytest.param(2, id="2 days", marks=pytest.mark.full),
        pytest.param(30, id="30 days", marks=pytest.mark.full),
    ],
)
def test_days_of_builds_equal_a_rebuild_and_tell_everything_once(
    n_days: int, company: Path, tmp_path: Path, ledger: Path
) -> None:
    """Rows arrive late, are corrected and deleted from day to day, so days of crossing move: those
    of the demos for one from the last day but one, on which they are told, to the last."""
    raw, target = tmp_path / "raw", tmp_path / "target"
    updated, rebuilt = (tmp_path / name / "abm.duckdb" for name in ("updated", "rebuilt"))
    for db in (updated, rebuilt):
        db.parent.mkdir()
    was_due: list[tuple[str, str, date]] = []
    told_moves: list[tuple[str, str, date]] = []
    held: set[tuple[str, str, date]] = set()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:

        def build(db: Path, day: date) -> None:
            assert process.submit(build_alerts, raw, db, target, day).result() == ""

        for state in range(n_days):
            day = AS_OF - timedelta(days=n_days - 1 - state)
            write_state(company, raw, state, n_days - 1, day)
            if state >= n_days - 2:
                add_demos(raw, day)
            build(updated, day)
            with opened_ledger(tmp_path / "none.jsonl", is_read_only=True) as nothing:
                found = due_alerts(updated, nothing)
            assert found.as_of == day
            was_due += [
                (alert.rule_id, alert.entity_id, alert.fired_on)
                for alert in found.alerts
                if not alert.move
            ]
            with opened_ledger(ledger) as told:
                first_day = told.first_day or day - timedelta(days=1)
                due_now = due_alerts(updated, told).alerts
                told.remember(due_now, "print")
            held = set(moves_held(updated))
            due_moves_now = [
                (alert.entity_id, alert.move, alert.fired_on) for alert in due_now if alert.move
            ]
            assert_moves_are_due_once(due_moves_now, told_moves, held, first_day, day)
            told_moves += due_moves_now
        build(rebuilt, AS_OF)
    assert differences(updated, rebuilt) == []
    with duckdb.connect(str(rebuilt), read_only=True) as connection:
        ((n_alerts, n_rules),) = connection.execute(
            "select count(*), count(distinct rule_id) from marts.fct_alerts"
        ).fetchall()
    assert n_alerts > 50
    assert n_rules > 4

    assert set(moves_held(rebuilt)) == held
    assert told_moves or n_days == 2

    told_on = days_by_key(
        (line["rule_id"], line["entity_id"], date.fromisoformat(line["fired_on"]))
        for line in lines(ledger)
        if not line["move"]
    )
    assert [key for key, days in told_on.items() if are_close(days)] == []
    # Whoever was not told had been told of the same rule and entity before.
    for rule_id, entity_id, day in was_due:
        days = told_on[rule_id, entity_id]
        assert any(abs((day - other).days) < TOLD_FOR_DAYS for other in days)
    # A ledger of days instead of rules and entities would have told the demos twice.
    moved = {key: set(days) for key, days in days_by_key(was_due).items() if are_close(set(days))}
    assert moved["aes_hot", DEMO_ACCOUNT] == {AS_OF - timedelta(days=1), AS_OF}
    assert told_on["aes_hot", DEMO_ACCOUNT] == [AS_OF - timedelta(days=1)]
