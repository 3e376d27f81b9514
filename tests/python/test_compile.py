"""The project compiles for Snowflake and BigQuery, offline, to SQL that those dialects know.

Beside models, tests and snapshots these are the statements of what is updated and of the published
hashes, and the types of contracts and seeds. What is checked is the syntax, the names of functions
and types and the digits of decimals; nothing is executed there.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from conftest import ROOT
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

PYTHON = ROOT / ".venv-compile" / "bin" / "python"
ADAPTERS = ("snowflake", "bigquery")

# Followed by a parenthesis without being functions.
SYNTAX = set(
    "all and as between by cast case distinct else except exists from group in intersect join "
    "limit not on or over select then union using values when where within with".split()
)
BOTH = set(
    "abs avg ceil chr coalesce concat count date_trunc dense_rank exp extract first_value "
    "floor greatest last_value lag lead least length ln lower max md5 min mod nullif power rank "
    "regexp_replace replace right round row_number sign sqrt substr sum trim upper".split()
)
ALLOWED = {
    "snowflake": BOTH
    | set(
        "boolor_agg convert_timezone dateadd datediff filter get get_path hash listagg log "
        "percentile_cont position regexp_like sha2 split_part split_to_table to_char to_number "
        "to_timestamp_ntz translate try_cast try_to_timestamp_ntz try_to_timestamp_tz".split()
    ),
    "bigquery": BOTH
    | set(
        "date_add date_diff date_sub datetime_add datetime_diff datetime_trunc farm_fingerprint "
        "format_timestamp log10 logical_or percentile_cont regexp_contains safe_cast safe_offset "
        "sha256 split string_agg strpos timestamp_micros timestamp_trunc to_hex to_json_string "
        "translate unnest".split()
    ),
}
TYPES = {
    "snowflake": set("bigint boolean date double integer text timestamp varchar variant".split()),
    # bigint, integer, boolean and decimal are other names there of int64, bool and numeric.
    "bigquery": set(
        "bigint bignumeric boolean date datetime float64 int64 integer string timestamp".split()
    ),
}
# Digits before the point and behind it; more than 38 in all has none.
DECIMALS = {
    "snowflake": {"decimal": (38, 37)},
    "bigquery": {"decimal": (29, 9), "numeric": (29, 9), "bignumeric": (38, 38)},
}
# Words that parse but mean nothing there, where they are no type of a cast: parts of dates.
UNKNOWN_WORDS = {
    "snowflake": {"float64", "int64", "jsonb", "struct"},
    "bigquery": {"double", "doy", "dow", "jsonb", "text", "varchar", "variant"},
}
CASTS = {"cast", "safe_cast", "try_cast"}


def breaches(compiled: Path, dialect: str) -> Iterator[str]:
    """Name file and line, and what the SQL has there that the dialect has not."""
    for file in sorted(file for file in compiled.rglob("*") if file.is_file()):
        found = problems(file.read_text(encoding="utf-8"), dialect)
        yield from (f"{file.relative_to(compiled)}:{problem}" for problem in found)


def problems(sql: str, dialect: str) -> list[str]:
    """What the dialect has not, by the number of the line."""
    try:
        trees = sqlglot.parse(sql, dialect=dialect)
    except SqlglotError as error:
        line = error.errors[0].get("line") if isinstance(error, ParseError) else None
        return [f"{line or 1}: cannot be parsed: {re.sub(r'[^ -~]', ' ', str(error))[:300]}"]
    tokens = sqlglot.tokenize(sql, dialect=dialect)
    words = [sql[token.start : token.end + 1].lower() for token in tokens]
    types = dict(cast_types(words))
    found: dict[tuple[int, str], None] = {}
    for tree in trees if dialect == "bigquery" else ():
        for join in tree.find_all(exp.Join) if tree else ():
            if join.side and not has_equality(join):
                line = join.this.find(exp.Identifier).meta["line"]
                found[line, f"{UNEQUAL} {join.this.alias_or_name}"] = None
    passed = 0
    for place, (token, word) in enumerate(zip(tokens, words, strict=True)):
        if place in types:
            passed = types[place]
            spelled = "".join(words[place:passed])
            if not is_type(spelled, dialect):
                found[token.line, f"type {spelled}"] = None
        if place < passed:
            continue
        if NAMED_PATTERN.search(token.text):
            found[token.line, f"pattern {token.text}"] = None
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", word):
            continue
        is_called = words[place + 1 : place + 2] == ["("]
        if is_called and word not in ALLOWED[dialect] | SYNTAX:
            found[token.line, f"function {word}"] = None
        if word in UNKNOWN_WORDS[dialect]:
            found[token.line, f"word {word}"] = None
    return [f"{line}: {what}" for line, what in sorted(found)]


UNEQUAL = "outer join without an equality of both sides with"

# BigQuery refuses an outer join that has no equality of fields of both sides. These are known.
UNEQUAL_JOINS = set(
    "assert_scorecard_equals_other_reports audit_amount_reconciliation dim_accounts "
    "fct_opportunity_stages int_accounts int_ad_spend int_budget_lines int_campaign_costs "
    "int_ledger_lines int_opportunity_states int_programme_credits_by_reporting_date "
    "int_roi_benchmarks int_sector_benchmarks int_won_opportunity_records rpt_programme_kpis "
    "rpt_recommended_actions".split()
)


def has_equality(join: exp.Join) -> bool:
    """Whether a condition of a join equates what is joined with what stands before it."""
    name = join.this.alias_or_name
    condition = join.args.get("on")
    if condition is None:
        return bool(join.args.get("using"))
    return any(
        isinstance(one, exp.EQ)
        and all(
            sides := [{c.table for c in side.find_all(exp.Column)} for side in one.args.values()]
        )
        and sum(name in tables for tables in sides) == 1
        for one in (condition.flatten() if isinstance(condition, exp.And) else [condition])
    )


NAMED_PATTERN = re.compile(r"^\^.*[]+*?)][a-z][a-z_0-9]+$")
"""A pattern whose end was taken for the place of a column's name."""


def cast_types(words: list[str]) -> Iterator[tuple[int, int]]:
    """Where the types of casts begin and end."""
    open_casts: list[tuple[int, int]] = []
    depth = 0
    began = 0
    for place, word in enumerate(words):
        if word == "(":
            depth += 1
            if place and words[place - 1] in CASTS:
                open_casts.append((depth, place))
        elif word == ")":
            if open_casts and open_casts[-1][0] == depth:
                open_casts.pop()
                if began:
                    yield began, place
                began = 0
            depth -= 1
        elif word == "as" and open_casts and open_casts[-1][0] == depth:
            began = place + 1


def is_type(spelled: str, dialect: str) -> bool:
    """Whether the dialect has a type, of so many digits."""
    if decimal := re.fullmatch(r"([a-z]+)\(([0-9]+),([0-9]+)\)", spelled):
        precision, scale = int(decimal[2]), int(decimal[3])
        before, behind = DECIMALS[dialect].get(decimal[1], (0, -1))
        in_all = before + behind if dialect == "bigquery" else 38
        return (
            precision - scale <= before and scale <= behind and max(1, scale) <= precision <= in_all
        )
    nested = re.fullmatch(r"array<struct<.*>>", spelled)
    return spelled in TYPES[dialect] or bool(nested and dialect == "bigquery")


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
    compiled = {file.stem for file in tmp_path.rglob("compiled/**/*")}
    assert "inline_query" in compiled
    for folder in ("models", "tests/singular"):
        assert {file.stem for file in (ROOT / folder).rglob("*.sql")} <= compiled
    found = list(breaches(tmp_path / "compiled", adapter))
    assert [breach for breach in found if UNEQUAL not in breach] == []
    unequal = {Path(breach.split(":")[0]).stem for breach in found if UNEQUAL in breach}
    assert unequal == (UNEQUAL_JOINS if adapter == "bigquery" else set())


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("select\nlist_sort(a) from t", "2: function list_sort"),
        ("select epoch_us(a) from t", "1: function epoch_us"),
        ("select\na\nfrom t where (a = 1", "3: cannot be parsed"),
        ("select cast(abs(a) as jsonb) from t", "1: type jsonb"),
        ("select cast(cast(a as uuid) as date) from t", "1: type uuid"),
        ("select cast(a as decimal(40, 2)) from t", "1: type decimal(40,2)"),
        (
            "select regexp_replace(a, '^[0-9]+account_id', '') from t",
            "1: pattern ^[0-9]+account_id",
        ),
    ],
)
def test_check_catches(sql: str, problem: str, adapter: str) -> None:
    assert [found[: len(problem)] for found in problems(sql, adapter)] == [problem]


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("select cast(a as varchar) from t", "1: type varchar"),
        ("select cast(a as decimal(18, 12)) from t", "1: type decimal(18,12)"),
        ("select cast(a as numeric(38, 0)) from t", "1: type numeric(38,0)"),
        ("select extract(doy from a) from t", "1: word doy"),
        ("select 1 from t\nleft join u on t.a > u.a and u.b = 1", f"2: {UNEQUAL} u"),
        ("select a from t union select a from u", "1: cannot be parsed"),
    ],
)
def test_check_catches_what_bigquery_lacks(sql: str, problem: str) -> None:
    assert [found[: len(problem)] for found in problems(sql, "bigquery")] == [problem]


def test_check_lets_joins_with_an_equality_pass() -> None:
    sql = "select 1 from t left join u on t.a = u.a and t.b > u.b inner join v on t.a > v.a"
    assert problems(sql, "bigquery") == []


def test_check_lets_names_in_text_and_comments_pass() -> None:
    sql = "select 'list_sort(a) varchar' as b -- list_sort(a) varchar\nfrom t"
    assert problems(sql, "bigquery") == []
