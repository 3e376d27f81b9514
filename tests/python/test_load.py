"""A company of 2,000 accounts, all in programme, with 200 executives through `abm report`."""

import os
import subprocess
from pathlib import Path

import duckdb
import pytest
from conftest import COMPANY_DAY, Abm, abm_command, abm_environment, said

N_ACCOUNTS, N_EXECUTIVES = 2000, 200
MAX_SECONDS, MAX_BYTES, MAX_PAGE_BYTES = 120, 1_000_000_000, 1_000_000
"""Of processor and memory, and the size of a page: some four times, twice and once and a half what
was measured, so that a step that grows with the square of accounts is seen."""

# Everybody's accounts are dealt out anew; the velocities are those of one executive.
TWO_HUNDRED_EXECUTIVES = f"""
create temp table dealt as
select account_id, 'executive ' || (row_number() over (order by account_id) % {N_EXECUTIVES}) as id
from marts.dim_accounts where account_id <> 'unknown';
create temp table model as
from marts.dim_account_executives where account_executive_id = (
    select entity_id from marts.rpt_pipeline_velocity where entity_type = 'account_executive'
    order by n_advanced desc, entity_id limit 1
);
create temp table velocities as
from marts.rpt_pipeline_velocity
where entity_type = 'account_executive' and entity_id in (
    select account_executive_id from model
);
insert into marts.dim_account_executives
select * exclude (n)
    replace ('executive ' || n as account_executive_id, 'Ann ' || n as account_executive_name)
from model, range({N_EXECUTIVES}) as numbers (n);
insert into marts.rpt_pipeline_velocity
select * exclude (n) replace ('executive ' || n as entity_id)
from velocities, range({N_EXECUTIVES}) as numbers (n);
"""


@pytest.mark.full
def test_a_large_company_has_its_pages_soon(abm: Abm, tmp_path: Path) -> None:
    raw, db, out = tmp_path / "raw", tmp_path / "abm.duckdb", tmp_path / "out"
    day = ("--as-of", COMPANY_DAY)
    for command in (
        ("sample", "--accounts", N_ACCOUNTS, *day, "--out", raw),
        ("build", "--raw", raw, *day, "--db", db, "--exclude", "resource_type:test"),
        ("publish", "--db", db, "--out", out, "--force"),
    ):
        result = abm(*command)
        assert result.returncode == 0, said(result)
    published = out / "abm.duckdb"
    published.chmod(0o644)
    with duckdb.connect(str(published)) as connection:
        connection.execute(TWO_HUNDRED_EXECUTIVES)
        for table, owner in (
            ("dim_accounts", "account_owner_id"),
            ("fct_opportunities", "account_executive_id"),
        ):
            connection.execute(
                f"update marts.{table} set {owner} = dealt.id from dealt "
                f"where dealt.account_id = {table}.account_id"
            )
        connection.execute("update marts.dim_accounts set is_abm_now = account_id <> 'unknown'")
        ((n_accounts,),) = connection.execute(
            "select count(*) from marts.dim_accounts where is_abm_now"
        ).fetchall()
    assert n_accounts > N_ACCOUNTS * 0.9
    pages = tmp_path / "pages"
    process = subprocess.Popen(
        abm_command("report", "--db", published, "--out", pages, "--force"),
        env=abm_environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    found = {
        folder: len(list((pages / "fr" / folder).iterdir()))
        for folder in ("accounts", "executives")
    }
    assert found["accounts"] == n_accounts
    assert found["executives"] >= N_EXECUTIVES
    sizes = {file: file.stat().st_size for file in pages.rglob("*.html")}
    print(used.ru_utime, used.ru_maxrss, sum(sizes.values()), max(sizes.values()))
    assert used.ru_utime < MAX_SECONDS
    assert used.ru_maxrss * 1024 < MAX_BYTES
    assert max(sizes.values()) < MAX_PAGE_BYTES
