"""A build that is killed, runs out of disk or meets a clock that went wrong tears nothing.

What is built afterwards equals, with every ledger, what a twin has that nobody disturbed.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import duckdb
import pytest
from attacks import (
    PAGE,
    has_small_disks,
    held,
    kill_abm,
    moments,
    needs_small_disks,
    on_small_disk,
    tree,
)
from conftest import COMPANY_DAY, ROOT, Abm, Build, Result, errors, run_abm, run_dbt, said

from abm.build import lock_file
from abm.compare import compare_databases
from abm.locks import held as lock_held
from abm.paths import read_yaml
from abm.release import Problem, read_release
from abm.report.language import LOCALES

FULL = pytest.mark.full
LEDGERS = {
    "builds": "select status, is_whole, selection, as_of_on, code_fingerprint, n_failed "
    "from audit.audit_builds order by started_at",
    "publications": "select * exclude (published_at) from marts.fct_kpi_publications order by all",
    "snapshot versions": "select kpi, month_on, kpi_value from snapshots.kpi_values_snapshot "
    "where dbt_valid_to is null order by all",
}


def rewritten(raw: Path, table: str, columns: str) -> None:
    """Replace a raw table by a query on itself, as a loader would: by another file."""
    file = raw / f"{table}.parquet"
    new = file.with_suffix(".new")
    duckdb.sql(f"select {columns} from '{file}'").write_parquet(str(new))
    new.replace(file)


def ledgers(db: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return {name: connection.execute(query).fetchall() for name, query in LEDGERS.items()}


run_in_place = partial(run_abm, in_place=True)


class Attacked:
    """A build database of a company whose past months move in the next build.

    Args:
        built_db: The database before that build.
        raw: The raw data of that build; they are changed.
        folder: Where to work.
        variables: The vars of that build.

    Attributes:
        folder: Where the database is, and nothing else.
        db: The database; every attack begins with the same one.
        twin: The same after a next build that nobody disturbed.
        seconds: How long that took, parsing the project, which dbt does once, included.
    """

    def __init__(self, built_db: Path, raw: Path, folder: Path, *variables: str) -> None:
        self._built_db = built_db
        self._variables = variables
        self._target = folder / "target"
        self.raw = raw
        self.folder = folder / "disk"
        self.db = self.folder / "abm.duckdb"
        self.twin = folder / "twin.duckdb"
        # Other amounts, and in the vars a cause besides late data.
        rewritten(
            raw,
            "salesforce/opportunity",
            "* replace (case when is_won then 2 * amount else amount end as amount)",
        )
        self.reset()
        start = time.monotonic()
        result = self.run()
        self.seconds = time.monotonic() - start
        assert result.returncode == 0, said(result)
        shutil.copy(self.db, self.twin)
        with duckdb.connect(str(self.twin), read_only=True) as connection:
            causes = connection.execute(
                "select distinct cause from marts.fct_kpi_publications where is_restatement"
            ).fetchall()
        assert causes == [("configuration" if variables else "late_data",)]
        self.reset()

    def reset(self) -> None:
        """Put the database back to before the next build."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        shutil.copy(self._built_db, self.db)

    def run(self, run: Callable[..., Any] = run_in_place, **options: Any) -> Any:
        """Run the next build: undisturbed, or by another function of attacks."""
        command = ("build", "--raw", self.raw, "--db", self.db, "--as-of", COMPANY_DAY)
        return run(*command, *self._variables, target=self._target, **options)

    def publish(self) -> Result:
        """Publish the database as it is."""
        out = self.folder.with_name("out")
        return run_abm("publish", "--db", self.db, "--out", out, target=self._target)

    def is_refused_if_unfinished(self) -> bool:
        """Try to publish after a kill; whether the build had begun and not finished."""
        if ledgers(self.db)["builds"][-1][0] == "finished":
            return False
        assert_refused(self.publish(), "was interrupted before it finished")
        return True

    def assert_equals_twin(self) -> None:
        """Finish what was disturbed, and compare everything with the twin."""
        result = self.run()
        assert result.returncode == 0, said(result)
        self.assert_is_twin()

    def assert_is_twin(self) -> None:
        """Compare everything with the twin, ledgers included."""
        different = [
            found.table for found in compare_databases(self.twin, self.db) if found.is_different
        ]
        assert different == []
        assert ledgers(self.db) == ledgers(self.twin)


@pytest.fixture
def attacked(company_built: Build, company_copy: Path, tmp_path: Path) -> Attacked:
    return Attacked(company_built.db, company_copy, tmp_path, "--vars", "{stale_after_days: 60}")


@pytest.fixture
def attacked_hour(company_copy: Path, tmp_path: Path) -> Attacked:
    """The next build makes what changed in raw data, without dbt."""
    db, kept = tmp_path / "disk" / "abm.duckdb", tmp_path / "kept.duckdb"
    command = ("build", "--raw", company_copy, "--db", db, "--as-of", COMPANY_DAY)
    result = run_in_place(*command, target=tmp_path / "target")
    assert result.returncode == 0, said(result)
    shutil.copy(db, kept)
    attacked = Attacked(kept, company_copy, tmp_path)
    assert "without dbt" in said(attacked.run())
    attacked.reset()
    return attacked


def assert_refused(result: Result, problem: str) -> None:
    (sentence,) = errors(result)
    assert problem in sentence, sentence
    assert "--force" in sentence


@FULL
def test_a_killed_build_is_not_published_and_the_next_is_whole(attacked: Attacked) -> None:
    """A full disk, then three kills in a row, each further on than the one before."""
    if has_small_disks():
        size = held(attacked.folder) + 2_000_000
        full = attacked.run(on_small_disk, folder=attacked.folder, size=size)
        assert errors(full), said(full)
        assert attacked.publish().returncode == 1
    n_refused = 0
    for moment in (0.3, 0.4, 0.5):
        attacked.run(kill_abm, after=moment * attacked.seconds)
        n_refused += attacked.is_refused_if_unfinished()
    assert n_refused
    attacked.assert_equals_twin()


@FULL
def test_an_hour_that_is_killed(attacked_hour: Attacked) -> None:
    """What it made is what it says that it made: the next build makes the rest."""
    n_refused = 0
    seconds = attacked_hour.seconds
    for moment in moments(20, 0.3 * seconds, seconds):
        attacked_hour.reset()
        attacked_hour.run(kill_abm, after=moment)
        n_refused += attacked_hour.is_refused_if_unfinished()
        attacked_hour.assert_equals_twin()
    assert n_refused


@FULL
def test_builds_killed_at_many_moments(attacked: Attacked) -> None:
    n_refused = 0
    for moment in moments(15, 0, attacked.seconds):
        attacked.reset()
        killed = attacked.run(kill_abm, after=moment)
        is_refused = attacked.is_refused_if_unfinished()
        n_refused += is_refused
        attacked.assert_equals_twin()
        print(f"{moment:.1f} s of {attacked.seconds:.1f}: {killed.was_killed}, {is_refused}")
    assert n_refused > 5


@FULL
def test_builds_on_full_disks(attacked: Attacked) -> None:
    needed = held(attacked.folder)
    n_failed = 0
    for number in range(10):
        attacked.reset()
        room = PAGE * 4 if number == 0 else 500_000 * 2**number
        result = attacked.run(on_small_disk, folder=attacked.folder, size=needed + room)
        print(f"{room:,} bytes of room: {result.returncode}")
        if result.returncode:
            n_failed += 1
            assert errors(result), said(result)
        if ledgers(attacked.db)["builds"] == ledgers(attacked.twin)["builds"]:
            attacked.assert_is_twin()
        else:
            assert result.returncode, said(result)
            # Without any room it had not begun.
            if ledgers(attacked.db)["builds"][-1][0] != "finished":
                assert attacked.publish().returncode == 1
            attacked.assert_equals_twin()
    assert n_failed > 3


def test_a_clock_that_was_set_back_is_refused(
    abm: Abm, company_built: Build, tmp_path: Path
) -> None:
    """In one sentence and before anything is written."""
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed: run scripts/install_debian_packages.sh")
    db = tmp_path / "disk" / "abm.duckdb"
    db.parent.mkdir()
    shutil.copy(company_built.db, db)
    before = ledgers(db)
    options: dict[str, Any] = {
        "before": ("faketime", "--exclude-monotonic", "-1 days"),
        "environment": {"FAKETIME_FORCE_MONOTONIC_FIX": "0"},
    }
    (sentence,) = errors(
        abm("build", "--raw", company_built.raw, "--db", db, "--as-of", COMPANY_DAY, **options)
    )
    assert sentence.startswith("The clock says "), sentence
    assert "set the clock right" in sentence
    assert ledgers(db) == before


@FULL
def test_clocks(attacked: Attacked) -> None:
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed: run scripts/install_debian_packages.sh")
    environment = {"FAKETIME_FORCE_MONOTONIC_FIX": "0"}
    command = ("faketime", "--exclude-monotonic")
    built_at = time.time()
    # Set back, by more than the time since the database was built.
    for back in ("-2 hours", "-1 days", "-31 days", "-1 years", "-20 years"):
        (sentence,) = errors(attacked.run(before=(*command, back), environment=environment))
        assert sentence.startswith("The clock says "), sentence
        assert attacked.publish().returncode == 0
    # Another time zone is no other clock.
    for zone in ("Pacific/Kiritimati", "America/New_York"):
        attacked.reset()
        result = attacked.run(environment={"TZ": zone})
        assert result.returncode == 0, said(result)
        attacked.assert_is_twin()
    # Ahead, then right: refused until it is corrected.
    for ahead in ("+1 days", "+3 years"):
        attacked.reset()
        result = attacked.run(before=(*command, ahead), environment=environment)
        assert result.returncode == 0, said(result)
        (sentence,) = errors(attacked.run())
        assert "see docs/reliability.md" in sentence
        corrected = run_dbt(
            *("run-operation", "correct_clock", "--profiles-dir", ROOT),
            db=attacked.db,
            target=attacked.folder.with_name("corrected"),
        )
        assert corrected.returncode == 0, said(corrected)
        with duckdb.connect(str(attacked.db), read_only=True) as connection:
            ((newest,),) = connection.execute(
                "select max(started_at) from ledger.builds"
            ).fetchall()
        assert built_at - 86_400 < newest.timestamp() < time.time() + 86_400
        result = attacked.run()
        assert result.returncode == 0, said(result)
        assert ledgers(attacked.db)["publications"] == ledgers(attacked.twin)["publications"]


@FULL
def test_a_clock_that_is_set_back_while_a_build_runs(attacked: Attacked) -> None:
    """It is read from a file, which the command `faketime` itself ignores."""
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed: run scripts/install_debian_packages.sh")
    clock, has_begun = attacked.folder.with_name("clock"), attacked.db.with_name("abm.duckdb.wal")
    clock.write_text("+0")
    library = subprocess.run(
        ["faketime", "-m", "+0 days", "printenv", "LD_PRELOAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    def turn_back() -> None:
        while not has_begun.exists():
            time.sleep(0.01)
        clock.write_text("-2d")

    thread = Thread(target=turn_back, daemon=True)
    thread.start()
    result = attacked.run(
        environment={
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        },
    )
    thread.join()
    (sentence,) = errors(result)
    assert sentence.startswith("The clock "), sentence
    assert attacked.publish().returncode == 1
    attacked.assert_equals_twin()


def test_a_second_build_is_refused_at_once(abm: Abm, company: Path, tmp_path: Path) -> None:
    db = tmp_path / "abm.duckdb"
    duckdb.connect(str(db)).close()
    with lock_held(lock_file(db), "test"):
        target = tmp_path / "target"
        build = run_in_place("build", "--raw", company, "--db", db, target=target)
        publish = abm("publish", "--db", db, "--out", tmp_path / "out")
    (sentence,) = errors(build)
    assert f"(PID {os.getpid()})" in sentence
    assert "Building" not in build.stderr
    assert not target.exists(), "dbt had begun"
    assert f"(PID {os.getpid()})" in errors(publish)[0]


@FULL
def test_a_directory_that_changes_while_it_is_read(
    company_built: Build, company_copy: Path, tmp_path: Path
) -> None:
    """A build reads the files that it found; one that was written in place makes it fail."""
    db = tmp_path / "abm.duckdb"
    links = Path(f"{db}.raw")
    touched = company_copy / "marketo/lead.parquet"

    def change() -> None:
        while not (links / "salesforce/user.parquet").exists():
            time.sleep(0.01)
        time.sleep(1)
        rewritten(company_copy, "salesforce/account", "* replace (upper(id) as id)")
        (company_copy / "bombora/company_surge.parquet").unlink()
        (company_copy / "hubspot/later.parquet").write_bytes(b"half")
        os.utime(touched)

    loader = Thread(target=change)
    loader.start()
    result = build_in_place(db, company_copy, tmp_path / "target")
    loader.join()
    (sentence,) = errors(result)
    assert "marketo/lead.parquet was written while the build read it" in sentence
    changed = (
        "bombora/company_surge.parquet was removed, hubspot/later.parquet is new, "
        "salesforce/account.parquet was replaced"
    )
    assert changed in result.stdout, said(result)
    with duckdb.connect(str(db), read_only=True) as connection:
        ((n_accounts,),) = connection.execute("select count(*) from marts.dim_accounts").fetchall()
    with company_built.connect() as connection:
        ((n_before,),) = connection.execute("select count(*) from marts.dim_accounts").fetchall()
    assert n_accounts == n_before
    refused = run_abm("publish", "--db", db, "--out", tmp_path / "out", target=tmp_path)
    assert_refused(refused, "failed")


def build_in_place(db: Path, raw: Path, target: Path) -> Result:
    return run_in_place("build", "--raw", raw, "--db", db, "--as-of", COMPANY_DAY, target=target)


def test_an_unfinished_build_is_marked_where_it_is_shown(
    abm: Abm, company_built: Build, tmp_path: Path
) -> None:
    """Each problem is refused; --force marks every page in both languages, and release.json."""
    says = {
        "unknown": ("", "does not say which build made it"),
        "selection": (
            "is_whole = false, selection = 'dbt build --select x'",
            "left out models, tests or rows (dbt build --select x)",
        ),
        "failed": ("status = 'failed', n_failed = 3", "failed (3 models"),
        "interrupted": ("status = 'running'", "was interrupted"),
    }
    phrases = read_yaml(ROOT / "abm/report/phrases.yml")["release"]
    assert set(says) == set(get_args(Problem)) == set(phrases) - {"id"}
    db, out = tmp_path / "abm.duckdb", tmp_path / "out"
    for change, sentence in says.values():
        shutil.copy(company_built.db, db)
        with duckdb.connect(str(db)) as connection:
            change_all = f"update ledger.builds set {change}"
            connection.execute(change_all if change else "delete from ledger.builds")
        assert_refused(abm("publish", "--db", db, "--out", out), sentence)
        assert not (out / "abm.duckdb").exists()
    forced = abm("publish", "--db", db, "--out", out, "--force")
    assert forced.returncode == 0, said(forced)
    assert "warning: Build " in forced.stderr
    report = ("report", "--db", out / "abm.duckdb", "--out", out / "pages")
    assert_refused(abm(*report), sentence)
    assert abm(*report, "--force").returncode == 0
    for file in (out / "release.json", out / "pages" / "release.json"):
        release = json.loads(file.read_text())
        assert release["problem"] == "interrupted"
        assert release["release_id"] == release["build"]["build_id"]
    for language in LOCALES:
        pages = list((out / "pages" / language).rglob("*.html"))
        assert len(pages) > 10
        for page in pages:
            text = page.read_text(encoding="utf-8")
            assert phrases["interrupted"][language] in text, page
            assert release["release_id"] in text, page


@FULL
def test_a_build_without_rows_is_not_published(
    abm: Abm, company_built: Build, tmp_path: Path
) -> None:
    """It passes every test."""
    db = tmp_path / "abm.duckdb"
    shutil.copy(company_built.db, db)
    command = ("build", "--empty", "--exclude-resource-type", "unit_test", "--profiles-dir", ROOT)
    built = run_dbt(*command, db=db, target=tmp_path / "target")
    assert built.returncode == 0, said(built)
    assert_refused(abm("publish", "--db", db, "--out", tmp_path / "out"), "dbt build --empty")


class Publishing:
    """A directory in which a release is published, and a build to be published next.

    Attributes:
        out: The directory.
        db: The next build.
        old: What the directory holds before it.
        seconds: How long an undisturbed publication took.
    """

    def __init__(self, built: Build, folder: Path) -> None:
        self._folder = folder
        self._target = folder / "target"
        self.out = folder / "out"
        self.db = folder / "next.duckdb"
        shutil.copy(built.db, self.db)
        with duckdb.connect(str(self.db)) as connection:
            connection.execute(
                "update ledger.builds set build_id = replace(build_id, '-', '-f')[:25]"
            )
            connection.execute("update marts.dim_accounts set account_name = account_name || ' 2'")
        result = self.run(db=built.db)
        assert result.returncode == 0, said(result)
        shutil.copytree(self.out, folder / "kept", symlinks=True)
        self.old = tree(self.out)
        start = time.monotonic()
        assert self.run().returncode == 0
        self.seconds = time.monotonic() - start
        self.new = self.state()
        self.reset()

    def reset(self) -> None:
        """Put the directory back to before the next publication."""
        shutil.rmtree(self.out)
        shutil.copytree(self._folder / "kept", self.out, symlinks=True)

    def run(self, run: Callable[..., Any] = run_abm, db: Path | None = None, **options: Any) -> Any:
        """Publish: undisturbed, or by another function of attacks."""
        command = ("publish", "--db", db or self.db, "--out", self.out)
        return run(*command, target=self._target, **options)

    def state(self) -> dict[str, Any]:
        """What readers find, after looking at all of it: nothing of it is torn."""
        release = json.loads((self.out / "release.json").read_text())
        folder = self.out / release["parquet"]
        with duckdb.connect(str(self.out / "abm.duckdb"), read_only=True) as connection:
            build_id = read_release(lambda sql: connection.execute(sql).fetchall()).release_id
            names = connection.execute("select account_name from marts.dim_accounts order by 1")
            accounts = names.fetchall()
        for name, count in release["rows"].items():
            file = folder / f"{name.split('.')[1]}.parquet"
            assert duckdb.sql(f"select count(*) from '{file}'").fetchall() == [(count,)], file
        return {
            "release": release["release_id"],
            "folder": json.loads((folder / "release.json").read_text())["release_id"],
            "duckdb": build_id,
            "accounts": accounts,
        }


@pytest.fixture
def publishing(company_built: Build, tmp_path: Path) -> Publishing:
    return Publishing(company_built, tmp_path)


@pytest.mark.parametrize("n_kills", [3, pytest.param(30, marks=FULL)])
def test_a_killed_publication_leaves_whole_releases(publishing: Publishing, n_kills: int) -> None:
    n_old = 0
    for moment in moments(n_kills, publishing.seconds / 4, publishing.seconds):
        publishing.reset()
        publishing.run(kill_abm, after=moment)
        found = publishing.state()
        assert found["release"] == found["folder"]
        n_old += found["release"] != publishing.new["release"]
        result = publishing.run()
        assert result.returncode == 0, said(result)
        assert publishing.state() == publishing.new
        folders = {path.name.split(".")[0] for path in (publishing.out / "parquet").iterdir()}
        assert len(folders) <= 3
        assert not list(publishing.out.rglob(".publishing-*"))
    print(f"{n_kills} kills, {n_old} left the old release, the others the new one")
    assert n_old


@pytest.mark.parametrize("n_disks", [2, pytest.param(10, marks=FULL)])
def test_a_publication_on_a_full_disk_changes_nothing(publishing: Publishing, n_disks: int) -> None:
    needs_small_disks()
    needed = held(publishing.out)
    for number in range(n_disks):
        publishing.reset()
        room = int(needed * number / n_disks / 2)
        result = publishing.run(on_small_disk, folder=publishing.out, size=needed + room)
        (sentence,) = errors(result)
        assert sentence.startswith("Cannot publish to ")
        assert "(No space left on device)" in sentence
        assert tree(publishing.out) == publishing.old
        print(f"{room:,} bytes of room: {sentence}")
