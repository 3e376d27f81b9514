"""What every dbt process on DuckDB does, however it is started: see `plugins` in profiles.yml.

The salt of hashes of addresses is a variable of each connection, set from a parameter, so that it
is in no SQL, log or artifact. What the build writes can be read by its owner alone, since it holds
the people that what is published leaves out.
"""

import contextlib
import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from duckdb import DuckDBPyConnection

SALT = "ABM_EMAIL_SALT"
VARIABLE = "abm_email_salt"
"""The variable that macro email_salt reads."""

PRIVATE = 0o077
"""What a private file or folder denies: everything to everybody but its owner."""


class Plugin(BasePlugin):
    """Sets the salt and makes private what a build writes."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Make private what was written before, and what this process is going to write.

        Args:
            plugin_config: What profiles.yml configures; nothing is read from it.
        """
        os.umask(PRIVATE)
        flags = get_flags()
        for name in ("TARGET_PATH", "LOG_PATH"):
            default = {"TARGET_PATH": "target", "LOG_PATH": "logs"}[name]
            folder = Path(getattr(flags, name, None) or default)
            if not folder.is_absolute():
                folder = Path(getattr(flags, "PROJECT_DIR", None) or ".") / folder
            deny_others(folder)

    def update_connection_config(
        self, creds: DuckDBCredentials, config: dict[str, Any]
    ) -> None:
        """Make the database private before it is opened.

        Args:
            creds: Where the database is.
            config: How it is opened; nothing is changed.
        """
        for end in ("", ".wal"):
            deny_others(Path(f"{creds.path}{end}"))

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Set the salt for the connection that all others are copies of.

        Args:
            conn: The connection.
        """
        set_salt(conn)

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Set the salt for one connection.

        Args:
            cursor: The connection.
        """
        set_salt(cursor)


def set_salt(connection: DuckDBPyConnection) -> None:
    """Set the variable that SQL reads the salt from; without a salt there is none.

    Args:
        connection: The connection.
    """
    if salt := os.environ.get(SALT):
        connection.execute(f"set variable {VARIABLE} = ?", [salt])


def deny_others(path: Path) -> None:
    """Take a file or folder from everybody but its owner; of another's it is left as it is.

    Args:
        path: The file or folder; one that is not there stays so.
    """
    with contextlib.suppress(OSError):
        mode = path.stat().st_mode
        if mode & PRIVATE:
            path.chmod(mode & ~PRIVATE & 0o7777)
