"""Files and folders that take the place of older ones at once, whatever ends the process."""

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

_WORK_PREFIX = ".abm-writing-"
_OLD_PREFIX = ".abm-replaced-"
_AT_WORKING_DIRECTORY, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""
_NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV)
"""What a system or a file system answers that cannot exchange two names."""


def put_files(files: Mapping[Path, bytes]) -> None:
    """Write files of one folder in the place of those that are there.

    All are written before the first takes its place, so that a full disk leaves the old ones. Who
    reads one meanwhile reads the old one or the new one. What a write that was killed left behind
    is removed.

    Args:
        files: File to content; the folder exists.

    Raises:
        OSError: They cannot be written; those that were there are untouched.
    """
    places = {file.resolve(): content for file, content in files.items()}
    for folder in {file.parent for file in places}:
        with _alone_in(folder):
            works = {_work(file): file for file in places if file.parent == folder}
            try:
                for leftover in folder.glob(f"{_WORK_PREFIX}*"):
                    if leftover.is_file():
                        leftover.unlink()
                for work, file in works.items():
                    work.write_bytes(places[file])
                    if file.exists():
                        shutil.copymode(file, work)
                for work, file in works.items():
                    os.replace(work, file)  # noqa: PTH105 - named as the guarantee it gives
            finally:
                for work in works:
                    # On a disk that cannot be written not even what is missing can be unlinked.
                    with suppress(OSError):
                        work.unlink(missing_ok=True)


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Write a folder anew in the place of the one that is there.

    Where the system can, the two exchange their names in one step, so that there is a whole folder
    at any moment (decision 145). What a write that was killed left behind is removed.

    Args:
        folder: The folder; made when missing, with its parents.

    Yields:
        An empty folder to write to; it takes its place when the block ends without an error.

    Raises:
        OSError: It cannot be written; the one that was there is untouched.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder.parent):
        work, old = _work(folder), folder.with_name(f"{_OLD_PREFIX}{folder.name}")
        if old.exists() and not folder.exists():
            old.rename(folder)
        for leftover in (work, old):
            shutil.rmtree(leftover, ignore_errors=True)
        try:
            work.mkdir()
            if folder.exists():
                shutil.copymode(folder, work)
            yield work
            if not folder.exists():
                work.rename(folder)
            elif not _exchanged(work, folder):
                _put_aside(folder, old, work)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def _work(path: Path) -> Path:
    return path.with_name(f"{_WORK_PREFIX}{path.name}")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait for others that write in a folder; some network file systems know no such lock."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _exchanged(work: Path, folder: Path) -> bool:
    """Exchange the names of two folders in one step; whether that can be done here."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    here = _AT_WORKING_DIRECTORY
    if rename(here, os.fsencode(work), here, os.fsencode(folder), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(folder))


def _put_aside(folder: Path, old: Path, work: Path) -> None:
    """Replace a folder in two steps; between them there is none, and the next write finds it."""
    folder.rename(old)
    try:
        work.rename(folder)
    except OSError:
        old.rename(folder)
        raise
