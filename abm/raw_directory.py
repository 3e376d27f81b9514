"""A raw directory: what lies in the folders of its sources, whatever loader wrote it there."""

import csv
import gzip
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import ClassVar, TextIO

import duckdb

from abm.dialect import Dialect, quoted, quoted_text
from abm.errors import first_line
from abm.landing import RAW_DIR, Found, Stored, Wanted, connections_of, normal
from abm.paths import shown

CONFIG = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
"""As in profiles.yml: nothing is downloaded."""

PARQUET = ".parquet"
SUFFIXES = (PARQUET, ".csv", ".csv.gz")
DELIMITERS = (",", ";", "\t", "|")
STAMP = re.compile(r"[-_.](\d{8}([T_-]?\d{2,9})?|\d{4}-\d{2}-\d{2}([T_-][\d-]+)?|\d{10,13})Z?$")
"""When a file was written, as loaders that write one file per run end its name."""

SHARD = re.compile(r"(events)_(intraday_)?\d{8}$", re.IGNORECASE)
"""A day of GA4's export to BigQuery."""

NUMBER_WITH_COMMA = "^[+-]?[0-9][0-9 .]*,[0-9 .,]*$"
"""One with a decimal comma, or with commas between thousands: which, nobody can tell."""

LAKES = {"_delta_log": "a Delta table", "metadata": "an Iceberg table", ".hoodie": "a Hudi table"}
"""What a folder is whose own list of files, and not the folder, says which rows count."""


@dataclass(frozen=True)
class RawDirectory:
    """A raw directory.

    Attributes:
        path: The directory with one folder per source, or per connection of one.
        tables: The contract's names of the tables, by source.
        folders: What the folder of a source is called where it is not called as the source.
    """

    path: Path
    tables: Mapping[str, Collection[str]]
    folders: Mapping[str, str] = field(default_factory=dict)
    holder: ClassVar[str] = "folder"
    dialect: ClassVar[Dialect] = Dialect()

    def __str__(self) -> str:
        return shown(self.path)

    def problem(self, enabled: Sequence[str]) -> str | None:
        """Say why nothing can be read at all."""
        advice = "name the directory with --raw or ABM_RAW_DIR, or write one with `abm sample`."
        if not self.path.exists():
            return f"The raw directory {self} does not exist: {advice}"
        if not self.path.is_dir():
            return f"The raw directory {self} is a file, not a directory: {advice}"
        if re.search("[{}]", str(self.path)):
            return (
                f"The path of the raw directory {self} holds a brace, which stands for a name "
                "there: move the directory, or link to it by another path."
            )
        if not any(self.has_source(source) for source in enabled):
            inside = sorted(path for path in self.path.iterdir() if path.is_dir())
            for folder in inside:
                below = RawDirectory(folder, self.tables, self.folders)
                if any(below.has_source(source) for source in enabled):
                    return (
                        f"The raw directory {self} has no folder for any enabled source "
                        f"({', '.join(enabled)}), but {below} has: name that with --raw or "
                        "ABM_RAW_DIR."
                    )
            return (
                f"The raw directory {self} has no folder for any enabled source "
                f"({', '.join(enabled)}): {advice}"
            )
        return None

    def has_source(self, source: str) -> bool:
        """Whether the source has a folder."""
        return bool(self._source_folders(source))

    def place(self, source: str, table: str) -> str:
        """Where the contract expects a table."""
        return shown(self.path / self.holder_of(source) / f"{table}{PARQUET}")

    def stored(self, source: str) -> list[Stored]:
        """The tables of a source, of all its connections."""
        return [table for folder in self._source_folders(source) for table in folder.stored]

    def unread(self, source: str) -> list[str]:
        """What is in the folders of a source and is no data of a kind that is read."""
        return [name for folder in self._source_folders(source) for name in folder.unread]

    def check(self, wanted: Wanted, found: Found) -> list[str]:
        """Say what is torn in CSV files, which numbers have a comma, and which text is no JSON."""
        problems = []
        for part, columns in zip(found.parts, found.json_columns, strict=False):
            problems += self._json_problems(part, columns)
        for part in found.parts:
            if not part.layout.startswith("CSV"):
                continue
            numbers = [name for name in part.types if normal(name) in map(normal, wanted.numbers)]
            commas = ", ".join(
                f"any_value({quoted(name)}) filter "
                f"(where regexp_matches(trim({quoted(name)}), {quoted_text(NUMBER_WITH_COMMA)}))"
                for name in numbers
            )
            relation = with_raw_dir(part.relation, self.path)
            try:
                (row,) = _run(f"select count(*), {commas or 'null'} from {relation}")
            except duckdb.Error as error:
                problems.append(f"{part.place} {csv_problem(error)}")
                continue
            problems += [
                f"{part.place} writes numbers with a decimal comma or commas between thousands "
                f"({value} in {name}): export them with a decimal point and nothing else"
                for name, value in zip(numbers, row[1:], strict=False)
                if value is not None
            ]
        return problems

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Connect to a database in memory, in which `relation` can be read."""
        return duckdb.connect(config=CONFIG)

    def _json_problems(self, part: Stored, columns: Sequence[str]) -> list[str]:
        """Say of texts for objects or lists that none of them is JSON, as if Python spelled it."""
        if not columns:
            return []
        unlike = ", ".join(
            f"any_value({name}) filter (where trim({name}) <> '' and not json_valid({name})), "
            f"count(*) filter (where json_valid({name}))"
            for name in map(quoted, columns)
        )
        try:
            (row,) = _run(f"select {unlike} from {with_raw_dir(part.relation, self.path)}")
        except duckdb.Error:
            return []  # told of the file by whoever reads it to its end
        for name, value, n_valid in zip(columns, row[::2], row[1::2], strict=True):
            if value is not None and not n_valid:
                return [
                    f"{part.place} holds objects or lists in {name} that are not JSON "
                    f"({value[:40]}): let the loader flatten them, or write them as JSON"
                ]
        return []

    def relation(self, found: Found) -> str:
        """Spell a table that was found for a from clause in DuckDB.

        Args:
            found: The table, without problems.

        Returns:
            A table function or a query in brackets.
        """
        relation = f"({found.query})" if found.query else found.parts[0].relation
        return with_raw_dir(relation, self.path)

    def holders(self) -> list[str]:
        """The names of everything that could hold the tables of a source."""
        return [path.name for path in self.path.iterdir() if path.is_dir()]

    def holder_of(self, source: str) -> str:
        """The name of what holds the tables of a source."""
        return self.folders.get(source) or source

    def stored_in(self, source: str, holder: str) -> list[Stored]:
        """The tables of a folder, as if it were that of a source."""
        return _Folder(self.path / holder, source, "", tuple(self.tables[source])).stored

    def _source_folders(self, source: str) -> list["_Folder"]:
        return self._folders_by_source.get(source, [])

    @cached_property
    def _folders_by_source(self) -> dict[str, list["_Folder"]]:
        names = self.holders()
        folders: dict[str, list[_Folder]] = {}
        for source, tables in self.tables.items():
            for name, connection in connections_of(self.holder_of(source), names).items():
                folder = _Folder(self.path / name, source, connection, tuple(tables))
                folders.setdefault(source, []).append(folder)
        return folders


class _Folder:
    """The folder of a source, or of one of its connections.

    Args:
        path: The folder.
        source: The source.
        connection: The connection, "" for the one without a name.
        tables: The contract's names of its tables.
    """

    def __init__(self, path: Path, source: str, connection: str, tables: Sequence[str]) -> None:
        self.path = path
        self.source = source
        self.connection = connection
        self._tables = tables

    @cached_property
    def stored(self) -> list[Stored]:
        """The tables in it, by name."""
        groups: dict[str, list[Path]] = {}
        for path in sorted(self.path.iterdir()):
            if path.name.startswith((".", "_")):
                continue
            groups.setdefault(self._table_name(path), []).append(path)
        tables = []
        for name, paths in groups.items():
            for same_kind in _by_kind(paths):
                files = [file for path in same_kind for file in data_files(path)]
                if files:
                    tables.append(self._stored(name, same_kind, files))
                elif same_kind[0].is_dir():
                    place = shown(same_kind[0])
                    problem = "holds no Parquet or CSV file: load it again"
                    tables.append(
                        Stored(name, place, "", {}, "a folder", 0, self.connection, problem=problem)
                    )
        return tables

    @property
    def unread(self) -> list[str]:
        """The names of what is in it and is no file of a kind that is read; dlt's `init` aside."""
        return sorted(
            path.name
            for path in self.path.iterdir()
            if path.is_file()
            and not path.name.startswith((".", "_"))
            and path.name != "init"
            and not _kind(path)
        )

    def _table_name(self, path: Path) -> str:
        name = path.name
        for suffix in SUFFIXES:
            if name.lower().endswith(suffix):
                name = name[: -len(suffix)]
                break
        if self.source == "ga4" and (shard := SHARD.match(name)):
            return shard[1].lower()
        return name if name in self._tables else STAMP.sub("", name) or name

    def _stored(self, name: str, paths: Sequence[Path], files: Sequence[Path]) -> Stored:
        kinds = {_kind(file) for file in files}
        is_csv = kinds != {PARQUET}
        first = paths[0]
        place = shown(first) if len(paths) == 1 else f"{shown(first)} and {len(paths) - 1} more"
        is_hive = any("=" in folder for file in files for folder in file.parts[len(first.parts) :])
        is_sharded = any(SHARD.match(_stem(path)) for path in paths)
        if is_sharded:
            layout = "daily shards"
        elif is_hive:
            layout = "hive partitions"
        else:
            layout = "part files" if first.is_dir() or len(files) > 1 else "one file a table"
        # dbt-duckdb puts the path into SQL as it is, so one with signs that mean something there
        # is read by a query.
        is_contracted = (
            self.path.name == self.source
            and not re.search(r"[*?\['\"]", str(self.path))
            and len(paths) == 1
            and first.name in {f"{table}{PARQUET}" for table in self._tables}
            and first.is_file()
        )
        problem = _folder_problem(first) if first.is_dir() else None
        if PARQUET in kinds and is_csv:
            problem = "holds Parquet and CSV files: keep files of one kind"
        options = ["union_by_name = true"] if len(files) > 1 or not is_contracted else []
        options.append(f"hive_partitioning = {str(is_hive).lower()}")
        if is_hive:
            options.append("hive_types_autocast = false")
        if is_csv and not problem:
            try:
                options += _csv_options(files)
            except (OSError, UnicodeDecodeError, EOFError) as error:
                problem = csv_problem(error, files)
        relation = self._relation(paths, "read_csv" if is_csv else "read_parquet", options)
        types: Mapping[str, str] = {}
        if not problem:
            types, problem = _described(relation, is_contracted, files, self.path.parent)
        layout = f"CSV, {layout}" if is_csv else layout
        return Stored(
            name,
            place,
            relation,
            types,
            layout,
            len(files),
            self.connection,
            is_contracted,
            problem,
        )

    def _relation(self, paths: Sequence[Path], reader: str, options: Sequence[str]) -> str:
        """Spell a table for a from clause, by globs that go on matching what a loader adds."""
        spelled = ", ".join(options)
        daily = [path for path in paths if not self._is_intraday(path)]
        if len(daily) in (0, len(paths)):
            return f"{reader}([{', '.join(self._globs(paths))}], {spelled})"
        # A day's intraday rows give way to its daily table.
        days = " union all ".join(f"select file from glob({glob})" for glob in self._globs(daily))
        globs = [*self._globs(daily), *self._globs([p for p in paths if p not in daily])]
        return (
            f"(select * exclude (filename) from {reader}([{', '.join(globs)}], {spelled}, "
            "filename = true) where coalesce(nullif(regexp_extract(filename, "
            "'.*events_intraday_([0-9]{8})', 1), ''), 'daily') not in "
            f"(select regexp_extract(file, '.*events_([0-9]{{8}})', 1) from ({days})))"
        )

    @staticmethod
    def _is_intraday(path: Path) -> bool:
        shard = SHARD.match(_stem(path))
        return bool(shard and shard[2])

    def _globs(self, paths: Sequence[Path]) -> Iterator[str]:
        """Spell globs as SQL: one per kind of name and file, and not one per file."""
        globs: dict[str, None] = {}
        for path in paths:
            stem = _stem(path)
            shared = stem
            if len(paths) > 1 or SHARD.match(stem):
                shared = re.sub(r"\d{8}$", "", stem) if SHARD.match(stem) else STAMP.sub("", stem)
            name = escaped(shared)
            if shared != stem:
                name += "[0-9]*" if SHARD.match(stem) else "[-_.][0-9]*"
            inside = "/**/*" if path.is_dir() else ""
            for suffix in sorted({_suffix(file) for file in data_files(path)}):
                globs[f"{RAW_DIR}/{escaped(self.path.name)}/{name}{inside}{suffix}"] = None
        yield from map(quoted_text, globs)


def with_raw_dir(query: str, raw_dir: Path) -> str:
    """Put a raw directory into a query that abm.landing spelled.

    Args:
        query: The query.
        raw_dir: The raw directory.

    Returns:
        The query as DuckDB runs it.
    """
    return query.replace(RAW_DIR, escaped(str(raw_dir)).replace("'", "''"))


def escaped(path: str) -> str:
    """Spell a path so that DuckDB's globs match it alone."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def data_files(path: Path) -> list[Path]:
    """The files of a table: itself, or those below it at any depth, hidden ones left out."""
    if path.is_file():
        return [path] if _kind(path) else []
    return sorted(
        file
        for file in path.rglob("*")
        if file.is_file()
        and _kind(file)
        and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
    )


def _kind(file: Path) -> str:
    return next((suffix for suffix in SUFFIXES if file.name.lower().endswith(suffix)), "")


def _suffix(file: Path) -> str:
    """The ending as it is written, upper case or lower."""
    return file.name[-len(_kind(file)) :]


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.name[: len(path.name) - len(_kind(path))]


def _by_kind(paths: Sequence[Path]) -> list[list[Path]]:
    """Keep together what makes one table: stamped files, shards; another file is its own."""
    if len(paths) == 1:
        return [list(paths)]
    stamped = [path for path in paths if STAMP.search(_stem(path)) or SHARD.match(_stem(path))]
    return [group for group in [stamped, *([p] for p in paths if p not in stamped)] if group]


def _folder_problem(folder: Path) -> str | None:
    """Say why not every file in the folder of a table counts."""
    for name, what in LAKES.items():
        if (folder / name).is_dir() and (name != "metadata" or (folder / "data").is_dir()):
            return (
                f"is {what}, whose files hold rows that no longer count: let the loader write "
                "plain Parquet files, or copy the table into one"
            )
    for file in folder.rglob(f"*{PARQUET}"):
        hidden = next((n for n in file.relative_to(folder).parts if n.startswith((".", "_"))), None)
        if hidden:
            return f"holds {hidden}, which a loader still writes or has set aside: remove it"
    return None


def _csv_options(files: Sequence[Path]) -> list[str]:
    """Tell how CSV files are written, from the header of the first.

    The delimiter is the one that makes the most columns: a sniffer that wants as many values in
    every row takes another one where a row is torn.
    """
    with _text(files[0]) as lines:
        header = lines.readline()
    if not header.strip():
        raise EOFError
    # DuckDB does not see the ending of a path that holds a question mark.
    are_packed = all(file.name.lower().endswith(".gz") for file in files)
    return [
        "all_varchar = true",
        "header = true",
        f"delim = {quoted_text(_delimiter(header))}",
        "quote = '\"'",
        "escape = '\"'",
        *(["compression = 'gzip'"] if are_packed else []),
    ]


def _delimiter(header: str) -> str:
    outside_quotes = re.sub('"[^"]*"', "", header)
    return max(DELIMITERS, key=outside_quotes.count)


def _text(file: Path) -> TextIO:
    opener = gzip.open if file.name.lower().endswith(".gz") else open
    return opener(file, "rt", encoding="utf-8-sig", newline="")  # type: ignore[return-value]


def csv_problem(error: Exception, files: Sequence[Path] = ()) -> str:
    """Say why CSV files cannot be read.

    Args:
        error: What was raised.
        files: The files, to look for the line in them.

    Returns:
        A clause without a full stop.
    """
    if isinstance(error, EOFError):
        return "is empty or ends too soon: export it again"
    if isinstance(error, UnicodeDecodeError) or "not utf-8 encoded" in str(error):
        return "is not UTF-8: export it again as UTF-8"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror}): correct that, or export it again"
    reason = _torn_line(files) or first_line(error).rstrip(".")
    return f"is not a readable CSV file ({reason}): export it again"


def _torn_line(files: Sequence[Path]) -> str:
    """Find the first row of another length than its header's, "" for none."""
    for file in files:
        try:
            with _text(file) as lines:
                header = lines.readline()
                rows = csv.reader(lines, delimiter=_delimiter(header))
                (names,) = csv.reader([header], delimiter=_delimiter(header))
                for row in rows:
                    if row and len(row) != len(names):
                        return (
                            f"{file.name}, line {rows.line_num + 1}, has {len(row)} values, its "
                            f"header {len(names)}"
                        )
        except (OSError, EOFError, UnicodeDecodeError, csv.Error):
            continue
    return ""


def _described(
    relation: str, is_one_file: bool, files: Sequence[Path], raw_dir: Path
) -> tuple[dict[str, str], str | None]:
    """Read the columns of a stored table and their types, or say why that cannot be done."""
    try:
        rows = _run(f"describe select * from {with_raw_dir(relation, raw_dir)}")
    except duckdb.Error as error:
        if is_one_file:
            return {}, "is not a readable Parquet file: load it again"
        if "read_csv(" in relation:
            return {}, csv_problem(error, files)
        return {}, f"is not readable as Parquet ({first_line(error).rstrip('.')}): load it again"
    return {row[0]: row[1] for row in rows}, None


def _run(query: str) -> list[tuple[str, ...]]:
    return _database().execute(query).fetchall()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for all files: a database of its own costs more than what it is asked."""
    # A file that was written again meanwhile has what it has now.
    return duckdb.connect(config=CONFIG | {"enable_external_file_cache": False})
