"""Website events as the GA4 export holds them, and who the anonymous visitors work for."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from abm.sample import names
from abm.sample.catalog import Catalog
from abm.sample.company import CONVERTED, Company
from abm.sample.core import (
    DAY,
    HOUR,
    SECOND,
    Bools,
    Floats,
    Ints,
    Setting,
    base_62,
    choice,
    joined,
    pick,
    synced,
    text,
)
from abm.sample.journeys import Acts, Cells, actors, draw
from abm.sample.marketing import QUARTER_WEEKS
from abm.sample.programme import ASSETS
from abm.sample.schema import (
    DEVICE,
    EVENT_PARAMS,
    GA4_EVENTS,
    GEO,
    SESSION_SOURCE,
    TRAFFIC_SOURCE,
)
from abm.sample.writer import RawWriter, frame

_PLAIN = ["/", "/product", "/solutions/software", "/solutions/health", "/solutions/finance",
          "/about", "/customers", "/demo"]  # fmt: skip
PATHS = _PLAIN + [path for path, *_ in ASSETS]
_PRICING = len(_PLAIN) + [path for path, *_ in ASSETS].index("/pricing")
_COMPARE = len(_PLAIN) + [path for path, *_ in ASSETS].index("/compare/orbeline")
_FILES = [path.rsplit("/", 1)[1] + ".pdf" for path, *_ in ASSETS]
_DOWNLOADABLE = np.array(
    [False] * len(_PLAIN)
    + [kind in ("white_paper", "case_study", "technical_document") for _, _, kind, _ in ASSETS]
)
_REFERRERS = ["https://www.google.com/", "https://www.linkedin.com/", "https://www.g2.com/"]
_KEYS = ["ga_session_id", "page_location", "page_referrer", "engagement_time_msec",
         "percent_scrolled", "file_name", "link_url"]  # fmt: skip
_STRINGS = (
    [names.SITE + path for path in PATHS]
    + _REFERRERS
    + _FILES
    + [f"{names.SITE}/files/{file}" for file in _FILES]
)
_REFERRER_FROM = len(PATHS)
_FILE_FROM = _REFERRER_FROM + len(_REFERRERS)
_LINK_FROM = _FILE_FROM + len(_FILES)

_SHADOW_VISITORS = 60
_ANONYMOUS = 3
"""Unidentified browsers per account."""


def session_rate(company: Company, cells: Cells) -> Floats:
    """Website sessions per cell; shadows stand for all the visitors nobody can place."""
    known = cells.reached * (0.35 + 0.5 * cells.member) + 12.5 * np.minimum(cells.heat, 2.0) ** 1.15
    crowd = 20.0 * company.n / max(company.total - company.n, 1) / 12.5
    return np.where(cells.account < company.n, known, crowd) / QUARTER_WEEKS


TOUCHES_PER_SESSION = 1.86
"""A visit, the assets it shows, prices and downloads."""


def _visitor_names(number: Ints) -> pl.Series:
    """The analytics cookie of each browser: a scrambled number and the time of its first visit."""
    mixed = (number.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    left = (mixed >> np.uint64(33)).astype(np.int64)
    right = 1_700_000_000 + ((mixed >> np.uint64(7)) % np.uint64(30_000_000)).astype(np.int64)
    return joined(text(left), ".", text(right))


def _account_visitor(account: Ints, slot: Ints) -> Ints:
    return 10_000_000 + account * 64 + slot


def _user_ids(company: Company, person: Ints) -> pl.Series:
    """Contact id for two in three of the contacts, the lower-cased address for all others."""
    people = company.person
    by_id = (people.kind[person] <= CONVERTED) & (person % 3 > 0) & (person >= 0)
    return pl.select(
        pl.when(pl.Series(by_id))
        .then(pick(people.contact, np.where(by_id, person, -1)))
        .otherwise(pick(people.email, person).str.to_lowercase())
    ).to_series()


def write_visitors(setting: Setting, writer: RawWriter, company: Company) -> None:
    """Write which account the de-anonymisation vendor puts behind each browser."""
    rng = setting.rng("ga4.visitor_accounts")
    account = np.repeat(np.arange(company.n), _ANONYMOUS)
    slot = np.tile(np.arange(_ANONYMOUS), company.n)
    found = rng.random(len(account)) < 0.78
    account, slot = account[found], slot[found]
    # The vendor also names companies that the CRM has never heard of.
    shadow = np.arange(company.n, company.total)
    account = np.concatenate([account, shadow])
    slot = np.concatenate([slot, np.zeros(len(shadow), np.int64)])
    seen = setting.first * DAY + (rng.random(len(account)) * 300).astype(np.int64) * DAY
    seen = np.minimum(seen, setting.end - DAY)
    rows = frame(
        "ga4.visitor_accounts",
        {
            "user_pseudo_id": _visitor_names(_account_visitor(account, slot)),
            "domain": pick(company.domain, account),
            "confidence": np.round(rng.uniform(0.55, 0.98, len(account)), 2),
            "first_seen_at": seen,
            "_fivetran_synced": synced(setting, rng, seen),
        },
    )
    writer.add("ga4.visitor_accounts", rows)


def write_sessions(
    setting: Setting,
    writer: RawWriter,
    company: Company,
    catalog: Catalog,
    cells: Cells,
    scale: float,
) -> None:
    """Write the website events of a run of cells."""
    rng = setting.rng("ga4.events", cells.part)
    acts = draw(setting, rng, cells, session_rate(company, cells) * scale, office=False)
    rows = len(acts)
    inside = acts.account < company.n
    person = np.where(inside, actors(rng, company, acts), -1)
    personal = (person >= 0) & (rng.random(rows) < 0.50)
    slot = np.where(
        inside, rng.integers(0, _ANONYMOUS, rows), rng.integers(0, _SHADOW_VISITORS, rows)
    )
    visitor = np.where(personal, person, _account_visitor(acts.account, slot))
    # Not every visit of a known person carries the login.
    signed = personal & (rng.random(rows) < 0.88)
    user = np.where(signed, person, -1)
    colleague = signed & (rng.random(rows) < 0.006)
    user = np.where(colleague, company.people_from[acts.account], user)

    pages = 1 + np.minimum(rng.poisson(0.55 + 0.7 * np.minimum(acts.heat, 1.2)), 6)
    session = np.repeat(np.arange(rows), pages)
    turn = np.arange(len(session)) - np.concatenate([[0], np.cumsum(pages)[:-1]])[session]
    page = _pages(rng, company, acts, session, turn)
    second = acts.time[session] // SECOND + turn * rng.integers(15, 120, len(session))
    # Each page is a view, perhaps a scroll, perhaps a download.
    asset = page >= len(_PLAIN)
    scrolls = asset & (page != _PRICING) & (rng.random(len(page)) < 0.55)
    downloads = _DOWNLOADABLE[page] & (rng.random(len(page)) < 0.16)
    kind = np.concatenate(
        [np.zeros(len(page), np.int64), np.full(scrolls.sum(), 1), np.full(downloads.sum(), 2)]
    )
    of = np.concatenate([np.arange(len(page)), np.flatnonzero(scrolls), np.flatnonzero(downloads)])
    order = np.lexsort((kind, of))
    kind, of = kind[order], of[order]
    session, turn, page, second = session[of], turn[of], page[of], second[of] + 7 * kind
    time = second * SECOND
    source = _sources(rng, catalog, acts)
    began = (turn == 0) & (kind == 0)
    rewritten = (rng.random(rows) < 0.012)[session] & (time < setting.end - 4 * DAY)
    engaged = np.where(kind == 0, rng.integers(1, 24, len(kind)) * 2_500, -1)
    events = _Events(
        time=time,
        kind=kind,
        turn=turn,
        session=session,
        began=began,
        params=_params(
            acts.time[session] // SECOND, kind, page, turn, source.referrer[session], engaged
        ),
        visitor=_visitor_names(visitor),
        user=_user_ids(company, user),
        source=source,
        country=pick([name for *_, name, _ in names.COUNTRIES], company.country[acts.account]),
        mobile=visitor % 5 == 0,
        browser=visitor % 3,
        synced=np.minimum((time // DAY + 1) * DAY + 9 * HOUR, setting.extracted - HOUR),
    )
    # Who begins two visits in one second begins one: nothing tells their events apart.
    named = np.stack([visitor[session], time, turn, kind])
    order = np.lexsort((page, *named[::-1]))
    is_twin = np.zeros(len(kind), bool)
    is_twin[order[:-1]] = (named[:, order[:-1]] == named[:, order[1:]]).all(axis=0)
    is_kept = (time <= setting.end) & ~is_twin
    keep = np.flatnonzero(is_kept)
    table = _table(events, keep)
    again = np.flatnonzero(rewritten & is_kept)
    # The export rewrites a day for three days: the rows come back with a newer sync.
    events.synced = events.synced + 2 * DAY
    parts = [table, _table(events, again)]
    if cells.part == 0:
        parts.append(_tomorrow(setting, events, keep))
    out = pa.concat_tables(parts)
    order = (
        pl.DataFrame(
            {
                "visitor": pl.Series(out["user_pseudo_id"]),
                "time": pl.Series(out["event_timestamp"]),
            }
        )
        .with_row_index()
        .sort("visitor", "time", "index")["index"]
    )
    writer.add("ga4.events", out.take(order.to_arrow()))


_SOURCE = ["google", "linkedin", "hubspot", "marketo", "g2.com", "bing", "criteo"]
_MEDIUM = ["cpc", "organic", "paid_social", "display", "email", "referral"]


class _Sources:
    """Where each session came from, as codes into the texts below; -1 is nothing."""

    def __init__(
        self, source: Ints, medium: Ints, campaign: pl.Series, gclid: pl.Series, referrer: Ints
    ) -> None:
        self.source, self.medium, self.campaign = source, medium, campaign
        self.gclid, self.referrer = gclid, referrer


def _sources(rng: np.random.Generator, catalog: Catalog, acts: Acts) -> _Sources:
    rows = len(acts)
    way = np.where(
        acts.member,
        choice(rng, rows, [0.11, 0.22, 0.20, 0.09, 0.15, 0.05, 0.18]),
        choice(rng, rows, [0.19, 0.33, 0.07, 0.04, 0.08, 0.07, 0.22]),
    )
    source = np.array([0, 0, 1, 6, 2, 4, -1])[way]
    source = np.where((way == 1) & (rng.random(rows) < 0.12), 5, source)
    source = np.where((way == 4) & (rng.random(rows) < 0.45), 3, source)
    medium = np.where(way == 6, -1, way)
    linkedin = [c.name for c in catalog.linkedin]
    google = [c.name for c in catalog.google]
    mails = [c.name for c in catalog.hubspot[-6:]]
    pool = pl.Series(linkedin + google + mails, dtype=pl.String)
    code = np.select(
        [way == 2, way == 0, way == 3, way == 4],
        [
            np.where(acts.member, rng.integers(0, 5, rows), 4 + rng.integers(0, 2, rows)),
            len(linkedin) + rng.integers(0, 3, rows),
            np.full(rows, len(linkedin) + 3),
            len(linkedin) + len(google) + rng.integers(0, 6, rows),
        ],
        -1,
    )
    clicked = np.flatnonzero((way == 0) & (rng.random(rows) < 0.6))
    gclid = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    if len(clicked):
        gclid = gclid.scatter(clicked, joined("Cj0K", base_62(rng, len(clicked), 12)))
    referrer = np.array([0, 0, 1, -1, -1, 2, -1])[way]
    return _Sources(source, medium, pick(pool, code), gclid, referrer)


def _pages(
    rng: np.random.Generator, company: Company, acts: Acts, session: Ints, turn: Ints
) -> Ints:
    """Which page each view shows: more prices and comparisons the hotter the account."""
    heat = np.minimum(acts.heat, 1.2)[session]
    rows = len(session)
    draw_page = rng.random(rows)
    price = np.where(turn > 0, 0.05 + 0.09 * heat, 0.012)
    compare = price + np.where(turn > 0, 0.008 + 0.02 * heat, 0.003)
    content = compare + np.where(turn > 0, 0.42, 0.36)
    solution = 2 + np.minimum(company.sector[acts.account], 2)[session]
    plain = np.where(
        turn == 0, np.where(rng.random(rows) < 0.75, 0, solution), rng.integers(1, 8, rows)
    )
    # Each account reads a handful of the assets again and again.
    shelf = rng.integers(0, 6, rows) * 5 + acts.account[session] * 7
    reading = len(_PLAIN) + shelf % (len(ASSETS) - 3)
    return np.select(
        [draw_page < price, draw_page < compare, draw_page < content],
        [np.full(rows, _PRICING), _COMPARE + rng.integers(0, 2, rows), reading],
        plain,
    )


def _params(
    session_id: Ints, kind: Ints, page: Ints, turn: Ints, referrer: Ints, engaged: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Parameters of every event, flat: count per event, key, text code (-1 none), integer."""
    rows = len(kind)
    present = np.zeros((rows, len(_KEYS)), dtype=bool)
    present[:, :2] = True
    present[:, 2] = (turn == 0) & (kind == 0) & (referrer >= 0)
    present[:, 3] = kind == 0
    present[:, 4] = kind == 1
    present[:, 5] = present[:, 6] = kind == 2
    code = np.full((rows, len(_KEYS)), -1)
    code[:, 1] = page
    code[:, 2] = referrer + _REFERRER_FROM
    asset = np.maximum(page - len(_PLAIN), 0)
    code[:, 5] = asset + _FILE_FROM
    code[:, 6] = asset + _LINK_FROM
    number = np.full((rows, len(_KEYS)), -1)
    number[:, 0] = session_id
    number[:, 3] = engaged
    # Readers of longer pieces stop at a quarter, a half or three quarters.
    number[:, 4] = np.array([25, 50, 75, 90])[(session_id + page) % 4]
    flat = np.flatnonzero(present.ravel())
    return present.sum(axis=1), flat % len(_KEYS), code.ravel()[flat], number.ravel()[flat]


class _Events:
    """All events of a run, session facts by session and event facts by event."""

    def __init__(
        self,
        time: Ints,
        kind: Ints,
        turn: Ints,
        session: Ints,
        began: Bools,
        params: tuple[Ints, Ints, Ints, Ints],
        visitor: pl.Series,
        user: pl.Series,
        source: _Sources,
        country: pl.Series,
        mobile: Bools,
        browser: Ints,
        synced: Ints,
    ) -> None:
        self.time, self.kind, self.turn, self.session = time, kind, turn, session
        self.began, self.params, self.visitor, self.user = began, params, visitor, user
        self.source, self.country, self.mobile = source, country, mobile
        self.browser, self.synced = browser, synced


def _strings(values: pl.Series) -> pa.Array:
    return values.to_arrow().cast(pa.string())


def _dated(time: Ints) -> pl.Series:
    """The day in New York (winter time all year, as an offset), YYYYMMDD."""
    return pl.Series(time - 5 * HOUR).cast(pl.Datetime("us")).dt.strftime("%Y%m%d")


def _param_lists(events: _Events, rows: Ints) -> pa.Array:
    count, key, code, number = events.params
    begin = np.concatenate([[0], np.cumsum(count)])
    size = count[rows]
    offsets = np.concatenate([[0], np.cumsum(size)])
    at = np.arange(offsets[-1]) - np.repeat(offsets[:-1], size) + np.repeat(begin[rows], size)
    nothing = pa.nulls(len(at), pa.float64())
    value = pa.StructArray.from_arrays(
        [
            _strings(pick(_STRINGS, code[at])),
            pa.array(number[at], mask=number[at] < 0),
            nothing,
            nothing,
        ],
        fields=list(EVENT_PARAMS.value_type.field("value").type),
    )
    keys = _strings(pick(_KEYS, key[at]))
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()),
        pa.StructArray.from_arrays([keys, value], fields=list(EVENT_PARAMS.value_type)),
        type=EVENT_PARAMS,
    )


def _table(events: _Events, rows: Ints) -> pa.Table:
    session = events.session[rows]
    source, began = events.source, events.began[rows]
    traffic = pa.StructArray.from_arrays(
        [
            _strings(pick(_SOURCE, source.source[session])),
            _strings(pick(_MEDIUM, source.medium[session])),
            _strings(pick(source.campaign, session)),
            pa.nulls(len(rows), pa.string()),
            _strings(pick(source.gclid, session)),
        ],
        fields=list(TRAFFIC_SOURCE),
        mask=pa.array(~(began & (source.source[session] >= 0))),
    )
    web = pa.StructArray.from_arrays(
        [
            _strings(pick(["Chrome", "Safari", "Edge"], events.browser[session])),
            _strings(pick(["www.lumenier.example"], np.zeros(len(rows), np.int64))),
        ],
        fields=list(DEVICE.field("web_info").type),
    )
    category = pick(["desktop", "mobile"], events.mobile[session].astype(np.int64))
    columns = [
        _strings(_dated(events.time[rows])),
        pa.array(events.time[rows]),
        _strings(pick(["page_view", "scroll", "file_download"], events.kind[rows])),
        _strings(pick(events.visitor, session)),
        _strings(pick(events.user, session)),
        pa.array(events.turn[rows] + 1),
        pa.array(events.turn[rows] + 1),
        pa.array(events.kind[rows]),
        _param_lists(events, rows),
        traffic,
        pa.nulls(len(rows), SESSION_SOURCE),
        pa.StructArray.from_arrays([_strings(category), web], fields=list(DEVICE)),
        pa.StructArray.from_arrays([_strings(pick(events.country, session))], fields=list(GEO)),
        pa.nulls(len(rows), pa.bool_()),
        pa.array(events.synced[rows]).view(pa.timestamp("us")),
    ]
    return pa.Table.from_arrays(columns, schema=GA4_EVENTS)


def _tomorrow(setting: Setting, events: _Events, keep: Ints) -> pa.Table:
    """Two events of the morning after the as-of date, which the last sync already brought."""
    last = keep[np.flatnonzero(events.kind[keep] == 0)[-2:]]
    shift = (setting.last + 1) * DAY + 3 * HOUR - events.time[last]
    moved_time, moved_sync = events.time.copy(), events.synced.copy()
    moved_time[last] += shift
    moved_sync[last] = setting.extracted
    before = events.time, events.synced
    events.time, events.synced = moved_time, moved_sync
    table = _table(events, last)
    events.time, events.synced = before
    return table
