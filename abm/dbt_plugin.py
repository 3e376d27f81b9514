"""What every dbt process on DuckDB does, however it is started: see `plugins` in profiles.yml.

The salt of hashes is a variable of each connection, set from a parameter, so that it is in no SQL,
log or artifact. What a build writes can be read by its owner alone, since it holds the people that
what is published leaves out.
"""

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from duckdb import DuckDBPyConnection

from abm.privacy import OTHERS, SALT, deny_others


class Plugin(BasePlugin):
    """Sets the salt and makes private what a build writes."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Make private what dbt wrote before, and what this process is going to write.

        Args:
            plugin_config: What profiles.yml configures; nothing is read from it.
        """
        os.umask(OTHERS)
        flags = get_flags()
        project = Path(getattr(flags, "PROJECT_DIR", None) or ".")
        for name, default in (("TARGET_PATH", "target"), ("LOG_PATH", "logs")):
            deny_others(project / (getattr(flags, name, None) or default))

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Make the database private before it is opened.

        Args:
            creds: Where the database is.
            config: How it is opened; nothing is changed.
        """
        for end in ("", ".wal"):
            deny_others(Path(f"{creds.path}{end}"))

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Set the variable that macro email_salt reads; without a salt there is none.

        Args:
            cursor: The connection.
        """
        if salt := os.environ.get(SALT):
            cursor.execute("set variable abm_email_salt = ?", [salt])
