"""A build as of a past day reads from snapshots what the raw systems have overwritten since."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from conftest import run_dbt

DAYS_LATER = 45
NEW_ID = "001NEW000000001AAA"

Accounts = dict[str, tuple[object, ...]]


def built(raw: Path, folder: Path, as_of: date, *, later: bool) -> Accounts:
    """Build the accounts as of a day, with the clock moved on or not, and return their rows."""
    db = folder / "abm.duckdb"
    clock = ("faketime", "--exclude-monotonic", f"+{DAYS_LATER} days") if later else ()
    result = run_dbt(
        *("build", "--select", "+dim_accounts", "--exclude-resource-type", "test", "unit_test"),
        *("--vars", f"{{as_of_date: {as_of.isoformat()}}}"),
        db=db,
        # dbt parses the project anew for another day.
        target=folder / f"target_{as_of}",
        environment={"ABM_RAW_DIR": str(raw), "FAKETIME_FORCE_MONOTONIC_FIX": "0"},
        before=clock,
    )
    assert result.returncode == 0, result.stdout
    with duckdb.connect(str(db), read_only=True) as connection:
        rows = connection.execute(
            "select account_id, sector, industry_raw, account_owner_id from marts.dim_accounts"
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


def overwrite(raw: Path, changed: str, deleted: str, renamed: str, merged: str) -> None:
    """Change one account, delete another, give a third another id, merge a fourth."""
    file = raw / "salesforce/account.parquet"
    new = file.with_suffix(".new")
    duckdb.sql(
        f"""
        select * replace (
            case when id = '{changed}' then 'Banking' else industry end as industry,
            case when id = '{changed}' then null else owner_id end as owner_id,
            is_deleted or id in ('{deleted}', '{merged}') as is_deleted,
            case when id = '{merged}' then '{changed}' else master_record_id end
                as master_record_id,
            case when id = '{renamed}' then '{NEW_ID}' else id end as id
        )
        from '{file}'
        """
    ).write_parquet(str(new))
    new.replace(file)


@pytest.mark.full
def test_overwritten_values_are_those_of_the_day(company_copy: Path, tmp_path: Path) -> None:
    """An account changes sector and owner, another is deleted, a third has a new id, a fourth is
    merged into the first. As of today they are so; as of the day of the first build they are as
    the snapshot knows them, and the new id, which no snapshot knows, is as it is today. Before the
    first snapshot today's values stand in."""
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed: run scripts/install_debian_packages.sh")
    today = datetime.now(UTC).date()
    first = built(company_copy, tmp_path, today, later=False)
    changed, deleted, renamed, merged = sorted(
        account
        for account, (sector, _, owner) in first.items()
        if sector != "fintech" and owner != "unknown"
    )[:4]
    overwrite(company_copy, changed, deleted, renamed, merged)

    now = built(company_copy, tmp_path, today + timedelta(days=DAYS_LATER), later=True)
    assert now[changed] == ("fintech", "Banking", "unknown")
    assert not {deleted, renamed, merged} & now.keys()
    assert NEW_ID in now

    then = built(company_copy, tmp_path, today, later=True)
    assert {key: row for key, row in then.items() if key != NEW_ID} == first
    assert then[NEW_ID] == now[NEW_ID]

    before = built(company_copy, tmp_path, today - timedelta(days=1), later=True)
    assert before == now
