"""Every query of analyses/ runs on the sample and has an answer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
from conftest import ROOT, Build

QUESTIONS = """{
    account: Arborway Cloud, stakeholder_reach: 4,
    person: 'karen.andersen@harborhaven.example'
}"""


def test_analyses_answer(built: Build, tmp_path: Path) -> None:
    target, db = tmp_path / "target", tmp_path / "abm.duckdb"
    shutil.copy(built.db, db)
    result = subprocess.run(
        [
            *(Path(sys.executable).with_name("dbt"), "compile", "--select", "path:analyses"),
            *("--vars", QUESTIONS),
        ],
        cwd=ROOT,
        env=os.environ
        | {"ABM_DB": str(db), "DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    queries = sorted(target.glob("compiled/*/analyses/*.sql"))
    assert [file.stem for file in queries] == sorted(f.stem for f in ROOT.glob("analyses/*.sql"))
    with duckdb.connect(str(db), read_only=True) as connection:
        for file in queries:
            assert connection.execute(file.read_text()).fetchall(), file.stem
