"""What keeps people's names and addresses, and the salt of their hashes, where they belong."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

SALT = "ABM_EMAIL_SALT"
"""The environment variable of the salt."""

OTHERS = 0o077
"""What a private file or folder denies: everything to everybody but its owner."""

NO_SALT = (
    f"Note: dim_people.email_hash is null, because {SALT} is not set: set a secret of your own, "
    "always the same, to match people with your own lists by it."
)


@contextlib.contextmanager
def private_files() -> Iterator[None]:
    """Let only their owner read what is written meanwhile."""
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def deny_others(path: Path) -> None:
    """Take a file or folder from everybody but its owner.

    Args:
        path: The file or folder; one that is not there, or is another's, stays as it is.
    """
    with contextlib.suppress(OSError):
        mode = path.stat().st_mode
        if mode & OTHERS:
            path.chmod(mode & 0o7777 & ~OTHERS)


def postgres_options() -> dict[str, str]:
    """Spell the salt as a setting of every PostgreSQL session that this process opens.

    Returns:
        The environment of libpq with it; nothing without a salt.
    """
    salt = os.environ.get(SALT)
    if not salt:
        return {}
    escaped = re.sub(r"([\\\s])", r"\\\1", salt, flags=re.ASCII)
    given = os.environ.get("PGOPTIONS", "")
    return {"PGOPTIONS": f"{given} -c abm.email_salt={escaped}".strip()}
