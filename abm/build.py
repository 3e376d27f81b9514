"""`abm build`: check the raw data, run dbt in this process, say what came out."""

import gc
import json
import logging
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import yaml

from abm.contract import DEFAULT_CRM, Absent, Comparison, Contract, compare, load_contract
from abm.errors import AbmError, first_line, unwritable
from abm.fingerprints import (
    WHOLE,
    LastBuild,
    code_fingerprint,
    fingerprint_of,
    last_build,
    raw_contents,
)
from abm.landing import Raw, read_loader_names
from abm.locks import held
from abm.paths import SAMPLE_DIR, project_vars, resolve_db, shown
from abm.privacy import SALT, postgres_options, private_files
from abm.progress import Steps
from abm.raw_catalog import ATTACH, OPTIONS, RawCatalog, attach_statements, extension_of
from abm.raw_directory import RawDirectory
from abm.raw_listing import Listing, changes, link_files, read_listing
from abm.recipes import build_from_recipes

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt_common.events.base_types import EventMsg

DUCKDB = "duckdb"
POSTGRES = "postgres"
SPARK = "spark"
TARGETS = (DUCKDB, POSTGRES, SPARK)

Query = Callable[[str], list[tuple[Any, ...]]]
"""Runs a query and returns its rows."""

UPDATED_TABLE = "updated_table"
"""The materialization of macros/updated_table.sql."""

UNCHANGED = "UNCHANGED"
"""dbt's code for a node that is as the last build made it: macro unchanged_code."""

WRITE_ARTIFACTS = "DBT_WRITE_JSON"
"""dbt's own variable: where it is set, it decides whether manifest.json and run_results.json are
written. Nothing of a build reads them, and writing the manifest twice costs seconds."""

LOG_LEVEL, DEFAULT_LOG_LEVEL = "DBT_LOG_LEVEL_FILE", "info"
"""dbt's own variable, and the level of its log in a file where that is not set: what ran and what
failed, without the SQL and the rows that `debug` holds (decision 148)."""

FOUND = "ABM_FOUND_"
"""What begins the names of environment variables that replace dbt vars; macro found_var reads
them (decisions 123 and 160)."""

RAW_TABLES = "raw_tables"

AS_OF_VAR = "as_of_date"
"""The dbt var that names the day the numbers speak of."""

COLLECTING = (100_000, 20, 20)
"""Thresholds of the garbage collector while dbt runs: what dbt loads stays until it ends, and to
look through it again and again finds nothing."""

MAX_FAILURES_SHOWN = 10
MAX_MESSAGE_LINES = 3
MAX_DIFF_LINES = 12


@dataclass(frozen=True)
class BuildOptions:
    """What to build, from what, into what.

    Attributes:
        root: The dbt project's directory.
        raw_dir: The raw directory, absolute.
        raw_env: The value of ABM_RAW_DIR that dbt gets; `sample_data` for the shipped sample.
        db: The build database, absolute.
        as_of: The day the numbers speak of, or None for the project's own choice.
        variables: dbt vars that override the project's.
        select: dbt node selectors; empty for everything.
        exclude: dbt node selectors to leave out.
        full_refresh: Write anew the tables that a build otherwise updates.
        unit_tests: Run the unit tests too.
        threads: dbt threads, or None for the profile's.
        target: The profile's target, duckdb, postgres or spark. On the other two the raw data are
            tables, and `raw_dir` is not used; on postgres nor is `db`, which on spark is the file
            that readers' tables are gathered into.
        profiles_dir: Where profiles.yml is; None for the project's own.
        target_path: dbt's target directory; None for the project's own.
    """

    root: Path
    raw_dir: Path
    raw_env: str
    db: Path
    as_of: date | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    full_refresh: bool = False
    unit_tests: bool = False
    threads: int | None = None
    target: str = DUCKDB
    profiles_dir: Path | None = None
    target_path: Path | None = None


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        succeeded: No node failed.
        failures: Sentences, one per failed node, or one for what stopped dbt.
        warnings: Sentences, one per test that warned.
        tests: Number of tests by outcome: passed, warned, failed, skipped.
        models_built: Number of models, seeds and snapshots built.
        models_skipped: Number of them skipped because something before them failed.
        updates: For every table that was updated instead of written anew, its name and how many
            rows were added and removed, as `653 rows added, 79 removed`.
        dbt_seconds: Wall-clock seconds in dbt, None where it was not needed.
        has_notices: The audit's notices were built.
        raw_changes: What a loader did to the raw directory meanwhile, file by file.
        models_unchanged: Number of models, seeds and snapshots that are as the last build made
            them.
        printed: What an operation printed, line by line.
    """

    succeeded: bool
    failures: list[str]
    warnings: list[str]
    tests: Counter[str]
    models_built: int
    models_skipped: int
    updates: list[tuple[str, str]]
    dbt_seconds: float | None
    has_notices: bool
    raw_changes: tuple[str, ...] = ()
    models_unchanged: int = 0
    printed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unmatched:
    """The largest share of touchpoints that no account could be found for.

    Attributes:
        source_system: Where they come from.
        reason: Why they match nothing.
        n_touchpoints: How many.
        share: Of the source's touchpoints, 0 to 1.
    """

    source_system: str
    reason: str
    n_touchpoints: int
    share: float


def parse_vars(text: str | None) -> dict[str, Any]:
    """Read the value of `--vars`.

    Args:
        text: A YAML mapping on one line, or None.

    Returns:
        Var name to value.

    Raises:
        AbmError: The text is not a YAML mapping.
    """
    if not text:
        return {}
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        value = None
    if not isinstance(value, dict):
        raise AbmError(
            f"The value of --vars is not a YAML mapping ({text}): "
            "write for example --vars '{aes_window_days: 60}'."
        )
    return value


def check_raw(options: BuildOptions) -> Comparison:
    """Compare the raw data with the contract under the vars of this build.

    Args:
        options: The build.

    Returns:
        The comparison, without any fatal finding.

    Raises:
        AbmError: The build must not start; one sentence per reason.
    """
    comparison = compare_raw(options)
    if comparison.fatal:
        raise AbmError(*comparison.fatal)
    return comparison


def compare_raw(options: BuildOptions) -> Comparison:
    """Compare the raw data with the contract under the vars of a build, whatever is found.

    Args:
        options: The build.

    Returns:
        The comparison; with a fatal finding the build must not start.

    Raises:
        AbmError: A var is misspelled, or the database cannot be read.
    """
    variables = build_vars(options)
    enabled = variables.get("enabled_sources") or []
    absent: Absent = variables.get("absent") or {}
    contract = load_contract(options.root)
    if not isinstance(enabled, list):
        raise AbmError("Var enabled_sources is not a list: write for example [salesforce, ga4].")
    folders = source_folders(contract, variables)
    directory = RawDirectory(options.raw_dir, contract, folders)
    raw: Raw = directory
    if attached := os.environ.get(ATTACH):
        # The sample is what is read where nothing else is named.
        beside = None if options.raw_env == SAMPLE_DIR else directory
        raw = RawCatalog(attached, os.environ.get(OPTIONS, ""), contract, folders, beside)
    if options.target == POSTGRES:
        from abm.postgres import RawDatabase

        raw = RawDatabase(contract, folders)
    if options.target == SPARK:
        from abm.spark import raw_folder

        landed = raw_folder(options.root)
        if not landed.is_dir():
            raise AbmError(
                f"Spark has no raw data in {shown(landed)}: run `abm load --target spark --raw "
                "DIR` first, or name another place with ABM_SPARK_DIR."
            )
        raw = RawDirectory(landed, contract, folders)
    return compare(
        contract,
        raw,
        enabled,
        absent,
        crm=variables.get("crm") or DEFAULT_CRM,
        passthrough_columns=variables.get("passthrough_columns"),
        row_marks=variables.get("row_marks"),
        loader_names=read_loader_names(options.root),
        loaders=variables.get("loaders"),
    )


def source_folders(contract: Contract, variables: Mapping[str, Any]) -> dict[str, str]:
    """Name the folder or schema of each source that another var than its own name names.

    Args:
        contract: From `load_contract`.
        variables: The dbt vars.

    Returns:
        Source to the var <source>_schema.
    """
    named = {source: variables.get(f"{source}_schema") for source in contract}
    return {source: str(name) for source, name in named.items() if name}


def build_vars(options: BuildOptions) -> dict[str, Any]:
    """Settle the dbt vars of a build: the project's, overridden by the build's own.

    Args:
        options: The build.

    Returns:
        Var name to value.
    """
    return {**project_vars(options.root), **options.variables}


def resolve_build_db(root: Path, given: str | None, target: str) -> Path:
    """Settle the DuckDB file that holds what a build leaves for readers.

    Args:
        root: The project's directory.
        given: A path relative to the working directory, or None.
        target: The profile's target.

    Returns:
        The absolute path; what Spark builds is gathered beside its tables.
    """
    # ABM_DB is DuckDB's build database: what is gathered would end the history that it keeps.
    if target == SPARK and given in (None, "", os.environ.get("ABM_DB")):
        from abm.spark import database

        return database(root)
    return resolve_db(root, given)


@contextmanager
def only_build(options: BuildOptions) -> Iterator[None]:
    """Keep every other `abm build` and `abm publish` from the database of a build.

    Args:
        options: The build.

    Raises:
        AbmError: One of them is at it, or the database cannot be written.
    """
    if options.target == POSTGRES:
        from abm.postgres import only_build as only_build_there

        with only_build_there():
            yield
        return
    if options.target == SPARK:
        from abm.spark import only_build as only_spark_build

        with only_spark_build(options.root):
            yield
        return
    with ExitStack() as stack:
        conflict = f"Another process is at work on {shown(options.db)}"
        try:
            _make_folder(options.db)
            stack.enter_context(held(lock_file(options.db), conflict))
        except OSError as error:
            raise _unwritable(options.db.parent, error) from error
        yield


def lock_file(db: Path) -> Path:
    """The lock of a build database, which a build holds alone and publishing shares."""
    return db.with_name(f"{db.name}.lock")


def run_dbt(options: BuildOptions, found: Mapping[str, Any], what: str = "Building") -> BuildReport:
    """Run `dbt build` in this process and wait for it.

    The files of a raw directory are read as they lie there now: a loader may replace, add and
    remove files meanwhile. One that it writes in place fails the build, which may have read half
    of it.

    Args:
        options: The build.
        found: The vars to build with for what `check_raw` found: `Comparison.variables`.
        what: What is going on, for the person who waits.

    Returns:
        The outcome; a failed node is reported, not raised.

    Raises:
        AbmError: The build database cannot be written.
        KeyboardInterrupt: The person at the terminal stopped dbt.
    """
    arguments = dbt_arguments(options)
    if options.target == SPARK:
        return _run_on_spark(options, arguments, what, found)
    if options.target == POSTGRES or not options.raw_dir.is_dir():
        return invoke_dbt(options, arguments, what, found)
    listing = read_listing(options.raw_dir)
    reading = _reading_links(options, listing)
    contents = raw_contents(options.root / reading.raw_env)
    context = context_fingerprint(options)
    form = fingerprint_of(found_environment(build_vars(options), found))
    report = None
    last = last_build(options.db) if _is_plain(options) else None
    if last and last.is_whole and (last.context, last.form) == (context, form):
        report = _from_recipes(reading, last, contents, len(listing.files), what)
    if not report:
        facts = {
            "ABM_CODE_FINGERPRINT": code_fingerprint(options.root),
            "ABM_INPUT_FINGERPRINT": contents[WHOLE],
            "ABM_INPUT_FILES": str(len(listing.files)),
            "ABM_CONTEXT_FINGERPRINT": context,
            "ABM_FORM_FINGERPRINT": form,
        }
        report = invoke_dbt(reading, arguments, what, found, facts)
    moved, torn = changes(listing, read_listing(options.raw_dir))
    if torn:
        if report.succeeded:
            _fail_build(options.db)
        report = replace(
            report,
            succeeded=False,
            failures=[
                *report.failures,
                f"{shown(options.raw_dir / torn[0])} was written while the build read it"
                + (f", and {len(torn) - 1} more files" if len(torn) > 1 else "")
                + ": build again once the loader is done, and have it replace files, not rewrite "
                "them in place.",
            ],
        )
    return replace(report, raw_changes=tuple(moved))


def _run_on_spark(
    options: BuildOptions, arguments: list[str], what: str, found: Mapping[str, Any]
) -> BuildReport:
    from abm.spark import check_gathered, gather, session, typed_columns

    check_gathered(options.db)
    target_path = options.target_path or options.root / os.environ.get("DBT_TARGET_PATH", "target")
    profiles = (options.profiles_dir or options.root) / "profiles.yml"
    salted = {"ABM_SPARK_HAS_SALT": "yes"} if os.environ.get(SALT) else {}
    with session(options.root, profiles):
        variables, contract = build_vars(options), load_contract(options.root)
        schemas = source_folders(contract, variables)
        marks = variables.get("row_marks") or {}
        typed = typed_columns(options.root, contract, schemas, marks)
        report = invoke_dbt(options, arguments, what, {**found, "typed_columns": typed}, salted)
        if report.succeeded:
            gather(options.root, target_path / "manifest.json", options.db)
    return report


def unchanged_since(options: BuildOptions) -> LastBuild | None:
    """Find out that a build has nothing to do, without dbt.

    Args:
        options: The build.

    Returns:
        The last build of the database, whole and finished, if it read the same raw data, with the
        same code and configuration and on the same as-of day; else None.
    """
    if not _is_plain(options) or not options.raw_dir.is_dir():
        return None
    last = last_build(options.db)
    if not last or not last.is_whole or last.context != context_fingerprint(options):
        return None
    if datetime.now(UTC).replace(tzinfo=None) < last.finished_at:
        return None  # what the clock says is told where a build begins
    return last if last.inputs == raw_contents(options.raw_dir)[WHOLE] else None


def context_fingerprint(options: BuildOptions) -> str:
    """Hash whatever decides what a build makes of raw data.

    Args:
        options: The build.

    Returns:
        A hexadecimal sha256 of its code, vars, day and environment.
    """
    profiles = (options.profiles_dir or options.root) / "profiles.yml"
    environment = {name: os.environ[name] for name in os.environ if name.startswith("ABM_")}
    return fingerprint_of(
        code_fingerprint(options.root),
        dict(options.variables),
        options.as_of,
        # The as-of day where none is named, and whether one that is named is over.
        datetime.now(UTC).date(),
        options.raw_env,
        options.raw_dir,
        options.db,
        profiles.read_text(encoding="utf-8"),
        environment,
    )


def _is_plain(options: BuildOptions) -> bool:
    """Whether a build makes everything that changed, of files."""
    is_part = options.select or options.exclude or options.full_refresh or options.unit_tests
    return options.target == DUCKDB and not is_part and not os.environ.get(ATTACH)


def _from_recipes(
    options: BuildOptions, last: LastBuild, contents: Mapping[str, str], n_files: int, what: str
) -> BuildReport | None:
    profiles = (options.profiles_dir or options.root) / "profiles.yml"
    with private_files():
        made = build_from_recipes(options.db, profiles, last, contents, n_files, what)
    if not made:
        return None
    return BuildReport(
        succeeded=True,
        failures=[],
        warnings=[],
        tests=Counter(passed=made.n_tests, warned=made.n_warned),
        models_built=made.n_made,
        models_skipped=0,
        updates=made.updates,
        dbt_seconds=None,
        has_notices=True,
        models_unchanged=made.n_unchanged,
    )


def _reading_links(options: BuildOptions, listing: Listing) -> BuildOptions:
    """Have a build read links to the files of a listing, which stay beside the build database.

    The shipped sample, which no loader changes, is read where it is; so is a directory beside a
    database whose path holds signs that mean something in SQL or a glob.
    """
    links = options.db.with_name(f"{options.db.name}.raw")
    if options.raw_env == SAMPLE_DIR or re.search(r"[*?\['\"{}]", str(links)):
        return options
    try:
        link_files(options.raw_dir, listing, links)
    except OSError as error:
        raise _unwritable(links, error) from error
    return replace(options, raw_env=str(links))


def _fail_build(db: Path) -> None:
    """Say in the ledger that what the newest build made is not to be shown."""
    with duckdb.connect(str(db)) as database:
        database.execute(
            "update ledger.builds set status = 'failed', n_failed = n_failed + 1 "
            "where started_at = (select max(started_at) from ledger.builds)"
        )


def invoke_dbt(
    options: BuildOptions,
    arguments: list[str],
    what: str,
    found: Mapping[str, Any] | None = None,
    facts: Mapping[str, str] | None = None,
) -> BuildReport:
    """Run any command of dbt in this process, at the project and on its build database.

    Args:
        options: The build that the command belongs to.
        arguments: The arguments after `dbt`.
        what: What is going on, for the person who waits.
        found: The vars to build with for what the raw data hold: `Comparison.variables`. They go
            by the environment, where other values do not make dbt parse the project anew.
        facts: What the ledger of builds is to say, by the environment too.

    Returns:
        The outcome; a failure is reported, not raised.

    Raises:
        AbmError: The build database cannot be written.
        KeyboardInterrupt: The person at the terminal stopped dbt.
    """
    if options.target == DUCKDB:
        _check_db(options.db)
    environment = {
        "ABM_RAW_DIR": options.raw_env,
        "ABM_DB": str(options.db),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **found_environment(build_vars(options), found or {}),
        **as_of_environment(options),
        **(facts or {}),
        f"{ATTACH}_LOAD": extension_of(os.environ.get(ATTACH, ""), os.environ.get(OPTIONS, "")),
        **(postgres_options() if options.target == POSTGRES else {}),
    }
    with (
        Steps(what) as steps,
        _at(options.root, environment),
        _rarely_collecting(),
        private_files(),
        _silent_where_the_log_is_full(),
    ):
        steps.start("starting dbt")
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.adapters.factory import reset_adapters
        from dbt.cli.main import dbtRunner

        started = time.monotonic()
        try:
            level = ["--log-level-file", _log_level(options.root)]
            stopped: list[str] = []
            printed: list[str] = []
            callbacks = [
                _shows(steps),
                # Why an operation failed is said nowhere else.
                _hears("RunningOperationCaughtError", stopped, "exc"),
                _hears("RunningOperationUncaughtError", stopped, "exc"),
                _hears("PrintEvent", printed, "msg"),
            ]
            outcome = dbtRunner(callbacks=callbacks).invoke([*level, *arguments])
        finally:
            reset_adapters()
            DuckDBConnectionManager.close_all_connections()
        seconds = time.monotonic() - started
        if isinstance(outcome.exception, KeyboardInterrupt):
            raise outcome.exception
        if not outcome.success:
            # What a failed node raised may hold a cursor, and that the database.
            gc.collect()
        report = _report(outcome, seconds, options.root, stopped)
        return replace(report, printed=tuple(printed))


def found_environment(declared: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """Spell what was found of the raw data as environment variables.

    Args:
        declared: The dbt vars of the build, which they replace.
        found: `Comparison.variables`.

    Returns:
        Name to value: JSON, but for raw_tables the query of each table by itself, as the system
        limits the length of one value.
    """
    environment = {
        f"{FOUND}{name.upper()}": json.dumps(value)
        for name, value in found.items()
        if name != RAW_TABLES
    }
    queries = found.get(RAW_TABLES, {})
    for tables in (declared.get(RAW_TABLES) or {}, queries):
        for source, names in tables.items():
            for name in names:
                query = queries.get(source, {}).get(name, "")
                environment[f"{FOUND}{RAW_TABLES}_{source}_{name}".upper()] = query
    return environment


def dbt_arguments(options: BuildOptions) -> list[str]:
    """Spell a build as dbt's command line.

    Args:
        options: The build.

    Returns:
        The arguments after `dbt`.
    """
    variables = dict(options.variables)
    if options.as_of and _has_day_as_var(options):
        variables[AS_OF_VAR] = options.as_of.isoformat()
    arguments = command_arguments(options, "build")
    # What Spark built is gathered by the manifest.
    if WRITE_ARTIFACTS not in os.environ and options.target != SPARK:
        arguments.append("--no-write-json")
    if variables:
        arguments += ["--vars", yaml.safe_dump(variables, default_flow_style=True, width=10**6)]
    if options.select:
        arguments += ["--select", *options.select]
    if options.exclude:
        arguments += ["--exclude", *options.exclude]
    if not options.unit_tests:
        arguments += ["--exclude-resource-type", "unit_test"]
    if options.full_refresh:
        arguments.append("--full-refresh")
    if options.threads:
        arguments += ["--threads", str(options.threads)]
    return arguments


def as_of_environment(options: BuildOptions) -> dict[str, str]:
    """Spell the day that a build is to speak of as an environment variable.

    Args:
        options: The build.

    Returns:
        Name to value: the day, for which dbt need not parse the project anew as for another var;
        empty where none is named, or a var names one that this day has to override.
    """
    by_environment = options.as_of and not _has_day_as_var(options)
    return {f"{FOUND}{AS_OF_VAR.upper()}": str(options.as_of) if by_environment else ""}


def _has_day_as_var(options: BuildOptions) -> bool:
    return bool(build_vars(options).get(AS_OF_VAR))


def command_arguments(options: BuildOptions, *command: str) -> list[str]:
    """Spell a command of dbt, and where its project, profile and target are.

    Args:
        options: The build that the command belongs to.
        *command: The command, such as `build` or `docs generate`, in words.

    Returns:
        The arguments after `dbt`, to which the command's own may be added.
    """
    arguments = ["--log-level", "none", "--no-use-colors", "--no-use-colors-file", *command]
    profiles_dir = options.profiles_dir or options.root
    arguments += ["--project-dir", str(options.root), "--profiles-dir", str(profiles_dir)]
    arguments += ["--target", options.target]
    if options.target_path:
        arguments += ["--target-path", str(options.target_path)]
    return arguments


def dbt_log(root: Path) -> Path | None:
    """Find dbt's log.

    Args:
        root: The project's directory.

    Returns:
        The file, or None where dbt could write none.
    """
    file = _log_file(root)
    return file if file.is_file() and os.access(file, os.W_OK) else None


def _log_file(root: Path) -> Path:
    return root / os.environ.get("DBT_LOG_PATH", "logs") / "dbt.log"


def _log_level(root: Path) -> str:
    """The level of dbt's log: none where it cannot be written, which is no reason to stop."""
    file = _log_file(root)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab"):
            return os.environ.get(LOG_LEVEL, DEFAULT_LOG_LEVEL)
    except OSError:
        return "none"


def mart_rows(options: BuildOptions) -> list[tuple[str, int]]:
    """Count the rows of every mart.

    Args:
        options: The build, finished; no other process may be writing its database.

    Returns:
        Table name and number of rows, by name.
    """
    with reading(options) as query:
        names = query(
            "select table_name from information_schema.tables "
            "where table_schema = 'marts' order by 1"
        )
        return [(name, query(f'select count(*) from marts."{name}"')[0][0]) for (name,) in names]


def largest_unmatched(options: BuildOptions) -> Unmatched | None:
    """Find the largest share of touchpoints without an account.

    Args:
        options: The build, finished.

    Returns:
        The largest share, or None when nothing is unmatched or the audit was not built.
    """
    with reading(options) as query:
        audits = query(
            "select 1 from information_schema.tables "
            "where table_schema = 'audit' and table_name = 'audit_unmatched_touchpoints'"
        )
        rows = audits and query(
            "select source_system, reason, n_touchpoints, share "
            "from audit.audit_unmatched_touchpoints where reason <> 'not_identifiable' "
            "order by share desc, n_touchpoints desc, source_system, reason limit 1"
        )
    return Unmatched(*rows[0]) if rows else None


NOTICES_MODEL = "audit_notices"
NOTICE_TESTS = ("assert_nothing_stops_the_build", "warn_of_what_the_audit_found")
"""The tests that fail and warn by `audit_notices`, whose own sentences say more."""


@dataclass(frozen=True)
class Notice:
    """What the audit knows and a person should act on.

    Attributes:
        level: error, warning or note.
        message: The sentence, with its number and the next step.
    """

    level: str
    message: str


def read_notices(query: Query, prefix: str = "") -> list[Notice]:
    """Read what the audit noticed.

    Args:
        query: From `reading`, of a database in which the audit was built.
        prefix: What the names of the schemas begin with.

    Returns:
        The notices, errors first.
    """
    (schema,) = query(
        "select table_schema from information_schema.tables where table_name = "
        f"'{NOTICES_MODEL}' and table_schema like '{prefix}%'"
    )[0]
    rows = query(
        f'select notice_level, message_en from "{schema}".{NOTICES_MODEL} order by '
        "case notice_level when 'error' then 1 when 'warning' then 2 else 3 end, "
        "source_system, subject, notice"
    )
    return [Notice(*row) for row in rows]


@contextmanager
def reading(options: BuildOptions) -> Iterator[Query]:
    """Read the database of a build.

    Args:
        options: The build.

    Yields:
        A function that runs a query and returns its rows.
    """
    if options.target == POSTGRES:
        from abm.postgres import connected

        with connected() as connection:
            yield lambda query: connection.execute(query.encode()).fetchall()
    else:
        with duckdb.connect(str(options.db), read_only=True) as database:
            # A view of staging reads the catalog itself.
            if attached := os.environ.get(ATTACH):
                for statement in attach_statements(attached, os.environ.get(OPTIONS, "")):
                    database.execute(statement)
            yield lambda query: database.execute(query).fetchall()


def _make_folder(db: Path) -> None:
    """Make the folder of a build database, for its owner alone."""
    with private_files():
        db.parent.mkdir(parents=True, exist_ok=True)


def _check_db(db: Path) -> None:
    """Make the folder and make sure that this process may write the file."""
    try:
        _make_folder(db)
        if db.exists():
            check_database_file(db)
            duckdb.connect(str(db)).close()
    except OSError as error:
        raise _unwritable(db.parent, error) from error
    except duckdb.Error as error:
        raise database_problem(db, error) from error


def _unwritable(place: Path, error: OSError) -> AbmError:
    return unwritable(f"write to {shown(place)}", error, "another database with --db or ABM_DB")


def check_database(db: Path) -> None:
    """Make sure that there is a build database.

    Args:
        db: A file.

    Raises:
        AbmError: It is not there, or is something else.
        OSError: It cannot be read.
    """
    if not db.is_file():
        raise AbmError(
            f"There is no build database {shown(db)}: run `abm build` first, or name one with --db."
        )
    check_database_file(db)


def check_database_file(db: Path, advice: str = "name another file with --db") -> None:
    """Make sure that a file is a DuckDB database: DuckDB opens Parquet and CSV files as well.

    Args:
        db: An existing file.
        advice: What to do if it is none.

    Raises:
        AbmError: It is something else.
        OSError: It cannot be read.
    """
    with db.open("rb") as file:
        head = file.read(12)
    if head and head[8:] != b"DUCK":
        raise AbmError(f"{shown(db)} is not a DuckDB database: {advice}.")


def database_problem(
    db: Path, error: Exception, advice: str = "name another file with --db or ABM_DB"
) -> AbmError:
    """Explain why a database file cannot be opened.

    Args:
        db: The file.
        error: What DuckDB raised.
        advice: What to do first about a file that is no database.

    Returns:
        The error to raise.
    """
    holder = re.search(r"Conflicting lock is held in (\S+) \(PID (\d+)\)", str(error))
    if holder:
        return AbmError(
            f"{shown(db)} is open in another process ({Path(holder[1]).name}, PID {holder[2]}): "
            "close it there, or read the published copy instead, then try again."
        )
    return AbmError(
        f"{shown(db)} cannot be opened as a DuckDB database ({first_line(error)}): "
        f"{advice}, or remove it and build again."
    )


@contextmanager
def _at(directory: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Work in a directory and environment, and put both back."""
    before = {name: os.environ.get(name) for name in environment}
    cwd = Path.cwd()
    os.environ.update(environment)
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(cwd)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Let the garbage collector run less often, and put its thresholds back."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTING)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _silent_where_the_log_is_full() -> Iterator[None]:
    """Keep Python's logging from printing a trace for every line that finds no room."""
    before = logging.raiseExceptions
    logging.raiseExceptions = False
    try:
        yield
    finally:
        logging.raiseExceptions = before


def _shows(steps: Steps) -> "Callable[[EventMsg], None]":
    """Make the callback that turns dbt's events into progress."""

    def on_event(event: "EventMsg") -> None:
        name = event.info.name
        if name == "LogStartLine":
            steps.set_total(event.data.total)
        elif name == "NodeStart":
            steps.start(event.data.node_info.node_name)
        elif name == "NodeFinished":
            steps.advance()

    return on_event


def _hears(name: str, texts: list[str], field: str) -> "Callable[[EventMsg], None]":
    """Make the callback that notes what events of a name say."""

    def on_event(event: "EventMsg") -> None:
        if event.info.name == name:
            texts.append(getattr(event.data, field))

    return on_event


def _report(
    outcome: "dbtRunnerResult", seconds: float, root: Path, stopped: list[str]
) -> BuildReport:
    failures = [_explain_stop(text) for text in stopped]
    warnings: list[str] = []
    tests: Counter[str] = Counter()
    updates: list[tuple[str, str]] = []
    built = skipped = unchanged = 0
    is_noticed = has_notices = False
    results = getattr(outcome.result, "results", None) or []
    for result in results:
        if not hasattr(result, "node"):  # of an operation
            continue
        status = str(result.status)
        is_test = result.node.resource_type in ("test", "unit_test")
        if is_test:
            tests[_OUTCOMES.get(status, "failed")] += 1
        elif status == "success" and result.adapter_response.get("code") == UNCHANGED:
            unchanged += 1
        elif status == "success" and result.node.resource_type != "operation":
            built += 1
            is_updated = result.node.config.materialized == UPDATED_TABLE
            if is_updated and result.adapter_response.get("rows_affected"):
                updates.append((result.node.name, result.message))
        elif status == "skipped":
            skipped += 1
        has_notices |= result.node.name == NOTICES_MODEL and status == "success"
        if result.node.name in NOTICE_TESTS and status in ("fail", "warn"):
            is_noticed = True
        elif status in ("error", "fail", "runtime error", "partial success"):
            failures.append(explain_result(result))
        elif status == "warn":
            warnings.append(explain_result(result))
    if outcome.exception is not None:
        failures.append(_explain_stop(str(outcome.exception)))
    elif not outcome.success and not failures and not is_noticed:
        log = dbt_log(root)
        see = f"see {shown(log)}" if log else f"run again with {LOG_LEVEL}=debug and see its log"
        failures.append(f"dbt failed without saying why: {see}.")
    return BuildReport(
        outcome.success,
        failures,
        warnings,
        tests,
        built,
        skipped,
        updates,
        seconds,
        has_notices,
        models_unchanged=unchanged,
    )


def _explain_stop(text: str) -> str:
    if re.search("Compilation Error in (operation|macro)", text):
        # What a hook or macro of ours refuses is a sentence of its own.
        return _first_lines(text)
    where = re.search(r"^\s*[A-Z]\w*(?: \w+)? Error in (.+)$", text, re.MULTILINE)
    return f"dbt stopped{f' in {where[1]}' if where else ''}: {_first_lines(text)}"


_OUTCOMES = {"pass": "passed", "warn": "warned", "skipped": "skipped"}
_KINDS = {"unit_test": "Unit test"}
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_HEADER = re.compile(r"^[A-Z]\w*( \w+)? Error( in .*)?:?$")


def explain_result(result: Any) -> str:
    """Put one failed or warning node in words.

    Args:
        result: A dbt run result.

    Returns:
        The node, its file and what dbt or DuckDB said first.
    """
    node = result.node
    kind = str(node.resource_type)
    where = f"{_KINDS.get(kind, kind.capitalize())} {node.name} ({node.original_file_path})"
    if kind == "test" and str(result.status) in ("fail", "warn"):
        rows = result.failures or 0
        count = "1 row" if rows == 1 else f"{rows} rows"
        path = getattr(node, "compiled_path", None)
        see = f"; its query is {path}" if path else ""
        verb = "failed" if str(result.status) == "fail" else "warns"
        return f"{where} {verb}: it returned {count} where it expects none{see}."
    message = result.message or "no message"
    if kind == "unit_test":
        return f"{where} failed: {_first_lines(message, MAX_DIFF_LINES, keep_layout=True)}"
    if "enforced contract" in message:
        return f"{where} does not match its contract: {_contract_differences(message)}"
    return f"{where} failed: {_first_lines(message)}"


def _contract_differences(message: str) -> str:
    lines = [line.strip() for line in message.split("\n")]
    rows = [line.strip("| ").split("|") for line in lines if line.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in rows[2:]]
    parts = [
        f"{row[0]} is {row[1] or 'missing'}, contracted {row[2] or 'not at all'}"
        for row in cells
        if len(row) >= 3
    ]
    shown_parts = "; ".join(parts[:MAX_DIFF_LINES])
    return f"{shown_parts or _first_lines(message)}."


def _first_lines(message: str, count: int = MAX_MESSAGE_LINES, keep_layout: bool = False) -> str:
    """Take what matters of an error text: no headings, no excerpt of the SQL, no position."""
    lines = [line.rstrip() for line in _COLOR.sub("", message).split("\n")]
    lines = [line for line in lines if line.strip() and not _HEADER.match(line.strip())]
    kept: list[str] = []
    for line in lines:
        if re.match(r"\s*(LINE \d+:|compiled code at |> in macro|\^)", line):
            break
        kept.append(line)
    kept = (kept or lines)[:count]
    if keep_layout:
        return "\n    ".join(kept).strip()
    return " ".join(" ".join(line.split()) for line in kept)
