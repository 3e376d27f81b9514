"""What a loader left, and how each table of the raw contract is read from it.

A raw table is a file, a folder of part files, daily shards, or a table of a database, under its own
names. Names match the contract's after lower-casing and dropping all but letters and digits; what a
loader names otherwise stands in seed `loader_names`. A table whose names, place and kind are the
contract's own is read as it is; any other gets a query, which the macro `raw_relation` reads.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol

from abm.dialect import Dialect, quoted, quoted_text
from abm.errors import AbmError
from abm.paths import read_seed

SEED = "loader_names"
DATA_LOADER = "data_loader"
MARKS = {"_fivetran_": "fivetran", "_airbyte_": "airbyte", "_dlt_": "dlt", "_sdc_": "singer"}
"""What the names of a loader's own columns begin with."""

RAW_DIR = "{raw_dir}"
"""Stands in a query for the raw directory, as a DuckDB glob; `raw_relation` puts it there."""

CONNECTION = "source_connection"
SEPARATOR = "__"
"""Between a source and one of its connections, in the name of a folder or schema."""


class Reading(StrEnum):
    """How a loader's value becomes ours, where it is not as it stands."""

    AS_IS = ""
    EPOCH_MILLISECONDS = "epoch_milliseconds"
    FIRST_NUMBER = "first_number"


@dataclass(frozen=True)
class LoaderName:
    """A row of seed loader_names.

    Attributes:
        loader: The loader.
        source: The dbt source.
        loader_table: The loader's table.
        loader_column: A path to the value: `id`, `sentBy.id`, `companies[]`, `stages[].label`,
            `^parent_table.column` of a child table's parent row, `=a constant`, several values
            that together tell rows apart with ` + ` between them; "" for the table alone. One `*`
            may stand for the part of a name that both names share.
        table: The contract's table.
        column: The contract's column, with the `*`; "" for the table alone.
        reading: How the value is read.
    """

    loader: str
    source: str
    loader_table: str
    loader_column: str
    table: str
    column: str
    reading: Reading


@dataclass(frozen=True, eq=False)
class Stored:
    """A table as a loader left it.

    Attributes:
        name: The loader's name for it.
        place: Where it is, as a person would look for it.
        relation: What stands in a from clause to read it.
        types: Its columns and their types, in order.
        layout: What it is, in words: a file, part files, a table.
        n_files: Files it consists of; 0 for a table of a database.
        connection: The connection of its source, "" for the one without a name.
        is_contracted: Its place is the one that the contract names.
        problem: Why it cannot be read, a clause without a full stop; None if it can.
    """

    name: str
    place: str
    relation: str
    types: Mapping[str, str]
    layout: str
    n_files: int = 0
    connection: str = ""
    is_contracted: bool = False
    problem: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What is looked for in a raw table.

    Attributes:
        source: The dbt source.
        table: The table.
        columns: The columns, those of the contract first.
        ids: Those of them that hold ids of the source's own records, alone or in a list.
        crm_ids: Those of them that hold ids of the CRM's records.
        numbers: Those of them that hold numbers with a fraction.
        key: Those of them that tell records apart.
        loads: Those of them that say when a row was loaded, the most trusted first.
        required: Those of them without which the table cannot be read.
        is_main: It is what its source is for.
    """

    source: str
    table: str
    columns: tuple[str, ...]
    ids: frozenset[str] = frozenset()
    crm_ids: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    key: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    is_main: bool = False


@dataclass(frozen=True)
class Found:
    """A raw table where a loader left it.

    Attributes:
        place: Where it is.
        columns: The wanted columns that are there.
        extra_columns: Columns that nothing wants, as the loader names them.
        query: The query that reads it; None where it is read as it is.
        parts: What it is read from.
        json_columns: Of each part, the columns of text in which fields or elements are looked for.
        problems: Why it cannot be read, sentences without their full stop; with any the rest says
            nothing.
    """

    place: str
    columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    query: str | None = None
    parts: tuple[Stored, ...] = ()
    json_columns: tuple[tuple[str, ...], ...] = ()
    problems: tuple[str, ...] = ()


class Raw(Protocol):
    """Raw data: the folders of a directory, or the schemas of a database."""

    holder: ClassVar[str]
    """What holds the tables of a source: a folder, a schema."""

    dialect: ClassVar[Dialect]
    """The SQL of the engine that reads it."""

    def problem(self, enabled: Sequence[str]) -> str | None:
        """Say why nothing can be read at all."""

    def has_source(self, source: str) -> bool:
        """Whether anything of the source is there."""

    def place(self, source: str, table: str) -> str:
        """Where the contract expects a table, as a person would look for it."""

    def stored(self, source: str) -> list[Stored]:
        """The tables of a source, of all its connections."""

    def unread(self, source: str) -> list[str]:
        """What is there of a source and is of no kind that is read."""

    def holders(self) -> list[str]:
        """The names of everything that could hold the tables of a source."""

    def holder_of(self, source: str) -> str:
        """The name of what holds the tables of a source."""

    def stored_in(self, source: str, holder: str) -> list[Stored]:
        """The tables of a holder, as if it were that of a source."""

    def check(self, wanted: "Wanted", found: "Found") -> list[str]:
        """Say why a table that was found cannot be read after all."""


def normal(name: str) -> str:
    """Spell a name the way names are compared: lower case, letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def connections_of(name: str, holders: Iterable[str]) -> dict[str, str]:
    """Find what holds the tables of a source among all folders or schemas.

    Args:
        name: What that of the source is called.
        holders: The names of all.

    Returns:
        Holder to connection: "" for that of the source, else what stands behind `<name>__`.
    """
    found = {}
    for holder in sorted(holders):
        head, _, connection = holder.partition(f"{name}{SEPARATOR}")
        if holder == name or (not head and connection):
            found[holder] = connection
    return found


def read_loader_names(root: Path) -> tuple[LoaderName, ...]:
    """Read seed loader_names.

    Args:
        root: The project's directory.

    Returns:
        Its rows.

    Raises:
        AbmError: The seed cannot be read, or a row names an unknown reading.
    """
    names = []
    for row in read_seed(root, SEED):
        try:
            reading = Reading(row["reading"])
        except ValueError as error:
            raise AbmError(
                f"seeds/{SEED}.csv reads {row['loader_column']} as {row['reading']}, which is no "
                f"reading: use one of {', '.join(filter(None, Reading))}, or none."
            ) from error
        names.append(
            LoaderName(
                row["loader"],
                row["source_name"],
                row["loader_table"],
                row["loader_column"],
                row["table_name"],
                row["column_name"],
                reading,
            )
        )
    return tuple(names)


@dataclass(frozen=True)
class _Value:
    """Where a wanted column is in a stored table.

    Attributes:
        columns: The stored columns that hold it; the first filled one counts.
        path: The fields to follow from there.
        list_column: The list whose elements the path starts from, "" for none.
        list_path: The fields that lead from that column to the list.
        parent: The table and column of the parent row that holds it, None for the row itself.
        constant: The value, where every row has the same.
        joined: The values that make it together.
        reading: How it is read.
    """

    columns: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    list_column: str = ""
    list_path: tuple[str, ...] = ()
    parent: tuple[str, str] | None = None
    constant: str | None = None
    joined: tuple["_Value", ...] = ()
    reading: Reading = Reading.AS_IS

    @property
    def read_columns(self) -> set[str]:
        """Every stored column that is read for it."""
        return set(self.columns).union(*(value.read_columns for value in self.joined))


class Names:
    """The columns of a stored table under the names that they are looked for."""

    def __init__(self, stored: Stored) -> None:
        self._by_normal: dict[str, list[str]] = {}
        self._variants: dict[str, list[str]] = {}
        for column in stored.types:
            self._by_normal.setdefault(normal(column), []).append(column)
            base, mark, _ = column.partition("__v_")
            if mark:
                self._variants.setdefault(normal(base), []).append(column)

    def find(self, name: str) -> tuple[str, ...]:
        """Name the columns that hold what a name says: one, and those of another type beside it."""
        found = self._by_normal.get(normal(name), [])
        exact = [column for column in found if column.lower() == name.lower()]
        return (*(exact or found), *self._variants.get(normal(name), []))

    def value(self, path: str, reading: Reading) -> _Value | None:
        """Find the value that a path of seed loader_names leads to, None where it is not there."""
        if path.startswith("="):
            return _Value(constant=path[1:])
        if " + " in path:
            parts = [self.value(part, Reading.AS_IS) for part in path.split(" + ")]
            joined = tuple(part for part in parts if part)
            return _Value(joined=joined, reading=reading) if joined else None
        if path.startswith("^"):
            table, _, column = path[1:].rpartition(".")
            return _Value(parent=(table, column), reading=reading)
        if columns := self.find(path) if "[]" not in path else ():
            return _Value(columns, reading=reading)
        head, is_list, tail = path.partition("[]")
        if is_list:
            fields = tuple(filter(None, tail.split(".")))
            listed, inside = self.find(head), []
            if not listed:
                first, *inside = head.split(".")
                listed = self.find(first) if inside else ()
            if not listed:
                return None
            return _Value(listed, fields, listed[0], tuple(inside), reading=reading)
        first, *rest = path.split(".")
        columns = self.find(first)
        return _Value(columns, tuple(rest), reading=reading) if columns and rest else None


def resolve(
    wanted: Wanted,
    stored: Sequence[Stored],
    names: Iterable[LoaderName],
    loaders: Mapping[str, str],
    dialect: Dialect,
    crm_connections: Collection[str] = (),
) -> Found | None:
    """Find a raw table among what loaders left.

    Args:
        wanted: What is looked for.
        stored: Every table of the source, of all connections.
        names: Seed loader_names.
        loaders: The loader of each connection of the source.
        dialect: The engine's SQL.
        crm_connections: The connections of the CRM. What one of another source says of the CRM's
            records is said of those of the CRM's connection of the same name.

    Returns:
        Where it is and how it is read; None where nothing is it.
    """
    rows = [row for row in names if row.source == wanted.source and row.table == wanted.table]
    parts: list[tuple[Stored, dict[str, _Value]]] = []
    problems: list[str] = []
    for connection in dict.fromkeys(table.connection for table in stored):
        own = [row for row in rows if row.loader == loaders.get(connection)]
        tables = [table for table in stored if table.connection == connection]
        named: dict[str, list[LoaderName]] = {normal(wanted.table): []}
        for row in own:
            named.setdefault(normal(row.loader_table), []).append(row)
        for name, its_rows in named.items():
            candidates = [table for table in tables if normal(table.name) == name]
            if len(candidates) > 1:
                both = " and ".join(table.place for table in candidates)
                problems.append(f"{both} are the same table {wanted.table}: keep one of them")
            elif candidates:
                (table,) = candidates
                if table.problem:
                    problems.append(f"{table.place} {table.problem}")
                values, clashes = _values(wanted, table, its_rows)
                problems += clashes
                if values or not its_rows:
                    parts.append((table, values))
    if problems:
        return Found(stored[0].place, parts=tuple(p for p, _ in parts), problems=tuple(problems))
    if not parts:
        return None
    columns = tuple(c for c in wanted.columns if any(c in values for _, values in parts))
    used = {c for _, values in parts for value in values.values() for c in value.read_columns}
    extra = tuple(
        dict.fromkeys(c for table, _ in parts for c in table.types if c not in used and c)
    )
    place = " and ".join(dict.fromkeys(table.place for table, _ in parts))
    query = None
    if any(table.connection for table in stored) or not _is_plain(parts):
        selects = [
            _select(wanted, table, values, columns, stored, dialect, crm_connections)
            for table, values in parts
        ]
        if len(parts) > 1 and not dialect.unites_by_name:
            # Of columns that two loaders' tables give other types the united one is a text.
            texts = ", ".join(f"cast({quoted(c)} as varchar) as {quoted(c)}" for c in columns)
            texts += f", {CONNECTION}" if any(table.connection for table in stored) else ""
            selects = [f"select {texts} from ({select}) as part" for select in selects]
        query = (" union all by name " if dialect.unites_by_name else " union all ").join(selects)
    json_columns = tuple(
        tuple(
            dict.fromkeys(
                column
                for value in values.values()
                for column in (value.columns if value.path or value.list_column else ())
                if table.types[column] == "VARCHAR"
            )
        )
        for table, values in parts
    )
    return Found(place, columns, extra, query, tuple(t for t, _ in parts), json_columns)


def _values(
    wanted: Wanted, table: Stored, rows: Sequence[LoaderName]
) -> tuple[dict[str, _Value], list[str]]:
    """Find every wanted column in a stored table; and say where two stored ones are the same."""
    names = Names(table)
    explicit = {row.column: row for row in rows if row.column and "*" not in row.column}
    patterns = [row for row in rows if "*" in row.column]
    values: dict[str, _Value] = {}
    clashes = []
    for column in wanted.columns:
        value = None
        if row := explicit.get(column):
            value = names.value(row.loader_column, row.reading)
        for row in patterns if value is None else ():
            head, _, tail = row.column.partition("*")
            if column.startswith(head) and column.endswith(tail):
                shared = column[len(head) : len(column) - len(tail)]
                value = value or names.value(row.loader_column.replace("*", shared), row.reading)
        if value is None and (found := names.find(column)):
            plain = [name for name in found if "__v_" not in name]
            if len(plain) > 1:
                clashes.append(
                    f"Columns {' and '.join(plain)} of {table.place} are both {column}: "
                    "keep one of them"
                )
            value = _Value(found)
        if value:
            values[column] = value
    lists = {value.list_column for value in values.values()} - {""}
    needs_list = any("[]" in row.loader_column for row in rows)
    if needs_list and not lists:
        return {}, []
    return values, clashes


def _is_plain(parts: Sequence[tuple[Stored, Mapping[str, _Value]]]) -> bool:
    """Whether a table is read as it is: one in the contract's place, under the contract's names."""
    if len(parts) != 1 or not parts[0][0].is_contracted:
        return False
    return all(
        value == _Value((value.columns or ("",))[:1]) and value.columns[0].lower() == column
        for column, value in parts[0][1].items()
    )


def _select(
    wanted: Wanted,
    table: Stored,
    values: Mapping[str, _Value],
    columns: Sequence[str],
    stored: Sequence[Stored],
    dialect: Dialect,
    crm_connections: Collection[str],
) -> str:
    ids = wanted.ids | (wanted.crm_ids if table.connection in crm_connections else frozenset())
    relation = table.relation
    parents = {value.parent[0] for value in values.values() if value.parent}
    prefix = "landed_rows." if parents else ""
    lists = {(v.list_column, v.list_path) for v in values.values() if v.list_column}
    for column, path in sorted(lists)[:1]:
        own = {c: v for c, v in values.items() if not v.list_column}
        keys = [_expression(own[c], table, dialect) for c in wanted.key if c in own]
        loads = [_expression(own[c], table, dialect) for c in wanted.loads if c in own]
        relation = _newest(relation, keys, loads)
        relation = dialect.elements(relation, quoted(column), table.types[column], path)
    joins = ""
    for name in sorted(parents)[:1]:
        siblings = [other for other in stored if other.connection == table.connection]
        parent = next((s for s in siblings if normal(s.name) == normal(name)), None)
        if parent is None:
            values = {k: v for k, v in values.items() if not v.parent}
        else:
            used = {c: v.parent[1] for c, v in values.items() if v.parent}
            keys = [quoted(used[c]) for c in wanted.key if c in used]
            loads = [quoted(used[c]) for c in wanted.loads if c in used]
            joins = (
                f" inner join {_newest(parent.relation, keys, loads)} as parent_rows"
                ' on landed_rows."_dlt_parent_id" = parent_rows."_dlt_id"'
            )
    selected = []
    for column in columns:
        if column not in values:
            if not dialect.unites_by_name:
                selected.append(f"null as {quoted(column)}")
            continue
        expression = _expression(values[column], table, dialect, prefix)
        if table.connection and column in ids:
            value = expression
            if wanted.source == "salesforce":
                expression = dialect.salesforce_id(expression)
            expression = dialect.prefixed(
                expression, f"{table.connection}:", column.endswith("ids")
            )
            if column in wanted.crm_ids:
                expression = f"case when {value} like '%@%' then {value} else {expression} end"
        is_same = expression == quoted(column)
        selected.append(expression if is_same else f"{expression} as {quoted(column)}")
    if any(other.connection for other in stored):
        connection = quoted_text(table.connection) if table.connection else "cast(null as varchar)"
        selected.append(f"{connection} as {CONNECTION}")
    elif selected == [quoted(column) for column in columns]:
        selected = ["*"]
    return f"select {', '.join(selected)} from {relation} as landed_rows{joins}"


def _newest(relation: str, keys: Sequence[str], loads: Sequence[str]) -> str:
    """Leave the newest version of each record: what an earlier one listed may no longer hold.

    A loader that appends leaves every version, and an element of a list has none of its own.
    """
    if not keys or not loads:
        return relation
    order = ", ".join(f"{load} desc nulls last" for load in loads)
    return (
        f"(select * from (select *, rank() over (partition by {', '.join(keys)} order by {order}) "
        f"as abm_version_rank from {relation} as landed_rows) as every_version "
        "where abm_version_rank = 1)"
    )


def _expression(value: _Value, table: Stored, dialect: Dialect, prefix: str = "") -> str:
    if value.constant is not None:
        return quoted_text(value.constant)
    if value.joined:
        parts = (f"cast({_expression(v, table, dialect, prefix)} as varchar)" for v in value.joined)
        return f"concat_ws('|', {', '.join(parts)})"
    if value.parent:
        expression = f"parent_rows.{quoted(value.parent[1])}"
    elif value.list_column:
        expression = dialect.field(f"{prefix}abm_element", "JSON", value.path)
    else:
        options = [f"{prefix}{quoted(column)}" for column in value.columns]
        if value.path:
            options = [
                dialect.field(option, table.types[column], value.path)
                for option, column in zip(options, value.columns, strict=True)
            ]
        if len(options) > 1:
            options = [f"cast({option} as varchar)" for option in options]
        expression = options[0] if len(options) == 1 else f"coalesce({', '.join(options)})"
    if value.reading is Reading.EPOCH_MILLISECONDS:
        return dialect.epoch_milliseconds(expression)
    if value.reading is Reading.FIRST_NUMBER:
        return dialect.first_number(expression)
    return expression


def found_under(
    loader: str,
    wanted: Iterable[Wanted],
    stored: Sequence[Stored],
    names: Sequence[LoaderName],
    dialect: Dialect,
) -> list[tuple[Wanted, Found]]:
    """Find what can be read of raw tables if a loader left the stored ones.

    Args:
        loader: The loader, "" for none.
        wanted: What is looked for.
        stored: The tables.
        names: Seed loader_names.
        dialect: The engine's SQL.

    Returns:
        What is there and has no problem.
    """
    loaders = dict.fromkeys((table.connection for table in stored), loader)
    found = ((table, resolve(table, stored, names, loaders, dialect)) for table in wanted)
    return [(table, there) for table, there in found if there and not there.problems]


def detected_loader(
    source: str, stored: Sequence[Stored], names: Sequence[LoaderName], tables: Sequence[Wanted]
) -> str:
    """Tell which loader left the tables of a connection.

    Args:
        source: The dbt source.
        stored: The tables of one of its connections.
        names: Seed loader_names.
        tables: What is looked for in the source.

    Returns:
        The loader whose own columns are there; else the one under whose names most wanted columns
        are found, if that is more than without any; else data_loader for CSV files; else "".
    """
    columns = {column.lower() for table in stored for column in table.types}
    for mark, loader in MARKS.items():
        if any(column.startswith(mark) for column in columns):
            return loader
    loaders = ["", *dict.fromkeys(row.loader for row in names if row.source == source)]
    counts = {}
    for loader in loaders:
        found = found_under(loader, tables, stored, names, Dialect())
        counts[loader] = sum(len(there.columns) for _, there in found)
    is_csv = any(table.layout.startswith("CSV") for table in stored)
    # Several loaders know the field that orgs add; only an export leaves files without marks.
    best = max(counts, key=lambda loader: (counts[loader], is_csv and loader == DATA_LOADER))
    if counts[best] > counts[""]:
        return best
    return DATA_LOADER if is_csv else ""


class Landing:
    """Where every raw table is, and how it is read.

    Args:
        raw: The raw data.
        names: Seed loader_names.
        loaders: The var of that name: the loader of a source, where it is not to be told.
        wanted: What is looked for, by source and table.
        crm: The source whose accounts and opportunities count.
    """

    def __init__(
        self,
        raw: Raw,
        names: Sequence[LoaderName],
        loaders: Mapping[str, str],
        wanted: Mapping[str, Mapping[str, Wanted]],
        crm: str,
    ) -> None:
        self._raw = raw
        self._names = names
        self._loaders = loaders
        self._wanted = wanted
        self._crm = crm
        self._stored: dict[str, list[Stored]] = {}
        self._detected: dict[str, dict[str, str]] = {}
        self._found: dict[tuple[str, str], Found | None] = {}

    def stored(self, source: str) -> list[Stored]:
        """The tables of a source as they were left."""
        if source not in self._stored:
            self._stored[source] = self._raw.stored(source)
        return self._stored[source]

    def loaders(self, source: str) -> dict[str, str]:
        """The loader of each connection of a source, "" for one that cannot be told."""
        if source not in self._detected:
            tables: dict[str, list[Stored]] = {}
            for table in self.stored(source):
                tables.setdefault(table.connection, []).append(table)
            wanted = list(self._wanted[source].values())
            self._detected[source] = {
                connection: self._loaders.get(source)
                or detected_loader(source, own, self._names, wanted)
                for connection, own in tables.items()
            }
        return self._detected[source]

    def find(self, source: str, table: str) -> Found | None:
        """Find a raw table, None where it is not there."""
        key = (source, table)
        if key not in self._found:
            wanted = self._wanted[source][table]
            found = resolve(
                wanted,
                self.stored(source),
                self._names,
                self.loaders(source),
                self._raw.dialect,
                self.loaders(self._crm) if self._crm in self._wanted else (),
            )
            if found and not found.problems and (problems := self._raw.check(wanted, found)):
                found = replace(found, problems=tuple(problems))
            self._found[key] = found
        return self._found[key]

    def unmapped(self, source: str) -> list[Stored]:
        """The tables of a source that no raw table of the contract is read from."""
        found = (self.find(source, table) for table in self._wanted[source])
        used = {part for table in found if table for part in table.parts}
        return [table for table in self.stored(source) if table not in used]

    def hint(self, source: str) -> str:
        """Find the var under which a source that lacks its main tables would have one.

        Args:
            source: The dbt source.

        Returns:
            What to do, as "set var loaders to {hubspot: airbyte}", or "" if nothing is to be had.
        """
        for loader in dict.fromkeys(row.loader for row in self._names if row.source == source):
            if self._columns_under(loader, source, self.stored(source)):
                return f"set var loaders to {{{source}: {loader}}}"
        claimed = {
            holder
            for name in self._wanted
            for holder in connections_of(self._raw.holder_of(name), self._raw.holders())
        }
        found = {}
        for holder in sorted(set(self._raw.holders()) - claimed):
            if holder.startswith((".", "_")):
                continue
            stored = self._raw.stored_in(source, holder)
            wanted = list(self._wanted[source].values())
            loader = detected_loader(source, stored, self._names, wanted)
            if n_columns := self._columns_under(loader, source, stored):
                # Another source may have a table of that name too: contact, campaign.
                found[holder] = (normal(source) in normal(holder), n_columns)
        if not found:
            return ""
        best = max(found, key=lambda holder: found[holder])
        return f"{self._raw.holder} {best} has it: set var {source}_schema to {best}"

    def _columns_under(self, loader: str, source: str, stored: Sequence[Stored]) -> int:
        """Count the columns of a source that a loader's names find, if a main table is complete."""
        tables = self._wanted[source].values()
        found = found_under(loader, tables, stored, self._names, self._raw.dialect)
        mains = [table for table in tables if table.is_main] or list(tables)
        if any(t in mains and {*t.required} <= {*there.columns} for t, there in found):
            return sum(len(there.columns) for _, there in found)
        return 0
