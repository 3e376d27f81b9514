"""From raw files to staged rows: versions, deletions, merges, types, ids and nested values."""

import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, run_dbt

TARGET_ACCOUNTS = """
    select * from (values
        ('001A0000006Vm9r', '1:1', '2026-01-01', '', true, timestamp '2026-01-02 00:00:00'),
        ('001A0000006Vm9r', '1:many', '2026-01-01', '2026-02-01', true, '2026-01-03 00:00:00'),
        ('older_stands', '1:few', '2026-01-01', null, true, '2026-01-02 00:00:00'),
        ('older_stands', '1:few', '2026-01-01', 'soon', true, '2026-01-03 00:00:00'),
        ('equal_loads', '1:1', '2026-01-01', null, true, '2026-01-03 00:00:00'),
        ('equal_loads', '1:few', '2026-01-01', null, true, '2026-01-03 00:00:00'),
        ('planned', '1:few', '2026-12-01', null, true, '2026-01-03 00:00:00'),
        (' ', '1:few', '2026-01-01', null, true, '2026-01-03 00:00:00')
    ) as rows (account_id, abm_tier, activated_on, exited_on, is_icp, _fivetran_synced)
"""

STAKEHOLDERS = """
    select
        account_id, 'a@a.example' as person_email, 'A' as person_name, null as title,
        null as department, null as buying_role, null as reports_to_email, null as source,
        identified_on, timestamp '2026-01-03 00:00:00' as _fivetran_synced
    from (values
        ('before_1990', '1989-12-31'),
        ('in_1990', '1990-01-01'),
        ('a_day_ahead', '2026-01-04'),
        ('further_ahead', '2026-01-05')
    ) as rows (account_id, identified_on)
"""

ACCOUNTS = """
    select
        id, name, 'https://www.Acme.example:443/fr?x=1' as website, null as industry,
        null::double as annual_revenue, null::integer as number_of_employees,
        null as billing_country, null as billing_state, null as parent_id, null as owner_id,
        null as type, master_record_id, timestamp '2025-01-01' as created_date,
        null as currency_iso_code, is_deleted, synced as _fivetran_synced,
        case id when 'mark_then_none' then number = 1 when 'none_then_mark' then number = 2 end
            as _fivetran_deleted
    from (select *, row_number() over (partition by id) as number from (values
        ('kept', 'Kept', null, false, timestamp '2026-01-01'),
        ('kept', 'Old name', null, false, '2025-12-31'),
        ('deleted_last', 'x', null, true, '2026-01-02'),
        ('deleted_last', 'x', null, false, '2026-01-01'),
        ('restored', 'x', null, true, '2026-01-01'),
        ('restored', 'x', null, null, '2026-01-02'),
        ('merged', 'x', 'kept', false, '2026-01-02'),
        ('001A0000006Vm9r', 'Old form', null, false, '2026-01-01'),
        ('001A0000006Vm9rIAC', 'New form', null, false, '2026-01-02'),
        ('mark_then_none', 'x', null, false, '2026-01-02'),
        ('mark_then_none', 'x', null, false, '2026-01-02'),
        ('none_then_mark', 'x', null, false, '2026-01-02'),
        ('none_then_mark', 'x', null, false, '2026-01-02')
    ) as rows (id, name, master_record_id, is_deleted, synced))
"""

EVENTS = """
    select
        'v' as user_pseudo_id, epoch_us(timestamp '2026-10-01 10:00:00') as event_timestamp,
        'page_view' as event_name, user_id, batch_page_id, null::bigint as batch_ordering_id,
        null::bigint as batch_event_index,
        [{'key': 'ga_session_id', 'value': {'string_value': null::varchar, 'int_value': 7::bigint,
            'float_value': null::double, 'double_value': null::double}},
         {'key': 'page_location', 'value': {'string_value': 'https://x.example/P',
            'int_value': null, 'float_value': null, 'double_value': null}}] as event_params,
        {'manual_source': 'Google', 'manual_medium': null::varchar,
            'manual_campaign_name': null::varchar, 'manual_content': null::varchar,
            'gclid': null::varchar} as collected_traffic_source,
        {'manual_campaign': {'source': '(not set)'}} as session_traffic_source_last_click,
        synced as _fivetran_synced
    from (values
        ('Ann@A.example ', null, timestamp '2026-10-02'),
        ('Ann@A.example ', null, '2026-10-04'),
        ('003A0000006Vm9r', 1::bigint, '2026-10-02')
    ) as rows (user_id, batch_page_id, synced)
"""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("staging")
    raw, db = folder / "raw", folder / "abm.duckdb"
    for table, query in {
        "abm_program/target_accounts": TARGET_ACCOUNTS,
        "abm_program/stakeholders": STAKEHOLDERS,
        "salesforce/account": ACCOUNTS,
        "ga4/events": EVENTS,
    }.items():
        file = raw / f"{table}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        if "_fivetran_deleted" not in query:
            query = f"select *, null::boolean as _fivetran_deleted from ({query})"
        duckdb.execute(f"copy ({query}) to '{file}' (format parquet)")
    models = (
        "stg_abm_program__target_accounts stg_abm_program__stakeholders stg_salesforce__accounts "
        "stg_salesforce__account_merges stg_ga4__web_events"
    )
    result = run_dbt(
        *("run", "--select", *models.split()),
        db=db,
        target=folder / "target",
        environment={"ABM_RAW_DIR": str(raw)},
    )
    assert result.returncode == 0, result.stdout
    return duckdb.connect(str(db), read_only=True)


def test_versions_and_types(staged: duckdb.DuckDBPyConnection) -> None:
    """The newest readable version counts; equal loads go by every column as text, greatest first.
    A planned activation may lie in the future."""
    rows = staged.execute(
        "select account_id, abm_tier, strftime(activated_on, '%Y-%m-%d'), "
        "strftime(exited_on, '%Y-%m-%d') from staging.stg_abm_program__target_accounts order by all"
    ).fetchall()
    assert rows == [
        ("001A0000006Vm9rIAC", "one_to_many", "2026-01-01", "2026-02-01"),
        ("equal_loads", "one_to_few", "2026-01-01", None),
        ("older_stands", "one_to_few", "2026-01-01", None),
        ("planned", "one_to_few", "2026-12-01", None),
    ]


def test_a_position_in_a_log_tells_versions_apart(tmp_path: Path) -> None:
    """As a number and not as a text, where var row_marks names it."""
    raw, db = tmp_path / "raw", tmp_path / "abm.duckdb"
    file = raw / "abm_program" / "target_accounts.parquet"
    file.parent.mkdir(parents=True)
    duckdb.execute(
        "copy (select 'a' as account_id, tier as abm_tier, '2026-01-01' as activated_on, "
        "null as exited_on, true as is_icp, timestamp '2026-01-02' as _fivetran_synced, "
        "null::boolean as _fivetran_deleted, lsn from (values ('1:few', 9), ('1:1', 10), "
        f"('1:many', null)) as rows (tier, lsn)) to '{file}' (format parquet)"
    )
    marks = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    marks["row_marks"]["modified_at"]["lsn"] = "bigint"
    variables = {
        "row_marks": marks["row_marks"],
        "loader_columns": {"abm_program": {"target_accounts": ["lsn"]}},
    }
    result = run_dbt(
        *("run", "--select", "stg_abm_program__target_accounts", "--vars", json.dumps(variables)),
        db=db,
        target=tmp_path / "target",
        environment={"ABM_RAW_DIR": str(raw)},
    )
    assert result.returncode == 0, result.stdout
    with duckdb.connect(str(db), read_only=True) as connection:
        rows = connection.execute(
            "select account_id, abm_tier from staging.stg_abm_program__target_accounts"
        ).fetchall()
    assert rows == [("a", "one_to_one")]


def test_possible_dates(staged: duckdb.DuckDBPyConnection) -> None:
    """A past date is possible from 1990 to a day after its own load."""
    rows = staged.execute(
        "select account_id from staging.stg_abm_program__stakeholders order by all"
    ).fetchall()
    assert rows == [("a_day_ahead",), ("in_1990",)]


def test_deletions_and_merges(staged: duckdb.DuckDBPyConnection) -> None:
    """The newest version decides whether an id is deleted, and of equal ones the one that a mark
    deletes; a merged row leads to its survivor; the 15- and the 18-character form are one id."""
    accounts = staged.execute(
        "select account_id, account_name, domain from staging.stg_salesforce__accounts order by all"
    ).fetchall()
    assert accounts == [
        ("001A0000006Vm9rIAC", "New form", "acme.example"),
        ("kept", "Kept", "acme.example"),
        ("restored", "x", "acme.example"),
    ]
    merges = staged.execute("select * from staging.stg_salesforce__account_merges").fetchall()
    assert merges == [("merged", "kept")]


def test_web_events(staged: duckdb.DuckDBPyConnection) -> None:
    """An absent part of the key equals itself; parameters and records are read; a user id is a
    lower-case address or an 18-character id."""
    rows = staged.execute(
        "select user_id, session_number, page_url, utm_source, utm_medium, occurred_at "
        "from staging.stg_ga4__web_events order by all"
    ).fetchall()
    moment = datetime(2026, 10, 1, 10)
    assert rows == [
        ("003A0000006Vm9rIAC", "7", "https://x.example/P", "google", None, moment),
        ("ann@a.example", "7", "https://x.example/P", "google", None, moment),
    ]
