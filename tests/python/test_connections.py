"""Several connections of one source: nothing collides, and every row says where it came from.

Two companies of `abm sample` have their own domains and, numbered alike, nearly the same ids: what
a build of both says of an account is what a build of its own company says.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import COMPANY_DAY, Abm, said

SEEDS = {"emea": 1, "us": 2}
SHARED = ("abm_program", "custom")
MARTS = {
    "dim_accounts": ["account_id", "parent_account_id", "ultimate_parent_account_id"],
    "dim_people": [],
    "fct_opportunities": ["opportunity_id", "account_id", "account_executive_id"],
    "fct_touchpoints": ["account_id", "campaign_id"],
}
"""Marts of rows that speak of one account, and their columns that hold ids of the CRM."""


@pytest.fixture(scope="module")
def companies(abm: Abm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw directories of two companies, and `both`, of which each source has two connections."""
    folder = tmp_path_factory.mktemp("companies")
    for name, seed in SEEDS.items():
        options = ("--accounts", 12, "--seed", seed, "--as-of", COMPANY_DAY)
        result = abm("sample", *options, "--out", folder / name)
        assert result.returncode == 0, said(result)
        for source in SHARED:
            shutil.rmtree(folder / name / source)
        for source in (folder / name).iterdir():
            shutil.copytree(source, folder / "both" / f"{source.name}__{name}")
    return folder


@pytest.fixture(scope="module")
def build(abm: Abm, companies: Path) -> Callable[..., duckdb.DuckDBPyConnection]:
    def run(name: str, crm: str = "salesforce") -> duckdb.DuckDBPyConnection:
        db = companies / f"{name}_{crm}.duckdb"
        result = abm(
            *("build", "--raw", companies / name, "--db", db, "--as-of", COMPANY_DAY),
            *("--vars", f"{{crm: {crm}}}", "--exclude", "resource_type:test"),
            *(part for mart in MARTS for part in ("--select", f"+{mart}")),
        )
        assert result.returncode == 0, said(result)
        return duckdb.connect(str(db), read_only=True)

    return run


def test_two_portals_do_not_collide(
    companies: Path, build: Callable[..., duckdb.DuckDBPyConnection]
) -> None:
    ids = [
        set(pl.read_parquet(companies / name / "salesforce" / "account.parquet")["id"])
        for name in SEEDS
    ]
    assert len(ids[0] & ids[1]) > 10
    with build("both") as both:
        for name in SEEDS:
            with build(name) as alone:
                print(alone, both)
