"""The project in another one that installs it as a package: what is whose, and the same numbers.

A small package of this one's macros and a few models shows what becomes of whose nodes;
integration_tests/ installs the whole of it.
"""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import COMPANY_DAY, ROOT, Abm, Build, Result, abm_environment, said
from dbt.cli.main import dbtRunner
from test_fingerprints import EVERYTHING, Project

from abm.build import BuildOptions, dbt_arguments, invoke_dbt
from abm.compare import compare_databases

EXAMPLE = ROOT / "integration_tests"
HAND_ON = "macros/materializations.sql"
OWN = {
    "models/own.sql": "{{ config(materialized='table') }} "
    "select id, amount, current_timestamp as made_at from {{ ref('abm_warehouse', 'rpt_deals') }}",
    "models/own_view.sql": "select * from {{ ref('own') }}",
    "seeds/own_seed.csv": "code\na\n",
    "snapshots/own_snapshot.yml": "snapshots: [{name: own_snapshot, relation: ref('own_seed'), "
    "config: {unique_key: code, strategy: check, check_cols: all, snapshot_meta_column_names: "
    "{dbt_valid_from: valid_from, dbt_valid_to: valid_to}}}]",
    "tests/own_test.sql": "select * from {{ ref('own_seed') }} where code = '{{ var('wrong') }}'",
}


class Installed:
    """A project that installs the small one.

    Args:
        folder: Where to write both.
    """

    def __init__(self, folder: Path) -> None:
        self.package = Project(folder / "package")
        self.folder, self.db = folder / "own", folder / "own.duckdb"
        for name, text in OWN.items():
            self.write(name, text)
        self.write(HAND_ON, (EXAMPLE / HAND_ON).read_text())
        profile = yaml.safe_load((ROOT / "profiles.yml").read_text())["abm_warehouse"]
        profile["outputs"] = {"duckdb": profile["outputs"]["duckdb"]}
        self.write("profiles.yml", yaml.safe_dump({"own": profile}))
        self.write("packages.yml", "packages: [{local: ../package}]")
        settings: dict[str, Any] = {"name": "own", "profile": "own", "version": "1.0.0"}
        settings["vars"] = {"factor": 1000, "wrong": "b", "abm_warehouse": {"factor": 2}}
        self.write("dbt_project.yml", yaml.safe_dump(settings | {"flags": {}}))
        self.install()

    def install(self) -> None:
        """Run `dbt deps`."""
        deps = ["deps", "--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        assert dbtRunner().invoke(["--quiet", *deps, "--log-path", str(self.folder)]).success

    def write(self, name: str, text: str) -> None:
        """Write a file of the other project."""
        file = self.folder / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)

    def build(self, is_good: bool = True, **options: Any) -> set[str]:
        """Build, and say which nodes the ledger says that it made."""
        raw = self.package.folder / "raw"
        target = self.folder / "target"
        build = BuildOptions(
            root=self.folder,
            raw_dir=raw,
            raw_env=str(raw),
            db=self.db,
            target_path=target,
            **options,
        )
        report = invoke_dbt(build, dbt_arguments(build), "Building")
        assert report.succeeded == is_good, report.failures
        made = self.ask(
            "select split_part(node_id, '.', 3) from main_ledger.nodes where build_id = "
            "(select content from main_ledger.nodes where node_id = 'ledger')"
        )
        return {name for (name,) in made} - {"warn_of_rates"}

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Read the database."""
        with duckdb.connect(str(self.db), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def kept(self) -> set[str]:
        """The nodes of the other project of which the ledger knows."""
        rows = self.ask(
            "select split_part(node_id, '.', 3) from main_ledger.nodes "
            "where split_part(node_id, '.', 2) = 'own'"
        )
        return {name for (name,) in rows}


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path)


PACKAGE = EVERYTHING - {"warn_of_rates"}
ITS_OWN = {"own", "own_view", "own_seed", "own_snapshot", "own_test"}


def test_the_nodes_of_the_other_project_are_dbts(installed: Installed) -> None:
    """Those of the package are made where they changed; a var asks for the same of the others."""
    assert installed.build() == PACKAGE
    (first,) = installed.ask("select max(made_at), sum(amount) from own")
    rows = {tuple(row) for row in installed.ask("select id, amount from main.rpt_deals")}
    assert rows == {(1, 10 * 20 * 2), (2, 20 * 20 * 2)}, "the nested var, not the global one"
    assert installed.build() == set()
    assert installed.kept() == set()
    (second,) = installed.ask("select max(made_at), sum(amount) from own")
    assert second[0] > first[0]
    assert second[1] == first[1]
    # What dbt's own materializations ran is in a file; those of the package write none.
    ran = installed.folder / "target/run"
    for name in ("own.sql", "own_view.sql"):
        assert "__dbt_tmp" in (ran / "own/models" / name).read_text()
    assert not (ran / "abm_warehouse/models/rpt_deals.sql").exists()
    # The moment of a version is the build's in the package, and a clock's in the other project.
    moments = "select count(*) from {} inner join main_ledger.builds on started_at = {}"
    assert installed.ask(moments.format("main_snapshots.deals_snapshot", "dbt_valid_from")) != [
        (0,)
    ]
    assert installed.ask(moments.format("main.own_snapshot", "valid_from")) == [(0,)]

    asked = {"variables": {"abm_for_root_project": True}}
    assert installed.build(**asked) == ITS_OWN
    (third,) = installed.ask("select max(made_at) from own")
    assert installed.build(**asked) == set()
    assert installed.ask("select max(made_at) from own") == [third]
    assert installed.kept() == ITS_OWN


def test_a_build_is_one_of_the_package(installed: Installed) -> None:
    installed.build()
    whole = "select build_id from main_ledger.builds where status = 'finished' and is_whole"
    (first,) = installed.ask(whole)
    installed.build(select=("package:own",))
    assert installed.ask("select build_id from main_ledger.builds") == [first]
    assert installed.build(is_good=False, variables={"wrong": "a"}) == set()
    assert len(installed.ask(whole)) == 2, "what failed is not of the package"


@pytest.mark.parametrize("is_some", [False, True])
def test_without_handing_on_everything_is_made(installed: Installed, is_some: bool) -> None:
    """A table that is made past the ledger is not taken for what it was."""
    hands_on = (installed.folder / HAND_ON).read_text()
    without = (
        hands_on.replace("materialization table,", "materialization other,") if is_some else ""
    )
    assert installed.build() == PACKAGE
    amounts = "select id, amount from main.int_rounded order by id"
    before = installed.ask(amounts)
    installed.write(HAND_ON, without)
    installed.package.sell("(1, 10.4, timestamp '2026-10-01')")
    for _ in range(2):
        assert installed.build() == set()
        assert installed.ask(amounts) == before[:1]
        assert installed.ask("select id from main.rpt_deals") == [(1,)]
    installed.write(HAND_ON, hands_on)
    assert installed.build() == PACKAGE
    assert installed.build() == set()


def test_without_the_plugin_everything_is_made(installed: Installed) -> None:
    profile = (installed.folder / "profiles.yml").read_text()
    installed.build()
    without = yaml.safe_load(profile)
    del without["own"]["outputs"]["duckdb"]["plugins"]
    installed.write("profiles.yml", yaml.safe_dump(without))
    installed.package.sell("(1, 10.4, timestamp '2026-10-01')")
    for _ in range(2):
        assert installed.build() == set()
        assert installed.ask("select id from main.rpt_deals") == [(1,)]
    installed.write("profiles.yml", profile)
    assert installed.build() == PACKAGE


def test_a_package_from_git(installed: Installed) -> None:
    package = installed.package.folder
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        (*who, "commit", "-qm", "a"),
    ):
        subprocess.run(["git", *command], cwd=package, check=True)
    (installed.folder / "dbt_packages" / "abm_warehouse").unlink()
    entry = {"git": package.as_uri(), "revision": "main", "warn-unpinned": False}
    installed.write("packages.yml", yaml.safe_dump({"packages": [entry]}))
    installed.install()
    shutil.rmtree(package / "macros")
    assert installed.build() == PACKAGE
    assert installed.build() == set()


@pytest.mark.full
@pytest.mark.parametrize(
    ("file", "is_there", "is_left", "sees"),
    [
        (
            "package.sql",
            "abm_warehouse.is_of_warehouse(model) or",
            "true or",
            test_the_nodes_of_the_other_project_are_dbts,
        ),
        (
            "package.sql",
            "{{ return(false) }}",
            "{{ return(true) }}",
            lambda project: test_without_handing_on_everything_is_made(project, False),
        ),
        (
            "fingerprints.sql",
            "| length and ns.maker",
            "| length",
            test_without_the_plugin_everything_is_made,
        ),
        (
            "builds.sql",
            "results if is_of_warehouse(",
            "results if (",
            test_a_build_is_one_of_the_package,
        ),
    ],
)
def test_what_is_not_told_apart_is_seen(
    installed: Installed, file: str, is_there: str, is_left: str, sees: Callable[[Installed], None]
) -> None:
    macros = installed.package.folder / "macros" / file
    text = macros.read_text()
    assert is_there in text
    macros.write_text(text.replace(is_there, is_left))
    with pytest.raises(AssertionError):
        sees(installed)


def dbt_in_example(*arguments: object, db: Path, folder: Path, raw: Path) -> Result:
    """Run dbt in integration_tests/, which is written to nowhere but for its lock of packages."""
    environment = abm_environment(folder / "target")
    environment |= {"ABM_DB": str(db), "ABM_RAW_DIR": str(raw)}
    environment |= {"DBT_PACKAGES_INSTALL_PATH": str(folder / "packages")}
    return subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *map(str, arguments)],
        cwd=EXAMPLE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def example(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that integration_tests/ builds of the small company."""
    folder = tmp_path_factory.mktemp("example")
    db = folder / "abm.duckdb"
    for command in (("deps",), ("build", "--exclude-resource-type", "unit_test")):
        result = dbt_in_example(*command, db=db, folder=folder, raw=company)
        assert result.returncode == 0, said(result)
    return db


def test_the_package_gives_the_same_numbers(example: Path, company_built: Build) -> None:
    """But for the seed that this project has in its own words."""
    compared = compare_databases(company_built.db, example)
    different = [one.name for one in compared if one.is_different]
    assert different == ["reference.aes_coefficients"]
    assert len(compared) > 90
    with duckdb.connect(str(example), read_only=True) as connection:
        ask = lambda query: connection.execute(query).fetchall()  # noqa: E731
        assert ask(
            "select note from reference.aes_coefficients where component = 'touchpoint_score'"
        ) == [("agreed with sales",)]
        schemas = ask(
            "select table_schema, count(*) from information_schema.tables "
            "where table_catalog = 'abm' group by 1 order by 1"
        )
        (key_accounts,) = ask("select count(*), count(distinct owner) from main.key_accounts")
        ledger = ask("select status, is_whole, selection from ledger.builds")
    own = {"main": 2, "main_kept": 1}
    assert {name: n for name, n in schemas if name in own} == own
    assert {name for name, _ in schemas} - own.keys() == {
        *("audit", "intermediate", "ledger", "marts", "reference", "semantic", "snapshots"),
        *("staging", "typed"),
    }
    assert key_accounts[1] == 2
    assert ledger == [("finished", True, None)]


def test_what_the_package_built_is_published(abm: Abm, example: Path, tmp_path: Path) -> None:
    result = abm("publish", "--db", example, "--out", tmp_path)
    assert result.returncode == 0, said(result)
    with duckdb.connect(str(tmp_path / "abm.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.dim_accounts").fetchone() != (0,)


NEXT = ROOT / ".venv-dbt-next" / "bin" / "python"
"""The Python of the next dbt: `make dbt-next` makes it."""


@pytest.fixture
def next_abm(tmp_path: Path) -> Abm:
    """Runs `abm` with the next dbt."""
    if not NEXT.exists():
        pytest.skip(".venv-dbt-next is missing: run `make dbt-next`")

    def run(*arguments: object) -> Result:
        return subprocess.run(
            [str(NEXT), "-m", "abm", *map(str, arguments)],
            cwd=ROOT,
            env=abm_environment(tmp_path / "target"),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def made_by_last_build(db: Path) -> tuple[int, int]:
    """How many nodes the last build made, and how many there are."""
    with duckdb.connect(str(db), read_only=True) as connection:
        row = connection.execute(
            "select count(*) filter (where build_id = (select max_by(build_id, started_at) from "
            "ledger.builds)), count(*) from ledger.nodes where statement is not null"
        ).fetchone()
    assert row
    return row


def test_a_dbt_upgrade_is_noticed_and_moves_no_number(
    company_built: Build, next_abm: Abm, tmp_path: Path
) -> None:
    db = tmp_path / "abm.duckdb"
    shutil.copyfile(company_built.db, db)
    options = ("--raw", company_built.raw, "--db", db, "--as-of", COMPANY_DAY)
    result = next_abm("build", *options)
    assert result.returncode == 0, said(result)
    assert "Nothing changed" not in result.stdout
    n_made, n_nodes = made_by_last_build(db)
    assert n_made == n_nodes > 500
    assert [one.name for one in compare_databases(company_built.db, db) if one.is_different] == []
    result = next_abm("build", *options)
    assert "Nothing changed" in result.stdout, said(result)


@pytest.mark.full
def test_the_next_dbt_builds_the_same_sample(built: Build, next_abm: Abm, tmp_path: Path) -> None:
    db = tmp_path / "abm.duckdb"
    result = next_abm("build", "--unit-tests", "--db", db)
    assert result.returncode == 0, said(result)
    compared = compare_databases(built.db, db)
    assert len(compared) > 90
    assert [one.name for one in compared if one.is_different] == []


def test_the_next_dbt_has_the_packages_of_this_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    other = {one for one in project["dependency-groups"]["dbt-next"] if "dbt-core" not in one}
    assert other <= set(project["project"]["dependencies"])
