"""Readers see one whole release or the next, and the DuckDB file opens in DuckDB 1.4."""

import json
import os
import shutil
import stat
import subprocess
import threading
import time
from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import ROOT, Abm, Build, errors, said

READER = ROOT / ".venv-reader" / "bin" / "python"
READER_DUCKDB = "1.4.5"
PROBE_ROWS = 200_000
PUBLISHED = ("marts", "reference", "audit")


def tables(db: Path) -> dict[str, int]:
    with duckdb.connect(str(db), read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            f"where table_schema in {PUBLISHED} order by 1, 2"
        ).fetchall()
        return {
            f"{schema}.{name}": connection.execute(
                f'select count(*) from "{schema}"."{name}"'
            ).fetchall()[0][0]
            for schema, name in names
        }


def rows_of(db: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(query).fetchall()


def rename_build(db: Path, build_id: str) -> None:
    """Let a build database be that of another build."""
    with duckdb.connect(str(db)) as connection:
        connection.execute(
            "update ledger.builds set build_id = ? "
            "where started_at = (select max(started_at) from ledger.builds)",
            [build_id],
        )


def put_version(db: Path, version: int) -> None:
    """Give the build database a probe in which every row tells the version."""
    rows = PROBE_ROWS + version
    rename_build(db, f"20261031T{version:06}Z-version0")
    with duckdb.connect(str(db)) as connection:
        for table in ("marts.probe_rows", "audit.probe_audit"):
            connection.execute(
                f"create or replace table {table} as "
                f"select {version} as version, range as amount from range({rows})"
            )


def expected(version: int) -> list[int]:
    rows = PROBE_ROWS + version
    return [version, version, rows, rows * (rows - 1) // 2]


def publish(abm: Abm, db: Path, out: Path) -> None:
    result = abm("publish", "--db", db, "--out", out)
    assert result.returncode == 0, said(result)
    assert str(out / "abm.duckdb") in result.stdout
    assert str(out / "parquet" / "current") in result.stdout


@pytest.fixture
def build_db(company_built: Build, tmp_path: Path) -> Path:
    """A copy of the small company's build that a test may change."""
    db = tmp_path / "build.duckdb"
    shutil.copy(company_built.db, db)
    return db


def test_everything_is_published(abm: Abm, build_db: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(build_db)) as connection:
        connection.execute("comment on table marts.dim_accounts is 'Accounts, one''s row each'")
        connection.execute("comment on column marts.dim_accounts.account_id is 'Their id'")
        connection.execute("create view marts.probe_view as from marts.dim_accounts")
    out = tmp_path / "out"
    publish(abm, build_db, out)
    assert tables(out / "abm.duckdb") == tables(build_db)
    release = json.loads((out / "release.json").read_text())
    assert release["rows"] == tables(build_db)
    assert (out / release["parquet"] / "release.json").read_text() == (
        out / "release.json"
    ).read_text()
    parquet = {f.stem: pl.scan_parquet(f) for f in (out / release["parquet"]).glob("*.parquet")}
    counts = {name: frame.select(pl.len()).collect().item() for name, frame in parquet.items()}
    assert counts == {name.split(".")[1]: rows for name, rows in tables(build_db).items()}
    assert stat.S_IMODE((out / "abm.duckdb").stat().st_mode) == 0o444
    with duckdb.connect(str(out / "abm.duckdb"), read_only=True) as connection:
        comments = connection.execute(
            "select comment from duckdb_tables() where comment is not null "
            "union all select comment from duckdb_columns() "
            "where comment is not null and not internal"
        ).fetchall()
        types = connection.execute("describe marts.dim_accounts").fetchall()
    assert {"Accounts, one's row each", "Their id"} <= {text for (text,) in comments}
    with duckdb.connect(str(build_db), read_only=True) as connection:
        built_types = connection.execute("describe marts.dim_accounts").fetchall()
    assert [row[:2] for row in types] == [row[:2] for row in built_types]


def test_two_releases_are_kept_and_leftovers_go(abm: Abm, build_db: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    releases = out / "parquet"
    first, second, third, fourth = (f"20261031T00000{n}Z-release0" for n in range(4))
    for release_id in (first, second, third):
        rename_build(build_db, release_id)
        publish(abm, build_db, out)
    assert sorted(path.name for path in releases.iterdir()) == [second, third, "current"]
    # What publishes leave that died while writing, before and after naming the release, and a
    # release of an older version.
    (out / ".publishing-abm.duckdb").write_text("half")
    (out / ".publishing-abm.duckdb.wal").write_text("half")
    (out / ".publishing-release.json").write_text("half")
    (releases / ".publishing-parquet").mkdir()
    (releases / first).mkdir()
    (releases / "000004").mkdir()
    rename_build(build_db, fourth)
    publish(abm, build_db, out)
    assert sorted(path.name for path in releases.iterdir()) == [third, fourth, "current"]
    assert os.readlink(releases / "current") == fourth  # noqa: PTH115
    assert len(list((releases / fourth).glob("*.parquet"))) == len(tables(build_db))
    names = [".publish.lock", "abm.duckdb", "parquet", "release.json"]
    assert sorted(path.name for path in out.iterdir()) == names


def test_what_did_not_change_is_not_written_again(abm: Abm, build_db: Path, tmp_path: Path) -> None:
    """The same build: nothing. Another one: what it made; the rest is linked and stays."""
    out = tmp_path / "out"
    publish(abm, build_db, out)
    files = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    again = abm("publish", "--db", build_db, "--out", out)
    assert "published already: nothing was written" in again.stdout, said(again)
    assert files == {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    before = json.loads((out / "release.json").read_text())
    rename_build(build_db, "20261031T000000Z-release0")
    changed = "marts.dim_accounts"
    with duckdb.connect(str(build_db)) as connection:
        connection.execute(f"update {changed} set account_name = 'Renamed'")
        connection.execute(f"comment on table {changed} is 'Other words'")
        connection.execute(
            "update ledger.nodes set content = 'another' where node_id like '%.dim_accounts'"
        )
    result = abm("publish", "--db", build_db, "--out", out)
    n_tables = len(before["fingerprints"])
    assert f"As in the release before: {n_tables - 1} of " in result.stdout, said(result)
    after = json.loads((out / "release.json").read_text())
    assert {
        table
        for table, known in after["fingerprints"].items()
        if before["fingerprints"][table] != known
    } == {changed}
    for table in before["fingerprints"]:
        old, new = (
            out / release["parquet"] / f"{table.split('.')[1]}.parquet"
            for release in (before, after)
        )
        assert old.samefile(new) == (table != changed), table
    assert tables(out / "abm.duckdb") == tables(build_db)
    query = f"select distinct account_name from {changed}"
    assert rows_of(out / "abm.duckdb", query) == [("Renamed",)]
    assert rows_of(
        out / "abm.duckdb",
        "select comment from duckdb_tables() where table_name = 'dim_accounts'",
    ) == [("Other words",)]
    # So with the dashboard, of which every page must be there.
    pages = ("report", "--db", out / "abm.duckdb", "--out", tmp_path / "pages")
    assert abm(*pages).stdout.startswith("Wrote ")
    assert "already: nothing was written" in abm(*pages).stdout
    (tmp_path / "pages/fr/index.html").unlink()
    assert abm(*pages).stdout.startswith("Wrote ")
    # A published file that somebody removed is written again, whole.
    (out / "abm.duckdb").unlink()
    publish(abm, build_db, out)
    assert tables(out / "abm.duckdb") == tables(build_db)


def test_nothing_to_publish(abm: Abm, tmp_path: Path) -> None:
    out = tmp_path / "out"
    missing = errors(abm("publish", "--db", tmp_path / "none.duckdb", "--out", out))
    assert len(missing) == 1
    assert "none.duckdb" in missing[0]
    assert "abm build" in missing[0]

    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    without_marts = errors(abm("publish", "--db", empty, "--out", out))
    assert len(without_marts) == 1
    assert "empty.duckdb" in without_marts[0]
    assert "marts" in without_marts[0]
    assert not (out / "abm.duckdb").exists()

    text = tmp_path / "text.duckdb"
    text.write_text("a file that is no database at all")
    no_database = errors(abm("publish", "--db", text, "--out", out))
    assert len(no_database) == 1
    assert "not a DuckDB database" in no_database[0]


def test_build_in_use(abm: Abm, build_db: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(build_db)):
        sentences = errors(abm("publish", "--db", build_db, "--out", tmp_path / "out"))
    assert len(sentences) == 1
    assert "open in another process" in sentences[0]
    assert str(os.getpid()) in sentences[0]


def test_readers_never_see_a_mixture(abm: Abm, build_db: Path, tmp_path: Path) -> None:
    """A DuckDB 1.4 client polls during three publishes and meets no error and no torn state."""
    if not READER.exists():
        pytest.skip(".venv-reader is missing: run `make reader`")
    out, stop = tmp_path / "out", tmp_path / "stop"
    put_version(build_db, 0)
    publish(abm, build_db, out)

    polls: list[dict[str, object]] = []
    script = Path(__file__).with_name("read_published.py")
    reader = subprocess.Popen(
        [READER, script, out, stop, "0"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ""},
    )

    def collect() -> None:
        assert reader.stdout
        for line in reader.stdout:
            polls.append(json.loads(line))

    def wait_for(version: int) -> None:
        until = time.monotonic() + 60
        while not (polls and polls[-1].get("parquet") == expected(version)):
            assert time.monotonic() < until, f"version {version} never seen; last: {polls[-1:]}"
            assert reader.poll() is None, "the reader stopped"
            time.sleep(0.02)

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        wait_for(0)
        for version in (1, 2, 3):
            put_version(build_db, version)
            publish(abm, build_db, out)
            wait_for(version)
    finally:
        stop.touch()
        collector.join(timeout=60)
        reader.wait(timeout=60)

    states = polls.pop()["states"]
    assert len(states) == 4, f"not one state of the file per publish: {states}"  # type: ignore[arg-type]
    assert [poll["error"] for poll in polls if "error" in poll] == []
    assert {poll["duckdb"] for poll in polls} == {READER_DUCKDB}
    versions = [expected(version) for version in range(4)]
    files = sorted(f"{name.split('.')[1]}.parquet" for name in tables(build_db))
    for poll in polls:
        assert poll["marts"] in versions
        assert poll["audit"] == poll["marts"], "two tables of one file from two releases"
        assert poll["parquet"] in versions
        assert poll["parquet_audit"] == poll["parquet"], "two files of one folder from two releases"
        assert poll["files"] == sorted([*files, "release.json"]), "an incomplete Parquet release"
    order = [poll["marts"][0] for poll in polls]  # type: ignore[index]
    assert order == sorted(order)
    assert len(polls) > 10


@pytest.mark.full
def test_many_readers_of_many_publications(abm: Abm, build_db: Path, tmp_path: Path) -> None:
    """20 DuckDB 1.4 clients read for 300 seconds, file after file, through 30 publications."""
    if not READER.exists():
        pytest.skip(".venv-reader is missing: run `make reader`")
    n_readers, n_publications, seconds = 20, 30, 300
    out, stop = tmp_path / "out", tmp_path / "stop"
    put_version(build_db, 0)
    publish(abm, build_db, out)
    script = Path(__file__).with_name("read_published.py")
    logs = [tmp_path / f"reader{number}.jsonl" for number in range(n_readers)]
    readers = []
    for log in logs:
        with log.open("w") as file:
            command = [READER, script, out, stop, "0.5"]
            readers.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file))
    start = time.monotonic()
    try:
        for version in range(1, n_publications + 1):
            put_version(build_db, version)
            publish(abm, build_db, out)
            time.sleep(max(0, start + version * seconds / n_publications - time.monotonic()))
    finally:
        stop.touch()
        for reader in readers:
            reader.wait(timeout=60)
    assert time.monotonic() - start >= seconds
    polls = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    polls = [poll for poll in polls if "states" not in poll]
    versions = [expected(version) for version in range(n_publications + 1)]
    assert [poll for poll in polls if "error" in poll] == []
    mixtures = [
        poll
        for poll in polls
        if poll["marts"] != poll["audit"]
        or poll["parquet"] != poll["parquet_audit"]
        or poll["marts"] not in versions
        or poll["parquet"] not in versions
    ]
    seen = {tuple(poll["parquet"]) for poll in polls}
    print(f"{len(polls):,} polls, {len(seen)} releases seen, {len(mixtures)} mixtures")
    assert mixtures == []
    assert len(seen) > n_publications / 2
