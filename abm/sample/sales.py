"""Calls, mails, meetings, demos: what sellers log in Salesforce and HubSpot."""

from __future__ import annotations

import numpy as np
import polars as pl

from abm.sample.company import Company, Users, known_people
from abm.sample.core import (
    DAY,
    HOUR,
    NULL,
    SECOND,
    Bools,
    Ints,
    Setting,
    choice,
    pick,
    salesforce_ids,
    synced,
)
from abm.sample.crm import COMPANY_ID, Merged
from abm.sample.deals import Deals
from abm.sample.dirt import moved, with_deleted, with_versions
from abm.sample.journeys import Acts, Cells, actors, draw
from abm.sample.marketing import QUARTER_WEEKS
from abm.sample.writer import RawWriter, frame

_CALL = ["Connected", "Interested", "Call back later", "No Answer", "Left Voicemail", "Busy",
         "Wrong Number", "Left message"]  # fmt: skip
_MAIL = ["Re: Next steps", "Re: Pricing question", "Re: Security questionnaire", "Re: Proposal",
         "Email: Introduction", "Email: Following up"]  # fmt: skip
_TODO = ["Prepare account plan", "Send proposal", "Update close date", "Check references"]
_MEETING = [
    ("Discovery meeting", "Meeting"),
    ("Business review", "Meeting"),
    ("Pricing discussion", None),
    ("Executive meeting", "Meeting"),
    ("Product demo", "Demo"),
    ("Technical demo", None),
    ("POC kick-off", "Meeting"),
    ("Proof of concept review", None),
    ("Email: summary of our call", "Email"),
]
"""Subject and type of calendar entries."""


def _open_deal(deals: Deals, account: Ints, time: Ints) -> Ints:
    """The deal of the account that was open at each time, -1 without one."""
    span = 2**32
    order = np.lexsort((deals.created, deals.account))
    keys = deals.account[order] * span + deals.created[order]
    place = np.searchsorted(keys, account * span + time // DAY, side="right") - 1
    deal = order[np.maximum(place, 0)]
    is_open = (deals.account[deal] == account) & (time // DAY <= deals.end[deal] + 2)
    return np.where((place >= 0) & is_open, deal, -1)


def _account_ids(
    rng: np.random.Generator, company: Company, merged: Merged, account: Ints
) -> pl.Series:
    """Ids of the accounts; some rows still name the record that was merged away."""
    own, old = pick(company.id, account), pick(merged.account, account)
    outside = pl.Series(account >= company.n)
    stale = pl.Series(rng.random(len(account)) < 0.3)
    return pl.select(pl.when(outside).then(None).when(stale).then(old).otherwise(own)).to_series()


def _who_ids(rng: np.random.Generator, company: Company, merged: Merged, person: Ints) -> pl.Series:
    own, old = pick(company.person.who, person), pick(merged.contact, person)
    stale = pl.Series(rng.random(len(person)) < 0.3)
    return pl.select(pl.when(stale).then(old).otherwise(own)).to_series()


def write_sales(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    deals: Deals,
    merged: Merged,
    cells: Cells,
) -> None:
    """Write tasks and events of a run of cells, and what HubSpot holds of them."""
    meetings = _write_events(setting, writer, company, users, deals, merged, cells)
    calls = _write_tasks(setting, writer, company, users, deals, merged, cells, meetings)
    _write_engagements(setting, writer, company, users, cells, calls, meetings)


def _write_tasks(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    deals: Deals,
    merged: Merged,
    cells: Cells,
    meetings: tuple[Acts, Ints],
) -> tuple[Acts, Ints, Bools, Ints]:
    rng = setting.rng("salesforce.task", cells.part)
    heat, selling, member = cells.heat, cells.selling, cells.member
    real = cells.account < company.n
    calls = cells.reached * (0.06 + 1.6 * member) + (0.8 + 1.6 * member) * heat + 2.6 * selling
    plans = [
        real * calls,
        real * (0.02 * cells.reached + (0.45 + 0.2 * member) * heat + 1.6 * selling),
        real * (0.05 + 0.10 * member + 0.35 * selling),
    ]
    drawn = [draw(setting, rng, cells, rate / QUARTER_WEEKS) for rate in plans]
    after, guest = _calls_after(setting, rng, *meetings)
    kind = np.concatenate([np.full(len(acts), k) for k, acts in enumerate([*drawn, after])])
    follows = kind == len(drawn)
    kind[follows] = 0
    acts = _together(drawn)
    person = np.concatenate([actors(rng, company, acts), guest])
    acts = _together([acts, after])
    keep = (person >= 0) & ((kind < 2) | (rng.random(len(kind)) < 0.9))
    order = np.flatnonzero(keep)[np.argsort(acts.time[keep], kind="stable")]
    acts, person, kind, follows = acts.where(order), person[order], kind[order], follows[order]
    rows = len(acts)
    reach = np.where(follows, 0.9, 0.22 + 0.22 * np.minimum(acts.selling + acts.heat, 1))
    answered = rng.random(rows) < reach
    said = np.where(answered, choice(rng, rows, [0.6, 0.25, 0.15]),
                    3 + choice(rng, rows, [0.45, 0.3, 0.08, 0.05, 0.12]))  # fmt: skip
    length = np.where(answered, rng.integers(90, 1_900, rows), 0)
    # A voicemail takes time too: its length says nothing, its disposition does.
    length = np.where(~answered & (rng.random(rows) < 0.3), rng.integers(10, 45, rows), length)
    silent = rng.random(rows) < 0.05
    subject = choice(rng, rows, [0.22, 0.14, 0.1, 0.12, 0.22, 0.2])
    done = np.where(kind == 2, rng.random(rows) < 0.5, rng.random(rows) < 0.97)
    texts = ["Call: outreach", "Call: follow-up", *_MAIL, *_TODO]
    text_index = np.where(
        kind == 0, ((acts.selling > 0) | follows).astype(np.int64),
        np.where(kind == 1, 2 + subject, 8 + rng.integers(0, 4, rows)),
    )  # fmt: skip
    deal = _open_deal(deals, acts.account, acts.time)
    boss = users.executives
    reps = len(users.id) - 2
    rep = (acts.selling == 0) & (kind == 0) & (rng.random(rows) < 0.6)
    owner = np.where(rep, reps + rng.integers(0, 2, rows), company.owner[acts.account])
    owner = np.where(rng.random(rows) < 0.03, boss, owner)
    created = acts.time - np.where(kind == 2, rng.integers(0, 9, rows) * DAY, 600 * SECOND)
    ids = salesforce_ids("00T", writer.numbers("task", rows, 3_100_000))
    tasks = frame(
        "salesforce.task",
        {
            "id": ids,
            "who_id": _who_ids(rng, company, merged, person),
            "what_id": pick(deals.id, deal),
            "account_id": _account_ids(rng, company, merged, acts.account),
            "owner_id": pick(users.id, owner),
            "subject": pick(texts, text_index),
            "type": pick(["Call", "Email", "Other"], kind),
            "task_subtype": pick(["Call", "Email", "Task"], kind),
            "status": pick(["Not Started", "Completed"], done.astype(np.int64)),
            "is_closed": done,
            "call_disposition": pick(_CALL, np.where((kind == 0) & ~silent, said, -1)),
            "call_duration_in_seconds": np.where(kind == 0, length, NULL),
            "activity_date": acts.time // DAY,
            "completed_date_time": np.where(done & (rng.random(rows) < 0.97), acts.time, NULL),
            "created_date": created,
            "_fivetran_synced": synced(setting, rng, acts.time),
        },
    )
    if cells.part == 0 and rows > 60:
        tasks[50, "created_date"] = pl.Series([HOUR]).cast(pl.Datetime("us"))[0]
        calls = np.flatnonzero((kind == 0) & answered & done)
        ahead = moved(
            tasks[[int(calls[-1])]], "completed_date_time", (setting.last + 1) * DAY + HOUR
        )
        last = int(calls[-1])
        tasks = pl.concat([tasks[:last], ahead, tasks[last + 1 :]])
    tasks = with_versions(
        setting, rng, tasks, 0.02, status=pl.lit("Not Started"), is_closed=pl.lit(False),
        completed_date_time=pl.lit(None, pl.Datetime("us")),
    )  # fmt: skip
    writer.add("salesforce.task", with_deleted(rng, tasks, 0.004))
    copied = np.flatnonzero((kind == 1) & (rng.random(rows) < 0.10))
    other = _colleague(rng, company, acts.account[copied], acts.time[copied], person[copied], 1)
    second = copied[other >= 0]
    writer.add(
        "salesforce.task_relation",
        frame(
            "salesforce.task_relation",
            {
                "id": salesforce_ids("0RT", writer.numbers("task_relation", len(second), 90_000)),
                "task_id": ids.gather(second),
                "relation_id": pick(company.person.who, other[other >= 0]),
                "_fivetran_synced": synced(setting, rng, acts.time[second]),
            },
        ),
    )
    phoned = np.flatnonzero((kind == 0) & done)
    return acts.where(phoned), person[phoned], answered[phoned], length[phoned]


def _calls_after(
    setting: Setting, rng: np.random.Generator, met: Acts, guest: Ints
) -> tuple[Acts, Ints]:
    """Calls that follow a meeting, on the same evening or the next morning."""
    wait = rng.uniform(2, 21, len(met)) * HOUR
    rests = ((met.time // DAY) + 3) % 7 >= 4
    time = met.time + np.where(rests, np.minimum(wait, 4 * HOUR), wait).astype(np.int64)
    use = np.flatnonzero((rng.random(len(met)) < 0.45) & (time <= setting.end))
    part = met.where(use)
    return Acts(time[use], part.account, part.heat, part.selling, part.member), guest[use]


def _colleague(
    rng: np.random.Generator, company: Company, account: Ints, time: Ints, person: Ints, step: int
) -> Ints:
    """Another person of the account, `step` places further on; -1 where there is none."""
    known = known_people(company, account, time)
    start = company.people_from[account]
    other = start + (person - start + step) % np.maximum(known, 1)
    return np.where((known > step) & (other != person), other, -1)


def _outsiders(
    setting: Setting, company: Company, users: Users, acts: Acts, part: int
) -> list[tuple[Ints, pl.Series]]:
    """Attendees from elsewhere: the account executive, and consultants of other accounts.

    Returns:
        Positions of the events and the Salesforce ids that attend.
    """
    rng = setting.rng("salesforce.event_relation.outsiders", part)
    hosts = np.flatnonzero(rng.random(len(acts.time)) < 0.3)
    guests = np.flatnonzero(rng.random(len(acts.time)) < 0.25)
    guest = rng.integers(0, max(len(company.person), 1), len(guests))
    known = company.person.created[guest] <= acts.time[guests]
    return [
        (hosts, pick(users.id, company.owner[acts.account[hosts]])),
        (guests[known], pick(company.person.who, guest[known])),
    ]


def _together(parts: list[Acts]) -> Acts:
    return Acts(
        np.concatenate([p.time for p in parts]),
        np.concatenate([p.account for p in parts]),
        np.concatenate([p.heat for p in parts]),
        np.concatenate([p.selling for p in parts]),
        np.concatenate([p.member for p in parts]),
    )


def _write_events(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    deals: Deals,
    merged: Merged,
    cells: Cells,
) -> tuple[Acts, Ints]:
    rng = setting.rng("salesforce.event", cells.part)
    heat, selling, member = cells.heat, cells.selling, cells.member
    real = cells.account < company.n
    rate = real * (cells.reached * (0.01 + 1.05 * member) + 0.8 * heat + 1.75 * selling)
    acts = draw(setting, rng, cells, rate / QUARTER_WEEKS)
    person = actors(rng, company, acts)
    acts, person = acts.where(person >= 0), person[person >= 0]
    rows = len(acts)
    early = acts.selling == 0
    subject = np.where(
        early,
        choice(rng, rows, [0.7, 0.1, 0.0, 0.0, 0.15, 0.05, 0.0, 0.0, 0.0]),
        choice(rng, rows, [0.2, 0.2, 0.14, 0.1, 0.12, 0.06, 0.05, 0.03, 0.10]),
    )
    # Meetings start on the half hour; some are booked for the weeks after the extract.
    start = acts.time // (30 * 60 * SECOND) * 30 * 60 * SECOND
    created = start - rng.integers(1, 12, rows) * DAY
    ahead = (start > setting.end - 18 * DAY) & (rng.random(rows) < 0.25)
    start = np.where(ahead, start + 21 * DAY, start)
    created = np.where(ahead, np.minimum(start - 20 * DAY, setting.end - HOUR), created)
    deal = _open_deal(deals, acts.account, acts.time)
    ids = salesforce_ids("00U", writer.numbers("event", rows, 5_300_000))
    events = frame(
        "salesforce.event",
        {
            "id": ids,
            "who_id": _who_ids(rng, company, merged, person),
            "what_id": pick(deals.id, deal),
            "account_id": _account_ids(rng, company, merged, acts.account),
            "owner_id": pick(users.id, company.owner[acts.account]),
            "subject": pick([s for s, _ in _MEETING], subject),
            "type": pick([t for _, t in _MEETING], subject),
            "event_subtype": "Event",
            "is_child": False,
            "is_recurrence": False,
            "start_date_time": start,
            "end_date_time": start + rng.integers(1, 3, rows) * 30 * 60 * SECOND,
            "created_date": created,
            "_fivetran_synced": synced(setting, rng, np.where(ahead, created, start)),
        },
    )
    events = with_versions(setting, rng, events, 0.02, subject=pl.lit("Meeting"))
    writer.add("salesforce.event", with_deleted(rng, events, 0.006))
    attendances: list[tuple[Ints, pl.Series]] = []
    more = choice(rng, rows, [0.4, 0.3, 0.2, 0.1])
    for step in (1, 2, 3):
        joins = np.flatnonzero((more >= step) & (subject != 8))
        other = _colleague(rng, company, acts.account[joins], acts.time[joins], person[joins], step)
        attendances.append((joins[other >= 0], pick(company.person.who, other[other >= 0])))
    attendances += _outsiders(setting, company, users, acts, cells.part)
    for at, attendees in attendances:
        relations = frame(
            "salesforce.event_relation",
            {
                "id": salesforce_ids("0RE", writer.numbers("event_relation", len(at), 640_000)),
                "event_id": ids.gather(at),
                "relation_id": attendees,
                "_fivetran_synced": synced(setting, rng, created[at]),
            },
        )
        writer.add("salesforce.event_relation", with_deleted(rng, relations, 0.006))
    held = np.flatnonzero(~ahead & (subject < 4))
    part = acts.where(held)
    return Acts(start[held], part.account, part.heat, part.selling, part.member), person[held]


def _write_engagements(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    users: Users,
    cells: Cells,
    calls: tuple[Acts, Ints, Bools, Ints],
    meetings: tuple[Acts, Ints],
) -> None:
    rng = setting.rng("hubspot.engagement", cells.part)
    people = company.person
    called, caller, answered, length = calls
    met, guest = meetings
    use = np.flatnonzero((people.hubspot[caller] != NULL) & (rng.random(len(called)) < 0.35))
    called, caller = called.where(use), caller[use]
    answered, length = answered[use], length[use]
    use = np.flatnonzero((people.hubspot[guest] != NULL) & (rng.random(len(met)) < 0.6))
    met, guest = met.where(use), guest[use]
    # The same meeting in the same minute, and a few that only HubSpot knows.
    own = rng.random(len(met)) < 0.25
    met_time = np.where(own, met.time + 3 * DAY + 30 * 60 * SECOND, met.time + 12 * SECOND)
    outcome = np.where(own, choice(rng, len(met), [0.6, 0.2, 0.2]), 0)
    account = np.concatenate([called.account, met.account])
    person = np.concatenate([caller, guest])
    time = np.concatenate([called.time, met_time])
    is_call = np.arange(len(account)) < len(called)
    call_result = np.concatenate([np.where(answered, 0, 1), np.zeros(len(met), np.int64)])
    meeting_result = np.concatenate([np.zeros(len(called), np.int64), outcome])
    seconds = np.concatenate([length, np.zeros(len(met), np.int64)])
    keep = (time <= setting.end) & (account < company.n)
    order = np.flatnonzero(keep)[np.argsort(time[keep], kind="stable")]
    ids = writer.numbers("engagement", len(order), 33_000_001)
    when = synced(setting, rng, time[order])
    kind = is_call[order]
    base = {"_fivetran_synced": when}
    writer.add(
        "hubspot.engagement",
        frame(
            "hubspot.engagement",
            {"id": ids, "type": pick(["MEETING", "CALL"], kind.astype(np.int64)), **base},
        ),
    )
    owner = users.hubspot[company.owner[account[order]]]
    common = {
        "engagement_id": ids,
        "property_hs_timestamp": time[order],
        "property_hubspot_owner_id": owner,
        "_fivetran_synced": when,
    }
    writer.add(
        "hubspot.engagement_meeting",
        frame(
            "hubspot.engagement_meeting",
            {key: value[~kind] for key, value in common.items()}
            | {"outcome": pick(["COMPLETED", "NO_SHOW", "CANCELED"], meeting_result[order][~kind])},
        ),
    )
    writer.add(
        "hubspot.engagement_call",
        frame(
            "hubspot.engagement_call",
            {key: value[kind] for key, value in common.items()}
            | {
                "outcome": pick(["Connected", "No answer"], call_result[order][kind]),
                "duration": seconds[order][kind] * 1_000,
            },
        ),
    )
    writer.add(
        "hubspot.engagement_contact",
        frame(
            "hubspot.engagement_contact",
            {"engagement_id": ids, "contact_id": people.hubspot[person[order]], **base},
        ),
    )
    linked = company.marketing[account[order]] % 2 == 1
    writer.add(
        "hubspot.engagement_company",
        frame(
            "hubspot.engagement_company",
            {
                "engagement_id": ids[linked],
                "company_id": account[order][linked] + COMPANY_ID,
                "_fivetran_synced": when[linked],
            },
        ),
    )
