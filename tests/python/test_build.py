"""The shipped sample builds from nothing, without a warning, into the tables that are promised."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import ARTIFACTS, Build, run_abm, said


def node_results(target: Path) -> list[dict[str, Any]]:
    return json.loads((target / "run_results.json").read_text())["results"]


def contracted_models(build: Build, folder: str) -> list[dict[str, Any]]:
    manifest = json.loads((build.target / "manifest.json").read_text())
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["original_file_path"].startswith(f"models/{folder}/")
    ]


def assert_clean(build: Build) -> None:
    assert build.result.returncode == 0, said(build.result)
    assert "warning:" not in build.result.stderr, said(build.result)
    assert "0 warned, 0 failed, 0 skipped" in build.result.stdout, said(build.result)
    results = node_results(build.target)
    odd = [r["unique_id"] for r in results if r["status"] not in ("success", "pass", "no-op")]
    assert not odd
    assert results


def test_sample_builds_from_a_clean_target(built: Build) -> None:
    assert_clean(built)
    kinds = {r["unique_id"].split(".")[0] for r in node_results(built.target)}
    assert {"model", "seed", "test", "unit_test"} <= kinds


@pytest.mark.full
def test_sample_builds_again(built: Build, tmp_path: Path) -> None:
    db, target = tmp_path / "abm.duckdb", tmp_path / "target"
    shutil.copy(built.db, db)
    shutil.copytree(built.target, target)
    # A build of which nothing changed would run nothing.
    environment = {"ABM_DB": str(db)} | ARTIFACTS
    again = run_abm("build", "--full-refresh", target=target, environment=environment)
    assert_clean(Build(again, built.raw, db, target))


@pytest.mark.parametrize("folder", ["marts", "audit", "reference"])
def test_contracts_are_enforced_and_kept(built: Build, folder: str) -> None:
    models = contracted_models(built, folder)
    assert models, f"no model under models/{folder}"
    loose = [m["name"] for m in models if not m["contract"]["enforced"]]
    assert not loose, f"contract not enforced: {loose}"
    with built.connect() as connection:
        for model in models:
            found = connection.execute(
                "select column_name from information_schema.columns "
                "where table_schema = ? and table_name = ? order by ordinal_position",
                [model["schema"], model["name"]],
            ).fetchall()
            assert model["schema"] == folder
            assert sorted(name for (name,) in found) == sorted(model["columns"]), model["name"]


def test_contracted_columns_are_described(built: Build) -> None:
    models = contracted_models(built, "marts")
    silent = [m["name"] for m in models if not m["description"].strip()]
    silent += [
        f"{m['name']}.{name}"
        for m in models
        for name, column in m["columns"].items()
        if not column["description"].strip()
    ]
    assert not silent
