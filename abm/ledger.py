"""Files of JSON lines that are only ever added to: what was told, exported and written.

A process may die at any moment. A line that it left half is no line; what it did and had not yet
written down is for the reader of the ledger to find out.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path

from abm.errors import AbmError, reason
from abm.paths import shown


class Lines:
    """The lines of a ledger.

    Attributes:
        name: The file's name for the person at the terminal.
        whole: The lines that were written to their end, blank ones included.

    Args:
        lines: What the file holds; the last is empty where it ends with a line's end.
        file: The file, open for adding without a buffer, or None to remember nothing.
        name: The file's name.
    """

    def __init__(self, lines: Sequence[bytes], file: FileIO | None, name: str) -> None:
        self.name = name
        self._file = file
        self._is_line_open = bool(lines and lines[-1])
        if self._is_line_open and not _is_json(lines[-1]):
            # A process died while it wrote.
            lines = lines[:-1]
            if file:
                file.truncate(sum(len(line) + 1 for line in lines))
                self._is_line_open = False
        self.whole = tuple(lines)

    def filled(self) -> Iterator[tuple[int, bytes]]:
        """Every line that is not blank, and its number from 1."""
        return ((n, line) for n, line in enumerate(self.whole, start=1) if line.strip())

    def make_sure_of_room(self, n_bytes: int) -> None:
        """Write blanks in the place of what is to come and take them away again.

        Args:
            n_bytes: How much there is to come.

        Raises:
            OSError: There is no room.
        """
        if not n_bytes or self._file is None:
            return
        size = os.fstat(self._file.fileno()).st_size
        self._write(b" " * n_bytes)
        self._file.truncate(size)

    def add(self, lines: Sequence[str]) -> None:
        """Write lines to the disk, all or none.

        Args:
            lines: Each with its end.

        Raises:
            OSError: They cannot be written.
        """
        self._write("".join(lines).encode())
        self._is_line_open = False

    def _write(self, content: bytes) -> None:
        if self._file is None:
            raise ValueError("this ledger was opened for reading")
        content = b"\n" * self._is_line_open + content
        size = os.fstat(self._file.fileno()).st_size
        try:
            # A disk that fills up takes the beginning without an error.
            while content:
                content = content[self._file.write(content) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(size)
            raise


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@contextmanager
def opened_lines(file: Path, busy: str, *, is_read_only: bool = False) -> Iterator[Lines]:
    """Open a ledger; the system lets go of its lock even when the process dies.

    Args:
        file: The ledger; made when missing, its folder is not.
        busy: What another process does that holds it, as `telling alerts`.
        is_read_only: Neither make the file nor keep others from writing.

    Yields:
        Its lines.

    Raises:
        AbmError: It cannot be opened, or another process holds it.
    """
    name = shown(file)
    if not file.parent.is_dir():
        raise AbmError(
            f"There is no folder {shown(file.parent)} for the ledger: "
            "make it, or name another file with --ledger."
        )
    with ExitStack() as stack:
        opened = None
        try:
            if not is_read_only:
                opened = stack.enter_context(file.open("ab", buffering=0))
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lines = file.read_bytes().split(b"\n") if file.exists() else []
        except BlockingIOError as error:
            raise AbmError(
                f"Another process is {busy} with {name}: wait until it is done."
            ) from error
        except OSError as error:
            raise AbmError(
                f"Cannot use {name} as ledger ({reason(error)}): "
                "allow reading and writing there, or name another file with --ledger."
            ) from error
        yield Lines(lines, opened, name)
