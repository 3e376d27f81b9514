"""What a bad week does to a run of `abm`: the process killed, the disk full or read-only.

`kill_abm` ends the process itself with SIGKILL, after so many seconds or as soon as something is
seen; `moments` spreads kills over the duration of an undisturbed run. `on_small_disk` runs `abm`
while one folder is a small disk of its own; everything else stays where it is, and what the disk
held at the end is left in the folder. `tree` is what two folders are compared by.
"""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT, Result, abm_command, abm_environment, run_abm

POLL_SECONDS = 0.001
PAGE = 4096
"""Bytes that a small disk is cut into: a file takes whole ones."""
NO_SMALL_DISK = 98
"""How the small disk says that it could not be made, or not hold what is there already."""

# Runs a command while a folder is a small disk. The folder itself is mounted aside, so that what
# the disk held at the end can be put there; both mounts end with the process.
_SMALL_DISK = """
folder=$1 aside=$2 size=$3 is_read_only=$4
shift 4
mount --bind "$folder" "$aside" && mount -t tmpfs -o "size=$size" tmpfs "$folder" \\
    && cp -a "$aside/." "$folder" || exit 98
[ "$is_read_only" = no ] || mount -o remount,ro "$folder" || exit 98
"$@"
ended=$?
find "$aside" -mindepth 1 -delete && cp -a "$folder/." "$aside" || exit 98
exit $ended
"""


@dataclass(frozen=True)
class Killed:
    """A run that was to be killed.

    Attributes:
        was_killed: It was; otherwise it had ended before.
        seconds: How long it ran.
        result: The process, with what it said until then.
    """

    was_killed: bool
    seconds: float
    result: Result


def kill_abm(
    *arguments: object,
    target: Path,
    after: float | None = None,
    once: Callable[[], bool] | None = None,
    cwd: Path = ROOT,
    environment: dict[str, str] | None = None,
) -> Killed:
    """Run `abm` and kill its process: it gets no chance to tidy up.

    Args:
        *arguments: The command line after `abm`.
        target: dbt's target directory; its log goes there too.
        after: Seconds after its start, or None to wait for `once` alone.
        once: Is asked every millisecond, and kills when it says so; what it reads may vanish
            while it looks.
        cwd: Working directory of the process.
        environment: Further environment variables.

    Returns:
        What became of it.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.monotonic()
        process = subprocess.Popen(
            abm_command(*arguments),
            cwd=cwd,
            env=abm_environment(target, environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        until = start + (600 if after is None else after)
        try:
            while process.poll() is None and time.monotonic() < until:
                if once and once():
                    break
                time.sleep(POLL_SECONDS)
        finally:
            process.kill()
            code = process.wait()
            seconds = time.monotonic() - start
            # What it started must not go on writing where the next run looks.
            _kill_session(process.pid)
        out.seek(0)
        err.seek(0)
        result = subprocess.CompletedProcess(process.args, code, out.read(), err.read())
    return Killed(code == -signal.SIGKILL, seconds, result)


def _kill_session(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def moments(n: int, first: float, last: float, seed: int = 0) -> Iterator[float]:
    """Spread moments: one at random in each of n equal parts of a span.

    Args:
        n: How many.
        first: Seconds at which the span begins, as that of the first write.
        last: Seconds at which it ends, as the duration of an undisturbed run.
        seed: Another one gives other moments.

    Yields:
        Seconds, ascending.
    """
    chance = random.Random(seed)
    for number in range(n):
        yield first + (last - first) * (number + chance.random()) / n


def on_small_disk(
    *arguments: object,
    folder: Path,
    size: int,
    target: Path,
    is_read_only: bool = False,
    cwd: Path = ROOT,
    environment: dict[str, str] | None = None,
) -> Result:
    """Run `abm` while a folder is a disk of its own.

    Args:
        *arguments: The command line after `abm`.
        folder: The folder; what is in it is on the disk, and what the disk holds at the end will be
            in it.
        size: Bytes of the disk; `held` says how many are needed for what is there.
        target: dbt's target directory; its log goes there too.
        is_read_only: Nothing can be written to the disk.
        cwd: Working directory of the process.
        environment: Further environment variables.

    Returns:
        The finished process with its output as text.
    """
    needs_small_disks()
    with tempfile.TemporaryDirectory() as aside:
        disk = (str(folder), aside, str(size), "yes" if is_read_only else "no")
        result = run_abm(
            *arguments,
            target=target,
            cwd=cwd,
            environment=environment,
            before=("unshare", "--map-root-user", "--mount", "sh", "-c", _SMALL_DISK, "sh", *disk),
            in_place=True,
        )
    assert result.returncode != NO_SMALL_DISK, result.stderr
    return result


def needs_small_disks() -> None:
    """Skip the test where a process may not have mounts of its own."""
    if not has_small_disks():
        pytest.skip("unshare and mount cannot make a small disk here")


@cache
def has_small_disks() -> bool:
    """Whether a process may have mounts of its own here."""
    if not shutil.which("unshare"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        mount = f"mount -t tmpfs -o size={PAGE} tmpfs {folder}"
        made = subprocess.run(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", mount],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    return made.returncode == 0


def held(folder: Path) -> int:
    """The bytes that a small disk needs to hold a folder: its files in whole pages."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return PAGE + sum(-(-file.stat().st_size // PAGE) * PAGE for file in files)


def tree(folder: Path) -> dict[str, str]:
    """What a folder holds, hidden files too: two that are equal have equal trees.

    Args:
        folder: The folder; one that is missing holds nothing.

    Returns:
        Path in the folder to the hash of a file's bytes, where a link leads, or `folder`.
    """
    return {str(path.relative_to(folder)): _content(path) for path in sorted(folder.rglob("*"))}


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
