"""`abm push` against stand-ins: each account once per release, and nothing else touched."""

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import ROOT, Result, abm_command, abm_environment, errors, said
from crm_release import NEXT, RELEASE, accounts, alert, call_abm, publish, salesforce_id
from crm_stand_ins import SECRET, TOKEN, Crm, HubSpot, Salesforce, served

from abm.crm.web import _asked_wait, checked_url
from abm.errors import AbmError
from abm.paths import read_seed

OTHER = {"Name": "Acme", "Owner": "Eve"}
"""Fields of a record that are nobody's business here."""
TASK_PROPERTIES = [
    *("hs_timestamp", "hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_priority"),
    *("hs_task_type", "hubspot_owner_id", "abm_alert_id"),
]


def fields(crm: str, object_name: str) -> set[str]:
    rows = read_seed(ROOT, "crm_fields")
    return {
        row["field_name"]
        for row in rows
        if (row["source_system"], row["object_name"]) == (crm, object_name)
    }


def stand_in(crm: str, n: int) -> Crm:
    made = Salesforce() if crm == "salesforce" else HubSpot()
    made.known["Account"] = fields(crm, "Account")
    made.known["companies"] = fields(crm, "companies")
    made.known["tasks"] = set(TASK_PROPERTIES)
    made.records = {row["crm_account_id"]: dict(OTHER) for row in accounts(n, crm)}
    return made


@pytest.fixture(params=["salesforce", "hubspot"])
def crm(request: pytest.FixtureRequest) -> Iterator[Crm]:
    with served(stand_in(request.param, 250)) as made:
        yield made


@pytest.fixture
def org() -> Iterator[Crm]:
    with served(stand_in("salesforce", 5)) as made:
        yield made


@pytest.fixture
def portal() -> Iterator[Crm]:
    with served(stand_in("hubspot", 5)) as made:
        yield made


def name_of(crm: Crm) -> str:
    return "salesforce" if isinstance(crm, Salesforce) else "hubspot"


def environment(crm: Crm) -> dict[str, str]:
    kind = name_of(crm).upper()
    return {f"ABM_{kind}_URL": crm.url, f"ABM_{kind}_TOKEN": TOKEN}


Push = Callable[..., Result]


@pytest.fixture
def push(tmp_path: Path) -> Push:
    """Pushes the published file to a stand-in."""

    def run(crm: Crm, *options: object, settings: dict[str, str] | None = None) -> Result:
        return call_abm(*command(crm, tmp_path), *options, environment=settings or environment(crm))

    return run


def command(crm: Crm, folder: Path) -> tuple[object, ...]:
    return (
        *("push", name_of(crm), "--db", folder / "published.duckdb"),
        *("--ledger", folder / "written.jsonl"),
    )


def written(result: Result) -> str:
    assert result.returncode == 0, said(result)
    assert TOKEN not in said(result)
    return result.stdout


def ledger(folder: Path, kind: str = "written") -> list[dict[str, Any]]:
    lines = (folder / "written.jsonl").read_text().splitlines()
    return [entry for entry in map(json.loads, lines) if entry["kind"] == kind]


def test_a_look_comes_first(crm: Crm, push: Push, tmp_path: Path) -> None:
    publish(tmp_path / "published.duckdb", accounts(250, name_of(crm)))
    text = written(push(crm))
    assert "250 accounts\n" in text
    assert "    250 differ" in text
    assert "Nothing was written: run again with --write" in text
    examples = [line for line in text.splitlines() if " -> " in line]
    assert len(examples) == 10
    assert "    and 240 more accounts" in text
    assert "Company 000 (" in examples[0]
    assert " empty -> 0.12" in examples[0]
    assert not crm.writes
    assert not (tmp_path / "written.jsonl").exists()
    assert all(record == OTHER for record in crm.records.values())


def killed_at(crm: Crm, folder: Path, n_writes: int, after: float) -> None:
    """Push in a process of its own and kill it a moment after some writes were taken."""
    process = subprocess.Popen(
        abm_command(*command(crm, folder), "--write"),
        env=abm_environment(folder / "target", environment(crm)),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while len(crm.calls) < n_writes and process.poll() is None:
        time.sleep(0.001)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was done before"


def n_left(crm: Crm) -> int:
    """Calls that a push takes which finds the accounts as they are now: it reads, then writes."""
    size = 200 if isinstance(crm, Salesforce) else 100
    n_unwritten = len(crm.records) - len({record_id for record_id, _ in crm.writes})
    return -(-len(crm.records) // size) + -(-n_unwritten // size)


def test_a_push_that_is_killed_three_times_writes_each_account_once(
    crm: Crm, push: Push, tmp_path: Path
) -> None:
    publish(tmp_path / "published.duckdb", accounts(250, name_of(crm)))
    crm.seconds = 0.05
    seed = int(os.environ.get("KILL_SEED", "7"))
    chance = random.Random(seed)
    for most in (6, 3, 1):
        n_calls = len(crm.calls) + chance.randint(1, min(most, n_left(crm)))
        killed_at(crm, tmp_path, n_calls, chance.uniform(0, 0.04))
        time.sleep(0.2)  # what was on its way arrives
    crm.seconds = 0
    written(push(crm, "--write"))
    times = Counter(record_id for record_id, _ in crm.writes)
    assert times == dict.fromkeys(crm.records, 1), f"KILL_SEED={seed}"
    own = fields(name_of(crm), "Account") | fields(name_of(crm), "companies")
    for record in crm.records.values():
        assert {name: record[name] for name in OTHER} == OTHER
        assert record.keys() - OTHER.keys() <= own
    entries = ledger(tmp_path)
    assert Counter(entry["record_id"] for entry in entries) == times
    assert {entry["release_id"] for entry in entries} == {RELEASE}
    assert not crm.tasks

    # The same release once more, and after a hand has changed a record: nothing.
    n_calls = len(crm.calls)
    text = written(push(crm, "--write"))
    assert "    250 were written by this release" in text
    assert "Wrote 0 accounts" in text
    record_id = next(iter(crm.records))
    crm.records[record_id][min(own)] = "changed by hand"
    written(push(crm, "--write"))
    assert len(crm.writes) == 250
    assert len(crm.calls) == n_calls

    # The next release writes what is other than it says, and only the fields that are.
    publish(tmp_path / "published.duckdb", accounts(250, name_of(crm)), release=NEXT)
    assert "Wrote 1 accounts" in written(push(crm, "--write"))
    sent = crm.writes[-1]
    assert sent[0] == record_id
    assert len(sent[1]) == 2, "the field, and the day"


def test_what_goes_wrong_is_told_in_a_line_each(org: Crm, push: Push, tmp_path: Path) -> None:
    """A rate limit, a server that is busy, a locked row, a deleted account, all in one push."""
    publish(tmp_path / "published.duckdb", accounts(6))
    locked, deleted = salesforce_id(1), salesforce_id(2)
    org.row_errors = {
        locked: deque(["UNABLE_TO_LOCK_ROW"]),
        deleted: deque(["ENTITY_IS_DELETED"]),
    }
    limit = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests exceeded"}]
    org.next_answers.extend([(429, limit, {"Retry-After": "0.2"}), (503, [], {"Retry-After": "0"})])
    result = push(org, "--write")
    (sentence,) = errors(result)
    assert sentence.startswith("1 of what was to be written was not")
    warnings = [
        line.removeprefix("warning: ")
        for line in result.stderr.splitlines()
        if line.startswith("warning: ")
    ]
    assert warnings == [
        "Salesforce is busy (429), trying again in 0.2 s.",
        "Salesforce is busy (503), trying again in 0 s.",
        f"1 account not written (Company 001 ({locked}): it is locked by another change "
        "(UNABLE_TO_LOCK_ROW)), trying again in 1 s.",
        f"Not done: Company 005 ({salesforce_id(5)}): it is not in Salesforce any more.",
        f"Not done: Company 002 ({deleted}): it is deleted in Salesforce (ENTITY_IS_DELETED).",
    ]
    assert Counter(one for one, _ in org.writes) == dict.fromkeys(
        [salesforce_id(n) for n in (0, 1, 3, 4)], 1
    )
    assert "Wrote 4 accounts" in result.stdout
    # What is left is tried again; what is not there any more is no fault.
    result = push(org, "--write")
    assert "Wrote 1 accounts" in written(result)
    assert "it is not in Salesforce any more" in result.stderr


def test_what_goes_wrong_in_hubspot(portal: Crm, push: Push, tmp_path: Path) -> None:
    publish(tmp_path / "published.duckdb", accounts(6, "hubspot"))
    conflict = next(iter(portal.records))
    portal.records["70000000002"]["abm_journey_stage"] = "Customer"
    portal.row_errors = {conflict: deque(["VALIDATION_ERROR"])}
    limit = {"status": "error", "errorType": "RATE_LIMIT", "policyName": "SECONDLY", "message": "x"}
    portal.next_answers.append((429, limit, {"Retry-After": "0"}))
    result = push(portal, "--write")
    assert len(errors(result)) == 1
    assert "HubSpot is busy (429), trying again in 0 s." in result.stderr
    assert "Company 005 (70000000005): it is not in HubSpot any more." in result.stderr
    assert f"({conflict}): VALIDATION_ERROR: no." in result.stderr
    assert len(portal.writes) == 4
    assert portal.records["70000000002"]["abm_journey_stage"] == "", "emptied, as the account is"


def test_a_batch_that_is_refused_whole_costs_one_account(
    portal: Crm, push: Push, tmp_path: Path
) -> None:
    publish(tmp_path / "published.duckdb", accounts(5, "hubspot"))
    answer = portal.answer  # type: ignore[attr-defined]

    def refusing(method: str, path: str, query: dict[str, str], body: Any) -> Any:
        inputs = body.get("inputs", []) if isinstance(body, dict) else []
        if path.endswith("/update") and any(one["id"] == "70000000003" for one in inputs):
            said_ = {"category": "VALIDATION_ERROR", "message": "Property values were not valid"}
            return 400, said_
        return answer(method, path, query, body)

    portal.answer = refusing  # type: ignore[attr-defined]
    result = push(portal, "--write")
    assert errors(result)[0].startswith("1 of what")
    assert "(70000000003): VALIDATION_ERROR: Property values were not valid." in result.stderr
    assert sorted(one for one, _ in portal.writes) == [f"7000000000{n}" for n in (0, 1, 2, 4)]


def test_a_crm_that_stays_busy_is_told(org: Crm, push: Push, tmp_path: Path) -> None:
    publish(tmp_path / "published.duckdb", accounts(5))
    org.next_answers.append((429, [], {"Retry-After": "4000"}))
    (sentence,) = errors(push(org, "--write"))
    assert sentence.startswith("Salesforce is busy (429) and asks to wait 4000 s: what was written")
    org.next_answers.extend([(503, [], {"Retry-After": "0"})] * 5)
    (sentence,) = errors(push(org, "--write"))
    assert sentence.startswith("Salesforce is busy (503): what was written is remembered")
    assert not org.writes


def test_a_field_that_the_crm_lacks_is_named(crm: Crm, push: Push, tmp_path: Path) -> None:
    publish(tmp_path / "published.duckdb", accounts(5, name_of(crm)))
    lacking = "ABM_Engagement_Score__c" if name_of(crm) == "salesforce" else "abm_engagement_score"
    for names in crm.known.values():
        names.discard(lacking)
    (sentence,) = errors(push(crm))
    assert "lacks a field of the seed crm_fields" in sentence
    assert lacking in sentence
    assert f"abm export crm --format {name_of(crm)}-csv --setup" in sentence


def test_credentials_come_from_the_environment_and_stay_there(
    org: Crm, push: Push, tmp_path: Path
) -> None:
    publish(tmp_path / "published.duckdb", accounts(5))
    (sentence,) = errors(push(org, settings={"X": "x"}))
    assert sentence.startswith("ABM_SALESFORCE_URL is not set: put the org's address")
    (sentence,) = errors(push(org, settings={"ABM_SALESFORCE_URL": org.url}))
    assert sentence.startswith("ABM_SALESFORCE_CLIENT_ID is not set")
    app = {
        "ABM_SALESFORCE_URL": org.url,
        "ABM_SALESFORCE_CLIENT_ID": "app",
        "ABM_SALESFORCE_CLIENT_SECRET": SECRET,
    }
    assert "5 differ" in written(push(org, settings=app))
    org.next_answers.append((400, {"error": "invalid_client", "error_description": SECRET}))
    result = push(org, settings=app)
    assert errors(result)[0].startswith("Salesforce gave no token for the connected app")
    assert SECRET not in said(result)
    wrong = {"ABM_SALESFORCE_URL": org.url, "ABM_SALESFORCE_TOKEN": "wrong-token"}
    result = push(org, settings=wrong)
    assert errors(result)[0].startswith("Salesforce does not accept the credentials (401 INVALID")
    assert "wrong-token" not in said(result)
    # An error that repeats what it was sent.
    org.next_answers.append((403, [{"errorCode": "FORBIDDEN", "message": f"no {TOKEN} here"}]))
    result = push(org)
    assert "does not allow this (FORBIDDEN: no *** here)" in errors(result)[0]
    # Nobody is followed to another host.
    org.next_answers.append((302, None, {"Location": "http://127.0.0.1:1/"}))
    assert "does not accept the credentials (302" in errors(push(org))[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://user:pass@example.org",
        "example.org",
        "ftp://127.0.0.1",
        "https://",
    ],
)
def test_nothing_is_sent_in_the_clear(url: str) -> None:
    with pytest.raises(AbmError, match="holds no address of an API"):
        checked_url(url, "X")
    assert checked_url(" https://example.org/ ", "X") == "https://example.org"


def test_a_wait_may_be_a_moment() -> None:
    response = requests.Response()
    for header, least, most in (("Fri, 01 Jan 2100 00:00:00 GMT", 1e9, 1e10), ("-3", 0, 0)):
        response.headers["Retry-After"] = header
        asked = _asked_wait(response)
        assert asked is not None
        assert least <= asked <= most
    response.headers["Retry-After"] = "soon"
    assert _asked_wait(response) is None


def test_one_task_per_alert_closed_when_it_is_over(crm: Crm, push: Push, tmp_path: Path) -> None:
    kind = name_of(crm)
    some = accounts(3, kind)
    own = some[1]["crm_account_id"]
    owner = "0055gA000000ID2ABM" if kind == "salesforce" else "321"
    of = {"entity_id": own, "account_executive_id": owner}
    alerts = [
        alert("a" * 32, **of),
        alert("b" * 32, **of | {"entity_type": "opportunity", "entity_id": "0065gA000000OPPABM"}),
        alert("c" * 32, **of | {"owner_role": "marketing"}),
        alert("d" * 32, **of | {"account_executive_id": "unknown"}),
        alert("e" * 32, **of | {"state": "answered"}),
        alert("f" * 32, **of | {"message_en": "<b>Eve & Adam</b>"}),
    ]
    db = tmp_path / "published.duckdb"
    publish(db, some, alerts)
    text = written(push(crm, "--tasks"))
    assert "      3 tasks to open, 0 to close" in text
    assert "      2 open alerts are nobody's task here" in text
    assert not crm.tasks
    for _ in range(2):
        written(push(crm, "--tasks", "--write"))
    made = list(crm.tasks.values())
    assert len(made) == 3
    first = made[0]
    if kind == "salesforce":
        assert first == {
            "Subject": f"{'a' * 32} is hot. #aaaaaaaa",
            "Description": f"{'a' * 32} is hot.\nDue by: Nov 1, 2026",
            "OwnerId": owner,
            "WhatId": own,
            "ActivityDate": "2026-11-01",
            "ReminderDateTime": "2026-11-02T00:00:00Z",
            "IsReminderSet": True,
            "Priority": "High",
            "Status": "Not Started",
            "ABM_Alert_Id__c": "a" * 32,
        }
        assert made[1]["WhatId"] == "0065gA000000OPPABM"
    else:
        assert first["hs_timestamp"] == "2026-11-02T00:00:00Z"
        assert first["hubspot_owner_id"] == owner
        assert [to["to"]["id"] for to in first["to"]] == [own]
        assert [to["to"]["id"] for to in made[1]["to"]] == [salesforce_id(2), "0065gA000000OPPABM"]
        assert made[2]["hs_task_body"].startswith("&lt;b&gt;Eve &amp; Adam&lt;/b&gt;")

    # A task that was made and not remembered is found, not made again.
    lines = [
        line for line in (tmp_path / "written.jsonl").read_text().splitlines() if "bbbb" not in line
    ]
    (tmp_path / "written.jsonl").write_text("\n".join(lines) + "\n")
    assert "opened 0 and closed 0 tasks" in written(push(crm, "--tasks", "--write"))
    assert len(crm.tasks) == 3

    # Two are over; one of the tasks was deleted by hand, which is no fault of the others.
    gone = next(task for task, values in crm.tasks.items() if "b" * 32 in values.values())
    del crm.tasks[gone]
    publish(db, some, [alerts[5]], release=NEXT)
    result = push(crm, "--tasks", "--write")
    assert "closed 1 tasks" in result.stdout
    assert "Not done: the task of alert #bbbbbbbb: it is deleted in" in result.stderr
    status = "Status" if kind == "salesforce" else "hs_task_status"
    assert [task[status].upper().replace(" ", "_") for task in crm.tasks.values()] == [
        *("COMPLETED", "NOT_STARTED")
    ]
    assert "opened 0 and closed 0 tasks" in written(push(crm, "--tasks", "--write"))


def test_other_stops(org: Crm, push: Push, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path / "published.duckdb", accounts(5))
    db = tmp_path / "published.duckdb"
    assert errors(call_abm("push", "zoho", "--db", db)) == [
        "There is no CRM zoho: name one of salesforce, hubspot."
    ]
    org.next_answers.append((200, None))
    assert errors(push(org))[0].startswith("Salesforce answers with something that is not its API")
    monkeypatch.setattr("abm.crm.web.FIRST_WAIT_SECONDS", 0.01)
    nobody = environment(org) | {"ABM_SALESFORCE_URL": "http://127.0.0.1:1"}
    result = push(org, settings=nobody)
    assert errors(result)[0].startswith("Salesforce cannot be reached (no connection)")
    assert result.stderr.count("trying again in ") == 4
