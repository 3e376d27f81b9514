"""Several connections of one source: nothing collides, and every row says where it came from.

Two companies of `abm sample` have domains of their own and, numbered alike, nearly the same ids:
what a build of both says of an account is what a build of its own company says.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import COMPANY_DAY, Abm, said

SEEDS = {"emea": 1, "us": 2}
SHARED = ("abm_program", "custom")
"""Sources without connections, whose lists would name accounts of both companies."""

OF_ACCOUNTS = {
    "dim_accounts": "where account_id <> 'unknown'",
    "fct_opportunities": "",
    "fct_customer_value": "",
    "fct_account_penetration": "",
    "fct_account_journey": "",
}
"""Marts whose every column speaks of one account, whatever other accounts there are."""

OF_OTHERS = ("is_accelerated",)
"""Columns that compare an account with others after all."""

OF_NOBODY = ("stg_salesforce__currency_rates", "stg_salesforce__currency_types")
"""Staged rows without an id: what two connections say of a currency is said once."""

TOUCHES = """
    select source_system, source_table, interaction_type, occurred_at, {account}, is_engagement,
        is_abm_touch, engagement_points, person_id is null
    from intermediate.int_touchpoints
"""
Connection = duckdb.DuckDBPyConnection
Builder = Callable[..., Connection]


@pytest.fixture(scope="module")
def companies(abm: Abm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw directories of two companies and, of both, one with two connections per source."""
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
def build(abm: Abm, companies: Path) -> Builder:
    """Builds one of the raw directories, as far as the tests look."""

    def run(name: str, crm: str = "salesforce") -> Connection:
        db = companies / f"{name}_{crm}.duckdb"
        result = abm(
            *("build", "--raw", companies / name, "--db", db, "--as-of", COMPANY_DAY),
            *("--vars", f"{{crm: {crm}}}", "--exclude", "resource_type:test"),
            *(part for mart in (*OF_ACCOUNTS, "int_touchpoints") for part in ("-s", f"+{mart}")),
        )
        assert result.returncode == 0, said(result)
        return duckdb.connect(str(db), read_only=True)

    return run


def told_apart(column: str) -> str:
    """The company behind a connection's prefix, and the id without it."""
    return f"regexp_replace(cast({column} as varchar), '(emea|us):', '', 'g')"


@pytest.mark.full
def test_two_orgs_and_portals_do_not_collide(companies: Path, build: Builder) -> None:
    files = [companies / name / "salesforce" / "account.parquet" for name in SEEDS]
    ids = [set(pl.read_parquet(file)["id"]) for file in files]
    assert len(ids[0] & ids[1]) > 10

    with build("both") as both:
        alone = {name: build(name) for name in SEEDS}
        for mart, where in OF_ACCOUNTS.items():
            columns = [row[0] for row in both.execute(f"describe marts.{mart}").fetchall()]
            listed = ", ".join(map(told_apart, [c for c in columns if c not in OF_OTHERS]))
            for name, connection in alone.items():
                own = f"select {listed} from marts.{mart} {where}"
                mark = "and" if where else "where"
                of_both = f"{own} {mark} account_id like '{name}:%'"
                expected = Counter(connection.execute(own).fetchall())
                assert expected, mart
                assert Counter(both.execute(of_both).fetchall()) == expected, (mart, name)
        query = TOUCHES.format(account=told_apart("account_id"))
        expected = Counter(row for c in alone.values() for row in c.execute(query).fetchall())
        assert Counter(both.execute(query).fetchall()) == expected

        staged = both.execute(
            "select table_name from duckdb_columns() where schema_name = 'staging' "
            "and column_name = 'source_connection'"
        ).fetchall()
        assert len(staged) > 50
        for table in {table for (table,) in staged}.difference(OF_NOBODY):
            query = (
                f"select coalesce(source_connection, '{{}}'), count(*) from staging.{table} "
                "group by all order by all"
            )
            expected = [
                row for name, c in alone.items() for row in c.execute(query.format(name)).fetchall()
            ]
            assert both.execute(query.format("none")).fetchall() == expected, table
        for connection in alone.values():
            connection.close()


@pytest.mark.full
def test_two_portals_are_one_crm(companies: Path, build: Builder) -> None:
    """Deals keep the companies of their own portal, though another portal has the same ids."""
    expected: Counter[tuple[str, str]] = Counter()
    for name in SEEDS:
        hubspot = companies / name / "hubspot"
        deals = duckdb.sql(f"""
            select '{name}:' || deal_id, '{name}:' || min(company_id)
            from (
                select * from '{hubspot}/deal.parquet'
                qualify row_number() over (partition by deal_id order by _fivetran_synced desc) = 1
            ) as deals
            join (select * from '{hubspot}/deal_company.parquet') using (deal_id)
            where not coalesce(is_deleted, false)
            group by deal_id
        """).fetchall()
        expected.update(deals)
    with build("both", "hubspot") as both:
        marts = both.execute("select opportunity_id, account_id from marts.fct_opportunities")
        assert Counter(marts.fetchall()) == expected
