"""Every model compiles for Snowflake and BigQuery, offline, to SQL that those dialects know.

What is checked is the syntax and the names of functions and types; nothing is executed there.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from conftest import ROOT
from sqlglot.errors import SqlglotError

PYTHON = ROOT / ".venv-compile" / "bin" / "python"
ADAPTERS = ("snowflake", "bigquery")

# Followed by a parenthesis without being functions.
SYNTAX = set(
    "all and as between by cast case distinct else except exists from group in intersect join "
    "limit not on or over select then union using values when where within with".split()
)
BOTH = set(
    "abs avg ceil chr coalesce concat count date_trunc decimal dense_rank exp extract first_value "
    "floor greatest last_value lag lead least length ln lower max md5 min mod nullif power rank "
    "regexp_replace replace right round row_number sign sqrt substr sum trim upper".split()
)
ALLOWED = {
    "snowflake": BOTH
    | set(
        "boolor_agg convert_timezone dateadd datediff filter get get_path listagg percentile_cont "
        "position regexp_like sha2 split_part split_to_table to_timestamp_ntz translate try_cast "
        "try_to_timestamp_ntz try_to_timestamp_tz".split()
    ),
    "bigquery": BOTH
    | set(
        "bignumeric date_add date_diff date_sub datetime_add datetime_diff datetime_trunc "
        "logical_or numeric percentile_cont regexp_contains safe_cast safe_offset sha256 split "
        "string_agg strpos timestamp_micros timestamp_trunc to_hex to_json_string translate "
        "unnest".split()
    ),
}
# Words that parse but mean nothing there: types and parts of dates.
UNKNOWN_WORDS = {
    "snowflake": {"float64", "int64", "jsonb", "struct"},
    "bigquery": {"double", "doy", "dow", "jsonb", "text", "varchar", "variant"},
}


def breaches(compiled: Path, dialect: str) -> Iterator[str]:
    """Name the model and what its SQL has that the dialect has not."""
    for file in sorted(compiled.rglob("models/**/*.sql")):
        found = problems(file.read_text(encoding="utf-8"), dialect)
        yield from (f"{file.stem}: {problem}" for problem in found)


def problems(sql: str, dialect: str) -> list[str]:
    try:
        sqlglot.parse(sql, dialect=dialect)
    except SqlglotError as error:
        return [f"cannot be parsed: {re.sub(r'[^ -~]', ' ', str(error))[:300]}"]
    tokens = sqlglot.tokenize(sql, dialect=dialect)
    found = []
    for token, following in zip(tokens, tokens[1:] + tokens[-1:], strict=True):
        word = sql[token.start : token.end + 1].lower()
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", word):
            continue
        is_called = sql[following.start] == "(" and following is not token
        if is_called and word not in ALLOWED[dialect] | SYNTAX:
            found.append(f"function {word}")
        if word in UNKNOWN_WORDS[dialect]:
            found.append(f"word {word}")
    return sorted(set(found))


def compile_offline(project: Path, target: Path, adapter: str) -> subprocess.CompletedProcess[str]:
    if not PYTHON.exists():
        pytest.skip(".venv-compile is missing: run `make compile-adapters`")
    return subprocess.run(
        [PYTHON, Path(__file__).with_name("compile_offline.py"), project, target, adapter],
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(target),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_models_compile_offline(adapter: str, tmp_path: Path) -> None:
    result = compile_offline(ROOT, tmp_path, adapter)
    assert result.returncode == 0, result.stdout + result.stderr
    compiled = {file.stem for file in tmp_path.rglob("compiled/**/models/**/*.sql")}
    models = {file.stem for file in (ROOT / "models").rglob("*.sql")}
    assert models <= compiled
    assert list(breaches(tmp_path / "compiled", adapter)) == []


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("select list_sort(a) from t", "function list_sort"),
        ("select epoch_us(a) from t", "function epoch_us"),
        ("select a from t where (a = 1", "cannot be parsed"),
    ],
)
def test_check_catches(sql: str, problem: str, adapter: str) -> None:
    assert [found[: len(problem)] for found in problems(sql, adapter)] == [problem]


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("select cast(a as varchar) from t", "word varchar"),
        ("select extract(doy from a) from t", "word doy"),
        ("select a from t union select a from u", "cannot be parsed"),
    ],
)
def test_check_catches_what_bigquery_lacks(sql: str, problem: str) -> None:
    assert [found[: len(problem)] for found in problems(sql, "bigquery")] == [problem]


def test_check_lets_names_in_text_and_comments_pass() -> None:
    sql = "select 'list_sort(a) varchar' as b -- list_sort(a) varchar\nfrom t"
    assert problems(sql, "bigquery") == []
