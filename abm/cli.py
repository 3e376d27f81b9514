"""The `abm` command line: options, what is printed, exit codes. The work is done elsewhere."""

import errno
import gc
import os
import sys
import time
import traceback
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from abm import __version__
from abm.errors import AbmError, reason
from abm.paths import find_project_root, project_vars, resolve_db, resolve_raw_dir, shown
from abm.privacy import NO_SALT, SALT

if TYPE_CHECKING:
    from abm.alerts import Due
    from abm.build import BuildReport, Notice
    from abm.crm.push import Push
    from abm.crm.records import Book
    from abm.release import Release

_STARTED = time.monotonic()
INTERRUPTED = 130
MAX_RAW_CHANGES_SHOWN = 3
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

HELP = """
Measure Account-Based Marketing: build, check, publish and show the warehouse.

\b
A worked example, from raw extracts to tables that Tableau, Power BI or SQL can read:
    abm sample --out raw --accounts 30             a fictional company to try things on
    abm doctor --raw raw                           what is there, what is missing, what to set
    abm build --raw raw --as-of 2026-10-31         check the raw data, build, test
    abm publish --out out                          copy the marts to where readers look
    duckdb -readonly out/abm.duckdb "select * from marts.dim_accounts limit 5"
    abm report                                     a dashboard to open in a browser
    abm alerts --dry-run                           what people should be told
    abm export crm --format salesforce-csv         the scores, for the CRM's import
    abm docs                                       what every table and column means

Without --raw, `abm build` reads the sample company in sample_data/. Settings that a build reads
from the environment: ABM_RAW_DIR, ABM_RAW_ATTACH (a catalog of raw tables), ABM_DB,
ABM_MEMORY_LIMIT (DuckDB, default 4GB) and ABM_EMAIL_SALT. ABM_DEBUG=1 adds the trace to an
unexpected error.

Exit codes: 0 done, 1 something failed and was explained, 2 the command was misspelled,
130 interrupted.
"""

app = typer.Typer(
    name="abm",
    help=HELP,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not a date, write it as YYYY-MM-DD.") from error


AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=_date,
        metavar="DATE",
        help="The day the numbers speak of, inclusive: YYYY-MM-DD.",
    ),
]
Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        envvar="ABM_DB",
        metavar="FILE",
        help="The build database. Default: warehouse/abm.duckdb in the project.",
    ),
]

Raw = Annotated[
    str | None,
    typer.Option(
        "--raw",
        envvar="ABM_RAW_DIR",
        metavar="DIR",
        help="The raw data: <DIR>/<source>/<table>, files or folders. Default: the shipped sample.",
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="Take a build that did not finish whole, and say so."),
]
Target = Annotated[
    str, typer.Option("--target", metavar="NAME", help="The engine: duckdb, postgres or spark.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"abm {__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and stop.",
        ),
    ] = False,
) -> None:
    pass


@app.command(short_help="Write the raw tables of a fictional company.")
def sample(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where to write; made when missing.")
    ],
    accounts: Annotated[int, typer.Option(min=1, help="Accounts in the CRM.")] = 250,
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = 20241196,
    touchpoints: Annotated[
        int | None,
        typer.Option(min=1, help="Touchpoints in all. Default: what the accounts generate."),
    ] = None,
    as_of: AsOf = None,
    months: Annotated[int, typer.Option(min=1, help="Months of history up to --as-of.")] = 24,
) -> None:
    """Write the raw tables of a fictional company, one Parquet file per table.

    The files have the shape that the connectors land, so that everything that works on them works
    on a real extract. The same options give the same rows, on any day and machine. Without --as-of
    the company's last day is that of the sample that ships with the project.

    \b
    Example: a company of 30 accounts, built and read as of its last day
        abm sample --accounts 30 --out raw --as-of 2026-10-31
        abm build --raw raw --as-of 2026-10-31
    """
    from abm.progress import Steps
    from abm.sample import write_sample

    if out.exists() and not out.is_dir():
        raise AbmError(f"{shown(out)} is a file: name a directory with --out.")
    day = as_of or _sample_day()
    with Steps("Writing the sample") as steps:
        rows = write_sample(
            out=out,
            accounts=accounts,
            seed=seed,
            touchpoints=touchpoints,
            as_of=day,
            months=months,
            on_progress=steps.note,
        )
    _print_rows("raw table", rows.items())
    print(f"Wrote {sum(rows.values()):,} rows up to {day} to {shown(out.resolve())}")


@app.command(short_help="Say what an extract lacks, which marts need it, and what to set.")
def doctor(
    raw: Raw = None,
    target: Target = "duckdb",
    variables: Annotated[
        str | None,
        typer.Option("--vars", metavar="YAML", help="dbt vars: '{crm: hubspot}'."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Save the vars that fit into dbt_project.yml.")
    ] = False,
    values: Annotated[
        int, typer.Option(min=0, metavar="N", help="Unmapped values shown per seed; 0 shows all.")
    ] = 20,
) -> None:
    """Compare raw data with what the project reads, and say what to do about the difference.

    Source by source: which loader left it, as what, and its load time; which tables and columns
    are there, missing, unreadable or switched off, and which marts and columns are null or empty
    for it. Optional ones are marked; nobody is warned of them. Names match whatever their case and
    punctuation, and as seed loader_names says; what is read from nothing is named.

    Then the values that no seed maps, such as industries, job titles and campaign types: how often
    they occur, how they are read meanwhile, and the row to add to the seed's CSV file. Where a
    person must choose, the row says <column> and the allowed values follow.

    Then the vars with which `abm build` reads what is there and warns of nothing. --write saves
    them into dbt_project.yml; every comment and everything else in the file stays as it is. Without
    it nothing is written.

    The values are read by building one model and what it needs in a temporary database; no
    warehouse is read or changed. With --target postgres the raw data are the tables
    <source>.<table> of that database, and the model is built in schemas that are dropped again.

    `abm build` makes the same comparison before it starts, with the same sentences, and reads what
    is missing as empty by itself.

    Exit code: 0 when a build can start, 1 when something must be done first.

    \b
    Examples:
        abm doctor --raw /data/raw
        abm doctor --raw /data/raw --write
        abm doctor --raw /data/raw --vars '{crm: hubspot}' --values 0 > report.txt
    """
    from abm.build import BuildOptions, parse_vars
    from abm.doctor import diagnose, mart_lines, source_lines, value_lines, var_lines
    from abm.settings import save_vars

    _check_target(target)
    if target == "spark":
        raise AbmError(
            "What `abm load` left for Spark is a raw directory: run "
            "`abm doctor --raw $ABM_SPARK_DIR/raw`, by default warehouse/spark/raw."
        )
    root = find_project_root()
    raw_dir, raw_env = resolve_raw_dir(root, raw)
    options = BuildOptions(
        root=root,
        raw_dir=raw_dir,
        raw_env=raw_env,
        db=resolve_db(root, None),
        variables=parse_vars(variables),
        target=target,
    )
    diagnosis = diagnose(options)
    if not diagnosis.comparison.findings:
        raise AbmError(*diagnosis.problems)
    for line in (*source_lines(diagnosis), *mart_lines(diagnosis)):
        print(line)
    if diagnosis.unmapped is not None:
        for line in value_lines(root, diagnosis.unmapped, values):
            print(line)
    if diagnosis.notices:
        print("What a build would say of these rows")
        for notice in diagnosis.notices:
            print(f"  {notice.level}: {notice.message}")
        print()
    if diagnosis.are_vars_set:
        print("The vars in dbt_project.yml fit these raw data.")
    else:
        print("Vars for dbt_project.yml that fit these raw data (--write saves them):")
        for line in var_lines(diagnosis):
            print(line)
    sys.stdout.flush()
    for warning in diagnosis.comparison.warnings:
        _say("warning", warning)
    if diagnosis.problems:
        if write:
            print("Nothing was saved: a build cannot start with these raw data.")
            sys.stdout.flush()
        raise AbmError(*diagnosis.problems)
    if write and save_vars(root, diagnosis.variables):
        print("Saved the vars in dbt_project.yml")


@app.command(short_help="Check the raw data, then build and test every model.")
def build(
    raw: Raw = None,
    as_of: AsOf = None,
    db: Db = None,
    full_refresh: Annotated[
        bool,
        typer.Option("--full-refresh", help="Write every table anew, none is updated."),
    ] = False,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select", "-s", metavar="NODES", help="dbt selector of what to build; repeatable."
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="NODES", help="dbt selector to leave out; repeatable."),
    ] = None,
    variables: Annotated[
        str | None,
        typer.Option("--vars", metavar="YAML", help="dbt vars: '{aes_window_days: 60}'."),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="dbt threads.")] = None,
    unit_tests: Annotated[
        bool, typer.Option("--unit-tests", help="Run the models' unit tests too.")
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain",
            metavar="TABLE",
            help="Build nothing: say which build made a table, and why.",
        ),
    ] = None,
    target: Target = "duckdb",
) -> None:
    """Check the raw data against the contract, then build and test every model.

    The raw directory is compared with the sources' description first. A missing table or column
    that the build can do without is read as empty, with a warning per source that names the dbt var
    which silences it; one that it cannot do without stops the build before anything is written.
    Rows that cannot be read do not stop it: they are listed in audit.audit_rejected_records.

    Without --as-of the numbers speak of the sample's own last day on the shipped sample, and of
    today (UTC) on other data. Name a day to be able to repeat a build.

    A build makes only what changed since the last one: raw files, statements and rows have
    fingerprints. Where nothing changed it says so within a second.

    dbt's manifest.json and run_results.json are written where DBT_WRITE_JSON is true.

    With --target postgres the raw data are the tables <source>.<table> of that database, as an EL
    tool or `abm load` lands them, and the models are built beside them; --raw and --db are unused.
    Role abm_reader, made where it is missing, is let read marts and reference, and nothing else.

    With --target spark they are those that `abm load` left in ABM_SPARK_DIR; marts, reference data
    and audit are gathered into abm.duckdb there, or into --db, and --raw is unused.

    \b
    Examples:
        abm build
        abm build --raw /data/raw --as-of 2026-10-31
        abm build --raw /data/raw --select dim_accounts+
        abm build --vars '{absent: {salesforce: {task_relation: all}}}'
        abm build --explain fct_touchpoints
    """
    from abm.build import (
        DUCKDB,
        POSTGRES,
        SPARK,
        BuildOptions,
        check_database,
        check_raw,
        dbt_log,
        largest_unmatched,
        mart_rows,
        only_build,
        parse_vars,
        read_notices,
        reading,
        resolve_build_db,
        run_dbt,
        unchanged_since,
    )
    from abm.explain import durations
    from abm.explain import explain as explained
    from abm.fingerprints import last_build

    _check_target(target)
    root = find_project_root()
    raw_dir, raw_env = resolve_raw_dir(root, raw)
    options = BuildOptions(
        root=root,
        raw_dir=raw_dir,
        raw_env=raw_env,
        db=resolve_build_db(root, db, target),
        as_of=as_of,
        variables=parse_vars(variables),
        select=tuple(select or ()),
        exclude=tuple(exclude or ()),
        full_refresh=full_refresh,
        unit_tests=unit_tests,
        threads=threads,
        target=target,
    )
    if explain:
        check_database(options.db)
        with reading(options) as query:
            print(explained(explain, query, shown(options.db)))
        return
    with only_build(options):
        if last := unchanged_since(options):
            with reading(options) as query:
                _print_notices(read_notices(query))
            print(
                f"Nothing changed since build {last.build_id} of {shown(options.db)} finished at "
                f"{last.finished_at:%Y-%m-%d %H:%M:%S} UTC: nothing was built "
                f"({time.monotonic() - _STARTED:.1f} s)"
            )
            return
        comparison = check_raw(options)
        for warning in comparison.warnings:
            _say("warning", warning)
        if target == POSTGRES:
            from abm.postgres import let_readers_read, unknown_letters

            for problem in filter(None, (unknown_letters(), let_readers_read())):
                _say("warning", problem)
        report = run_dbt(options, comparison.variables)
        _print_build(report)
        if report.raw_changes:
            _print_raw_changes(report.raw_changes)
        if report.has_notices:
            with reading(options) as query:
                _print_notices(read_notices(query))
        if not report.succeeded:
            log = dbt_log(root)
            see = f"; dbt's own log is {shown(log)}" if log else ""
            print(f"The build failed{see}", file=sys.stderr)
            raise typer.Exit(1)
        if target == DUCKDB and report.models_built:
            with reading(options) as query:
                longest = [f"{name} {took:.2f} s" for name, took in durations(query)[:5]]
            print(f"Longest: {', '.join(longest)} (--explain TABLE says why)")
            last = last_build(options.db)
            if report.dbt_seconds and last and last.has_forgotten:
                print(
                    f"Note: what {shown(options.db)} knew of its tables was lost, damaged or of "
                    "another version, so that everything was built anew."
                )
        _print_rows("mart", mart_rows(options))
        unmatched = largest_unmatched(options)
        if unmatched:
            print(
                f"Largest unmatched share: {unmatched.share:.1%} of {unmatched.source_system} "
                f"touchpoints ({unmatched.n_touchpoints:,}), {unmatched.reason}"
            )
    if not os.environ.get(SALT):
        print(NO_SALT)
    seconds = time.monotonic() - _STARTED
    built = {
        DUCKDB: f"{shown(options.db)} from {os.environ.get('ABM_RAW_ATTACH') or shown(raw_dir)}",
        POSTGRES: "the PostgreSQL database",
        SPARK: f"the tables of Spark, and {shown(options.db)} from them,",
    }
    print(
        f"Built {built[target]} "
        f"in {seconds:.1f} s, "
        + (f"{report.dbt_seconds:.1f} s of them in dbt" if report.dbt_seconds else "without dbt")
    )


@app.command(short_help="Copy a raw directory into a database.")
def load(
    target: Target,
    raw: Raw = None,
) -> None:
    """Copy a raw directory into tables <source>.<table>, for a build with the same --target.

    A real warehouse gets its raw tables from an EL tool; this is for the sample, for tests and for
    an extract in files. Each table is replaced in one step. A value that cannot be read as its type
    arrives as text, and the build lists it in audit.audit_rejected_records.

    PostgreSQL is named by ABM_POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DATABASE; Spark's tables
    are Parquet files in ABM_SPARK_DIR.

    \b
    Example: the sample on a server of one's own
        eval "$(scripts/postgres.sh start)"
        abm load --target postgres
        abm build --target postgres --as-of 2026-10-31
    """
    from abm.build import BuildOptions, compare_raw, source_folders
    from abm.contract import load_contract

    _check_target(target)
    if target == "duckdb":
        raise AbmError(
            "DuckDB reads the raw directory where it is, so there is nothing to load: "
            "run `abm build --raw DIR`."
        )
    root = find_project_root()
    raw_dir, raw_env = resolve_raw_dir(root, raw)
    contract = load_contract(root)
    schemas = source_folders(contract, project_vars(root))
    # The schemas are those of the database: folders are called as their sources.
    everything = {
        "enabled_sources": list(contract),
        "absent": {},
        **dict.fromkeys((f"{source}_schema" for source in contract), None),
    }
    options = BuildOptions(
        root=root,
        raw_dir=raw_dir,
        raw_env=raw_env,
        db=resolve_db(root, None),
        variables=everything,
    )
    comparison = compare_raw(options)
    if target == "postgres":
        from abm.postgres import load as run

        rows = run(comparison.raw, comparison, schemas)
    else:
        from abm.spark import load as run_on_spark

        profiles = root / "profiles.yml"
        rows = run_on_spark(comparison.raw, comparison, schemas, root, profiles)
    _print_rows("raw table", rows.items())
    seconds = time.monotonic() - _STARTED
    print(f"Loaded {sum(rows.values()):,} rows from {shown(raw_dir)} in {seconds:.1f} s")


@app.command(short_help="Copy the marts to where readers look.")
def publish(
    target: Target = "duckdb",
    db: Db = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where readers look; made when missing.")
    ] = Path("out"),
    hyper: Annotated[
        bool, typer.Option("--hyper", help="Write <out>/abm.hyper too, for Tableau.")
    ] = False,
    powerbi: Annotated[
        bool, typer.Option("--powerbi", help="Write <out>/powerbi too, a Power BI project.")
    ] = False,
    force: Force = False,
) -> None:
    """Copy marts, reference data and audit to where BI tools and analysts read them.

    <out>/abm.duckdb is one DuckDB file, read-only, that DuckDB 1.0 and newer opens.
    <out>/parquet/current/<table>.parquet is one file per table; `current` is a symlink to the
    newest release, and the release before it is kept for readers that are still in it.

    A release is one build that finished whole; any other is refused. Each of the two is replaced in
    one step, the DuckDB file first: who reads one of them meanwhile sees the old release or the new
    one. Who opens many Parquet files one after the other reads the folder that <out>/release.json
    names, and not `current`, which may lead elsewhere in between; that folder stays until the
    release after the next. release.json also says which build it is (its release_id stands in
    audit.audit_builds, on every page and beside every told alert), of which day, and how many rows
    every table has. An interrupted publish changes nothing and is cleaned up by the next one.

    <out>/abm.hyper (--hyper) is all of it once more as one file that Tableau opens, with the keys
    from which it makes relationships; it is replaced after the others, in one step.

    <out>/powerbi/ABM.pbip (--powerbi) is a Power BI project: a model of the marts with their
    relationships, descriptions, names in both languages and a measure for each headline number. It
    holds no data and reads the Parquet files of the folder that its parameter ParquetFolder names.

    \b
    Example:
        abm build && abm publish --out /srv/abm
    """
    from abm.build import POSTGRES, resolve_build_db
    from abm.publish import publish as run

    _check_target(target)
    if target == POSTGRES:
        raise AbmError(
            f"Nothing is published from {target}: its readers query the marts schema itself."
        )
    from abm.hyper import HYPER_NAME, is_behind, load_api, write_hyper

    if hyper:
        load_api()
    place = out.expanduser().absolute()
    result = run(resolve_build_db(find_project_root(), db, target), place, is_forced=force)
    schemas: dict[str, list[int]] = {}
    for table, rows in result.rows.items():
        schemas.setdefault(table.split(".")[0], []).append(rows)
    for schema, counts in schemas.items() if result.is_new else ():
        print(f"Published {schema}: {sum(counts):,} rows (tables: {len(counts)})")
    if not result.is_new:
        print("This build is published already: nothing was written")
    elif result.n_kept:
        print(f"As in the release before: {result.n_kept} of {len(result.rows)} tables")
    print(f"  DuckDB   {shown(result.database)}")
    print(f"  Parquet  {shown(result.parquet)} ({result.folder})")
    print(f"  Release  {result.release.release_id or 'unknown'}")
    if hyper:
        written = write_hyper(place, find_project_root())
        print(f"  Hyper    {shown(written.file)}{'' if written.is_new else ' (as it was)'}")
    if powerbi:
        from abm.powerbi.model import write_powerbi

        project = write_powerbi(place, find_project_root())
        print(
            f"  Power BI {shown(project.folder)} (tables: {project.n_tables}, measures: "
            f"{project.n_measures})"
        )
    if not hyper and is_behind(place):
        sys.stdout.flush()
        _say(
            "warning",
            f"{shown(place / HYPER_NAME)} is of an older release: publish with --hyper too, or "
            "delete it.",
        )
    _warn_of_release(result.release, result.database)


@app.command(short_help="Write the dashboard, or the report of the week or month.")
def report(
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="The published file.")] = Path(
        "out/abm.duckdb"
    ),
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where to write; made when missing. Default: out/dashboard, or out/reports.",
        ),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="NAME", help="A report instead: week or month."),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option("--lang", metavar="NAME", help="Of a report: en or fr. Default: en."),
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Of a report: html or pdf; of the week also eml, a mail. Default: html.",
        ),
    ] = None,
    executive: Annotated[
        str | None,
        typer.Option(
            "--executive", metavar="NAME", help="Of mails: whose, by name or id. Default: all."
        ),
    ] = None,
    addresses: Annotated[
        Path | None,
        typer.Option(
            "--addresses",
            metavar="FILE",
            help="Of mails: a CSV of account_executive_id and email.",
        ),
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send the mails; without it they are only written.")
    ] = False,
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger",
            metavar="FILE",
            help="What was sent. Default: warehouse/letters_sent.jsonl.",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Write the dashboard, or the report of the week or month, from the published marts.

    The dashboard is a folder of pages in English and French: the five KPIs and the five sections on
    the first page, a page for every account in programme and every account executive, and how the
    numbers are made. A page is one file that opens from a disk, a share or a mail, without a
    server, a script or a network. The folder is written anew each time.

    A report (--period) is one file to send about: what moved, why, and what to do. It is that of
    the week or month of the as-of date. PDF needs the system's pango (Debian: libpango-1.0-0,
    libpangoft2-1.0-0 and libharfbuzz-subset0) and a font.

    A mail (--format eml) is the week of an account executive: their calls, alerts, actions,
    accounts and deals, as HTML and as text. Any mailer opens the file. With --send those that have
    an address (--addresses) go out through the SMTP server in ABM_SMTP_HOST, ABM_SMTP_PORT (587,
    with STARTTLS; 465 is TLS), ABM_SMTP_USER and ABM_SMTP_PASSWORD, from ABM_MAIL_FROM, each once a
    week: the ledger remembers them.

    The same published numbers give the same files, byte for byte. Names and addresses of people are
    shown only where the build published them (var include_personal_data).

    \b
    Examples:
        abm publish && abm report
        abm report --period week --format eml --addresses people.csv --send
        abm report --period week --lang fr
        abm report --period month --lang en --format pdf --out /srv/reports
    """
    published = db.expanduser().absolute()
    if (executive or addresses or send or ledger) and file_format != "eml":
        raise AbmError(
            "--executive, --addresses, --send and --ledger are for mails: "
            "add --period week --format eml."
        )
    if period is None:
        if lang or file_format:
            raise AbmError(
                "The dashboard has both languages and is HTML: "
                "leave out --lang and --format, or ask for a report with --period."
            )
        folder = (out or Path("out/dashboard")).expanduser().absolute()
        from abm.report.written import is_written

        if is_written(published, folder, find_project_root()):
            print("This release is in the dashboard already: nothing was written")
            print(f"  Dashboard  {shown(folder / 'index.html')}")
            return
        from abm.progress import Steps
        from abm.report.site import write_site

        with Steps("Writing the dashboard") as steps:
            site = write_site(published, folder, find_project_root(), steps, is_forced=force)
        print(f"Wrote {site.pages} pages, {site.size / 1e6:.1f} MB")
        print(f"  Dashboard  {shown(site.index)}")
        return
    from abm.report.language import LOCALES
    from abm.report.period import FORMATS, PERIODS, write_report

    for name, value, known in (
        ("--period", period, PERIODS),
        ("--lang", lang or "en", tuple(LOCALES)),
        ("--format", file_format or "html", FORMATS),
    ):
        if value not in known:
            raise AbmError(f"There is no {name} {value}: name one of {', '.join(known)}.")
    folder = (out or Path("out/reports")).expanduser().absolute()
    if file_format == "eml":
        _letters(published, folder, period, lang or "en", executive, addresses, send, ledger, force)
        return
    file = write_report(
        published,
        folder,
        find_project_root(),
        period,
        lang or "en",
        file_format or "html",
        is_forced=force,
    )
    print(f"Wrote {shown(file)}")


def _letters(
    published: Path,
    folder: Path,
    period: str,
    lang: str,
    executive: str | None,
    addresses: Path | None,
    send: bool,
    ledger: Path | None,
    force: bool,
) -> None:
    """Write the mails of the week, say where each goes, and send them if that is asked for."""
    from abm.report.letters import ALL, DEFAULT_LEDGER, send_letters, write_letters

    if period != "week":
        raise AbmError("Mails are of the week: use --period week, or another --format.")
    root = find_project_root()
    people = addresses.expanduser().absolute() if addresses else None
    letters = write_letters(
        published, folder, root, lang, executive or ALL, people, is_forced=force
    )
    if not send:
        for letter in letters:
            print(f"Wrote {shown(folder / letter.file)} for {letter.address or 'nobody yet'}")
        print("Nothing was sent: --send sends those that have an address (--addresses)")
        return
    place = ledger.expanduser().absolute() if ledger else root / DEFAULT_LEDGER
    refused = 0
    for letter, became in send_letters(letters, place):
        print(f"{letter.name}: {became}{f', to {letter.address}' if letter.address else ''}")
        refused += became.startswith("refused")
    if refused:
        raise AbmError(
            f"The server refused {refused} of {len(letters)} mails: look at their addresses in "
            "--addresses and try again; the others are remembered."
        )


@app.command(short_help="Tell people what is due, each alert at least once.")
def alerts(
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="The published file.")] = Path(
        "out/abm.duckdb"
    ),
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger",
            metavar="FILE",
            help="What was told. Default: warehouse/alerts_told.jsonl in the project.",
        ),
    ] = None,
    lang: Annotated[str, typer.Option("--lang", metavar="NAME", help="en or fr.")] = "en",
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="RULE", help="Tell of this rule only; repeatable."),
    ] = None,
    slack: Annotated[
        bool, typer.Option("--slack", help="Send to Slack instead of printing.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what is due and remember nothing.")
    ] = False,
    force: Force = False,
) -> None:
    """Tell people what is due, each alert at least once.

    Of marts.fct_alerts, levels and scores are due while their state is open, on the day on which
    they fired and the day after. Moves of opportunities (won, lost, slipped, advanced) are due for
    30 days, so that a row that arrives late is told late, but never from before the first day in
    the ledger. They are printed by who acts, the most money at stake first, then the oldest, with
    the time until which to act; an alert about an executive names their manager too, one for
    another role (owner_role) the executive who is told.

    What was told is remembered in the ledger, a file of JSON lines outside the warehouse: alert_id,
    rule_id, entity_id, fired_on, move, told_at (UTC), channel (print or slack) and release_id. The
    same rule and entity, fired less than 30 days before or after, is not told again, even where
    late data moved the day. Of moves every one is told; where the warehouse has one no longer and
    has one of the same opportunity and kind on another of those days instead, that is the same. No
    build touches the ledger; remove lines to hear of them again.

    An alert is told before it is remembered, so none is lost: a run that is killed between the two
    has told one that the next run tells again. Each ends with # and the first 8 characters of its
    alert_id in marts.fct_alerts, by which a reader knows the same one again; the list of hot
    accounts not called carries its day. Where the ledger has no room nobody is told.

    At the end of every run stands who is hot and was not called in time, however long ago, unless
    --rule names other rules only.

    With --slack each alert is a message to the incoming webhook in ABM_SLACK_WEBHOOK_URL, with its
    owner and due time, and the hot accounts not called are one message, once for an as-of date.
    Names in it are text, never links, mentions or formatting. It is remembered once Slack has taken
    it. A lost connection, a rate limit and an error of Slack's servers are tried three times more.
    Where one message fails the command ends with 1; the others are sent the next time, if they are
    still due. With --dry-run nothing is sent either.

    The rules, their thresholds and whether they are on are in the seed alert_rules, the texts in
    message_templates.

    \b
    Examples:
        abm alerts --dry-run
        abm alerts --lang fr --rule aes_hot --rule account_at_risk
        abm publish && abm alerts --slack
    """
    from abm.alerts import (
        DEFAULT_LEDGER,
        PRINTED,
        due_alerts,
        opened_ledger,
        send,
        webhook_url,
    )

    url = webhook_url() if slack and not dry_run else None
    file = ledger.expanduser().absolute() if ledger else find_project_root() / DEFAULT_LEDGER
    with opened_ledger(file, is_read_only=dry_run) as told:
        due = due_alerts(db.expanduser().absolute(), told, lang, rule or (), is_forced=force)
        if url:
            send(due, told, url)
        else:
            told.make_sure_of_room(due.alerts, PRINTED, due.release.release_id)
            _print_alerts(due)
            if not dry_run:
                told.remember(due.alerts, PRINTED, due.release.release_id)
    day = f"{due.as_of} (release {due.release.release_id or 'unknown'})"
    n_alerts = f"{len(due.alerts)} alert{'' if len(due.alerts) == 1 else 's'}"
    if not due.alerts:
        print(f"Nothing to tell as of {day}")
    elif dry_run:
        print(f"{n_alerts} due as of {day}, nothing remembered (--dry-run)")
    else:
        print(f"{n_alerts} told as of {day}, remembered in {shown(file)}")
    _warn_of_release(due.release, db)
    if due.uncalled:
        print(due.uncalled.heading)
        for account in due.uncalled.accounts:
            print(f"  {account.message}")


export_app = typer.Typer(
    help="Write files for another system's import.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(export_app, name="export")

CrmLedger = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        metavar="FILE",
        help="What was exported and written. Default: warehouse/crm_written.jsonl in the project.",
    ),
]
Published = Annotated[Path, typer.Option("--db", metavar="FILE", help="The published file.")]
Lang = Annotated[str, typer.Option("--lang", metavar="NAME", help="Of texts: en or fr.")]
Connection = Annotated[
    str | None,
    typer.Option(
        "--connection",
        metavar="NAME",
        help="The connection whose accounts these are, where the CRM has several.",
    ),
]


@export_app.command("crm", short_help="Write the scores as a file for the CRM's import.")
def export_crm(
    file_format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="salesforce-csv or hubspot-csv.")
    ],
    db: Published = Path("out/abm.duckdb"),
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where to write; made when missing.")
    ] = Path("out/crm"),
    setup: Annotated[
        bool,
        typer.Option("--setup", help="Write what creates the fields in the CRM, and no accounts."),
    ] = False,
    whole: Annotated[
        bool, typer.Option("--all", help="Every account, not only what changed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many changed; write and remember nothing.")
    ] = False,
    lang: Lang = "en",
    connection: Connection = None,
    ledger: CrmLedger = None,
    force: Force = False,
) -> None:
    """Write the scores of accounts as a file for Salesforce's Data Loader or HubSpot's import.

    A row is an account of marts.rpt_crm_accounts that changed since the last file that it was in:
    its id in the CRM, then the fields of the seed crm_fields under their API names. Numbers have a
    point, days are YYYY-MM-DD, texts are in --lang, and no cell begins a formula. The day of the
    values alone is no change. Import the file as an update of accounts (Data Loader: Update, with
    "Insert null values") or companies (HubSpot: Update existing, by Record ID): nothing in it
    creates a record.

    Each file is a new one, <crm>-accounts-<day>-<release>.csv in --out. What stands in it is
    remembered in the ledger, a file of JSON lines outside the warehouse, once it is written. A file
    that was lost is written again with --all.

    With --setup nothing is exported. For Salesforce <out>/salesforce-setup is written, which
    `sf project deploy start --metadata-dir` takes: the fields, and a permission set for the user
    who writes them. For HubSpot <out>/hubspot-setup, the bodies of requests to the properties API.
    docs/crm.md leads through both.

    \b
    Examples:
        abm export crm --format salesforce-csv --setup
        abm publish && abm export crm --format salesforce-csv
        abm export crm --format hubspot-csv --lang fr --all --out /srv/crm
    """
    from abm.crm.export import crm_of, export, write_setup
    from abm.crm.ledger import DEFAULT_LEDGER, opened_ledger
    from abm.crm.records import check_language, fields_of, read_book
    from abm.published import opened_published

    crm = crm_of(file_format)
    check_language(lang)
    published, folder = db.expanduser().absolute(), out.expanduser().absolute()
    root = find_project_root()
    if setup:
        with opened_published(published, "scores for the CRM", is_forced=force) as opened:
            fields = fields_of(opened, crm)
        for file in write_setup(crm, fields, lang, root, folder / f"{crm}-setup"):
            print(f"Wrote {shown(file)}")
        return
    book = read_book(published, crm, lang, connection, is_forced=force)
    place = ledger.expanduser().absolute() if ledger else root / DEFAULT_LEDGER
    with opened_ledger(place, book.ledger_name, is_read_only=dry_run) as told:
        done = export(book, told, folder, is_whole=whole, is_dry=dry_run)
    accounts = f"{done.n_changed:,} of {done.n_records:,} accounts"
    release = f"as of {book.as_of} (release {book.release.release_id or 'unknown'})"
    if not done.n_changed:
        print(f"No account changed since the last file, {release}: nothing was written")
    elif done.file is None:
        print(f"{accounts} changed since the last file, {release}; nothing written (--dry-run)")
    else:
        print(f"Wrote {accounts}, {release}, to {shown(done.file)}, remembered in {shown(place)}")
    _warn_of_release(book.release, published)


@app.command(short_help="Write the scores into the CRM, after a look at what would change.")
def push(
    crm: Annotated[str, typer.Argument(metavar="CRM", help="salesforce or hubspot.")],
    db: Published = Path("out/abm.duckdb"),
    write: Annotated[
        bool,
        typer.Option("--write/--dry-run", help="Write; else only say what would change."),
    ] = False,
    tasks: Annotated[
        bool, typer.Option("--tasks", help="Tasks for open alerts too, closed when they are over.")
    ] = False,
    lang: Lang = "en",
    connection: Connection = None,
    ledger: CrmLedger = None,
    force: Force = False,
) -> None:
    """Write the scores of accounts into Salesforce or HubSpot, after a look at what would change.

    Without --write the CRM is read and nothing is written: how many accounts would change, and ten
    of them with the old values and the new. With --write exactly that is written, in batches (200
    accounts of Salesforce, 100 companies of HubSpot).

    Only the fields of the seed crm_fields are written, and only on accounts that the CRM has: no
    account is ever created or deleted. An account that is not there any more is named in a line,
    and so is one that the CRM refuses: the others are written, and the command ends with 1. A lost
    connection, a rate limit (429, with the Retry-After that the CRM asks for), an error of its
    servers and a record that is locked by somebody else are tried again.

    What was written, when, from which release and in the place of what is remembered in the ledger,
    a file of JSON lines outside the warehouse, batch by batch. A push that was killed is run again:
    it reads what the CRM has and goes on. A release writes an account once; what somebody then
    changes by hand stays until the next release.

    With --tasks every open alert (marts.fct_alerts) that an account executive acts on becomes a
    task of theirs in the CRM, on the account and the deal, with its due time; once the alert is
    open no more the task is marked as done. Alerts of marketing and leadership become none.

    \b
    Settings in the environment, never on the command line, in a log or in an error:
        ABM_SALESFORCE_URL            https://<domain>.my.salesforce.com
        ABM_SALESFORCE_CLIENT_ID      of a connected app with the flow of client credentials,
        ABM_SALESFORCE_CLIENT_SECRET  and its secret
        ABM_SALESFORCE_TOKEN          instead of the two: an access token that you have
        ABM_HUBSPOT_TOKEN             of a private app

    \b
    Examples:
        abm push salesforce
        abm publish && abm push salesforce --write --tasks
        abm push hubspot --lang fr --write
    """
    from abm.crm import NAMES
    from abm.crm import push as pushing
    from abm.crm.ledger import DEFAULT_LEDGER, opened_ledger
    from abm.crm.records import book_of, check_language
    from abm.published import opened_published

    if crm not in NAMES:
        raise AbmError(f"There is no CRM {crm}: name one of {', '.join(NAMES)}.")
    check_language(lang)
    published = db.expanduser().absolute()
    root = find_project_root()
    place = ledger.expanduser().absolute() if ledger else root / DEFAULT_LEDGER

    def say(sentence: str) -> None:
        sys.stdout.flush()
        _say("warning", sentence)

    with opened_published(published, "scores for the CRM", is_forced=force) as opened:
        book = book_of(opened, published, crm, lang, connection)
        with opened_ledger(place, book.ledger_name, is_read_only=not write) as told:
            api = pushing.connect(book, say)
            found = pushing.compare(book, api, told)
            if tasks:
                pushing.compare_tasks(found, opened, book, api, told)
            _print_push(found, book, with_tasks=tasks, with_examples=not write)
            if write:
                pushing.write(found, book, api, told, say)
                pushing.write_tasks(found, book, api, told)
    for failure in (*pushing.told_gone(found, book), *found.failures):
        say(f"Not done: {failure}.")
    if write:
        done = f"Wrote {found.n_written:,} accounts"
        if tasks:
            done += f", opened {found.n_opened:,} and closed {found.n_closed:,} tasks"
        print(f"{done}, remembered in {shown(place)}")
    elif found.changes or found.to_open or found.to_close:
        print("Nothing was written: run again with --write")
    _warn_of_release(book.release, published)
    if write and found.failures:
        raise AbmError(
            f"{len(found.failures):,} of what was to be written was not, as said above: see to it "
            "in the CRM and run again, which writes the rest."
        )


@app.command(short_help="Answer an assistant's questions from what is published.")
def mcp(
    db: Annotated[
        Path | None,
        typer.Option(
            "--db",
            metavar="FILE",
            help="The published file. Default: out/abm.duckdb in the project.",
        ),
    ] = None,
    sql: Annotated[
        bool,
        typer.Option("--sql", help="Also run one SELECT at a time on schemas marts and reference."),
    ] = False,
    force: Force = False,
) -> None:
    """Answer an assistant's questions from what is published, and change nothing.

    A server of the Model Context Protocol on standard input and output: an assistant's program
    starts it (docs/assistant.md has the lines to add), and it ends when that program leaves. Every
    answer is of one release, which it names, also while another one is published; numbers are those
    of the marts, with numerator, denominator, number of cases and whether these are enough.

    It answers on metrics, what they mean and why they changed, on accounts and attribution models,
    and has the data dictionary, the glossary and the report of the month as texts. What people
    wrote, such as names, is marked as data. Answers are short, with an offset for the rest.

    Without --sql nobody can send SQL. With it, DuckDB's parser lets one SELECT on marts and
    reference through, for 100 rows and 10 seconds. DuckDB itself reads no other file, loads no
    extension and writes nothing in either case.

    \b
    Examples:
        abm mcp
        abm mcp --db /srv/abm/out/abm.duckdb --sql
    """
    from abm.mcp.server import serve

    root = find_project_root()
    published = db.expanduser().absolute() if db else root / "out" / "abm.duckdb"
    if sys.stdin.isatty():
        print("Waiting for an assistant's program on standard input.", file=sys.stderr)
    serve(published, root, with_sql=sql, is_forced=force)


@app.command(short_help="Write what every table means and how it is made.")
def docs(
    db: Db = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where to write; made when missing.")
    ] = Path("out/docs"),
) -> None:
    """Write what every published table means and how it is made, as two pages.

    <out>/dictionary.html is the data dictionary: every table of marts, audit and reference with
    what a row is, and its columns with type, description and labels. It has no script, reads well
    on a phone and in print, and is the same, byte by byte, until a definition changes.

    <out>/dbt.html is dbt's own documentation: models with their SQL, columns and tests, the lineage
    between them, and the pages, reports and alerts that read them (exposures). It needs a browser
    with scripts.

    Both are single files that load nothing from a network, so they can be mailed, or opened from a
    disk. They hold definitions and no data; dbt's page holds the path of the project on this
    machine.

    \b
    Examples:
        abm build && abm docs
        abm docs --db /data/abm.duckdb --out /srv/abm/docs
    """
    from abm.build import BuildOptions
    from abm.docs import write_docs

    root = find_project_root()
    # The page is of the project: it names the sample's folder, not where this machine has raw data.
    raw_dir, raw_env = resolve_raw_dir(root, None)
    options = BuildOptions(root=root, raw_dir=raw_dir, raw_env=raw_env, db=resolve_db(root, db))
    written = write_docs(options, out.expanduser().absolute())
    n_columns = f"{written.n_columns:,} columns"
    print(f"  Dictionary  {shown(written.dictionary)} ({written.n_tables} tables, {n_columns})")
    print(f"  dbt         {shown(written.dbt)} ({written.dbt.stat().st_size / 1e6:.1f} MB)")


@app.command(short_help="Compare two databases, two engines, or one with what is published.")
def compare(
    reference: Annotated[
        Path | None,
        typer.Argument(metavar="A", show_default=False, help="The database to compare with."),
    ] = None,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="B", show_default=False, help="The one that should equal it."),
    ] = None,
    db: Db = None,
    published_hashes: Annotated[
        bool,
        typer.Option(
            "--published-hashes",
            help="Compare a build of the sample with the hashes that ship with the release.",
        ),
    ] = False,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            metavar="NAME",
            help="With --published-hashes: any target of profiles.yml.",
        ),
    ] = "duckdb",
) -> None:
    """Compare marts, audit and reference data of two databases, row by row.

    A and B are any two files of `abm build` or `abm publish`. A is the reference: what it holds
    must be in B, of the same type. Tables and columns that only B has are listed as new and are no
    difference. Use it before and after a change that should move no number.

    Without A and B, DuckDB (--db) is compared with PostgreSQL: build both from the same raw data as
    of the same day first. Then names and order of columns must be equal too.

    Keys, texts, dates and counts must be equal, fractions up to 1e-9; the order of rows does not
    matter. Columns published_at, the moment of a build, and audit.audit_builds are left out. Where
    a table differs, the columns are named and the first differing rows are shown side by side. Exit
    code 1 means that something differs.

    With --published-hashes the build of a target, of the sample as of its day with the project's
    vars and without a salt, is compared with docs/published_hashes.csv: the number of rows and the
    hash of each table and column, which dbt computes where the tables are. docs/warehouses.md says
    how to get there on Snowflake, BigQuery and Databricks.

    \b
    Examples:
        abm compare before.duckdb after.duckdb
        abm compare --published-hashes --target snowflake
        make compare-engines                           both engines, on the sample
    """
    from abm.compare import LEFT_OUT, LEFT_OUT_TABLE, compare_databases, compare_engines

    left_out = f"{LEFT_OUT}, the moment of a build, and {LEFT_OUT_TABLE}, which tells of it"
    if published_hashes:
        from abm.build import BuildOptions
        from abm.hashes import compare_with_published

        if reference:
            raise typer.BadParameter("--published-hashes is of a target: name no database.")
        root = find_project_root()
        raw_dir, raw_env = resolve_raw_dir(root, None)
        comparisons = compare_with_published(
            BuildOptions(root, raw_dir, raw_env, resolve_db(root, db), target=target)
        )
        names = "published", target
        left_out = "tables that tell of a database's own builds (docs/warehouses.md)"
    elif target != "duckdb":
        raise typer.BadParameter("--target goes with --published-hashes.")
    elif reference and other:
        comparisons = compare_databases(reference.expanduser(), other.expanduser())
        names = "A", "B"
        print(f"A  {shown(reference.absolute())}\nB  {shown(other.absolute())}")
    elif reference:
        raise typer.BadParameter("One database is nothing to compare: name two, or none.")
    else:
        comparisons = compare_engines(resolve_db(find_project_root(), db))
        names = "duckdb", "postgres"
    rows = [("table", *(f"{name} rows" for name in names), "verdict")]
    for found in comparisons:
        counts = ("none" if n is None else f"{n:,}" for n in (found.left_rows, found.right_rows))
        rows.append((found.name, *counts, found.verdict))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for table, left, right, verdict in rows:  # a table of rich would cut long verdicts
        print(f"{table:<{widths[0]}}  {left:>{widths[1]}}  {right:>{widths[2]}}  {verdict}")
    for found in comparisons:
        for line in found.differences:
            print(line)
    print(f"Not compared: {left_out}")
    different = sum(found.is_different for found in comparisons)
    if different:
        advice = HASHES_DIFFER if published_hashes else ""
        raise AbmError(f"Of {len(comparisons)} tables {different} differ, as shown above{advice}.")
    n_new = sum(found.left_rows is None for found in comparisons)
    new = f", {n_new} new in B" if n_new else ""
    print(f"All {len(comparisons) - n_new} tables are identical{new}")


HASHES_DIFFER = (
    ": if this is the sample, built as of its day into an empty database with the project's vars "
    "and without ABM_EMAIL_SALT, report target and table"
)


@app.command(short_help="Check raw data and marts against what is usual for them.")
def validate(
    layer: Annotated[
        str | None,
        typer.Option("--layer", metavar="NAME", help="raw or marts. Default: both."),
    ] = None,
    raw: Raw = None,
    db: Db = None,
    as_of: AsOf = None,
    docs: Annotated[
        Path | None,
        typer.Option(
            "--docs",
            metavar="DIR",
            help="Where the Data Docs go. Default: target/validation in the project.",
        ),
    ] = None,
    variables: Annotated[
        str | None,
        typer.Option("--vars", metavar="YAML", help="dbt vars, as the build got them."),
    ] = None,
) -> None:
    """Check raw data and marts against what is usual for them, with Great Expectations.

    A build proves that rows are read and numbers are right by their definitions. This looks for
    what no definition knows: rows that never came, a source that stopped, dashboards that fell
    empty. Nothing is written but the Data Docs, web pages with every expectation and its result.

    \b
    raw     volume      newest week of every dated table against the 12 weeks before it
            freshness   newest load of every source against the as-of day
            types       numbers, dates and flags that arrive as something else
            references  share of ids that lead to a row of the table they name
    marts   fed         no dashboard empty, every dated table as of the day
            recency     newest touchpoint, signal, opportunity against the source's own rhythm
            matching    share of a source's touchpoints that reach no account
            unknowns    share of rows that charts show as unknown or other
            scores      distribution of the Account Engagement Score in the programme
            trends      newest complete month of headline numbers against the 12 before it
            history     month ends of the trailing 13 months
            labels      names, and labels in English and French

    Tables that are absent and counts too small to judge are left out and counted as not judged; the
    Data Docs name them. The as-of day is chosen as `abm build` chooses it: name the day of the
    build with --as-of if you named it there. Exit code 1 means that an expectation failed.

    \b
    Examples:
        abm validate
        abm validate --layer raw --raw /data/raw && abm build --raw /data/raw
        abm validate --raw raw --db /data/abm.duckdb --as-of 2026-10-31 --docs /srv/validation
    """
    from abm.build import parse_vars
    from abm.validation import DOCS_DIR, Layer, ValidationOptions
    from abm.validation import validate as run
    from abm.validation.report import lines_of

    if layer and layer not in tuple(Layer):
        raise AbmError(f"There is no layer {layer}: name one of {', '.join(Layer)}.")
    root = find_project_root()
    raw_dir, raw_env = resolve_raw_dir(root, raw)
    validation = run(
        ValidationOptions(
            root=root,
            raw_dir=raw_dir,
            raw_env=raw_env,
            db=resolve_db(root, db),
            docs=docs.expanduser().absolute() if docs else root / DOCS_DIR,
            layers=(Layer(layer),) if layer else tuple(Layer),
            as_of=as_of,
            variables=parse_vars(variables),
        )
    )
    for warning in validation.warnings:
        _say("warning", warning)
    for line in lines_of(validation):
        print(line)
    seconds = time.monotonic() - _STARTED
    print(f"Data Docs: {shown(validation.index)} ({seconds:.1f} s)")
    n_failed = sum(len(outcome.failures) for outcome in validation.outcomes)
    n_expectations = sum(len(outcome.suite.promises) for outcome in validation.outcomes)
    if n_failed:
        raise AbmError(f"Of {n_expectations} expectations {n_failed} failed, as shown above.")
    print(f"All {n_expectations} expectations hold as of {validation.day.as_of}")


def _check_target(target: str) -> None:
    from abm.build import TARGETS

    if target not in TARGETS:
        raise AbmError(f"There is no target {target}: name one of {', '.join(TARGETS)}.")


def _sample_day() -> date:
    """The day of the shipped sample, from the project's vars."""
    day = project_vars(find_project_root()).get("sample_as_of_date")
    try:
        return date.fromisoformat(str(day))
    except ValueError as error:
        raise AbmError(
            f"Var sample_as_of_date in dbt_project.yml is {day}, not a date: "
            "correct it, or name a day with --as-of."
        ) from error


def _print_build(report: "BuildReport") -> None:
    from abm.build import MAX_FAILURES_SHOWN

    for warning in report.warnings:
        _say("warning", warning)
    for failure in report.failures[:MAX_FAILURES_SHOWN]:
        _say("error", failure)
    if len(report.failures) > MAX_FAILURES_SHOWN:
        print(f"and {len(report.failures) - MAX_FAILURES_SHOWN} more", file=sys.stderr)
    tests = report.tests
    if not tests and not report.models_built and not report.models_unchanged:
        return
    print(
        f"Tests: {tests['passed']} passed, {tests['warned']} warned, {tests['failed']} failed, "
        f"{tests['skipped']} skipped"
    )
    unchanged = f", {report.models_unchanged} unchanged" if report.models_unchanged else ""
    print(f"Models, seeds and snapshots: {report.models_built} built{unchanged}", end="")
    print(f", {report.models_skipped} skipped" if report.models_skipped else "")
    if report.updates:
        changes = "; ".join(f"{name} {change}" for name, change in report.updates)
        print(f"Changed since the last build: {changes}")


def _warn_of_release(release: "Release", db: Path) -> None:
    if release.problem:
        sys.stdout.flush()
        _say("warning", f"{release.explained(shown(db))}: do not rely on its numbers.")


def _print_raw_changes(raw_changes: tuple[str, ...]) -> None:
    shown_changes = ", ".join(raw_changes[:MAX_RAW_CHANGES_SHOWN])
    n_more = len(raw_changes) - MAX_RAW_CHANGES_SHOWN
    more = f" and {n_more} more" if n_more > 0 else ""
    print(
        f"note: The raw directory changed while the build read it ({shown_changes}{more}): "
        "it read what was there when it began, the next build reads the rest."
    )


def _print_notices(notices: "list[Notice]") -> None:
    for notice in notices:
        if notice.level == "note":
            print(f"note: {notice.message}")
        else:
            sys.stdout.flush()
            _say(notice.level, notice.message)


def _print_alerts(due: "Due") -> None:
    """Print alerts under their owners, unwrapped, so that they can be searched for."""
    from abm.alerts import told_deadline
    from abm.report.language import Language

    words = Language("en")
    owner = None
    for alert in due.alerts:
        if alert.owner != owner:
            owner = alert.owner
            print(owner)
        told = f" ({alert.owner_line})" if alert.owner_line != owner else ""
        said = f"{alert.message}{told} {alert.mark}"
        print(f"  {alert.severity:<6}  due {told_deadline(alert.due_at, words)}  {said}")
    sys.stdout.flush()


def _print_push(push: "Push", book: "Book", *, with_tasks: bool, with_examples: bool) -> None:
    """Print what is to be written, some of it value by value where nothing is yet."""
    from abm.crm.push import MAX_EXAMPLES, examples

    release = f"as of {book.as_of}, release {book.release.release_id or 'unknown'}"
    print(f"{book.crm_name}, {release}: {len(book.records):,} accounts")
    print(f"  {len(push.changes):>7,} differ")
    print(f"  {push.n_same:>7,} are as they should be")
    print(f"  {push.n_done:>7,} were written by this release")
    print(f"  {len(push.gone):>7,} are not in {book.crm_name} any more")
    if with_tasks:
        print(f"  {len(push.to_open):>7,} tasks to open, {len(push.to_close):,} to close")
        print(f"  {push.n_without_owner:>7,} open alerts are nobody's task here")
    if with_examples:
        for line in examples(push):
            print(f"    {line}")
        n_more = len(push.changes) - MAX_EXAMPLES
        if n_more > 0:
            print(f"    and {n_more:,} more accounts")
    sys.stdout.flush()


def _print_rows(heading: str, rows: object) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(heading)
    table.add_column("rows", justify="right")
    for name, count in rows:  # type: ignore[attr-defined]
        table.add_row(name, f"{count:,}")
    Console(highlight=False, markup=False).print(table)


def _say(kind: str, sentence: str) -> None:
    """Print one sentence on standard error, unwrapped, so that it can be searched for."""
    color = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}[kind]
    typer.secho(f"{kind}: ", fg=color, bold=True, nl=False, err=True)
    typer.echo(sentence, err=True)


def _explain_unexpected(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        where = shown(Path(error.filename)) if error.filename else "what is to be written"
        _say("error", f"There is no room for {where} ({reason(error)}): make room, then run again.")
        # What was not printed would be tried once more on the way out.
        with Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), sys.stdout.fileno())
        return
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"{os.sep}abm{os.sep}" in frame.filename]
    frame = (own or frames)[-1]
    text = " ".join(str(error).split()) or "no message"
    _say(
        "error",
        f"Unexpected {type(error).__name__} at {Path(frame.filename).name} line {frame.lineno} "
        f"({text.rstrip('.')}): set ABM_DEBUG=1 and run again to see the trace.",
    )


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    # dbt makes millions of objects that stay; to look for garbage among them every 700 costs 5 %
    # of a build and 15 % of a parse.
    gc.set_threshold(50_000)
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except AbmError as error:
        for sentence in error.sentences:
            _say("error", sentence)
        sys.exit(1)
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            print("Interrupted.", file=sys.stderr)
        raise
    except Exception as error:
        if os.environ.get("ABM_DEBUG"):
            raise
        _explain_unexpected(error)
        sys.exit(1)
    sys.exit(0)
