"""The command line itself: help, exit codes, and what it passes on to dbt."""

import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml
from conftest import Abm, errors, said

from abm.build import (
    WRITE_ARTIFACTS,
    BuildOptions,
    as_of_environment,
    dbt_arguments,
    parse_vars,
)
from abm.contract import Comparison, State, compare, load_contract
from abm.errors import AbmError
from abm.paths import find_project_root, resolve_raw_dir

SOURCES = """
sources:
  - name: crm
    tables:
      - name: account
        config: {meta: {key: [id], required: [id, name], never_absent: true}}
        columns:
          - {name: id, data_type: varchar}
          - {name: name, data_type: varchar}
          - {name: industry, data_type: varchar}
          - {name: state, data_type: varchar, config: {meta: {optional: true}}}
      - name: task
        config: {meta: {key: [id]}}
        columns: [{name: id, data_type: varchar}, {name: subject, data_type: varchar}]
      - name: task_relation
        config: {meta: {key: [id], optional: true}}
        columns: [{name: id, data_type: varchar}]
"""
FILES = {
    "account": ["id", "name", "industry", "state", "_fivetran_deleted", "_fivetran_synced"],
    "task": ["id", "subject", "_fivetran_deleted", "_fivetran_synced"],
    "task_relation": ["id", "_fivetran_deleted", "_fivetran_synced"],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a contract of three tables, and a raw directory that keeps it."""
    (tmp_path / "dbt_project.yml").write_text("name: abm_warehouse\nvars: {absent: {}}\n")
    folder = tmp_path / "models" / "staging" / "crm"
    folder.mkdir(parents=True)
    (folder / "_crm__sources.yml").write_text(SOURCES)
    for table, columns in FILES.items():
        write(tmp_path, table, columns)
    return tmp_path


def write(project: Path, table: str, columns: list[str]) -> None:
    file = project / "raw" / "crm" / f"{table}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame({column: ["x"] for column in columns}).write_parquet(file)


def compared(
    project: Path, absent: dict[str, dict[str, str | list[str]]] | None = None
) -> Comparison:
    return compare(load_contract(project), project / "raw", ["crm"], absent or {}, crm="crm")


COMMANDS = "alerts,build,docs,doctor,export crm,mcp,publish,push,report,sample"


@pytest.mark.parametrize("command", ["", *COMMANDS.split(",")])
def test_help(abm: Abm, command: str) -> None:
    result = abm(*command.split(), "--help")
    assert result.returncode == 0, said(result)
    assert "xample" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 100


def test_version(abm: Abm) -> None:
    assert abm("--version").stdout.startswith("abm 0.")


def test_misspelled_command(abm: Abm) -> None:
    for arguments in (["biuld"], ["build", "--asof", "2026-10-31"], ["build", "--as-of", "today"]):
        result = abm(*arguments)
        assert result.returncode == 2
        assert "Error: " in result.stderr
        assert "Traceback" not in result.stderr


def test_unexpected_error_is_one_sentence(abm: Abm, tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("- a list\n")
    arguments = ("build", "--raw", tmp_path)
    result = abm(*arguments, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "Unexpected AttributeError at paths.py line" in result.stderr
    trace = abm(*arguments, cwd=tmp_path, environment={"ABM_DEBUG": "1"})
    assert "Traceback" in trace.stderr


def test_project_is_found_from_below_and_from_anywhere(root: Path, tmp_path: Path) -> None:
    assert find_project_root(root / "models" / "marts") == root
    assert find_project_root(tmp_path) == root


def test_shipped_sample_is_recognised(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "models")
    (tmp_path / "link").symlink_to(root / "sample_data")
    spellings = (None, "../sample_data/", str(root / "sample_data"), str(tmp_path / "link"))
    for spelling in spellings:
        assert resolve_raw_dir(root, spelling) == (root / "sample_data", "sample_data")
    assert resolve_raw_dir(root, "raw")[1] == str(root / "models" / "raw")


def test_dbt_arguments(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WRITE_ARTIFACTS, raising=False)
    options = BuildOptions(
        root=project,
        raw_dir=project / "raw",
        raw_env=str(project / "raw"),
        db=project / "abm.duckdb",
        as_of=date(2026, 10, 31),
        variables=parse_vars("{aes_window_days: 60, as_of_date: 2020-01-01}"),
        select=("dim_accounts+", "tag:core"),
        full_refresh=True,
        threads=3,
    )
    arguments = dbt_arguments(options)
    assert yaml.safe_load(arguments[arguments.index("--vars") + 1]) == {
        "aes_window_days": 60,
        "as_of_date": "2026-10-31",
    }
    text = " ".join(arguments)
    assert "--select dim_accounts+ tag:core" in text
    assert "--exclude-resource-type unit_test" in text
    assert "--full-refresh --threads 3" in text
    plain = BuildOptions(project, project, "raw", project, unit_tests=True)
    assert "--vars" not in dbt_arguments(plain)
    # A day that overrides no var leaves the vars, for which dbt parses the project, as they are.
    of_a_day = replace(plain, as_of=date(2026, 10, 31))
    assert "--vars" not in dbt_arguments(of_a_day)
    days = [as_of_environment(build) for build in (options, plain, of_a_day)]
    assert [day["ABM_FOUND_AS_OF_DATE"] for day in days] == ["", "", "2026-10-31"]
    assert "unit_test" not in " ".join(dbt_arguments(plain))
    # Nobody reads dbt's artifacts, unless somebody says so.
    assert "--no-write-json" in dbt_arguments(plain)
    monkeypatch.setenv(WRITE_ARTIFACTS, "true")
    assert "--no-write-json" not in dbt_arguments(plain)


def test_complete_extract(project: Path) -> None:
    comparison = compared(project)
    assert (comparison.fatal, comparison.warnings, comparison.absent) == ([], [], {})
    assert {finding.state for finding in comparison.findings} == {State.PRESENT}


def test_absences_are_added_to_what_is_declared(project: Path) -> None:
    write(project, "account", ["ID", "name", "Extra"])
    (project / "raw" / "crm" / "task_relation.parquet").unlink()
    comparison = compared(project, {"crm": {"account": ["industry"], "task": "all"}})
    assert comparison.fatal == []
    assert comparison.absent == {
        "crm": {
            "account": ["industry", "state", "_fivetran_deleted", "_fivetran_synced"],
            "task": "all",
            "task_relation": "all",
        }
    }
    assert comparison.warnings == [
        "crm lacks account._fivetran_synced, read as empty: add it to the extract, or silence this "
        "with var absent {crm: {account: [_fivetran_synced]}}."
    ]
    assert comparison.findings[0].extra_columns == ("Extra",)
    assert [finding.state for finding in comparison.findings] == [
        State.PRESENT,
        State.DECLARED,
        State.MISSING,
    ]


@pytest.mark.parametrize("declared", ["all", ["name"]])
def test_what_cannot_be_declared_absent(project: Path, declared: str | list[str]) -> None:
    comparison = compared(project, {"crm": {"account": declared}})
    assert len(comparison.fatal) == 1
    assert "account" in comparison.fatal[0]
    assert "remove it from the var" in comparison.fatal[0]


def test_broken_source_file(project: Path) -> None:
    file = project / "models" / "staging" / "crm" / "_crm__sources.yml"
    file.write_text(textwrap.dedent(SOURCES).replace("- name: crm", "- name: [crm"))
    with pytest.raises(AbmError, match=r"_crm__sources.yml, line \d+ is not valid YAML"):
        load_contract(project)
    file.unlink()
    with pytest.raises(AbmError, match="raw contract"):
        load_contract(project)


def test_nothing_written_on_a_fatal_problem(abm: Abm, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    db = tmp_path / "new" / "abm.duckdb"
    assert len(errors(abm("build", "--raw", tmp_path / "raw", "--db", db))) == 1
    assert not db.parent.exists()
