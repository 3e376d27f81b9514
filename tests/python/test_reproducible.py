"""One as-of day gives one set of rows, on whatever day the build runs."""

import shutil
import time
from functools import cache
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ARTIFACTS, COMPANY_DAY, ROOT, Abm, Build, said

DAYS_LATER = 45
SCHEMAS = ("marts", "audit", "reference")


@cache
def of_the_clock() -> tuple[str, ...]:
    """The tables that say since when a database keeps snapshots, and which build gave a value."""
    files = [*(ROOT / "models/marts").rglob("*.yml"), *(ROOT / "models/audit").rglob("*.yml")]
    models = [m for file in files for m in yaml.safe_load(file.read_text()).get("models", [])]
    metas = {model["name"]: model.get("config", {}).get("meta", {}) for model in models}
    names = tuple(sorted(name for name, meta in metas.items() if meta.get("of_the_clock")))
    assert len(names) > 1, names
    return names


def differences(first: Path, second: Path) -> list[str]:
    """Say which tables differ between two databases, and by how many rows each way."""
    found: list[str] = []
    with duckdb.connect() as connection:
        for name, file in (("first", first), ("second", second)):
            connection.execute(f"attach '{file}' as {name} (read_only)")
        tables = [
            set(
                connection.execute(
                    "select table_schema, table_name from information_schema.tables "
                    f"where table_catalog = '{name}' and table_schema in {SCHEMAS} "
                    f"and table_name not in {of_the_clock()}"
                ).fetchall()
            )
            for name in ("first", "second")
        ]
        assert tables[0], "nothing to compare"
        found += [f"only one build has {table}" for table in sorted(tables[0] ^ tables[1])]
        for schema, table in sorted(tables[0] & tables[1]):
            counts = [
                connection.execute(
                    f'select count(*) from (from {one}."{schema}"."{table}" '
                    f'except all from {other}."{schema}"."{table}")'
                ).fetchall()[0][0]
                for one, other in (("first", "second"), ("second", "first"))
            ]
            if any(counts):
                found.append(f"{schema}.{table}: {counts[0]} rows gone, {counts[1]} new")
    return found


@pytest.mark.full
def test_rows_do_not_depend_on_the_day(
    abm: Abm, company: Path, company_built: Build, tmp_path: Path
) -> None:
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed: run scripts/install_debian_packages.sh")
    db = tmp_path / "abm.duckdb"
    result = abm(
        *("build", "--raw", company, "--db", db, "--as-of", COMPANY_DAY),
        before=("faketime", "--exclude-monotonic", f"+{DAYS_LATER} days"),
        # Else libfaketime makes DuckDB's threads spin while they wait: minutes instead of seconds.
        environment={"FAKETIME_FORCE_MONOTONIC_FIX": "0"} | ARTIFACTS,
        target=tmp_path / "target",
    )
    assert result.returncode == 0, said(result)
    later = (tmp_path / "target" / "run_results.json").read_text()
    there = time.strftime("%Y-%m", time.gmtime(time.time() + DAYS_LATER * 86_400))
    assert f'"generated_at": "{there}' in later, "the clock of the second build was not moved"
    assert differences(company_built.db, db) == []


def test_comparison_finds_a_changed_row(company_built: Build, tmp_path: Path) -> None:
    """The comparison itself: one row doubled in one table is found, and only there."""
    changed = tmp_path / "changed.duckdb"
    shutil.copy(company_built.db, changed)
    with duckdb.connect(str(changed)) as connection:
        connection.execute("insert into marts.dim_accounts from marts.dim_accounts limit 1")
    assert of_the_clock() == ("audit_builds", "audit_time_travel", "fct_kpi_publications")
    found = differences(company_built.db, changed)
    assert found == ["marts.dim_accounts: 0 rows gone, 1 new"]
