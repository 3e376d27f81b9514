"""Polls a published directory until told to stop; runs in the reader's own environment.

Usage: python read_published.py OUT_DIR STOP_FILE SECONDS_BETWEEN_FILES

Prints one JSON object per poll: the version found in every table of a probe, or the error met. A
swap that is not done in one step is a matter of milliseconds, too short for a query to meet it
every time, so a second thread looks at the file's directory entry without pause; what it saw comes
last. It uses nothing but the standard library and an old DuckDB.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import duckdb

SUMMARY = "select min(version), max(version), count(*), sum(amount) from"


def poll(out: Path, pause: float) -> dict[str, object]:
    """Read the probe from the database and from the current Parquet release."""
    seen: dict[str, object] = {"duckdb": duckdb.__version__}
    try:
        with duckdb.connect(str(out / "abm.duckdb"), read_only=True) as connection:
            seen["marts"] = connection.execute(f"{SUMMARY} marts.probe_rows").fetchone()
            seen["audit"] = connection.execute(f"{SUMMARY} audit.probe_audit").fetchone()
        release = out / json.loads((out / "release.json").read_text())["parquet"]
        seen["files"] = sorted(os.listdir(release))  # noqa: PTH208
        with duckdb.connect() as connection:
            # File after file, as a reader of folders does.
            for name, table in (("parquet", "probe_rows"), ("parquet_audit", "probe_audit")):
                seen[name] = connection.execute(
                    f"{SUMMARY} read_parquet('{release}/{table}.parquet')"
                ).fetchone()
                time.sleep(pause)
    except Exception as error:
        seen["error"] = f"{type(error).__name__}: {error}"
    return seen


def watch(file: Path, done: threading.Event, states: set[tuple[int, ...]]) -> None:
    """Note every state of a directory entry: inode, size, mode and time, or nothing if missing."""
    while not done.is_set():
        try:
            entry = file.stat()
            states.add((entry.st_ino, entry.st_size, entry.st_mode, entry.st_mtime_ns))
        except FileNotFoundError:
            states.add(())
        time.sleep(0.0002)


def main() -> None:
    """Poll until the stop file exists."""
    out, stop, pause = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    done, states = threading.Event(), set()
    watcher = threading.Thread(target=watch, args=(out / "abm.duckdb", done, states))
    watcher.start()
    while not stop.exists():
        print(json.dumps(poll(out, pause), default=int), flush=True)
        time.sleep(0.01)
    done.set()
    watcher.join()
    print(json.dumps({"states": sorted(states)}), flush=True)


if __name__ == "__main__":
    main()
