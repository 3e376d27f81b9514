"""Raw tables in an attached catalog: a DuckDB file, or what DuckDB's extensions attach."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import duckdb

from abm.dialect import Dialect, quoted, quoted_text
from abm.errors import AbmError, first_line
from abm.landing import Found, Stored, Wanted, connections_of
from abm.raw_directory import CONFIG, SHARD, RawDirectory

CATALOG = "abm_raw"
"""What the catalog is called in queries; the macro `attach_raw_catalog` calls it so too."""

ATTACH, OPTIONS = "ABM_RAW_ATTACH", "ABM_RAW_ATTACH_OPTIONS"
EXTENSIONS = {"postgres": "postgres", "ducklake": "ducklake", "iceberg": "iceberg"}
"""DuckDB's extension for what begins so, or whose options say so."""


@dataclass(frozen=True)
class RawCatalog:
    """An attached catalog whose schemas are the sources, and a directory for those that it lacks.

    Attributes:
        attached: What is attached: a path, or an address such as `postgres:dbname=raw`.
        options: Options of the attachment, as DuckDB spells them; "" for none.
        tables: The contract's names of the tables, by source.
        schemas: What the schema of a source is called where it is not called as the source.
        directory: Where the sources are that have no schema; None for nowhere.
    """

    attached: str
    options: str
    tables: Mapping[str, Collection[str]]
    schemas: Mapping[str, str] = field(default_factory=dict)
    directory: RawDirectory | None = None
    holder: ClassVar[str] = "schema"
    dialect: ClassVar[Dialect] = Dialect()

    def __str__(self) -> str:
        return f"The catalog {self.attached}"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Attach the catalog to a database in memory.

        Returns:
            The connection, to be closed.

        Raises:
            AbmError: It cannot be attached.
        """
        connection = duckdb.connect(config=CONFIG)
        try:
            for statement in attach_statements(self.attached, self.options):
                connection.execute(statement)
        except duckdb.Error as error:
            connection.close()
            said = first_line(error)
            extension = extension_of(self.attached, self.options)
            if extension and "not found" in said:
                advice = f"install DuckDB's extension {extension} (`install {extension}`) first"
            elif "lock" in said:
                advice = "wait until the loader has closed it, or read a copy"
            else:
                advice = f"correct {ATTACH} and {OPTIONS}"
            raise AbmError(f"{self} cannot be attached ({said}): {advice}.") from error
        return connection

    def problem(self, enabled: Sequence[str]) -> str | None:
        """Say why nothing can be read at all."""
        if any(self.has_source(source) for source in enabled):
            return None
        return (
            f"{self} has no schema for any enabled source ({', '.join(enabled)}), only "
            f"{', '.join(sorted(self._types)) or 'none at all'}: name them with vars "
            "<source>_schema."
        )

    def has_source(self, source: str) -> bool:
        """Whether a schema or a folder of the source is there."""
        return bool(self._connections(source)) or bool(
            self.directory and self.directory.has_source(source)
        )

    def place(self, source: str, table: str) -> str:
        """Where the contract expects a table, as a person would look for it."""
        if elsewhere := self._elsewhere(source):
            return elsewhere.place(source, table)
        return f"Table {self.holder_of(source)}.{table}"

    def stored(self, source: str) -> list[Stored]:
        """The tables of a source, of all its connections."""
        if elsewhere := self._elsewhere(source):
            return elsewhere.stored(source)
        return [
            table
            for schema, connection in self._connections(source).items()
            for table in self._of_schema(source, schema, connection)
        ]

    def unread(self, source: str) -> list[str]:
        """What is there of a source and is of no kind that is read."""
        elsewhere = self._elsewhere(source)
        return elsewhere.unread(source) if elsewhere else []

    def holders(self) -> list[str]:
        """The names of everything that could hold the tables of a source."""
        return list(self._types)

    def holder_of(self, source: str) -> str:
        """The name of what holds the tables of a source."""
        return self.schemas.get(source) or source

    def stored_in(self, source: str, holder: str) -> list[Stored]:
        """The tables of a schema, as if it were that of a source."""
        return self._of_schema(source, holder, "")

    def check(self, wanted: Wanted, found: Found) -> list[str]:
        """Say why a table that was found cannot be read after all."""
        elsewhere = self._elsewhere(wanted.source)
        return elsewhere.check(wanted, found) if elsewhere else []

    def relation(self, found: Found) -> str:
        """Spell a table that was found for a from clause in DuckDB."""
        if self.directory:
            return self.directory.relation(found)
        return f"({found.query})" if found.query else found.parts[0].relation

    def _elsewhere(self, source: str) -> RawDirectory | None:
        return None if self._connections(source) else self.directory

    def _connections(self, source: str) -> dict[str, str]:
        return connections_of(self.holder_of(source), self._types)

    @cached_property
    def _types(self) -> dict[str, dict[str, dict[str, str]]]:
        """Schema to table to column to type."""
        types: dict[str, dict[str, dict[str, str]]] = {}
        with self.connect() as connection:
            rows = connection.execute(
                "select schema_name, table_name, column_name, data_type from duckdb_columns() "
                f"where database_name = '{CATALOG}' order by schema_name, table_name, column_index"
            ).fetchall()
        for schema, table, column, data_type in rows:
            types.setdefault(schema, {}).setdefault(table, {})[column] = data_type
        return types

    def _of_schema(self, source: str, schema: str, connection: str) -> list[Stored]:
        groups: dict[str, list[str]] = {}
        for table in self._types[schema]:
            shard = SHARD.match(table) if source == "ga4" else None
            groups.setdefault(shard[1].lower() if shard else table, []).append(table)
        stored = []
        for name, tables in groups.items():
            if name.startswith("_"):
                continue
            daily = {table[-8:] for table in tables if "intraday" not in table}
            counted = [t for t in tables if "intraday" not in t or t[-8:] not in daily]
            spelled = [f"{CATALOG}.{quoted(schema)}.{quoted(table)}" for table in counted]
            is_one = len(spelled) == 1
            union = " union all by name ".join(f"select * from {table}" for table in spelled)
            stored.append(
                Stored(
                    name,
                    f"Table {schema}.{counted[0]}" + ("" if is_one else f" to {counted[-1]}"),
                    spelled[0] if is_one else f"({union})",
                    {c: t for table in counted for c, t in self._types[schema][table].items()},
                    "a table" if is_one else "daily shards",
                    connection=connection,
                )
            )
        return stored


def extension_of(attached: str, options: str) -> str:
    """Name the extension that attaches a catalog, "" for DuckDB itself."""
    return next(
        (
            extension
            for word, extension in EXTENSIONS.items()
            if attached.startswith(f"{word}:") or re.search(rf"\btype\s+'?{word}\b", options, re.I)
        ),
        "",
    )


def attach_statements(attached: str, options: str) -> list[str]:
    """Spell how a catalog is attached, as the macro `attach_raw_catalog` does.

    Args:
        attached: The value of ABM_RAW_ATTACH.
        options: The value of ABM_RAW_ATTACH_OPTIONS.

    Returns:
        Statements for DuckDB.
    """
    extension = extension_of(attached, options)
    load = [f"load {extension}"] if extension else []
    listed = ", ".join(filter(None, ["read_only", options.strip()]))
    return [*load, f"attach if not exists {quoted_text(attached)} as {CATALOG} ({listed})"]
