"""How models and seeds are made on DuckDB: what dbt's own materializations keep is kept.

A project of its own, of this one's macros and a few models, so that a model can be changed between
two runs.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT

SETTINGS = {
    "models": {"+persist_docs": {"relation": True, "columns": True}},
    "seeds": {"+column_types": {"code": "varchar", "weight": "decimal(9,2)"}},
}
MODELS = """
models:
  - name: agreed
    description: What was agreed.
    config: {contract: {enforced: true}}
    columns:
      - {name: code, data_type: varchar, description: "It's a key."}
      - {name: weight, data_type: "decimal(9,2)", description: Weight.}
"""
AGREED = "select code, weight from {{ ref('weights') }}"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose model `agreed` has a contract, and whose model `plain` has none."""
    for folder in ("models", "seeds"):
        (tmp_path / folder).mkdir()
    shutil.copytree(ROOT / "macros", tmp_path / "macros")
    shutil.copy(ROOT / "profiles.yml", tmp_path)
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    kept = ("name", "config-version", "profile", "vars", "flags", "on-run-start", "on-run-end")
    settings = {name: settings[name] for name in kept} | SETTINGS
    (tmp_path / "dbt_project.yml").write_text(yaml.safe_dump(settings))
    (tmp_path / "models" / "models.yml").write_text(MODELS)
    (tmp_path / "seeds" / "weights.csv").write_text("code,weight\na,1.5\nb,\n")
    write(tmp_path, "agreed", AGREED)
    write(tmp_path, "plain", "select 1 as one")
    return tmp_path


def write(project: Path, model: str, sql: str, materialized: str = "table") -> None:
    config = f"{{{{ config(materialized='{materialized}') }}}}\n"
    (project / "models" / f"{model}.sql").write_text(config + sql)


def build(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ABM_", "DBT_"))}
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "build", *arguments]
    clean["ABM_DB"] = "small.duckdb"
    return subprocess.run(command, cwd=project, env=clean, capture_output=True, text=True)


def ask(project: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(project / "small.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


KINDS = (
    "select table_name, table_type from information_schema.tables where table_schema = 'main' "
    "order by 1"
)


def test_types_comments_and_a_broken_contract(project: Path) -> None:
    result = build(project)
    assert result.returncode == 0, result.stdout
    assert ask(project, "select * from agreed order by code")[1] == ("b", None)
    comments = "select column_name, data_type, comment from duckdb_columns() where {} order by 1"
    assert ask(project, comments.format("table_name = 'agreed'")) == [
        ("code", "VARCHAR", "It's a key."),
        ("weight", "DECIMAL(9,2)", "Weight."),
    ]
    tables = ask(project, "select comment from duckdb_tables() where table_name = 'agreed'")
    assert tables == [("What was agreed.",)]

    # A table becomes a view and a view a table; columns take the order of the contract.
    write(project, "agreed", "select weight, code from {{ ref('weights') }}", "view")
    write(project, "plain", "select 2 as two", "view")
    result = build(project)
    assert result.returncode == 0, result.stdout
    views = dict(ask(project, KINDS))
    assert (views["agreed"], views["plain"]) == ("VIEW", "VIEW")
    described = ask(project, "describe agreed")
    assert [row[0] for row in described] == ["code", "weight"]
    assert ask(project, comments.format("table_name = 'agreed'"))[0][2] == "It's a key."
    write(project, "agreed", "select weight, code from {{ ref('weights') }}")
    write(project, "plain", "select 3 as three")
    (project / "seeds" / "weights.csv").write_text("code,weight\nc,2\n")
    result = build(project, "--full-refresh")
    assert result.returncode == 0, result.stdout
    assert ask(project, "from agreed") == [("c", 2)]
    assert ask(project, "from plain") == [(3,)]

    # What breaks its contract fails with dbt's own words, and the table stays as it was.
    for sql, said in (
        ("select code from {{ ref('weights') }}", "missing in definition|missing in contract"),
        ("select code, 'heavy' as weight from {{ ref('weights') }}", "data type mismatch"),
    ):
        write(project, "agreed", sql)
        result = build(project, "--select", "agreed")
        assert result.returncode == 1
        assert "enforced contract" in result.stdout
        assert any(words in result.stdout for words in said.split("|")), result.stdout
        assert ask(project, "from agreed") == [("c", 2)]


def test_a_failed_model_leaves_what_was_there(project: Path) -> None:
    assert build(project).returncode == 0
    write(project, "plain", "select cast('x' as integer) as one", "table")
    write(
        project, "agreed", "select code, weight / 'x' as weight from {{ ref('weights') }}", "view"
    )
    assert build(project).returncode == 1
    assert ask(project, "from plain") == [(1,)]
    assert dict(ask(project, KINDS))["agreed"] == "BASE TABLE"
    assert len(ask(project, "from agreed")) == 2
