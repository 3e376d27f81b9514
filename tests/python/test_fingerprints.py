"""A build makes what changed, and nothing else: each kind of change is noticed.

A project of a few models, with the macros of this one, is built again and again. What a build made
is what the ledger says that it made.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import ROOT

from abm import fingerprints
from abm.build import BuildOptions, dbt_arguments, invoke_dbt
from abm.privacy import SALT

MODELS = {
    "stg_deals": "select id, cast(amount as decimal(18, 2)) as amount, sold_on "
    "from {{ source('salesforce', 'deals') }} where {{ is_by_as_of('sold_on') }}",
    "int_deals": "{{ config(materialized='view') }} select * from {{ ref('stg_deals') }}",
    "int_rounded": "{{ config(materialized='updated_table') }} "
    "select id, sold_on, cast(amount as decimal(18, 0)) as amount from {{ ref('int_deals') }}",
    "int_rates": "select id as rate_id, {{ doubled('rate') }} as rate from {{ ref('rates') }}",
    "rpt_deals": "select id, amount * rate * {{ var('factor') }} as amount "
    "from {{ ref('int_rounded') }} cross join {{ ref('int_rates') }}",
    "rpt_salted": "select id, {{ email_salt() }} as salt from {{ ref('stg_deals') }}",
}
TESTS = {
    "assert_deals": "select * from {{ ref('rpt_deals') }} where amount < 0",
    "warn_of_rates": "{{ config(severity='warn') }} select * from {{ ref('rates') }}",
}
SNAPSHOT = "{% snapshot deals_snapshot %}{{ config(unique_key='id', strategy='check', "
SNAPSHOT += "check_cols='all', schema='snapshots') }} select * from {{ ref('int_deals') }}"
SNAPSHOT += "{% endsnapshot %}"
EVERYTHING = {*MODELS, *TESTS, "rates", "deals_snapshot"}
ALWAYS = {"warn_of_rates"}
"""A test that warned is run again."""


class Project:
    """A small project on one raw table and one seed.

    Args:
        folder: Where to write it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = folder / "abm.duckdb"
        shutil.copytree(ROOT / "macros", folder / "macros")
        shutil.copy(ROOT / "profiles.yml", folder)
        settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
        kept = ("name", "version", "config-version", "profile", "on-run-start", "on-run-end")
        settings = {name: settings[name] for name in (*kept, "vars", "flags")}
        settings["vars"] |= {"factor": 2, "as_of_date": "2026-10-31"}
        self.write(
            "dbt_project.yml", yaml.safe_dump(settings | {"models": {"+materialized": "table"}})
        )
        location = "{{ env_var('ABM_RAW_DIR') }}/salesforce/{name}.parquet"
        source = {"name": "salesforce", "tables": [{"name": "deals"}]}
        source["config"] = {"meta": {"external_location": location}}
        self.write("models/sources.yml", yaml.safe_dump({"sources": [source]}))
        self.write("macros/doubled.sql", "{% macro doubled(x) %}{{ x }} * 2{% endmacro %}")
        self.write("seeds/rates.csv", "id,rate\n1,10\n")
        self.write("snapshots/deals.sql", SNAPSHOT)
        for name, sql in MODELS.items():
            self.write(f"models/{name}.sql", sql)
        for name, sql in TESTS.items():
            self.write(f"tests/{name}.sql", sql)
        self.sell("(1, 10.4, timestamp '2026-10-01'), (2, 20.3, timestamp '2026-10-02')")

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def sell(self, deals: str, options: str = "") -> None:
        """Write the raw table."""
        folder = self.folder / "raw/salesforce"
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (from (values {deals}) as deals (id, amount, sold_on)) "
                f"to '{folder / 'deals.parquet'}' (format parquet{options})"
            )

    def build(self, **options: Any) -> set[str]:
        """Build, and say which nodes were made."""
        build = BuildOptions(
            root=self.folder,
            raw_dir=self.folder / "raw",
            raw_env=str(self.folder / "raw"),
            db=self.db,
            target_path=self.folder / "target",
            **options,
        )
        report = invoke_dbt(build, dbt_arguments(build), "Building")
        assert report.succeeded, report.failures
        return self.made()

    def made(self) -> set[str]:
        """The nodes that the last build made, without those that every build does."""
        with duckdb.connect(str(self.db), read_only=True) as connection:
            rows = connection.execute(
                "select split_part(node_id, '.', 3) from ledger.nodes where build_id = "
                "(select content from ledger.nodes where node_id = 'ledger')"
            ).fetchall()
        return {name for (name,) in rows} - ALWAYS

    def rows(self, table: str) -> list[tuple[object, ...]]:
        """The rows of a table."""
        with duckdb.connect(str(self.db), read_only=True) as connection:
            return connection.execute(f"from {table} order by all").fetchall()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"))
    assert project.build() == EVERYTHING - ALWAYS
    assert project.build() == set()
    return project


READERS = {
    "stg_deals": {"int_deals", "int_rounded", "rpt_deals", "rpt_salted", "assert_deals"}
    | {"deals_snapshot"},
}


def test_a_raw_file(project: Project) -> None:
    """Its rows count, not its bytes; what comes out as it was ends the wave."""
    rows = "(1, 10.4, timestamp '2026-10-01'), (2, 20.3, timestamp '2026-10-02')"
    project.sell(rows, ", compression gzip")
    assert project.build() == {"stg_deals"}
    # Rounded to what it was; the salted copy has no amount.
    project.sell(rows.replace("10.4", "10.3"))
    assert project.build() == {"stg_deals", "int_deals", "int_rounded", "rpt_salted"} | {
        "deals_snapshot"
    }
    late, deleted = ", (3, 5, timestamp '2026-10-03')", "(1, 10.3, timestamp '2026-10-01'), "
    made = {"stg_deals", *READERS["stg_deals"]}
    project.sell((rows + late).replace("10.4", "10.3"))
    assert project.build() == made
    assert len(project.rows("main.rpt_deals")) == 3
    project.sell((rows + late).replace("10.4", "10.3").replace(deleted, ""))
    assert project.build() == made
    assert project.build() == set()


def test_a_seed_a_macro_a_var_and_a_day(project: Project) -> None:
    project.write("seeds/rates.csv", 'id,rate\n"1",10\n')
    assert project.build() == {"rates"}, "written otherwise, it says the same"
    project.write("seeds/rates.csv", "id,rate\n1,11\n")
    assert project.build() == {"rates", "int_rates", "rpt_deals", "assert_deals"}
    project.write("macros/doubled.sql", "{% macro doubled(x) %}{{ x }} + {{ x }}{% endmacro %}")
    assert project.build() == {"int_rates"}
    project.write("macros/doubled.sql", "{% macro doubled(x) %}{{ x }} * 3{% endmacro %}")
    assert project.build() == {"int_rates", "rpt_deals", "assert_deals"}
    assert project.build(variables={"factor": 3}) == {"rpt_deals", "assert_deals"}
    assert project.build(variables={"factor": 3, "as_of_date": "2026-10-30"}) == {"stg_deals"}
    made = project.build(variables={"factor": 3, "as_of_date": "2026-10-02"})
    assert made == {"stg_deals", *READERS["stg_deals"]}, "a deal was not yet known"
    assert made == project.build()


def test_what_is_in_no_statement(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SALT, "a secret")
    assert project.build() == {"rpt_salted"}
    monkeypatch.delenv(SALT)
    assert project.build() == {"rpt_salted"}
    real = fingerprints.version
    for engine in fingerprints.ENGINES:
        upgraded = monkeypatch.context()
        with upgraded as patch:
            patch.setattr(
                fingerprints, "version", lambda name, e=engine: real(name) + "1" * (name == e)
            )
            assert project.build() == EVERYTHING - ALWAYS, engine
    project.build()
    for name in fingerprints.MAKERS:
        file = project.folder / f"macros/{name}.sql"
        file.write_text(file.read_text() + "{#- Says nothing. -#}\n")
        assert project.build() == EVERYTHING - ALWAYS, name
    project.write("models/rpt_deals.yml", "models: [{name: rpt_deals, config: {tags: [new]}}]")
    assert project.build() == {"rpt_deals"}
    assert project.build(full_refresh=True) == EVERYTHING - ALWAYS


def test_a_test_that_did_not_pass_is_run_again(project: Project) -> None:
    with pytest.raises(AssertionError, match="assert_deals"):
        project.build(variables={"factor": -1})
    project.write("tests/assert_deals.sql", TESTS["assert_deals"].replace("< 0", "> 0"))
    with pytest.raises(AssertionError, match="assert_deals"):
        project.build()
    with pytest.raises(AssertionError, match="assert_deals"):
        project.build()
    project.write("tests/assert_deals.sql", TESTS["assert_deals"])
    assert project.build() == {"assert_deals"}


@pytest.mark.parametrize(
    "damage",
    [
        "drop table ledger.nodes",
        "alter table ledger.nodes rename column shape to form",
        "delete from ledger.nodes where node_id = 'ledger'",
        "delete from ledger.builds where started_at = (select max(started_at) from ledger.builds)",
        "update ledger.nodes set reads = 'not JSON', statement = null",
    ],
)
def test_a_ledger_that_is_lost_costs_one_build(project: Project, damage: str) -> None:
    with duckdb.connect(str(project.db)) as connection:
        connection.execute(damage)
    assert project.build() == EVERYTHING - ALWAYS
    last = fingerprints.last_build(project.db)
    assert last
    assert last.has_forgotten == ("set reads" not in damage), "nodes alone are not looked at"
    assert project.build() == set()
    last = fingerprints.last_build(project.db)
    assert last
    assert not last.has_forgotten
    for facts in ("{}", "half"):
        with duckdb.connect(str(project.db)) as connection:
            connection.execute(
                f"update ledger.nodes set recipe = '{facts}' where node_id = 'ledger'"
            )
        assert fingerprints.last_build(project.db) is None


def test_a_table_that_is_lost_is_made(project: Project) -> None:
    with duckdb.connect(str(project.db)) as connection:
        connection.execute("drop table main.int_rates; drop view main.int_deals")
        connection.execute("drop table snapshots.deals_snapshot")
    assert project.build() >= {"int_rates", "deals_snapshot"}
    assert project.rows("main.int_rates")
    assert project.rows("main.int_deals")
    (project.folder / "models/rpt_salted.sql").unlink()
    assert project.build() == set()
    with duckdb.connect(str(project.db), read_only=True) as connection:
        known = connection.execute("select node_id from ledger.nodes").fetchall()
    assert not [name for (name,) in known if "rpt_salted" in name]


@pytest.mark.full
@pytest.mark.parametrize(
    ("is_there", "is_left", "notices"),
    [
        ("ns.maker, sql, made_from", "ns.maker, made_from", test_a_seed_a_macro_a_var_and_a_day),
        ("ns.maker, sql, made_from", "ns.maker, sql", test_a_seed_a_macro_a_var_and_a_day),
        ("ns.maker, sql, made_from", "sql, made_from", test_what_is_in_no_statement),
        ("tojson(model.config, sort_keys=true),", "", test_what_is_in_no_statement),
        ("reads.update({'salt': ['', ns.salt]})", "reads.update({})", test_what_is_in_no_statement),
        ("{%- if flags.FULL_REFRESH -%}", "{%- if false -%}", test_what_is_in_no_statement),
        ("coalesce(content, '\" ~ build_id()\n", "concat('raw', '\"\n", test_a_raw_file),
        ("'reads': reads, 'row'", "'reads': {}, 'row'", test_a_raw_file),
        ("[none, none])[compared]", "[none, none])[0]", test_a_seed_a_macro_a_var_and_a_day),
        ("~ row_hash ~ '), 0)", "~ '0), 0)", test_a_raw_file),
    ],
)
def test_what_is_left_out_is_missed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_there: str,
    is_left: str,
    notices: Callable[..., None],
) -> None:
    """The tests above would see it: each fails where a part of the fingerprints is left out."""
    project = Project(tmp_path)
    file = project.folder / "macros/fingerprints.sql"
    text = file.read_text()
    assert is_there in text
    file.write_text(text.replace(is_there, is_left))
    project.build()
    project.build()
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        notices(project, *([monkeypatch] if notices is test_what_is_in_no_statement else []))
