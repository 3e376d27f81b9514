"""Killed processes and full disks: what was there stays whole, and the next run is as any other.

Kills end the process of `abm` itself. A disk is full at many sizes, from too small for the first
file to too small for the last, and once it is read-only.
"""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb
import pytest
from attacks import PAGE, held, kill_abm, moments, on_small_disk, tree
from conftest import Abm, Build, errors, run_abm, said
from test_alerts import Publish, Slack, fired, lines, publish, slack  # noqa: F401

from abm import writing
from abm.alerts import WEBHOOK
from abm.writing import put_files, replaced_folder

FULL = pytest.mark.full
WORK = ".abm-"
"""How the names of work files and folders begin."""


def seen(folder: Path) -> dict[str, str]:
    """What readers see of a folder: all but work files and folders."""
    return {
        path: content
        for path, content in tree(folder).items()
        if not any(part.startswith(WORK) for part in Path(path).parts)
    }


@pytest.fixture
def other_company(company_published: Path, tmp_path: Path) -> Path:
    """A published file of which every page and report differs from the small company's."""
    db = tmp_path / "other.duckdb"
    shutil.copy(company_published, db)
    db.chmod(0o644)
    with duckdb.connect(str(db)) as connection:
        connection.execute("update marts.dim_accounts set account_name = account_name || ' Two'")
        connection.execute("update audit.audit_settings set as_of_on = as_of_on + 40")
        connection.execute("update audit.audit_builds set build_id = build_id || '-two'")
    return db


@pytest.mark.parametrize("n_kills", [2, pytest.param(40, marks=FULL)])
def test_a_killed_report_leaves_the_old_dashboard_or_the_new(
    n_kills: int, abm: Abm, company_published: Path, other_company: Path, tmp_path: Path
) -> None:
    """The next one equals that of a twin that nobody disturbed, and removes what was left."""
    twin, out = tmp_path / "twin", tmp_path / "out"
    assert abm("report", "--db", company_published, "--out", twin / "old").returncode == 0
    start = time.monotonic()
    assert abm("report", "--db", other_company, "--out", twin / "new").returncode == 0
    seconds = time.monotonic() - start
    old, new = tree(twin / "old"), tree(twin / "new")
    assert sorted(old) != sorted(new)
    command = ("report", "--db", other_company, "--out", out / "pages")
    found = set()
    n_works = 0
    # The second half of the time is where it writes; the last kill is that of its first file.
    kills: list[dict[str, Any]] = [
        {"after": moment} for moment in moments(n_kills - 1, seconds / 3, seconds)
    ]
    for kill in [*kills, {"once": lambda: bool(list(out.glob(f"{WORK}*/en/index.html")))}]:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(twin / "old", out / "pages")
        killed = kill_abm(*command, target=tmp_path, **kill)
        pages = seen(out / "pages")
        assert pages in (old, new), (kill, killed)
        assert pages == new or killed.was_killed
        found.add("new" if pages == new else "old")
        n_works += len(list(out.glob(f"{WORK}*")))
        result = abm(*command)
        assert result.returncode == 0, said(result)
        assert {path.removeprefix("pages/") for path in tree(out)} == {"pages", *new}
        assert tree(out / "pages") == new
    assert "old" in found
    assert n_works, "no kill hit a moment of writing"


def test_readers_find_a_whole_folder_at_any_moment(tmp_path: Path) -> None:
    """Two files of one folder are of one write, and neither is ever missing."""
    folder, stop = tmp_path / "pages", Event()
    folder.mkdir(mode=0o750)
    seen_by_reader: list[tuple[str, ...] | None] = []

    def read() -> None:
        while not stop.is_set():
            try:
                # What is open stays what it was, as in a browser.
                seen_by_reader.append(tuple(sorted(path.name for path in folder.iterdir())))
            except FileNotFoundError:
                seen_by_reader.append(None)

    reader = Thread(target=read)
    for number in range(1000):
        with replaced_folder(folder) as work:
            for name in ("a", "b"):
                (work / f"{name}{number}").touch()
        if number == 0:
            reader.start()
    stop.set()
    reader.join()
    assert None not in seen_by_reader
    # A listing that began in a folder that is being removed is short, never mixed.
    assert all(len({name[1:] for name in names or ()}) <= 1 for names in seen_by_reader)
    assert len(set(seen_by_reader)) > 10
    assert folder.stat().st_mode & 0o777 == 0o750
    assert sorted(tree(tmp_path)) == ["pages", "pages/a999", "pages/b999"]


def test_a_folder_is_replaced_where_names_cannot_be_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its two steps a kill leaves none: the next write puts the old one back first."""
    monkeypatch.setattr(writing, "_exchanged", lambda *_: False)
    folder = tmp_path / "pages"
    for number in "12":
        with replaced_folder(folder) as work:
            (work / number).touch()
    assert sorted(tree(tmp_path)) == ["pages", "pages/2"]
    folder.rename(tmp_path / f"{WORK}replaced-pages")

    def write_badly() -> None:
        with replaced_folder(folder) as work:
            (work / "3").touch()
            assert sorted(tree(folder)) == ["2"]
            raise OSError

    with pytest.raises(OSError, match=r"^$"):
        write_badly()
    assert sorted(tree(tmp_path)) == ["pages", "pages/2"]


def test_files_are_replaced_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    put_files({a: b"1", b: b"1"})
    a.chmod(0o600)
    (tmp_path / f"{WORK}writing-c").touch()
    real = Path.write_bytes

    def write(file: Path, content: bytes) -> int:
        if "b" in file.name.removeprefix(WORK):
            real(file, b"half")
            raise OSError
        return real(file, content)

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(OSError, match=r"^$"):
        put_files({a: b"2", b: b"2"})
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] == [b"1", b"1"]
    monkeypatch.undo()
    put_files({a: b"2", b: b"2"})
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] == [b"2", b"2"]
    assert a.stat().st_mode & 0o777 == 0o600


Command = Callable[[Path], tuple[object, ...]]


def dashboard(out: Path) -> tuple[object, ...]:
    return "report", "--out", out / "pages"


def weekly(out: Path) -> tuple[object, ...]:
    return "report", "--period", "week", "--out", out / "reports"


def monthly(out: Path) -> tuple[object, ...]:
    return "report", "--period", "month", "--format", "pdf", "--out", out / "reports"


def data_docs(out: Path) -> tuple[object, ...]:
    return "validate", "--layer", "marts", "--docs", out / "docs"


def raw(out: Path) -> tuple[object, ...]:
    return "sample", "--accounts", 30, "--seed", 7, "--out", out / "raw"


def docs(out: Path) -> tuple[object, ...]:
    return "docs", "--out", out / "docs"


@pytest.mark.parametrize(
    ("command", "n_sizes"),
    [
        (dashboard, 1),
        (raw, 1),
        pytest.param(dashboard, 10, marks=FULL),
        pytest.param(weekly, 5, marks=FULL),
        pytest.param(monthly, 5, marks=FULL),
        pytest.param(raw, 10, marks=FULL),
        pytest.param(data_docs, 10, marks=FULL),
        pytest.param(docs, 5, marks=FULL),
    ],
)
def test_a_full_disk_leaves_what_was_there(
    command: Command,
    n_sizes: int,
    abm: Abm,
    company_built: Build,
    company_published: Path,
    other_company: Path,
    tmp_path: Path,
) -> None:
    """One sentence, the old files, no others; with room the same command then does its work."""
    out, twin = tmp_path / "out", tmp_path / "twin"
    out.mkdir()
    twin.mkdir()
    name = str(command(out)[0])
    first: tuple[object, ...] = ()
    second: tuple[object, ...] = ()
    if name == "report":
        first, second = ("--db", company_published), ("--db", other_company)
    elif name in ("validate", "docs"):
        first = second = ("--db", company_built.db)
    for folder in (out, twin):
        result = abm(*command(folder), *first)
        assert result.returncode == 0, said(result)
    # Files of an older run, to be told from new ones.
    for file in out.rglob("*.*"):
        if file.is_file() and first == second:
            file.write_bytes(file.read_bytes() + b" ")
    before, needed = tree(out), held(out)
    assert abm(*command(twin), *second).returncode == 0
    new_bytes = held(twin) - (needed if name == "report" and "--period" in command(out) else 0)
    for number in range(n_sizes + 1):
        size = needed - PAGE + (new_bytes - PAGE) * number // n_sizes
        result = on_small_disk(
            *command(out),
            *second,
            folder=out,
            size=size,
            target=tmp_path / "target",
            is_read_only=number == n_sizes,
        )
        *_, sentence = result.stderr.strip().split("\n")
        why = "Read-only file system" if number == n_sizes else "No space left on device"
        assert sentence.startswith("error: Cannot write "), said(result)
        assert f"({why}): make room or allow writing there" in sentence
        assert "Traceback" not in result.stderr
        assert sentence.count("error:") == result.stderr.count("error:") == 1
        assert tree(out) == before
    assert abm(*command(out), *second).returncode == 0
    assert tree(out) != before


def test_a_failing_build_names_the_log_that_there_is(company: Path, tmp_path: Path) -> None:
    """It holds what failed and no SQL; where none can be written, none is named or missed."""
    folder = tmp_path / "log"
    folder.mkdir()
    log, target = folder / "dbt.log", tmp_path / "target"
    # The var is no date, which is found when the first model is compiled.
    options = ("--raw", company, "--db", tmp_path / "abm.duckdb", "--as-of", "2026-10-31")
    command = ("build", *options, "--vars", "{fiscal_year_start_month: x}", "--select", "dim_dates")
    shown: list[list[str]] = []
    for size, is_read_only, level in (
        (100 * PAGE, False, "info"),
        (PAGE, False, "debug"),
        (PAGE, True, "info"),
    ):
        if size == PAGE:
            log.write_text("x" * (PAGE - 100))
        result = on_small_disk(
            *command,
            folder=folder,
            size=size,
            is_read_only=is_read_only,
            target=target,
            environment={"DBT_LOG_PATH": str(folder)}
            | ({"DBT_LOG_LEVEL_FILE": level} if level == "debug" else {}),
        )
        assert result.returncode == 1, said(result)
        assert "Traceback" not in result.stderr
        *_, last = result.stderr.strip().split("\n")
        shown.append([last, *errors(result)])
        if not is_read_only:
            assert last == f"The build failed; dbt's own log is {log}"
            assert log.stat().st_size
        else:
            assert last == "The build failed"
        if level == "info" and not is_read_only:
            text = log.read_text()
            assert "dim_dates" in text
            assert "[debug]" not in text
        log.unlink(missing_ok=True)
    assert shown[0][1:] == shown[1][1:] == shown[2][1:]


def many(n: int) -> list[dict[str, Any]]:
    return [
        fired("aes_hot", f"account {number}", amount_at_stake=n - number) for number in range(n)
    ]


def test_alerts_are_told_to_nobody_where_the_ledger_has_no_room(
    publish: Publish,  # noqa: F811
    slack: Slack,  # noqa: F811
    tmp_path: Path,
) -> None:
    db, out = publish(*many(3)), tmp_path / "out"
    out.mkdir()
    ledger = out / "told.jsonl"
    line = json.dumps({"rule_id": "aes_hot", "entity_id": "x", "fired_on": "2026-01-01"})
    # There is room for the beginning of what is to be added.
    ledger.write_text(f"{line}{' ' * (PAGE - len(line) - 20)}\n")
    command = ("alerts", "--db", db, "--ledger", ledger)
    before = tree(out)
    for is_read_only, options in ((False, ()), (False, ("--slack",)), (True, ())):
        result = on_small_disk(
            *(*command, *options),
            folder=out,
            size=held(out) - PAGE,
            target=tmp_path,
            is_read_only=is_read_only,
            environment={WEBHOOK: slack.url},
        )
        (sentence,) = errors(result)
        assert ("Cannot use" if is_read_only else "so nobody was told of anything") in sentence
        assert result.stdout == ""
        assert slack.texts == []
        assert tree(out) == before


def test_what_cannot_be_printed_is_not_remembered(
    publish: Publish,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Standard output is a file on a full disk."""
    db, ledger = publish(*many(3)), tmp_path / "told.jsonl"
    command = ("alerts", "--db", db, "--ledger", ledger)
    shell = ("sh", "-c", '"$@" > /dev/full', "sh")
    for arguments in (command, ("--version",)):
        buffered = {"PYTHONUNBUFFERED": ""}
        result = run_abm(*arguments, target=tmp_path, before=shell, environment=buffered)
        (sentence,) = errors(result)
        assert sentence == (
            "There is no room for what is to be written (No space left on device): "
            "make room, then run again."
        )
    assert ledger.read_bytes() == b""


@pytest.mark.parametrize("n_kills", [4, pytest.param(30, marks=FULL)])
def test_a_killed_run_of_alerts_tells_each_at_least_once(
    n_kills: int,
    abm: Abm,
    publish: Publish,  # noqa: F811
    slack: Slack,  # noqa: F811
    tmp_path: Path,
) -> None:
    """At most one twice, with the same mark; the ledger ends as that of an undisturbed twin."""
    n = 40
    db, ledger, twin = publish(*many(n)), tmp_path / "told.jsonl", tmp_path / "twin.jsonl"
    environment = {WEBHOOK: slack.url}
    command = ("alerts", "--db", db, "--slack", "--ledger")
    start = time.monotonic()
    assert abm(*command, twin, environment=environment).returncode == 0
    seconds = time.monotonic() - start

    def remembered(file: Path) -> list[str]:
        return [line["alert_id"] for line in lines(file)]

    told_by_twin, texts_of_twin = remembered(twin), list(slack.texts)
    kills: list[dict[str, Any]] = [
        {"after": moment} for moment in moments(n_kills // 2, seconds / 2, seconds)
    ]
    # And once so many have been taken, which is between Slack's answer and the ledger's line.
    kills += [
        {"once": lambda at=at: len(slack.texts) >= at}
        for at in range(1, n, -(-n // (n_kills - len(kills))))
    ]
    for kill in kills:
        slack.texts.clear()
        ledger.unlink(missing_ok=True)
        killed = kill_abm(*command, ledger, target=tmp_path, environment=environment, **kill)
        assert killed.was_killed or "after" in kill
        time.sleep(0.2)
        taken = len(slack.texts)
        known = remembered(ledger) if ledger.exists() else []
        assert known == told_by_twin[: len(known)]
        assert taken - len(known) in (0, 1), kill
        assert abm(*command, ledger, environment=environment).returncode == 0
        assert remembered(ledger) == told_by_twin
        assert list(dict.fromkeys(slack.texts)) == texts_of_twin
        assert len(slack.texts) - n == taken - len(known)


def test_a_line_that_a_kill_cut_is_told_again(
    abm: Abm,
    publish: Publish,  # noqa: F811
    tmp_path: Path,
) -> None:
    db, ledger = publish(*many(3)), tmp_path / "told.jsonl"
    command = ("alerts", "--db", db, "--ledger", ledger)
    assert "3 alerts told" in abm(*command).stdout
    whole = ledger.read_bytes()
    for cut in (whole[:-1], whole[:-30], whole[: whole.index(b"\n") + 2], whole[:5]):
        ledger.write_bytes(cut)
        dry = abm(*command, "--dry-run")
        assert dry.returncode == 0, said(dry)
        assert ledger.read_bytes() == cut
        result = abm(*command)
        assert result.returncode == 0, said(result)
        assert sorted(line["entity_id"] for line in lines(ledger)) == [
            f"account {number}" for number in range(3)
        ]
    ledger.write_bytes(whole[:-30] + b" " * 5000)
    assert "1 alert told" in abm(*command).stdout


@FULL
def test_a_killed_docs_leaves_old_or_new_pages(
    abm: Abm, company_built: Build, tmp_path: Path
) -> None:
    """Also where it dies while dbt writes its own files, from which the next run starts."""
    out, target = tmp_path / "out", tmp_path / "target"
    command = ("docs", "--db", company_built.db, "--out", out)
    names = ("dictionary.html", "dbt.html")
    start = time.monotonic()
    assert abm(*command, target=target).returncode == 0
    seconds = time.monotonic() - start
    new = {name: (out / name).read_bytes() for name in names}
    for moment in moments(10, seconds / 10, seconds):
        shutil.rmtree(target, ignore_errors=True)
        for name in names:
            (out / name).write_bytes(b"old")
        kill_abm(*command, target=target, after=moment)
        contents = [(out / name).read_bytes() for name in names]
        if contents != [b"old", b"old"]:
            assert contents[0] == new["dictionary.html"]
            assert abs(len(contents[1]) - len(new["dbt.html"])) < 10_000
        result = abm(*command, target=target)
        assert result.returncode == 0, said(result)
        assert (out / "dictionary.html").read_bytes() == new["dictionary.html"]
        assert abs(len((out / "dbt.html").read_bytes()) - len(new["dbt.html"])) < 10_000
        assert sorted(path.name for path in out.iterdir()) == sorted(names)
