"""docs/connecting.md says what was run, and the Superset bundle is of columns that there are."""

import csv
import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from abm.dictionary import read_dictionary
from tools import client_probes, client_superset, clients
from tools.clients import CLIENTS, PAGE, SUPERSET, Client, Expected, Row, page, read_page, row_of
from tools.locks import read_lock

PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


def lock_of(environment: str) -> Path:
    name = environment.removeprefix(".venv").replace("-", "requirements-", 1)
    return ROOT / f"{name or 'requirements'}.txt"


def stale(rows: list[Row]) -> list[str]:
    """What the table says of other clients, or of other versions than the locks have."""
    if [(row.client, row.reads) for row in rows] != [(one.name, one.reads) for one in CLIENTS]:
        return ["clients"]
    found = []
    for client, row in zip(CLIENTS, rows, strict=True):
        locked = {one.name: one.version for one in read_lock(lock_of(client.environment))}
        named = [said.rsplit(" ", 1) for said in row.versions.split(", ")]
        if not all(locked.get(package.lower()) == version for package, version in named):
            found.append(row.client)
        is_known = client.fails in row.result if client.fails else row.result == "as published"
        if not is_known:
            found.append(f"{row.client}: {row.result}")
    return found


def test_the_table_is_of_the_clients_that_are_locked() -> None:
    rows, day = read_page(PAGE.read_text(encoding="utf-8"))
    assert stale(rows) == []
    assert day > "2026-01-01"
    older = replace(rows[0], versions="duckdb 0.10.3")
    wrong = replace(rows[1], result="sum")
    assert stale([older, wrong, *rows[2:]]) == [rows[0].client, f"{rows[1].client}: sum"]
    assert stale(rows[1:]) == ["clients"]
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, rows, day) == text
    with pytest.raises(ValueError, match="is not as `make test-clients` writes it"):
        read_page(text.replace("| DuckDB 1.0 |", "|DuckDB 1.0|"))


EXPECTED = Expected(
    rows={"dim_dates": 3, "fct_opportunities": 2},
    total=Decimal("3.75"),
    deal=("1.25", "2026-01-02", "True"),
    text="é",
    comment="Amount.",
    kpis={"Rate": {"2026-01-01": 0.5, "2026-02-01": None}, "Mean": {"2026-02-01": 7.0}},
)
ANSWERS: dict[str, Any] = {
    "versions": {"duckdb": "1.0.0"},
    "rows": {"dim_dates": 3, "fct_opportunities": 2},
    "total": "3.75",
    "amount": "1.25",
    "closed_on": "2026-01-02",
    "is_won": "True",
    "text": "é",
    "comment": "Amount.",
    "is_read_only": True,
    "types": ["Decimal", "date", "bool"],
}
FLOATS = {"types": ["float64", "date", "bool"], "total": "3.7500000000000004"}
CHARTS = {"Rate": [{"m": "2026-01-01 00:00:00", "v": 0.5}, {"m": "2026-02-01", "v": None}]}
ONE = Client("one", ".venv", "duckdb")


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({}, "as published"),
        (FLOATS, "as published"),
        ({"rows": {"fct_opportunities": 2}}, "as published"),
        ({"comment": None}, "as published"),
        ({"rows": {"fct_opportunities": 3}}, "rows of fct_opportunities"),
        ({"rows": {"dim_dates": 3, "fct_other": 1}}, "marts"),
        ({"rows": {}}, "marts"),
        ({"total": "3.7500000000000004"}, "sum"),
        (FLOATS | {"total": "3.76"}, "sum"),
        ({"is_won": "False"}, "values"),
        ({"closed_on": "2026-01-01"}, "values"),
        ({"text": "Ã©"}, "accents"),
        ({"comment": "Other."}, "descriptions"),
        ({"is_read_only": False}, "it may write"),
        ({"error": "Some|Error"}, "Some/Error"),
    ],
)
def test_what_differs_is_said(changed: dict[str, Any], result: str) -> None:
    row, is_known = row_of(ONE, ANSWERS | changed, EXPECTED)
    assert (row.result, is_known) == (result, result == "as published")


def test_another_database_has_a_history_of_its_own() -> None:
    (own,) = clients.OF_EACH_DATABASE
    expected = replace(EXPECTED, rows={own: 5, "dim_dates": 3})
    answers = ANSWERS | {"rows": {own: 4, "dim_dates": 3}}
    assert row_of(ONE, answers, expected)[0].result == f"rows of {own}"
    there = replace(ONE, reads=clients.SERVER)
    assert row_of(there, answers, expected)[1]
    assert not row_of(there, answers | {"rows": {own: 4, "dim_dates": 2}}, expected)[1]


def test_what_is_known_to_fail_must_fail() -> None:
    failing = replace(ONE, fails="Error")
    assert row_of(failing, {"error": "Error: x"}, EXPECTED)[1]
    assert not row_of(failing, {"error": "another"}, EXPECTED)[1]
    row, is_known = row_of(failing, ANSWERS, EXPECTED)
    assert (row.result, is_known) == ("works, and was known to fail", False)


@pytest.mark.parametrize(
    ("charts", "wrong"),
    [
        (CHARTS | {"Mean": [{"v": 7.0}]}, []),
        (CHARTS | {"Mean": [{"v": 7.1}]}, ["Mean"]),
        ({"Rate": [{"m": "2026-01-01", "v": 0.5}], "Mean": [{"v": 7.0}]}, ["Rate"]),
        ({"Rate": [*CHARTS["Rate"][:1], {"m": "2026-02-01", "v": 0.0}]}, ["Rate"]),
    ],
)
def test_charts_are_compared_month_by_month(charts: dict[str, Any], wrong: list[str]) -> None:
    found = clients.differences({"charts": charts}, EXPECTED)
    assert [one.split(" is not")[0] for one in found if " is not" in one] == wrong
    assert ("charts are Rate" in found) == (len(charts) == 1)


def test_every_client_is_asked_something() -> None:
    asked = {client.probe for client in CLIENTS} - {SUPERSET}
    assert asked == client_probes.PROBES.keys()


def test_the_example_runs(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").symlink_to(published.parent)
    monkeypatch.chdir(tmp_path)
    examples = PYTHON.findall(PAGE.read_text(encoding="utf-8"))
    assert examples
    for example in examples:
        exec(example, {})


BUNDLE = client_superset.BUNDLE


def read_bundle(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The files of a bundle, by their kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(folder.rglob("*.yaml")):
        kind = file.relative_to(folder).parts[0]
        found.setdefault(kind, []).append(yaml.safe_load(file.read_text(encoding="utf-8")))
    return found


def bundle_faults(folder: Path) -> list[str]:
    """What a bundle names that there is not."""
    bundle, marts = read_bundle(folder), read_dictionary(ROOT)
    found = []
    ids = {kind: {str(one["uuid"]) for one in bundle[kind]} for kind in bundle if kind[-1] == "s"}
    for dataset in bundle["datasets"]:
        table, columns = dataset["table_name"], {one["column_name"] for one in dataset["columns"]}
        known = marts.get(table)
        if not known or known.schema != dataset["schema"]:
            found.append(table)
            continue
        found += sorted(f"{table}.{name}" for name in columns - known.columns.keys())
        for metric in dataset["metrics"]:
            words = set(re.findall(r"[a-z_]+", metric["expression"])) - {"avg", "max", "sum"}
            found += sorted(f"{table}: {word}" for word in words - columns)
        if dataset["database_uuid"] not in ids["databases"]:
            found.append(f"{table}: database")
    by_id = {one["uuid"]: one for one in bundle["datasets"]}
    for chart in bundle["charts"]:
        title, dataset = chart["slice_name"], by_id.get(chart["dataset_uuid"])
        if not dataset:
            found.append(f"{title}: data set")
            continue
        (query,) = json.loads(chart["query_context"])["queries"]
        metrics = {one["metric_name"] for one in dataset["metrics"]}
        columns = {one["column_name"] for one in dataset["columns"]}
        shown = chart["params"].get("metrics") or [chart["params"]["metric"]]
        shown_filters = [(f["subject"], f["comparator"]) for f in chart["params"]["adhoc_filters"]]
        asked = [(one["col"], one["val"]) for one in query["filters"]]
        axis = [one["sqlExpression"] for one in query["columns"]]
        if shown != query["metrics"] or shown_filters != asked:
            found.append(f"{title}: shown and asked")
        if [*filter(None, [chart["params"].get("x_axis")])] != axis:
            found.append(f"{title}: axis")
        if set(shown) - metrics or {name for name, _ in asked} | {*axis} > columns:
            found.append(f"{title}: names")
    places = [one["meta"] for one in bundle["dashboards"][0]["position"].values() if "meta" in one]
    if {place["uuid"] for place in places if "uuid" in place} != ids["charts"]:
        found.append("charts of the dashboard")
    return found


def test_the_superset_bundle_names_what_there_is() -> None:
    assert bundle_faults(BUNDLE) == []
    address = (BUNDLE / client_superset.DATABASE).read_text(encoding="utf-8")
    assert client_superset.ADDRESS in address
    with (ROOT / "seeds" / "kpi_definitions.csv").open(encoding="utf-8") as file:
        core = {row["label_en"] for row in csv.DictReader(file) if row["is_core_kpi"] == "true"}
    assert {chart["slice_name"] for chart in read_bundle(BUNDLE)["charts"]} == core


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("datasets/abm_warehouse/rpt_penetration_by_tier.yaml", "marts", "mart", "rpt_penetration"),
        ("datasets/abm_warehouse/fct_account_engagement.yaml", "avg(aes)", "avg(x)", ": x"),
        ("charts/apr_pct.yaml", "  - apr_pct", "  - apr", "shown and asked"),
        ("charts/aes_mean.yaml", "comparator: true", "comparator: false", "shown and asked"),
        ("charts/apr_pct.yaml", "x_axis: as_of_on", "x_axis: other", "axis"),
        ("charts/apr_pct.yaml", "dataset_uuid: ", "dataset_uuid: 0", "data set"),
        ("charts/apr_pct.yaml", "\nuuid: ", "\nuuid: 0", "charts of the dashboard"),
    ],
)
def test_breaks_of_the_bundle_are_seen(
    file: str, old: str, new: str, fault: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(BUNDLE, tmp_path / "superset")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    assert any(fault in one for one in bundle_faults(folder))
