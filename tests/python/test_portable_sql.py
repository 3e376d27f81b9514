"""What the compiled models must not do because engines disagree about it.

`test_style.py` reads the models as they are written; here is what dbt made of them, macros
included, with the type of every column as the built sample has it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from conftest import Build, said
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

Schema = dict[str, dict[str, dict[str, dict[str, str]]]]

ORDERED_FUNCTIONS = (
    *(exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile),
    *(exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue),
)
DOUBLES = {exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT}


def problems(sql: str, schema: Schema) -> Iterator[str]:
    """List what a compiled model does that other engines do otherwise or not at all."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    if tree.find(exp.Qualify):
        yield "qualify"
    for window in tree.find_all(exp.Window):
        if isinstance(window.this.unnest(), ORDERED_FUNCTIONS) and not is_ordered(window):
            yield f"window without an order: {window.sql('duckdb')}"
    if tree.find(exp.Div, exp.IntDiv):
        tree = qualify(
            *(tree,),
            schema=schema,
            dialect="duckdb",
            validate_qualify_columns=False,
            identify=False,
        )
        tree = annotate_types(tree, schema=schema, dialect="duckdb")
        for division in tree.find_all(exp.Div, exp.IntDiv):
            types = {side.type.this for side in (division.left, division.right) if side.type}
            if isinstance(division, exp.IntDiv) or not types & DOUBLES:
                yield f"division without a double: {division.sql('duckdb')}"


def is_ordered(window: exp.Window) -> bool:
    """Whether the order of a window depends on the rows: `order by 1` does not."""
    order = window.args.get("order")
    return order is not None and any(key.find(exp.Column) for key in order.expressions)


def models_of(compiled: Path) -> list[Path]:
    """Files of the models: not those of unit tests, which dbt puts into a folder named as the YAML.

    Two unit tests of one YAML file that have an input in common write it to one file, with two
    threads at once (dbt 1.11), so that what is left there need not be SQL.
    """
    return [
        file
        for file in sorted(compiled.rglob("*.sql"))
        if not any(folder.suffix == ".yml" for folder in file.relative_to(compiled).parents)
    ]


def breaches(compiled: Path, schema: Schema) -> list[str]:
    return [
        f"{file.stem}: {problem}"
        for file in models_of(compiled)
        for problem in problems(file.read_text(encoding="utf-8"), schema)
    ]


def schema_of(build: Build) -> Schema:
    with build.connect() as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "select table_catalog, table_schema, table_name, column_name, data_type "
            "from information_schema.columns"
        ).fetchall()
    schema: Schema = {}
    for catalog, folder, table, column, data_type in rows:
        tables = schema.setdefault(catalog, {}).setdefault(folder, {})
        plain = re.sub(r"\(.*", "", data_type, flags=re.DOTALL)
        tables.setdefault(table, {})[column] = plain if plain != "STRUCT" else "VARCHAR"
    return schema


def test_models_are_portable(built: Build) -> None:
    assert built.result.returncode == 0, said(built.result)
    folders = list(built.target.glob("compiled/*/models"))
    assert len(folders) == 1
    assert len(models_of(folders[0])) > 50
    assert breaches(folders[0], schema_of(built)) == []


PLANTED = [
    ("qualify", "select a from t qualify row_number() over (partition by a order by b) = 1"),
    ("window without an order", "select row_number() over (partition by a) as n from t"),
    ("window without an order", "select lag(a) over (order by 1) as n from t"),
    ("window without an order", "select first_value(a) over (order by null) as n from t"),
    ("division without a double", "select count(*) / 2 as half from t"),
    ("division without a double", "select a / b as share from t"),
    ("division without a double", "select a // 2 as half from t"),
    ("division without a double", "select price / b as share from t"),
    (
        "division without a double",
        "with u as (select a + 1 as c, sum(b) over () as d from t) select c / nullif(d, 0) from u",
    ),
]


@pytest.mark.parametrize(("rule", "sql"), PLANTED)
def test_check_catches(rule: str, sql: str, tmp_path: Path) -> None:
    schema = {"abm": {"marts": {"t": {"a": "INTEGER", "b": "BIGINT", "price": "DECIMAL"}}}}
    (tmp_path / "planted.sql").write_text(sql.replace("from t", 'from "abm"."marts"."t"'))
    (found,) = breaches(tmp_path, schema)
    assert found.startswith(f"planted: {rule}")


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(a as double) / b as share from t",
        "select a / 2 + cast(0 as double) as x, cast(a as double) / 2 as y from u",
        "select row_number() over (partition by a order by b) as n, sum(a) over () as s from t",
    ],
)
def test_check_lets_pass(sql: str, tmp_path: Path) -> None:
    schema = {
        "abm": {"marts": {"t": {"a": "INTEGER", "b": "BIGINT"}, "u": {"a": "DOUBLE"}}},
    }
    (tmp_path / "fine.sql").write_text(re.sub(r"from (\w)$", r'from "abm"."marts"."\1"', sql))
    assert breaches(tmp_path, schema) == []
