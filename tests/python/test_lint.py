"""The SQL's style, which sqlfluff knows."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.mark.full
def test_sql_follows_the_style(tmp_path: Path) -> None:
    """As `make lint-sql`, with a database and a parse cache of its own."""
    result = subprocess.run(
        ["make", "lint-sql", f"LINT_DIR={tmp_path}"],
        cwd=ROOT,
        env=os.environ.copy(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
