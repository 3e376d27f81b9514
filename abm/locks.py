"""Locks of files that one process at a time may write."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abm.errors import AbmError


@contextmanager
def held(lock: Path, conflict: str, *, is_shared: bool = False) -> Iterator[None]:
    """Hold a lock; the system lets go of it even when the process dies.

    Args:
        lock: Its file, which holds the process id of whoever holds it alone; made when missing.
        conflict: What another process does that holds it, as `Another process is building x`.
        is_shared: Others may share it; who wants it alone waits for none of them.

    Raises:
        AbmError: Another process holds it.
        OSError: The file cannot be written.
    """
    with lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip()
            who = f" (PID {holder})" if holder else ""
            raise AbmError(f"{conflict}{who}: wait until it is done, then try again.") from error
        file.truncate(0)
        if not is_shared:
            file.write(str(os.getpid()))
            file.flush()
        try:
            yield
        finally:
            file.truncate(0)
