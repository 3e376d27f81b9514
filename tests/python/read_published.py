"""Polls a published directory until told to stop; runs in the reader's own environment.

Usage: python read_published.py OUT_DIR STOP_FILE

Prints one JSON object per poll: the version found in every table of a probe, or the error met. It
uses nothing but the standard library and an old DuckDB.
"""

import json
import os
import sys
import time
from pathlib import Path

import duckdb

SUMMARY = "select min(version), max(version), count(*), sum(amount) from"


def poll(out: Path) -> dict[str, object]:
    """Read the probe from the database and from the current Parquet release."""
    seen: dict[str, object] = {"duckdb": duckdb.__version__}
    try:
        with duckdb.connect(str(out / "abm.duckdb"), read_only=True) as connection:
            seen["marts"] = connection.execute(f"{SUMMARY} marts.probe_rows").fetchone()
            seen["audit"] = connection.execute(f"{SUMMARY} audit.probe_audit").fetchone()
        release = os.path.realpath(out / "parquet" / "current")
        seen["files"] = sorted(os.listdir(release))  # noqa: PTH208
        with duckdb.connect() as connection:
            seen["parquet"] = connection.execute(
                f"{SUMMARY} read_parquet('{release}/probe_rows.parquet')"
            ).fetchone()
    except Exception as error:
        seen["error"] = f"{type(error).__name__}: {error}"
    return seen


def main() -> None:
    """Poll until the stop file exists."""
    out, stop = Path(sys.argv[1]), Path(sys.argv[2])
    while not stop.exists():
        print(json.dumps(poll(out), default=int), flush=True)
        time.sleep(0.01)


if __name__ == "__main__":
    main()
