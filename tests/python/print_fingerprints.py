"""Prints the fingerprints of a project after each of several changes that are taken back again.

Usage: python print_fingerprints.py PROJECT_DIR TARGET_DIR CHANGES

CHANGES is JSON: by name {"edits": [[file, before, after]], "vars": {}}, where file is a name that
the project has once. dbt runs in this process and parses only what changed, as it does when a
developer edits a file. Prints JSON: by name the fingerprints of configuration and definitions.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

MODEL = "int_recorded_configurations"


def fingerprints(project: Path, target: Path, variables: dict[str, Any]) -> list[str]:
    """Compile the model that records the fingerprints, and read them."""
    outcome = dbtRunner().invoke(
        [
            *("--log-level", "none", "compile", "--no-introspect", "--no-populate-cache"),
            *("--select", MODEL, "--vars", json.dumps(variables)),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(target), "--log-path", str(target)),
        ]
    )
    if not outcome.success:
        raise RuntimeError(outcome.exception or outcome.result)
    (result,) = outcome.result.results
    return re.findall("'([0-9a-f]{32})'", result.node.compiled_code)


def main() -> None:
    """Change, compile, take back, print."""
    project, target = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ["ABM_DB"] = str(target / "abm.duckdb")
    found = {}
    for name, change in json.loads(sys.argv[3]).items():
        originals: dict[Path, str] = {}
        for file_name, before, after in change.get("edits", ()):
            (file,) = project.rglob(file_name)
            text = file.read_text(encoding="utf-8")
            if before not in text:
                raise ValueError(f"{file_name} has no {before}")
            originals.setdefault(file, text)
            file.write_text(text.replace(before, after), encoding="utf-8")
        found[name] = fingerprints(project, target, change.get("vars", {}))
        for file, text in originals.items():
            file.write_text(text, encoding="utf-8")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
