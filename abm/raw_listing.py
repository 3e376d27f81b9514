"""The files of a raw directory as a build found them, whatever a loader does to it meanwhile."""

import errno
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from abm.raw_directory import data_files


@dataclass(frozen=True)
class Listing:
    """The data files of a raw directory at one moment.

    Attributes:
        files: Path below the directory to size in bytes, time of change in nanoseconds and inode.
    """

    files: Mapping[str, tuple[int, int, int]]


def read_listing(raw_dir: Path) -> Listing:
    """List the data files of a raw directory.

    Args:
        raw_dir: The directory.

    Returns:
        The listing, by path.
    """
    files = {}
    for folder in sorted(path for path in raw_dir.iterdir() if path.is_dir()):
        for path in sorted(folder.iterdir()):
            for file in data_files(path):
                try:
                    state = file.stat()
                except FileNotFoundError:
                    continue
                name = str(file.relative_to(raw_dir))
                files[name] = (state.st_size, state.st_mtime_ns, state.st_ino)
    return Listing(files)


def link_files(raw_dir: Path, listing: Listing, folder: Path) -> None:
    """Keep the files of a listing readable while a loader replaces, adds and removes files.

    Hard links, or symbolic ones where the system refuses hard ones (another disk, another owner):
    decision 133.

    Args:
        raw_dir: The raw directory.
        listing: Its files.
        folder: Where to link them, laid out as the raw directory; what is there is removed.

    Raises:
        OSError: The folder cannot be written.
    """
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    for name in listing.files:
        file, link = (raw_dir / name).resolve(), folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, link)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            link.symlink_to(file)


def changes(before: Listing, after: Listing) -> tuple[list[str], list[str]]:
    """Say what a loader did to a raw directory while a build read it.

    Args:
        before: Its files when the build began.
        after: Its files when it ended.

    Returns:
        Files that were added, replaced or removed, each with the word; and those that were written
        in place, of which the build may have read parts of two versions.
    """
    moved, torn = [], []
    for name in sorted(before.files.keys() | after.files.keys()):
        old, new = before.files.get(name), after.files.get(name)
        if old is None:
            moved.append(f"{name} is new")
        elif new is None:
            moved.append(f"{name} was removed")
        elif old[2] != new[2]:
            moved.append(f"{name} was replaced")
        elif old != new:
            torn.append(name)
    return moved, torn
