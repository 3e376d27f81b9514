"""House rules that no linter knows: portable SQL, valid YAML.

Every check is also run on a planted breach, to prove that it can fail.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

SQL_FOLDERS = ("models", "tests/singular", "snapshots", "analyses")

MAX_COLUMNS = 100
MAX_YAML_COLUMNS = 120

# What only one engine understands, or what reads a clock: both live in macros/ and nowhere else.
BREACHES = {
    "qualify": r"\bqualify\b",
    "aggregate filter": r"\bfilter\s*\(\s*where\b",
    "double colon cast": r"::",
    "try_cast": r"\btry_cast\b",
    "safe_cast": r"\bsafe_cast\b",
    "list function": r"\blist_\w+\s*\(|\bunnest\s*\(|\bstruct_pack\s*\(",
    "lambda": r"->|\blambda\s+\w+\s*:",
    "strftime": r"\bstr[fp]time\b",
    "epoch": r"\bepoch(_\w+)?\s*\(|\bextract\s*\(\s*epoch\b",
    "star modifier": r"\*\s*(exclude|replace)\s*\(",
    "group by all": r"\b(group|order)\s+by\s+all\b",
    "distinct on": r"\bdistinct\s+on\s*\(",
    "file function": r"\bread_(parquet|csv\w*|json\w*)\s*\(",
    "unordered or wrong dbt macro": r"\bdbt\.(listagg|date_spine|type_float|current_timestamp)\b",
    "clock": r"\bcurrent_(timestamp|date|time)\b|\blocaltimestamp\b|\bgetdate\s*\(|\bsysdate\b"
    r"|\b(now|today|get_current_timestamp)\s*\(|\brun_started_at\b",
}
PLANTED = {
    "qualify": "select a from t qualify row_number() over (order by a) = 1",
    "aggregate filter": "select count(*) filter (where a > 1) from t",
    "double colon cast": "select a::date from t",
    "try_cast": "select try_cast(a as date) from t",
    "safe_cast": "select {{ dbt.safe_cast('a', 'date') }} from t",
    "list function": "select list_sort(a) from t",
    "lambda": "select apply(a, x -> x + 1) from t",
    "strftime": "select strftime(a, '%Y') from t",
    "epoch": "select extract(epoch from a) from t",
    "star modifier": "select * exclude (a) from t",
    "group by all": "select a, count(*) from t group by all",
    "distinct on": "select distinct on (a) a, b from t",
    "file function": "select * from read_parquet('a.parquet')",
    "unordered or wrong dbt macro": "select {{ dbt.listagg('a') }} from t",
    "clock": "select Current_Date - a as days from t",
}


def sql_files(root: Path) -> Iterator[Path]:
    for folder in SQL_FOLDERS:
        yield from sorted((root / folder).rglob("*.sql"))


def without_comments(sql: str) -> str:
    """Blank out comments, keeping the lines."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    return re.sub(r"\{#.*?#\}|/\*.*?\*/|--[^\n]*", blank, sql, flags=re.DOTALL)


def breaches(root: Path) -> list[str]:
    """List every engine-specific expression outside macros/, with file and line."""
    found = []
    for file in sql_files(root):
        lines = without_comments(file.read_text(encoding="utf-8")).split("\n")
        found += [
            f"{file.relative_to(root)}:{number}: {rule}"
            for number, line in enumerate(lines, start=1)
            for rule, pattern in BREACHES.items()
            if re.search(pattern, line, re.IGNORECASE)
        ]
    return found


def too_long(root: Path) -> list[str]:
    """List the lines of SQL over 100 columns, sqlfluff would measure what macros expand to, and
    those of YAML over 120.
    """
    files = [
        *((folder, "*.sql", MAX_COLUMNS) for folder in (*SQL_FOLDERS, "macros", "tests/generic")),
        *((folder, "*.yml", MAX_YAML_COLUMNS) for folder in ("models", "seeds", "snapshots")),
    ]
    return [
        f"{file.relative_to(root)}:{number}: {len(line)} columns"
        for folder, pattern, columns in files
        for file in sorted((root / folder).rglob(pattern))
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1)
        if len(line) > columns or "\t" in line
    ]


def test_lines_are_short() -> None:
    assert too_long(ROOT) == []


def test_line_check_catches(tmp_path: Path) -> None:
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "planted.sql").write_text(f"{'x' * 100}\n{'x' * 101}\n\tselect\n")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "_planted.yml").write_text(f"{'x' * 120}\n{'x' * 121}\n")
    assert too_long(tmp_path) == [
        "macros/planted.sql:2: 101 columns",
        "macros/planted.sql:3: 7 columns",
        "models/_planted.yml:2: 121 columns",
    ]


def test_sql_is_portable() -> None:
    assert len(list(sql_files(ROOT))) > 20
    assert breaches(ROOT) == []


@pytest.mark.parametrize("rule", BREACHES)
def test_portability_check_catches(rule: str, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    model = tmp_path / "models" / "planted.sql"
    model.write_text(f"-- {PLANTED[rule]}\n{{# {PLANTED[rule]}\n#}}\n{PLANTED[rule]}\n")
    assert breaches(tmp_path) == [f"models/planted.sql:4: {rule}"]


def parse_strictly(project: Path, target: Path) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ABM_", "DBT_"))}
    return subprocess.run(
        [sys.executable, Path(__file__).with_name("parse_strictly.py"), project, target],
        cwd=project,
        env=clean,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_yaml_follows_dbt_schemas(tmp_path: Path) -> None:
    result = parse_strictly(ROOT, tmp_path / "target")
    assert result.returncode == 0, result.stdout + result.stderr


def test_yaml_check_catches(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, project / name)
    for folder in ("models", "macros", "seeds", "tests", "snapshots", "analyses"):
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, project / folder)
    (project / "models" / "marts" / "planted.sql").write_text("select 1 as one\n")
    (project / "models" / "marts" / "_planted.yml").write_text(
        "models:\n"
        "  - name: planted\n"
        "    descripton: misspelled\n"
        "    config: {contract: {enforced: true}}\n"
        "    columns: [{name: one, data_type: integer}]\n"
    )
    result = parse_strictly(project, tmp_path / "target")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "descripton" in result.stdout
