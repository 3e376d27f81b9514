"""Mails, forms, page visits and programmes of HubSpot and Marketo, and campaign members."""

from __future__ import annotations

import numpy as np
import polars as pl

from abm.sample import names
from abm.sample.catalog import Campaign, Catalog, nearest, running
from abm.sample.company import CONVERTED, Company
from abm.sample.core import (
    DAY,
    HOUR,
    NULL,
    SECOND,
    Bools,
    Floats,
    Ints,
    Setting,
    base_62,
    choice,
    joined,
    pick,
    salesforce_ids,
    synced,
)
from abm.sample.dirt import with_deleted, with_versions
from abm.sample.journeys import Acts, Cells, actors, draw
from abm.sample.programme import ASSETS, Programme
from abm.sample.writer import RawWriter, frame

QUARTER_WEEKS = 90 / 7
PAGES = [names.SITE + path for path, *_ in ASSETS] + [
    f"{names.SITE}/product",
    f"{names.SITE}/demo",
    f"{names.SITE}/solutions",
]
_FORMS = ["f-demo-request", "f-white-paper", "f-contact-us", "f-newsletter"]
_FORM_NAMES = ["Demo Request", "White Paper", "Contact Us", "Newsletter"]


def mail_rate(company: Company, cells: Cells) -> Floats:
    """Mails sent per cell."""
    reach = np.sqrt(np.diff(company.people_from) / 7)[cells.account]
    tool = company.marketing[cells.account] > 0
    quarterly = cells.reached * (3.2 + 5.2 * cells.member) + 6.5 * np.minimum(cells.heat, 1.6)
    return tool * reach * quarterly / QUARTER_WEEKS


def _tasted(heat: Floats, low: float, slope: float, top: float) -> Floats:
    return np.clip(low + slope * heat, 0, top)


def write_mails(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    programme: Programme,
    catalog: Catalog,
    cells: Cells,
    scale: float,
) -> None:
    """Write the mails of a run of cells: sent, delivered, opened, clicked."""
    rng = setting.rng("mails", cells.part)
    acts = draw(setting, rng, cells, mail_rate(company, cells) * scale)
    person = actors(rng, company, acts)
    people = company.person
    hubspot = np.where(person >= 0, people.hubspot[person], NULL)
    marketo = np.where(person >= 0, people.marketo[person], NULL)
    inside = (hubspot != NULL) | (marketo != NULL)
    acts, person = acts.where(inside), person[inside]
    in_hubspot = hubspot[inside] != NULL
    tier = programme.tier[acts.account]
    serial = np.minimum(company.sector[acts.account], 2)
    serial = np.where(tier == 0, 3, serial)
    serial = np.where(acts.member, serial, 4 + (rng.random(len(acts)) < 0.3))
    serial = np.where(rng.random(len(acts)) < 0.2, 4, serial)
    batch = rng.random(len(acts)) < 0.45
    for use, campaigns, kind, tool in (
        (in_hubspot, catalog.hubspot, "BATCH_EMAIL", "hubspot"),
        (~in_hubspot, catalog.marketo_mails, "batch", "marketo"),
    ):
        rows = np.flatnonzero(use)
        part = acts.where(rows)
        letter = running(campaigns, {kind}, part.time)
        always = len(campaigns) - 6 + serial[rows]
        _, first = np.unique(person[rows] * 10_000 + letter, return_index=True)
        once = np.isin(np.arange(len(rows)), first)
        campaign = np.where(batch[rows] & once & (letter >= 0), letter, always)
        start = np.array([c.start for c in campaigns])[campaign]
        sent = np.where(
            campaign == letter, start * DAY + 14 * HOUR + rng.integers(0, 900, len(rows)) * SECOND,
            part.time,
        )  # fmt: skip
        order = np.argsort(sent, kind="stable")
        mail = _Mail(part.where(order), person[rows][order], campaign[order], sent[order])
        if tool == "hubspot":
            _write_hubspot_mails(setting, writer, company, catalog, cells.part, mail)
        else:
            _write_marketo_mails(setting, writer, company, catalog, cells.part, mail)


class _Mail:
    """Mails with what happened to them, as seconds after the sending; -1 where it did not."""

    def __init__(self, acts: Acts, person: Ints, campaign: Ints, sent: Ints) -> None:
        self.acts, self.person, self.campaign, self.sent = acts, person, campaign, sent

    def fates(self, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
        """Delays of delivery, of a person's open and click, and of a machine's open."""
        rows, heat = len(self.acts), self.acts.heat
        bounced = rng.random(rows) < 0.012
        delivered = np.where(bounced, -1, rng.integers(1, 4, rows))
        opens = rng.random(rows) < _tasted(heat, 0.10, 0.27, 0.5)
        wait = np.maximum(60, rng.exponential(14_000, rows)).astype(np.int64)
        opened = np.where(opens & ~bounced, delivered + wait, -1)
        clicks = rng.random(rows) < _tasted(heat, 0.10, 0.20, 0.4)
        clicked = np.where((opened >= 0) & clicks, opened + rng.integers(5, 120, rows), -1)
        machine = np.where((rng.random(rows) < 0.09) & ~bounced, rng.integers(0, 3, rows), -1)
        return delivered, opened, clicked, machine


def _write_hubspot_mails(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    catalog: Catalog,
    run: int,
    mail: _Mail,
) -> None:
    rng = setting.rng("hubspot.email_event", run)
    rows = len(mail.acts)
    delivered, opened, clicked, machine = mail.fates(rng)
    number = np.arange(rows)
    # A machine opens at once, or later under its own name, or as HubSpot itself filters it.
    way = rng.integers(0, 3, rows)
    robot = np.where(machine >= 0, np.where(way == 0, delivered + machine, 40 + 9 * machine), -1)
    names_of = ["SENT", "DELIVERED", "BOUNCE", "OPEN", "OPEN", "CLICK"]
    delays = [
        np.zeros(rows, np.int64),
        delivered,
        np.where(delivered < 0, 20, -1),
        robot,
        opened,
        clicked,
    ]
    kind = np.concatenate([np.full(rows, k) for k in range(6)])
    of = np.tile(number, 6)
    delay = np.concatenate(delays)
    keep = (delay >= 0) & (mail.sent[of] + delay * SECOND <= setting.end)
    kind, of, delay = kind[keep], of[keep], delay[keep]
    order = np.lexsort((kind, delay, of))
    kind, of, delay = kind[order], of[order], delay[order]
    ids = writer.numbers("hubspot.email_event", len(of), 400_000_001)
    sent_id = ids[kind == 0]
    time = mail.sent[of] + delay * SECOND
    when = synced(setting, rng, time)
    filtered = (kind == 3) & (way[of] == 2)
    events = frame(
        "hubspot.email_event",
        {
            "id": ids,
            "type": pick(names_of, kind),
            "recipient": pick(company.person.email, mail.person[of]),
            "email_campaign_id": mail.campaign[of] + catalog.hubspot_first,
            "created": time,
            "filtered_event": filtered,
            "sent_by_id": np.where(kind == 0, NULL, sent_id[of]),
            "_fivetran_synced": when,
        },
    )
    if run == 0 and len(events) > 60:
        events[40, "id"] = None
    writer.add("hubspot.email_event", with_deleted(rng, events, 0.001))
    agent = rng.integers(0, len(names.USER_AGENTS), rows)
    robot_agent = np.where(way == 1, 4 + rng.integers(0, 4, rows), agent)
    agents = names.USER_AGENTS + names.MACHINE_AGENTS
    opens = (kind == 3) | (kind == 4)
    by = np.where(kind == 3, robot_agent[of], agent[of])
    address = joined("10.20.", pl.Series(mail.acts.account % 200).cast(pl.String), ".7")
    writer.add(
        "hubspot.email_event_open",
        frame(
            "hubspot.email_event_open",
            {
                "id": ids[opens],
                "user_agent": pick(agents, by[opens]),
                "ip_address": pick(address, of[opens]),
                "_fivetran_synced": when[opens],
            },
        ),
    )
    clicks = kind == 5
    url = rng.integers(0, len(PAGES), clicks.sum())
    writer.add(
        "hubspot.email_event_click",
        frame(
            "hubspot.email_event_click",
            {
                "id": ids[clicks],
                "user_agent": pick(agents, agent[of[clicks]]),
                "ip_address": pick(address, of[clicks]),
                "url": pick(PAGES, url),
                "_fivetran_synced": when[clicks],
            },
        ),
    )


def _write_marketo_mails(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    catalog: Catalog,
    run: int,
    mail: _Mail,
) -> None:
    rng = setting.rng("marketo.email", run)
    rows = len(mail.acts)
    delivered, opened, clicked, machine = mail.fates(rng)
    agents = names.USER_AGENTS + names.MACHINE_AGENTS
    agent = rng.integers(0, len(names.USER_AGENTS), rows)
    scanner = rng.random(rows) < 0.6
    robot_agent = np.where(scanner, 4 + rng.integers(0, 4, rows), agent)
    robot = np.where(machine >= 0, np.where(scanner, 30 + machine, delivered + machine), -1)
    title = [c.name for c in catalog.marketo_mails]
    lead = company.person.marketo[mail.person]
    number = np.arange(rows)
    for table, of, delay, by in (
        ("activity_email_delivered", number, delivered, agent),
        ("activity_open_email", np.tile(number, 2), np.concatenate([robot, opened]),
         np.concatenate([robot_agent, agent])),
        ("activity_click_email", number, clicked, agent),
    ):  # fmt: skip
        time = mail.sent[of] + delay * SECOND
        keep = np.flatnonzero((delay >= 0) & (time <= setting.end))
        keep = keep[np.argsort(time[keep], kind="stable")]
        of, time, by = of[keep], time[keep], by[keep]
        columns = {
            "id": writer.numbers("marketo.activity", len(of), 700_000_001),
            "activity_date": time,
            "lead_id": lead[of],
            "campaign_id": mail.campaign[of] + catalog.mails_first,
            "primary_attribute_value": pick(title, mail.campaign[of]),
            "primary_attribute_value_id": mail.campaign[of] + 88_001,
            "_fivetran_synced": synced(setting, rng, time),
        }
        if table != "activity_email_delivered":
            columns |= {"user_agent": pick(agents, by), "is_mobile_device": by == 2}
        if table == "activity_click_email":
            columns["link"] = pick(PAGES, rng.integers(0, len(PAGES), len(of)))
        out = frame(f"marketo.{table}", columns)
        if run == 0 and table == "activity_open_email" and len(out) > 30:
            # A clock that was never set.
            out[20, "activity_date"] = pl.Series([5 * HOUR]).cast(pl.Datetime("us"))[0]
        writer.add(f"marketo.{table}", with_versions(setting, rng, out, 0.003))


def write_forms(
    setting: Setting, writer: RawWriter, company: Company, cells: Cells, scale: float
) -> None:
    """Write forms filled in HubSpot and Marketo, and pages that Marketo saw."""
    people = company.person
    rng = setting.rng("hubspot.contact_form_submission", cells.part)
    rate = (0.04 * cells.reached + 0.75 * cells.heat) / QUARTER_WEEKS
    acts = draw(setting, rng, cells, rate)
    person = actors(rng, company, acts)
    contact = np.where(person >= 0, people.hubspot[person], NULL)
    lead = np.where(person >= 0, people.marketo[person], NULL)
    mine = contact != NULL
    form = choice(rng, len(acts), [0.2, 0.5, 0.1, 0.2])
    page = np.where(form == 1, rng.integers(0, 18, len(acts)), len(ASSETS) + 1)
    rows = np.flatnonzero(mine)
    submissions = frame(
        "hubspot.contact_form_submission",
        {
            "contact_id": contact[rows],
            "form_id": pick(_FORMS, form[rows]),
            "conversion_id": base_62(rng, len(rows), 12),
            "page_url": pick(PAGES, page[rows]),
            "title": pick(_FORM_NAMES, form[rows]),
            "timestamp": acts.time[rows],
            "_fivetran_synced": synced(setting, rng, acts.time[rows]),
        },
    )
    writer.add("hubspot.contact_form_submission", with_deleted(rng, submissions, 0.003))
    rows = np.flatnonzero(~mine & (lead != NULL))
    writer.add(
        "marketo.activity_fill_out_form",
        frame(
            "marketo.activity_fill_out_form",
            {
                "id": writer.numbers("marketo.activity", len(rows), 700_000_001),
                "activity_date": acts.time[rows],
                "lead_id": lead[rows],
                "primary_attribute_value": pick(_FORM_NAMES, form[rows]),
                "primary_attribute_value_id": form[rows] + 4_001,
                "_fivetran_synced": synced(setting, rng, acts.time[rows]),
            },
        ),
    )
    rng = setting.rng("marketo.activity_visit_webpage", cells.part)
    acts = draw(setting, rng, cells, page_rate(company, cells) * scale, office=False)
    person = actors(rng, company, acts)
    lead = np.where(person >= 0, people.marketo[person], NULL)
    rows = np.flatnonzero(lead != NULL)
    page = rng.integers(0, len(PAGES), len(rows))
    paths = [url.removeprefix(names.SITE) for url in PAGES]
    writer.add(
        "marketo.activity_visit_webpage",
        frame(
            "marketo.activity_visit_webpage",
            {
                "id": writer.numbers("marketo.activity", len(rows), 700_000_001),
                "activity_date": acts.time[rows],
                "lead_id": lead[rows],
                "primary_attribute_value": pick(paths, page),
                "primary_attribute_value_id": page + 9_001,
                "webpage_url": pick(paths, page),
                "query_parameters": pick(["utm_source=marketo"], -(rng.random(len(rows)) < 0.7)
                                         .astype(np.int64)),
                "user_agent": pick(names.USER_AGENTS, rng.integers(0, 4, len(rows))),
                "_fivetran_synced": synced(setting, rng, acts.time[rows]),
            },
        ),
    )  # fmt: skip


def page_rate(company: Company, cells: Cells) -> Floats:
    """Pages per cell that Marketo's own script saw."""
    in_marketo = company.marketing[cells.account] >= 2
    return in_marketo * (0.05 * cells.reached + 0.9 * cells.heat) / QUARTER_WEEKS


def write_members(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    programme: Programme,
    catalog: Catalog,
    cells: Cells,
) -> None:
    """Write campaign members and the same attendances as Marketo progressions."""
    rng = setting.rng("salesforce.campaign_member", cells.part)
    heat, member, reached = cells.heat, cells.member, cells.reached
    plans: list[tuple[set[str], Floats, float]] = [
        ({"Webinar"}, reached * (0.05 + 0.06 * member) + 0.85 * heat, 0.62),
        ({"Conference", "Trade Show"}, reached * (0.05 + 0.02 * member) + 0.40 * heat, 0.75),
        ({"Event"}, 0.10 * member * heat, 0.8),
        ({"Content", "White Paper"}, 0.04 * reached + 0.30 * heat, 1.0),
        ({"Demo"}, 0.16 * heat * (cells.selling > 0), 0.8),
        ({"Direct Mail"}, 0.10 * member * heat, 0.4),
        ({"Email"}, 0.05 * reached * (1 - member), 0.25),
    ]
    parts: list[tuple[Ints, Ints, Ints, Bools]] = []
    for kinds, rate, responds in plans:
        acts = draw(setting, rng, cells, rate / QUARTER_WEEKS)
        person = actors(rng, company, acts)
        dated = kinds <= {"Webinar", "Conference", "Trade Show", "Event"}
        find = nearest if dated else running
        campaign = find(catalog.salesforce, kinds, acts.time)
        day = np.array([c.start for c in catalog.salesforce])[campaign]
        day = day if dated else acts.time // DAY
        _, first = np.unique(person * 10_000 + campaign, return_index=True)
        keep = np.isin(np.arange(len(acts)), first) & (person >= 0) & (campaign >= 0)
        keep &= day <= setting.last
        yes = rng.random(len(acts)) < responds
        parts.append((person[keep], campaign[keep], day[keep], yes[keep]))
    person, campaign, day, yes = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((person, campaign, day))
    person, campaign, day, yes = person[order], campaign[order], day[order], yes[order]
    people = company.person
    only_marketo = (people.marketo[person] != NULL) & (rng.random(len(person)) < 0.12)
    rows = np.flatnonzero(~only_marketo)
    created = np.minimum(
        (day - rng.integers(0, 12, len(day))) * DAY + 66_000 * SECOND, setting.end
    )[rows]
    kind = [c.kind for c in catalog.salesforce]
    attends = pick(kind, campaign[rows]).is_in(["Webinar", "Conference", "Trade Show", "Event"])
    status = pl.select(
        pl.when(attends & pl.Series(yes[rows])).then(pl.lit("Attended"))
        .when(pl.Series(yes[rows])).then(pl.lit("Responded"))
        .when(attends).then(pl.lit("Registered")).otherwise(pl.lit("Sent"))
    ).to_series()  # fmt: skip
    when = synced(setting, rng, np.maximum(created, day[rows] * DAY + 20 * HOUR))
    members = frame(
        "salesforce.campaign_member",
        {
            "id": salesforce_ids("00v", writer.numbers("campaign_member", len(rows), 260_000)),
            "campaign_id": pick(catalog.id, campaign[rows]),
            "lead_id": pick(people.lead, np.where(_by_lead(people.kind[person[rows]], rng),
                                                  person[rows], -1)),
            "contact_id": pick(people.contact, person[rows]),
            "status": status,
            "has_responded": yes[rows],
            "first_responded_date": np.where(yes[rows], day[rows], NULL),
            "created_date": created,
            "_fivetran_synced": when,
        },
    )  # fmt: skip
    members = with_versions(
        setting, rng, members, 0.02, status=pl.lit("Sent"), has_responded=pl.lit(False),
        first_responded_date=pl.lit(None, pl.Date),
    )  # fmt: skip
    writer.add("salesforce.campaign_member", with_deleted(rng, members, 0.003))
    _write_progressions(setting, writer, company, catalog, cells, person, campaign, day, yes)


def _by_lead(kind: Ints, rng: np.random.Generator) -> Bools:
    """Open leads always; a converted one on the rows from before its conversion."""
    return (kind > CONVERTED) | ((kind == CONVERTED) & (rng.random(len(kind)) < 0.5))


def _write_progressions(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    catalog: Catalog,
    cells: Cells,
    person: Ints,
    campaign: Ints,
    day: Ints,
    yes: Bools,
) -> None:
    rng = setting.rng("marketo.activity_change_status_in_progression", cells.part)
    program_of = _program_of(catalog)
    rows = np.flatnonzero(
        (company.person.marketo[person] != NULL)
        & (program_of[campaign] >= 0)
        & (rng.random(len(person)) < 0.85)
    )
    program = program_of[campaign[rows]]
    time = day[rows] * DAY + rng.integers(16 * 3600, 19 * 3600, len(rows)) * SECOND
    # Every attendance was an invitation first.
    before = time - rng.integers(3, 15, len(rows)) * DAY
    ok = np.concatenate([yes[rows], np.zeros(len(rows), bool)])
    time = np.concatenate([time, before])
    program, lead = np.tile(program, 2), np.tile(company.person.marketo[person[rows]], 2)
    order = np.argsort(time, kind="stable")
    order = order[(time[order] <= setting.end) & (time[order] >= setting.first * DAY)]
    title = [c.name for c in catalog.programs]
    out = frame(
        "marketo.activity_change_status_in_progression",
        {
            "id": writer.numbers("marketo.activity", len(order), 700_000_001),
            "activity_date": time[order],
            "lead_id": lead[order],
            "primary_attribute_value": pick(title, program[order]),
            "primary_attribute_value_id": program[order] + catalog.programs_first,
            "new_status_id": np.where(ok[order], 24, 22),
            "program_id": program[order] + catalog.programs_first,
            "success": ok[order],
            "_fivetran_synced": synced(setting, rng, time[order]),
        },
    )
    table = "marketo.activity_change_status_in_progression"
    writer.add(table, with_versions(setting, rng, out, 0.004))


def _program_of(catalog: Catalog) -> Ints:
    names_of = {c.name: i for i, c in enumerate(catalog.programs)}

    def find(campaign: Campaign) -> int:
        return names_of.get(campaign.name, -1)

    return np.array([find(c) for c in catalog.salesforce], dtype=np.int64)
