"""The shipped sample is what the generator makes, and the generator keeps its promises."""

import time
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import Build

from abm.contract import load_contract
from abm.sample import write_sample

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "sample_data"

TABLES = {
    "abm_program": 11,
    "bombora": 1,
    "custom": 2,
    "demandbase": 2,
    "ga4": 2,
    "google_ads": 3,
    "hubspot": 21,
    "linkedin_ads": 4,
    "marketo": 10,
    "salesforce": 18,
    "sixsense": 2,
}
"""Raw tables per source."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """A second making of the shipped sample, with the rows that were reported."""
    out = tmp_path_factory.mktemp("made")
    return out, write_sample(out)


def _files(folder: Path) -> dict[str, Path]:
    return {f"{f.parent.name}.{f.stem}": f for f in sorted(folder.glob("*/*.parquet"))}


def _query(sql: str) -> list[tuple]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def _columns(file: Path) -> dict[str, str]:
    return {name: kind for name, kind, *_ in _query(f"describe select * from '{file}'")}


def _differing(left: Path, right: Path) -> int:
    """Rows of either file that the other lacks, repeated rows counted."""
    (count,) = _query(
        f"""
        select (select count(*) from (from '{left}' except all from '{right}'))
            + (select count(*) from (from '{right}' except all from '{left}'))
        """
    )[0]
    return count


def _newest(table: str, folder: Path = SHIPPED) -> str:
    file = folder / f"{table.replace('.', '/')}.parquet"
    return (
        f"(from '{file}' qualify row_number() over ("
        "partition by id order by _fivetran_synced desc) = 1)"
    )


def test_shipped_sample_is_what_the_defaults_make(made: tuple[Path, dict[str, int]]) -> None:
    out, rows = made
    shipped, again = _files(SHIPPED), _files(out)
    assert list(shipped) == list(again) == sorted(rows)
    assert {t: _query(f"select count(*) from '{f}'")[0][0] for t, f in again.items()} == rows
    assert {t: n for t in shipped if (n := _differing(shipped[t], again[t]))} == {}
    assert sum(f.stat().st_size for f in shipped.values()) < 3_000_000


def test_another_seed_is_another_company(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    write_sample(one, accounts=30, seed=1)
    write_sample(same, accounts=30, seed=1)
    write_sample(other, accounts=30, seed=2)
    files = _files(one)
    assert [t for t, f in files.items() if f.read_bytes() != _files(same)[t].read_bytes()] == []
    for table in ("salesforce.account", "salesforce.opportunity", "ga4.events", "marketo.lead"):
        assert _differing(files[table], _files(other)[table]) > 0, table


def test_every_contracted_table_and_column_is_there(made: tuple[Path, dict[str, int]]) -> None:
    files = _files(made[0])
    per_source: dict[str, int] = {}
    for table in files:
        source = table.split(".")[0]
        per_source[source] = per_source.get(source, 0) + 1
    assert per_source == TABLES
    wrong = []
    for table in (t for tables in load_contract(ROOT).values() for t in tables.values()):
        have = _columns(files[f"{table.source}.{table.name}"])
        contracted = {column.name: column.data_type for column in table.columns}
        # Any connector may mark deletions; the export has columns that no staging model reads.
        extra = set(have) - set(contracted) - {"_fivetran_deleted", "event_date", "device", "geo"}
        missing = set(contracted) - set(have)
        if extra or missing:
            wrong.append(f"{table.source}.{table.name}: extra {extra}, missing {missing}")
        for name in sorted(set(contracted) & set(have)):
            # Staging casts ids to text: a connector may deliver them as numbers.
            if have[name] in _SCALARS and contracted[name] != "varchar":
                expected = _query(f"select typeof(null::{contracted[name]})")[0][0]
                if expected != have[name]:
                    wrong.append(f"{table.source}.{table.name}.{name} is {have[name]}")
    assert wrong == []


_SCALARS = {"VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP"}


def test_salesforce_ids_carry_their_checksum() -> None:
    ids = _query(f"select id from '{SHIPPED}/salesforce/task.parquet'")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    for (key,) in ids[:200]:
        groups = (key[start : start + 5] for start in (0, 5, 10))
        check = "".join(
            alphabet[sum(c.isupper() << place for place, c in enumerate(group))] for group in groups
        )
        assert key[15:] == check
    # Short forms collide unless case counts.
    distinct = "select count(distinct id[1:15]), count(distinct lower(id[1:15]))"
    exact, folded = _query(f"{distinct} from '{SHIPPED}/salesforce/account.parquet'")[0]
    assert exact > folded


def test_opportunities_agree_with_their_history() -> None:
    history = _newest("salesforce.opportunity_history")
    opportunity = _newest("salesforce.opportunity")
    n, first, stage, amount, closes = _query(
        f"""
        with ends as (
            select
                opportunity_id,
                min(created_date) as first_at,
                arg_max(stage_name, created_date) as stage_name,
                arg_max(amount, created_date) as amount,
                arg_max(close_date, created_date) as close_date,
            from {history} group by all
        )
        select
            count(*),
            count(*) filter (first_at is distinct from created_date),
            count(*) filter (ends.stage_name is distinct from now.stage_name),
            count(*) filter (ends.amount is distinct from now.amount),
            count(*) filter (ends.close_date is distinct from now.close_date),
        from {opportunity} as now left join ends on now.id = ends.opportunity_id
        where not now.is_deleted
        """
    )[0]
    assert 500 <= n <= 700
    # A renamed stage, a lost amount and a mistyped date are part of the story: one of each.
    assert (first, stage, amount, closes) == (0, 1, 1, 1)
    splits = f"'{SHIPPED}/salesforce/opportunity_split.parquet'"
    assert set(_query(f"select sum(split_percentage) from {splits} group by opportunity_id")) == {
        (100.0,)
    }


def test_the_usual_dirt_is_in_it_and_no_more() -> None:
    after = "timestamp '2026-11-01'"

    def count(table: str, condition: str) -> int:
        file = SHIPPED / f"{table.replace('.', '/')}.parquet"
        return _query(f"select count(*) from '{file}' where {condition}")[0][0]

    late = count("ga4.events", f"make_timestamp(event_timestamp) >= {after}")
    late += count("salesforce.task", f"completed_date_time >= {after}")
    assert 3 <= late <= 5
    assert count("salesforce.task", "year(created_date) = 1970") == 1
    assert count("marketo.activity_open_email", "year(activity_date) = 1970") == 1
    assert count("hubspot.email_event", "id is null") == 1
    assert count("hubspot.email_event", "filtered_event") > 0
    assert count("salesforce.account", "master_record_id is not null and is_deleted") >= 3
    assert count("salesforce.contact", "master_record_id is not null and is_deleted") > 0
    assert count("abm_program.target_accounts", "length(account_id) = 15") > 0
    assert count("salesforce.campaign_member", "lead_id is not null and contact_id is not null") > 0
    assert count("salesforce.opportunity", "currency_iso_code = 'CHF'") > 0
    assert count("salesforce.dated_conversion_rate", "iso_code = 'CHF'") == 0
    assert count("salesforce.event", f"start_date_time >= {after}") > 0
    events = f"'{SHIPPED}/ga4/events.parquet'"
    rewritten = _query(
        f"""
        select count(*) - count(distinct (
            user_pseudo_id, event_timestamp, event_name, batch_page_id,
            batch_ordering_id, batch_event_index
        )) from {events}
        """
    )[0][0]
    assert rewritten > 0
    two = "select user_pseudo_id from {} group by all having count(distinct user_id) > 1"
    assert len(_query(two.format(events))) > 0


def test_the_company_is_one_that_a_director_recognises(built: Build) -> None:
    with built.connect() as connection:

        def rows(sql: str) -> list[tuple]:
            return connection.execute(sql).fetchall()

        funnel = dict(rows("select stage, n_reached from marts.rpt_journey_funnel where is_total"))
        days = dict(
            rows(
                """
                select stage, median_days_from_previous
                from marts.rpt_journey_funnel where is_total
                """
            )
        )
        compared = rows(
            """
            select n_abm, n_non_abm, uplift_ratio from marts.rpt_abm_vs_non_abm
            where method = 'raw' and metric in ('deal_size', 'win_rate', 'cycle_days')
            order by metric
            """
        )
        sizes = rows(
            """
            select median(amount) from marts.fct_opportunities
            inner join marts.dim_accounts using (account_id)
            where opportunity_type = 'new_business'
                and account_size_tier in ('small', 'mid_market', 'enterprise')
            group by account_size_tier order by 1
            """
        )
        wins = rows(
            """
            select count(*) from marts.fct_opportunities
            where is_won and is_abm_at_creation group by abm_tier_at_creation
            """
        )
        followed = rows(
            """
            select
                sum(n_with_opportunity) / sum(n_accounts), sum(n_with_win) / sum(n_accounts)
            from marts.rpt_score_validation where horizon_days = 90
            group by aes_band order by aes_band
            """
        )
        verdicts = {
            verdict for (verdict,) in rows("select distinct verdict from marts.rpt_experiments")
        }
    stages = ("targeted", "reached", "engaged", "mqa", "saa", "opportunity", "customer")
    reached = [funnel[stage] for stage in stages]
    assert reached == sorted(reached, reverse=True)
    assert 82 <= funnel["engaged"] <= 95
    assert 55 <= funnel["mqa"] <= 75
    assert 25 <= funnel["customer"] <= 42
    assert 50 <= days["mqa"] <= 150
    assert min(n for *sides, _ in compared for n in sides) >= 30
    cycle, deal, win = (uplift for *_, uplift in compared)
    assert (cycle < 0, deal > 0, win > 0) == (True, True, True)
    small, mid_market, enterprise = (size for (size,) in sizes)
    assert 2 * small < mid_market
    assert 2 * mid_market < enterprise
    assert len(wins) == 3
    bottom, middle, top = followed
    assert all(b < m < t for b, m, t in zip(bottom, middle, top, strict=True))
    assert {"win", "no_difference", "running"} <= verdicts


def test_thirty_accounts_still_tell_a_story(tmp_path: Path) -> None:
    write_sample(tmp_path, accounts=30, as_of=date(2025, 6, 30), months=12)
    deals = _newest("salesforce.opportunity", tmp_path)
    won, lost, open_ = _query(
        f"""
        select
            count(*) filter (is_won), count(*) filter (is_closed and not is_won),
            count(*) filter (not is_closed)
        from {deals} where not is_deleted
        """
    )[0]
    assert min(won, lost, open_) > 0
    meetings = _newest("salesforce.event", tmp_path)
    most = _query(
        f"""
        select max(n) from (
            select count(*) as n from {meetings}
            where start_date_time between '2025-04-02' and '2025-06-30' group by account_id
        )
        """
    )[0][0]
    assert most >= 3


def test_size_follows_the_arguments(tmp_path: Path) -> None:
    started = time.perf_counter()
    rows = write_sample(tmp_path, accounts=2_000, touchpoints=600_000)
    assert time.perf_counter() - started < 30
    assert rows["salesforce.account"] == pytest.approx(2_000, rel=0.05)
    touches = (
        rows["hubspot.email_event"] * 0.6
        + rows["marketo.activity_email_delivered"] * 1.35
        + rows["ga4.events"] * 0.8
        + rows["linkedin_ads.company_engagement"]
    )
    assert touches == pytest.approx(600_000, rel=0.2)


@pytest.mark.full
def test_ten_thousand_accounts_in_under_a_minute(tmp_path: Path) -> None:
    started = time.perf_counter()
    rows = write_sample(tmp_path, accounts=10_000)
    assert time.perf_counter() - started < 60
    assert rows["ga4.events"] > 500_000
