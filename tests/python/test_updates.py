"""A build updates its large tables: the rows that change are the right ones, and equal a rebuild.

The raw data of the small company are brought into earlier states: rows that have not arrived yet,
rows with the values of another row until they are corrected, rows that are deleted later.
"""

import os
import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import COMPANY_DAY, ROOT, Abm, Build, errors, said
from test_reproducible import differences

LATE_PCT, CORRECTED_PCT, DELETED_PCT = 4, 3, 2


def keys() -> dict[str, list[str]]:
    """The key of every raw table that has one, by source and table."""
    found = {}
    for file in ROOT.glob("models/staging/*/_*__sources.yml"):
        for source in yaml.safe_load(file.read_text())["sources"]:
            for table in source["tables"]:
                if key := table["config"]["meta"].get("key"):
                    found[f"{source['name']}/{table['name']}"] = key
    return found


def write_state(company: Path, raw: Path, state: int, n_states: int, loaded_by: date) -> None:
    """Write the raw data as they may have been at one of several moments, the last being now.

    The draws depend on the row alone, so that a row which has arrived or been corrected stays so.
    A list that is loaded whole carries the time of its last load; it had been there before.
    """
    key_of = keys()
    with duckdb.connect() as connection:
        for file in sorted(company.glob("*/*.parquet")):
            name = str(file.relative_to(company).with_suffix(""))
            target = raw / f"{name}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            key = [f'"{part}"' for part in key_of.get(name, [])]
            if not key:
                shutil.copy(file, target)
                continue
            columns = [
                f'"{column}"'
                for (column,) in connection.execute(
                    f"select column_name from (describe from '{file}')"
                ).fetchall()
            ]
            order = f"hash({', '.join(key)}, 'order'), {', '.join(key)}, _fivetran_synced"
            values = ", ".join(
                column
                if column in key or column.startswith('"_fivetran')
                else f"case when draw between {LATE_PCT} and {LATE_PCT + CORRECTED_PCT - 1} "
                f"and turn > {state} "
                f"then coalesce(lag({column}) over (order by {order}), {column}) "
                f"else {column} end as {column}"
                for column in columns
            )
            last_deleted = LATE_PCT + CORRECTED_PCT + DELETED_PCT
            connection.execute(
                f"""
                copy (
                    select {values}
                    from (
                        select *,
                            hash({", ".join(key)}, 'draw') % 100 as draw,
                            hash({", ".join(key)}, 'turn') % {n_states} + 1 as turn,
                            min(_fivetran_synced) over () = max(_fivetran_synced) over ()
                                as is_loaded_whole
                        from '{file}'
                    )
                    where
                        (
                            _fivetran_synced is null
                            or _fivetran_synced < date '{loaded_by}' + 1
                            or is_loaded_whole
                        )
                        and not (draw < {LATE_PCT} and turn > {state})
                        and not (
                            draw between {LATE_PCT + CORRECTED_PCT} and {last_deleted - 1}
                            and turn <= {state}
                        )
                ) to '{target}' (format parquet)
                """
            )


def check_updates_equal_rebuilds(
    abm: Abm, company: Path, tmp_path: Path, days: list[date], *selection: str
) -> None:
    """Build one database through states of the raw data, and compare each with a full rebuild."""
    db, kept = tmp_path / "abm.duckdb", tmp_path / "updated.duckdb"
    for state, day in enumerate(days):
        raw = tmp_path / "raw"
        write_state(company, raw, state, len(days) - 1, day)
        arguments = ("build", "--raw", raw, "--db", db, "--as-of", day)
        arguments += ("--exclude", "resource_type:test")
        arguments += tuple(part for name in selection for part in ("--select", f"+{name}"))
        result = abm(*arguments)
        assert result.returncode == 0, said(result)
        if state:
            assert "Changed since the last build: " in result.stdout, said(result)
            # The rebuild is made in the same file: for another, dbt would parse the project anew.
            shutil.copy(db, kept)
            result = abm(*arguments, "--full-refresh")
            assert result.returncode == 0, said(result)
            assert "Changed since the last build" not in result.stdout, said(result)
            assert differences(kept, db) == [], f"as of {day}"
            kept.replace(db)
        shutil.rmtree(raw)


def cut_points(n: int) -> list[date]:
    """Days at random within the last two years of the company, in order."""
    last = date.fromisoformat(COMPANY_DAY)
    seed = int(os.environ.get("ABM_TEST_SEED", "5"))
    ages = random.Random(seed).sample(range(1, 730), n)
    return [last - timedelta(days=age) for age in sorted(ages, reverse=True)]


SCORED, HISTORY = "int_touchpoints", "int_account_engagement_history"
PROJECT = ("macros", "models", "seeds", "snapshots", "tests/generic", "tests/singular")


def updated(abm: Abm, before: Build, raw: Path, tmp_path: Path, cwd: Path = ROOT) -> str:
    """Build the scores anew in a copy of a database, and return what was printed of the change."""
    shutil.copy(before.db, tmp_path / "abm.duckdb")
    result = abm(
        *("build", "--raw", raw, "--db", tmp_path / "abm.duckdb", "--as-of", COMPANY_DAY),
        *("--select", f"+{HISTORY}", "--exclude", "resource_type:test"),
        cwd=cwd,
        target=tmp_path / "target",
    )
    assert result.returncode == 0, said(result)
    (line,) = (text for text in result.stdout.splitlines() if text.startswith("Changed since"))
    return line


def changed(before: Build, tmp_path: Path, table: str, column: str) -> list[str]:
    """The values of a column in the rows by which a table differs from before."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{before.db}' as before (read_only)")
        connection.execute(f"attach '{tmp_path / 'abm.duckdb'}' as after (read_only)")
        name = f"intermediate.{table}"
        rows = connection.execute(
            f"""
            select distinct {column} from (
                (from before.{name} except all from after.{name})
                union all
                (from after.{name} except all from before.{name})
            ) order by 1
            """
        ).fetchall()
    return [value for (value,) in rows]


def test_late_corrected_and_deleted_rows_change_their_accounts_only(
    abm: Abm, company_built: Build, company_copy: Path, tmp_path: Path
) -> None:
    with company_built.connect() as connection:
        (late, late_account), (corrected, corrected_account), (deleted, deleted_account) = (
            connection.execute(
                """
                select min_by(source_record_id, touchpoint_id), account_id
                from intermediate.int_touchpoints
                where source_table = 'event' and aes_weight > 0 and account_id is not null
                group by account_id
                having count(*) > 2
                order by account_id
                limit 3
                """
            ).fetchall()
        )
    file = company_copy / "salesforce/event.parquet"
    events = company_built.raw / "salesforce/event.parquet"
    duckdb.sql(
        f"""
        copy (
            select * exclude is_late replace (
                case when is_late then '{late[:-3]}zzz' else id end as id,
                case when id = '{corrected}' then start_date_time - interval 3 day
                    else start_date_time end as start_date_time,
                is_deleted or id = '{deleted}' as is_deleted
            )
            from (
                select *, false as is_late from '{events}'
                union all
                select *, true as is_late from '{events}' where id = '{late}'
            )
        ) to '{file}' (format parquet)
        """
    )
    line = updated(abm, company_built, company_copy, tmp_path)
    assert line.startswith("Changed since the last build: int_interaction_records "), line
    accounts = sorted({late_account, corrected_account, deleted_account})
    assert changed(company_built, tmp_path, SCORED, "account_id") == accounts
    assert changed(company_built, tmp_path, HISTORY, "account_id") == accounts


def test_a_changed_seed_changes_its_rows_and_says_so(
    abm: Abm, company_built: Build, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    for name in PROJECT:
        shutil.copytree(ROOT / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, project / name)
    seed = project / "seeds/interaction_types.csv"
    text = seed.read_text()
    before = "webinar_attended,event,3,"
    assert before in text
    seed.write_text(text.replace(before, "webinar_attended,event,4,"))
    line = updated(abm, company_built, company_built.raw, tmp_path, cwd=project)
    with company_built.connect() as connection:
        ((weighed,),) = connection.execute(
            f"select count(*) from intermediate.{SCORED} "
            "where interaction_type = 'webinar_attended' and aes_weight > 0"
        ).fetchall()
    assert weighed > 0
    assert f": {SCORED} {weighed} rows added, {weighed} removed; {HISTORY} " in line
    assert changed(company_built, tmp_path, SCORED, "interaction_type") == ["webinar_attended"]


@pytest.mark.full
def test_ten_updates_equal_ten_rebuilds(abm: Abm, company: Path, tmp_path: Path) -> None:
    check_updates_equal_rebuilds(abm, company, tmp_path, cut_points(11))


CHANGES: dict[str, tuple[str, str, str]] = {
    "a weight": (
        "seeds/interaction_types.csv",
        "webinar_attended,event,3,",
        "webinar_attended,event,4,",
    ),
    "an alias": ("seeds/sector_aliases.csv", "software,", "programming,"),
    "a macro": ("macros/decay.sql", "{%- endmacro %}", " {%- endmacro %}"),
    "a var": ("dbt_project.yml", "stale_after_days: 120", "stale_after_days: 90"),
    "a definition": ("macros/velocity.sql", "30.4375", "30.5"),
}


@pytest.mark.parametrize("n_hours", [1, pytest.param(10, marks=pytest.mark.full)])
def test_hours_equal_rebuilds(
    abm: Abm, company: Path, company_built: Build, tmp_path: Path, n_hours: int
) -> None:
    """Late, corrected and deleted rows of every source, without dbt; then what dbt must see."""
    db, twin, raw = tmp_path / "abm.duckdb", tmp_path / "twin" / "abm.duckdb", tmp_path / "raw"
    project = tmp_path / "project"
    for name in PROJECT:
        shutil.copytree(ROOT / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, project / name)
    twin.parent.mkdir()
    chance = random.Random(int(os.environ.get("ABM_TEST_SEED", "5")))
    kinds = [None, *chance.sample(sorted(CHANGES), len(CHANGES)), "a day"]
    day = date.fromisoformat(COMPANY_DAY) - timedelta(days=n_hours)
    write_state(company, raw, 0, n_hours, day)

    def build(file: Path, *options: object) -> str:
        result = abm(
            *("build", "--raw", raw, "--db", file, "--as-of", day, *options),
            cwd=project,
            target=tmp_path / "target",
        )
        assert result.returncode == 0, said(result)
        return result.stdout

    build(db)
    for hour in range(n_hours):
        kind = kinds[hour % len(kinds)]
        shutil.copy(db, twin)
        shutil.rmtree(raw)
        if kind == "a day":
            day += timedelta(days=1)
        elif kind:
            file, before, after = CHANGES[kind]
            text = (project / file).read_text()
            # The second time it is changed back.
            old, new = (before, after) if before in text else (after, before)
            assert old in text, kind
            (project / file).write_text(text.replace(old, new))
        write_state(company, raw, hour + 1, n_hours, day)
        printed = build(db)
        assert " unchanged" in printed
        assert ("without dbt" in printed) == (kind is None)
        build(twin, "--full-refresh")
        assert differences(db, twin) == [], f"hour {hour}, {kind}"
        assert "Nothing changed since build" in build(db)
    explained = abm("build", "--db", db, "--explain", "fct_touchpoints")
    assert explained.stdout.startswith("fct_touchpoints was made by build "), said(explained)
    assert "because " in explained.stdout
    (sentence,) = errors(abm("build", "--db", db, "--explain", "fct_touches"))
    assert "made fct_touches" in sentence
