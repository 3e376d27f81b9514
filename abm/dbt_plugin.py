"""What every dbt process on DuckDB does, however it is started: see `plugins` in profiles.yml.

The salt of hashes is a variable of each connection, set from a parameter, so that it is in no SQL,
log or artifact. So are the fingerprints of raw files and of what makes tables, which
macros/fingerprints.sql compares: they change no statement. What a build writes can be read by its
owner alone, since it holds the people that what is published leaves out.
"""

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from duckdb import DuckDBPyConnection

from abm.fingerprints import maker_fingerprint, makers_root, raw_contents
from abm.paths import SAMPLE_DIR
from abm.privacy import OTHERS, SALT, deny_others
from abm.raw_catalog import ATTACH


class Plugin(BasePlugin):
    """Sets the salt and makes private what a build writes."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Make private what dbt wrote before, and what this process is going to write.

        Args:
            plugin_config: What profiles.yml configures; nothing is read from it.
        """
        os.umask(OTHERS)
        flags = get_flags()
        self._project = Path(getattr(flags, "PROJECT_DIR", None) or ".")
        for name, default in (("TARGET_PATH", "target"), ("LOG_PATH", "logs")):
            deny_others(self._project / (getattr(flags, name, None) or default))

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Make the database private before it is opened.

        Args:
            creds: Where the database is.
            config: How it is opened; nothing is changed.
        """
        for end in ("", ".wal"):
            deny_others(Path(f"{creds.path}{end}"))

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Set the variables that macros read; without a salt there is none.

        Args:
            cursor: The connection.
        """
        if salt := os.environ.get(SALT):
            cursor.execute("set variable abm_email_salt = ?", [salt])
        cursor.execute("set variable abm_raw_contents = ?", [self._raw_contents])
        if self._maker:
            cursor.execute("set variable abm_maker = ?", [self._maker])

    @cached_property
    def _raw_contents(self) -> str:
        """As JSON: a map of as many values takes a connection four times as long to set."""
        if os.environ.get(ATTACH):
            return "{}"
        return json.dumps(raw_contents(self._project / os.environ.get("ABM_RAW_DIR", SAMPLE_DIR)))

    @cached_property
    def _maker(self) -> str | None:
        root = makers_root(self._project)
        return maker_fingerprint(root) if root else None
