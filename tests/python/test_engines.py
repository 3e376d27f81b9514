"""DuckDB and PostgreSQL give the same numbers, row by row, on a server of the tests' own."""

import json
import math
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg2
import pytest
from canonical_hashes import COLUMNS, QUERY, ROWS, edges, hashes_of
from conftest import (
    COMPANY_DAY,
    ROOT,
    Abm,
    Build,
    Result,
    abm_environment,
    errors,
    run_abm,
    run_dbt,
    said,
)
from planted_people import plant
from text_order import by_locale, parsed

from abm.contract import Column, Table, load_contract
from abm.hashes import FILE
from abm.landing import Landing, LoaderName, Reading, Wanted
from abm.loading import loaded_columns
from abm.postgres import (
    Connection,
    PostgresDialect,
    RawDatabase,
    let_readers_read,
    unknown_letters,
)
from abm.privacy import SALT
from tools.bench_attribution import compile_inline

SCRIPT = ROOT / "scripts" / "postgres.sh"
NOT_INSTALLED = "no PostgreSQL server is installed"

# Texts where the contract has other types: what an export writes, and what nothing can read.
SPOILED = {
    "salesforce/account": {
        "annual_revenue": ["1e6", " 12.50 ", "1.005", "n/a", "nan", "", "12,5"],
        "number_of_employees": [
            *("12.5", "-3", "3000000000", "about 10", " 7 "),
            *("12.0", "1_000", "0x1F", "1e3", "\t8\n"),
        ],
        "created_date": [
            *("2024-01-05", "2024-1-5 1:2:3", "2024-01-05T10:00:00Z", "2024/02/30", "yesterday"),
            *("2024-01-05 10:00:00+02", "2024-01-05 10:00:00.1234567", "Jan 5 2024", "1066-10-14"),
            *("2024-01-05 10:00:00 -0530", "2024-01-05T10:00:00.5+05:30", "2024-01-05 24:00:00"),
            *("2024-01-05 10:00:00 UTC", "2024-01-05 10:00:00UTC", "2024-01-05  10:00:00z"),
            *("2024-01-05 10:00 America/New_York", "2024-01-05 10:00:00 Nowhere/Land"),
            *("2024-01-05 10:00:00  +02:00", "2024-01-05 T10:00:00", "2024-01/05", "Infinity"),
            "2024-01-05 10:00:00+02:00:30",
        ],
        "is_deleted": ["no", "F", "0", "on", "maybe", ""],
    },
    "salesforce/campaign": {
        "start_date": ["2024-1-5", "20240105", "2024-01-05 10:00:00", "today", "2024-13-01"],
    },
}


def postgres(command: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ABM_")}
    return subprocess.run(
        [SCRIPT, command, directory],
        env=clean | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """The settings of a running server; its database is abm, in the C.UTF-8 locale."""
    # Root runs the server as another user, who cannot reach pytest's own directories.
    folder = Path(tempfile.mkdtemp(prefix="abm-engines.", dir="/var/tmp"))
    folder.chmod(0o755)
    directory = folder / "server"
    try:
        started = postgres("start", directory)
        if NOT_INSTALLED in started.stderr:
            pytest.skip(f"{NOT_INSTALLED}: run scripts/install_debian_packages.sh")
        assert started.returncode == 0, said(started)
        lines = [
            line.removeprefix("export ").split("=", 1) for line in started.stdout.split()[1::2]
        ]
        yield dict(lines)
    finally:
        postgres("stop", directory)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def english(server: dict[str, str]) -> dict[str, str]:
    """A database on the server that sorts text as unlike bytes as a locale can: a before B, letters
    before digits, 9 before 10, and signs as if they were not there."""
    with connected_to(server, in_transaction=False) as connection:
        connection.execute(
            "create database english template template0 locale_provider icu "
            "icu_locale 'en-US-u-ka-shifted-kn-true-kr-latn-digit'"
        )
    settings = {**server, "ABM_POSTGRES_DATABASE": "english"}
    with connected_to(settings) as connection:
        for first, second in (("a", "B"), ("a", "1"), ("9", "10"), ("ab", "a_c")):
            assert connection.execute(f"select '{first}' < '{second}'").fetchone() == (True,)
    return settings


@contextmanager
def connected_to(settings: dict[str, str], in_transaction: bool = True) -> Iterator[Connection]:
    """A connection that commits at the end, or after every statement."""
    address = {name: settings[f"ABM_POSTGRES_{name.upper()}"] for name in ("host", "port", "user")}
    database = settings["ABM_POSTGRES_DATABASE"]
    opened = psycopg2.connect(**address, dbname=database, connection_factory=Connection)
    with closing(opened) as connection:
        connection.autocommit = not in_transaction
        yield connection
        connection.commit()


API_NAMES = (
    'alter table salesforce.contact rename to "Contact"',
    'alter table salesforce."Contact" rename column account_id to "AccountId"',
    'alter table salesforce.opportunity_history rename to "OpportunityHistory"',
    'alter table salesforce."OpportunityHistory" rename column stage_name to "StageName"',
)
"""What a loader would name otherwise, which is found all the same."""


def build_there(
    raw: Path, settings: dict[str, str], target: Path, statements: Sequence[str] = ()
) -> None:
    """Load a raw directory into PostgreSQL, change something there and build it."""
    load = ("load", "--target", "postgres", "--raw", raw)
    build = ("build", "--target", "postgres", "--as-of", COMPANY_DAY)
    for arguments in (load, build):
        if arguments == build:
            with connected_to(settings) as connection:
                for statement in statements:
                    connection.execute(statement.encode())
        result = run_abm(*arguments, target=target, environment=settings)
        assert result.returncode == 0, said(result)
        warned = [line for line in result.stderr.split("\n") if line.startswith("warning:")]
        of_values = ("Refused rows of ", "versions apart", "warn_of_another_corporate_currency")
        assert all(any(words in line for words in of_values) for line in warned), said(result)


@pytest.fixture(
    scope="module", params=["company_built", pytest.param("built", marks=pytest.mark.full)]
)
def built_on_both(
    request: pytest.FixtureRequest,
    english: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Build:
    """What is built on DuckDB, built in the database `english` too."""
    built: Build = request.getfixturevalue(request.param)
    build_there(built.raw, english, tmp_path_factory.mktemp("there"), API_NAMES)
    return built


def test_published_hashes_are_the_same_file(
    built_on_both: Build, english: dict[str, str], tmp_path: Path
) -> None:
    built = built_on_both
    printing = ("--quiet", "run-operation", "published_hashes")
    here = run_dbt(*printing, db=built.db, target=tmp_path)
    there = run_dbt(
        *(*printing, "--target", "postgres"), db=built.db, target=tmp_path, environment=english
    )
    assert here.returncode == there.returncode == 0, said(here) + said(there)
    assert there.stdout == here.stdout
    if built.raw == ROOT / "sample_data":
        assert there.stdout == (ROOT / FILE).read_text(encoding="utf-8")


def test_values_are_hashed_alike(server: dict[str, str], tmp_path: Path) -> None:
    """What the small company has none of: ends of ranges, and numbers that are none."""
    profiles = (ROOT / "profiles.yml").read_text(encoding="utf-8")
    (tmp_path / "profiles.yml").write_text(profiles.replace("target: duckdb", "target: postgres"))
    environment = abm_environment(tmp_path, server) | {"DBT_PROFILES_DIR": str(tmp_path)}
    sql = compile_inline(ROOT, environment, {}, QUERY % COLUMNS)
    with connected_to(server) as connection:
        rows = edges("double precision", "'NaN'", "'Infinity'::float8")
        connection.execute(f"create temporary view edges as {rows}".encode())
        assert connection.execute(sql.encode()).fetchone() == hashes_of(COLUMNS, ROWS)


DECIMALS = ((2, 18), (6, 28), (12, 38))
"""Places and digits of decimals that doubles are made into."""


def doubles() -> list[float]:
    """Halves, numbers between 2^52 and 2^53 of the smallest unit, and of every size."""
    drawn = random.Random(26)
    sized = [drawn.choice((-1, 1)) * 10 ** drawn.uniform(-9, 13) for _ in range(300)]
    odd = [drawn.uniform(4503.6, 9007.2) for _ in range(50)]
    return [0.0, 1.005, 2.5, -2.5, 0.125, -0.375, 35594803.519375, 1e13, *sized, *odd]


def check_decimals(show: Callable[[str], Result]) -> None:
    """Doubles become the decimals that their definition says, to the last digit."""
    listed = ", ".join(f"({n}, '{value!r}')" for n, value in enumerate(doubles()))
    made = ", ".join(
        f"cast({{{{ double_as_decimal('value', {places}, {digits}) }}}} "
        f"as {{{{ dbt.type_string() }}}}) as at_{places}"
        for places, digits in DECIMALS
    )
    result = show(
        f"select place, {made} from (select place, cast(given as {{{{ type_double() }}}}) as value "
        f"from (values {listed}) as listed (place, given)) as doubles"
    )
    assert result.returncode == 0, said(result)
    rows = json.loads(result.stdout[result.stdout.index("{\n") :])["show"]
    assert len(rows) == len(doubles())
    for row in rows:
        value = doubles()[int(row["place"])]
        for places, _ in DECIMALS:
            units = value * float(10**places)
            whole = int(units if abs(units) >= 2**52 else units + math.copysign(0.5, units))
            assert Decimal(row[f"at_{places}"]) == Decimal(whole).scaleb(-places), (value, places)


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_doubles_become_the_same_decimals(
    target: str, built_on_both: Build, english: dict[str, str], tmp_path: Path
) -> None:
    def show(query: str) -> Result:
        command = ("show", "--inline", query, "--limit", 1000, "--output", "json", "--quiet")
        options = ("--target", target)
        return run_dbt(
            *command, *options, db=built_on_both.db, target=tmp_path, environment=english
        )

    check_decimals(show)


def test_no_locale_orders_texts(
    built_on_both: Build, english: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As the server itself parses every model; what is planted is found."""
    planted = {
        "planted_order": "select row_number() over (order by region) from regions",
        "planted_least": "select min(region) from regions",
        "planted_least_over": "select max(region) over () from regions",
        "planted_list": "select string_agg(region, ',' order by region) from regions",
        "planted_sort": "select region from regions order by region limit 1",
        "planted_comparison": "select region < 'b' from regions",
        "planted_greatest": "select greatest(region, 'b') from regions",
        "planted_letters": 'select lower(region collate "C") from regions',
        "planted_nothing": 'select min(region collate "C"), lower(region) from regions '
        'group by region order by region collate "C"',
    }
    places = tmp_path_factory.getbasetemp().glob("there*/compiled/abm_warehouse/models")
    compiled = max(places, key=lambda place: place.stat().st_mtime)
    models = {file.stem: file.read_text(encoding="utf-8") for file in compiled.rglob("*.sql")}
    assert len(models) > 400
    with connected_to(english) as connection:
        connection.execute("create schema statements; set local search_path = statements")
        connection.execute("create table regions (region text)")
        for name, statement in (models | planted).items():
            connection.execute(f'create view "{name}" as {statement}'.encode())
        trees = connection.execute(
            "select relname, ev_action::text from pg_rewrite join pg_class on ev_class = "
            "pg_class.oid where relnamespace = 'statements'::regnamespace"
        )
        found = {name: sorted(by_locale(parsed(tree))) for name, tree in trees}
        connection.execute("drop schema statements cascade")
    assert {name: kinds for name, kinds in found.items() if kinds} == {
        "planted_order": ["over (order by)"],
        "planted_least": ["min"],
        "planted_least_over": ["max"],
        "planted_list": ["agg(order by)"],
        "planted_sort": ["order by"],
        "planted_comparison": ["<"],
        "planted_greatest": ["greatest"],
        "planted_letters": ["lower"],
    }


def test_tables_are_identical_whatever_the_locale(
    built_on_both: Build, english: dict[str, str], tmp_path: Path
) -> None:
    built = built_on_both
    result = run_abm("compare", "--db", built.db, target=tmp_path, environment=english)
    assert result.returncode == 0, said(result)
    assert "tables are identical" in result.stdout

    with connected_to(english) as connection, built.connect() as duckdb_connection:
        found = connection.execute(
            "select table_name || '.' || column_name, "
            "col_description((table_schema || '.' || table_name)::regclass, ordinal_position) "
            "from information_schema.columns where table_schema = 'marts'"
        )
        comments = dict(found.fetchall())
        assert comments["rpt_pipeline_velocity.velocity_monthly"].endswith(
            " Never sum: is_total rows hold the total."
        )
        assert comments == dict(
            duckdb_connection.execute(
                "select table_name || '.' || column_name, comment from duckdb_columns() "
                "where schema_name = 'marts'"
            ).fetchall()
        )
        connection.execute(
            "update marts.dim_accounts set country = 'Atlantis', annual_revenue_usd = 1.25 "
            "where account_id = (select max(account_id) from marts.dim_accounts "
            "where account_id <> 'unknown')"
        )
    result = run_abm("compare", "--db", built.db, target=tmp_path, environment=english)
    assert errors(result)[0].endswith("1 differ, as shown above.")
    shown = [line for line in result.stdout.splitlines() if line.startswith("marts.dim_accounts: ")]
    assert len(shown) == 1
    assert "country: DuckDB" in shown[0]
    assert "PostgreSQL 'Atlantis'" in shown[0]


NOT_ALLOWED = (
    "create table marts.own (id integer)",
    "create table reference.own (id integer)",
    "create table public.own (id integer)",
    "create schema own",
    "create role own",
    "insert into marts.dim_channels select * from marts.dim_channels",
    "update reference.kpi_definitions set target = 0",
    "delete from marts.dim_channels",
    "truncate marts.dim_channels",
    "drop table marts.dim_channels",
    "alter table marts.dim_channels add column own integer",
    "create index own on marts.dim_channels (channel)",
    "copy marts.dim_channels to program 'true'",
    "set role abm",
)
"""What who only reads may not do."""

EXCHANGED = ("dim_channels", "fct_touchpoints", "kpi_definitions")
"""A table that each build exchanges, one that is updated, and a seed."""


def may(connection: Connection, statement: str) -> bool:
    try:
        connection.execute(statement.encode())
    except psycopg2.errors.InsufficientPrivilege:
        return False
    return True


@pytest.mark.usefixtures("built_on_both")
def test_readers_read_what_is_published_and_nothing_else(
    english: dict[str, str], tmp_path: Path
) -> None:
    """Also right after a build, of tables that it made and of those that it left."""

    def readable() -> set[tuple[str, str]]:
        with connected_to(english | {"ABM_POSTGRES_USER": "analyst"}, False) as connection:
            return {
                (schema, table)
                for schema, table in relations
                if may(connection, f'select * from "{schema}"."{table}" limit 1')
            }

    with connected_to(english, in_transaction=False) as connection:
        connection.execute("drop role if exists analyst")
        connection.execute("create role analyst login in role abm_reader")
        relations = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema not in ('pg_catalog', 'information_schema')"
        ).fetchall()
    schemas = {schema for schema, _ in relations}
    assert schemas > {"audit", "intermediate", "ledger", "salesforce", "snapshots", "staging"}
    published = {pair for pair in relations if pair[0] in ("marts", "reference")}
    assert len(published) > 80
    assert readable() == published

    with connected_to(english | {"ABM_POSTGRES_USER": "analyst"}, False) as connection:
        assert [done for done in NOT_ALLOWED if may(connection, done)] == []

    with connected_to(english, in_transaction=False) as connection:
        connection.execute("revoke select on all tables in schema marts from abm_reader")
    assert {schema for schema, _ in readable()} == {"reference"}
    selected = [part for name in EXCHANGED for part in ("--select", name)]
    build = ("build", "--target", "postgres", "--as-of", COMPANY_DAY, *selected, "--full-refresh")
    result = run_abm(*build, target=tmp_path, environment=english)
    assert result.returncode == 0, said(result)
    assert readable() == published


@pytest.mark.parametrize(
    ("options", "is_warned"),
    [
        ("encoding 'UTF8' locale 'C'", True),
        ("encoding 'UTF8' locale_provider icu icu_locale 'tr'", True),
        ("encoding 'SQL_ASCII' locale 'C'", True),
        ("encoding 'UTF8' locale 'C.UTF-8'", False),
        ("encoding 'UTF8' locale_provider icu icu_locale 'fr-FR'", False),
    ],
)
def test_a_database_that_does_not_know_letters_is_warned_of(
    server: dict[str, str], monkeypatch: pytest.MonkeyPatch, options: str, is_warned: bool
) -> None:
    with connected_to(server, in_transaction=False) as connection:
        connection.execute("drop database if exists letters")
        connection.execute(f"create database letters template template0 {options}")
    for name, value in (server | {"ABM_POSTGRES_DATABASE": "letters"}).items():
        monkeypatch.setenv(name, value)
    sentence = unknown_letters() or ""
    assert sentence.startswith("PostgreSQL database letters ") == is_warned


def test_who_may_not_grant_is_told_what_to_do(
    server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected_to(server, in_transaction=False) as connection:
        connection.execute("create role builder login")
        connection.execute("create database poor owner builder")
    own = server | {"ABM_POSTGRES_DATABASE": "poor"}
    for name, value in (own | {"ABM_POSTGRES_USER": "builder"}).items():
        monkeypatch.setenv(name, value)

    with connected_to(own, in_transaction=False) as connection:
        roles = "select count(*) from pg_roles where rolname = 'abm_reader'"
        is_there = connection.execute(roles).fetchone() == (1,)
        if is_there:
            connection.execute("alter role abm_reader rename to set_aside")
        assert let_readers_read() == (
            "Nobody is let read the marts, as role abm_reader is missing and cannot "
            "be made (permission denied to create role): run `create role abm_reader nologin` as "
            "an administrator, then build again."
        )
        if is_there:
            connection.execute("alter role set_aside rename to abm_reader")
        else:
            connection.execute("create role abm_reader nologin")

        connection.execute("create schema marts; create schema reference")
        connection.execute("grant usage, create on schema marts, reference to builder")
        assert let_readers_read() == (
            "Role abm_reader cannot be let into the schemas marts, reference (the builder owns "
            "none of them): run `grant usage on schema marts, reference to abm_reader` as their "
            "owner, then build again."
        )
        connection.execute("grant usage on schema marts, reference to abm_reader")
        assert let_readers_read() is None
        connection.execute("set role builder; create table marts.made as select 1 as id")
        connection.execute("reset role; set role abm_reader")
        assert connection.execute("select id from marts.made").fetchone() == (1,)


@pytest.mark.full
def test_unreadable_values_are_read_alike(
    company_copy: Path, server: dict[str, str], abm: Abm, tmp_path: Path
) -> None:
    """Also what is left of people in every text column, and a salt that must be escaped."""
    plant(company_copy, ROOT, copies=1)
    for table, columns in SPOILED.items():
        spoil(company_copy / f"{table}.parquet", columns)
    db = tmp_path / "abm.duckdb"
    salted = {SALT: 'it\'s \\a "s\\\\alt" of 5 % -c x=é'}
    result = abm(
        *("build", "--raw", company_copy, "--db", db, "--as-of", COMPANY_DAY), environment=salted
    )
    assert result.returncode == 0, said(result)
    build_there(company_copy, server | salted, tmp_path / "there")
    result = run_abm("compare", "--db", db, target=tmp_path / "there", environment=server)
    assert result.returncode == 0, said(result)
    with duckdb.connect(str(db), read_only=True) as connection:
        reasons = connection.execute(
            "select distinct reason from audit.audit_rejected_records where is_blocking"
        ).fetchall()
        moments = connection.execute(
            "select stated_value from intermediate.int_rejected_records "
            "where raw_table = 'account' and reason = 'unreadable_timestamp' "
            "and stated_value not ilike '%zq%' and stated_value <> 'unreadable'"
        ).fetchall()
    assert {"unreadable_double", "unreadable_timestamp", "unreadable_boolean"} <= {
        reason for (reason,) in reasons
    }
    assert {moment for (moment,) in moments} == {
        *("2024/02/30", "yesterday", "Jan 5 2024", "2024-01-05 24:00:00", "2024-01/05"),
        *("2024-01-05 10:00:00 Nowhere/Land", "2024-01-05 T10:00:00"),
        "2024-01-05 10:00:00+02:00:30",
    }


WRITTEN_AS = {
    "double": ("float", "decimal(38, 6)", "bigint"),
    "timestamp": ("timestamptz", "timestamp_ns", "timestamp_s", "date"),
    "integer": ("double", "smallint", "hugeint", "decimal(9, 0)"),
    "bigint": ("double", "ubigint", "decimal(18, 0)"),
    "boolean": ("integer", "varchar"),
    "date": ("timestamp", "timestamptz"),
}
"""Types that exports write where the contract has another."""


@pytest.mark.full
@pytest.mark.parametrize("turn", range(4))
def test_other_types_are_read_alike(
    turn: int, company_copy: Path, server: dict[str, str], abm: Abm, tmp_path: Path
) -> None:
    """Every column of the small company is written in another type than the contract's."""
    n_written = 0
    for tables in load_contract(ROOT).values():
        for table in tables.values():
            file = company_copy / table.source / f"{table.name}.parquet"
            columns = [column for column in table.columns if column.data_type in WRITTEN_AS]
            if columns and file.exists():
                n_written += write_otherwise(file, columns, turn)
    assert n_written > 150
    db = tmp_path / "abm.duckdb"
    result = abm("build", "--raw", company_copy, "--db", db, "--as-of", COMPANY_DAY)
    assert result.returncode == 0, said(result)
    # A database of its own: an earlier build's history would be restated.
    with connected_to(server, in_transaction=False) as connection:
        connection.execute(f"create database turn_{turn}".encode())
    own = {**server, "ABM_POSTGRES_DATABASE": f"turn_{turn}"}
    build_there(company_copy, own, tmp_path / "there")
    result = run_abm("compare", "--db", db, target=tmp_path / "there", environment=own)
    assert result.returncode == 0, said(result)


def write_otherwise(file: Path, columns: Sequence[Column], turn: int) -> int:
    """Write columns of a file in another type each; returns how many of them it has."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        there = set(connection.read_parquet(str(file)).columns)
        replaced = []
        for place, column in enumerate(columns):
            if column.name in there:
                types = WRITTEN_AS[column.data_type]
                data_type = types[(place + turn) % len(types)]
                replaced.append(f"try_cast({column.name} as {data_type}) as {column.name}")
        if replaced:
            connection.execute(
                f"copy (select * replace ({', '.join(replaced)}) from '{file}') "
                f"to '{file}.new' (format parquet)"
            )
            Path(f"{file}.new").replace(file)
    return len(replaced)


@pytest.mark.parametrize(
    ("written", "contracted", "data_type", "arrives"),
    [
        ("timestamp '2024-02-10 09:30:00'", "date", "varchar", "2024-02-10 09:30:00"),
        ("timestamptz '2024-02-10 09:30:00+02'", "timestamp", "varchar", "2024-02-10 07:30:00+00"),
        ("12.50::decimal(9, 2)", "double", "varchar", "12.50"),
        ("7::double", "bigint", "varchar", "7.0"),
        ("0.2::float", "double", "double", 0.20000000298023224),
        ("7::bigint", "bigint", "bigint", 7),
        ("7::bigint", "varchar", "varchar", "7"),
        ("7::bigint", None, "bigint", 7),
        ("170141183460469231731687303715884105727::hugeint", None, "varchar", str(2**127 - 1)),
    ],
)
def test_values_arrive_whole(
    written: str, contracted: str | None, data_type: str, arrives: object
) -> None:
    """What is not of the contract's type travels as its text."""
    columns = () if contracted is None else (Column("value", contracted, optional=False),)
    table = Table("made", "up", columns, (), (), optional=True, never_absent=False)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"create view raw_rows as select {written} as value")
        (loaded,) = loaded_columns(connection, table)
        ((value,),) = connection.execute(f"select {loaded.expression} from raw_rows").fetchall()
    assert (loaded.data_type, value) == (data_type, arrives)


def spoil(file: Path, columns: dict[str, list[str]]) -> None:
    """Turn columns into text and put each of the values into a row of its own."""
    replaced = ", ".join(
        f"coalesce(case row_number() over () {cases(values, place)} end, "
        f"cast({column} as varchar)) as {column}"
        for place, (column, values) in enumerate(columns.items())
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace ({replaced}) from read_parquet('{file}')) "
            f"to '{file}.new' (format parquet)"
        )
    Path(f"{file}.new").replace(file)


def cases(values: list[str], place: int) -> str:
    first = 1 + 3 * place
    return " ".join(f"when {row} then '{value}'" for row, value in enumerate(values, start=first))


def test_reloading_keeps_what_stands_on_a_table(
    company: Path, server: dict[str, str], tmp_path: Path
) -> None:
    load = ("load", "--target", "postgres", "--raw", company)
    counts = []
    for _ in range(2):
        result = run_abm(*load, target=tmp_path, environment=server)
        assert result.returncode == 0, said(result)
        with connected_to(server) as connection:
            if not counts:
                connection.execute("create view public.ids as select id from salesforce.account")
            counts.append(connection.execute("select count(*) from public.ids").fetchone())
    assert counts[0] == counts[1]


def test_server_that_is_not_there(abm: Abm) -> None:
    nowhere = {"ABM_POSTGRES_HOST": "127.0.0.1", "ABM_POSTGRES_PORT": "1"}
    for arguments in (("load",), ("build",)):
        result = abm(*arguments, "--target", "postgres", environment=nowhere)
        (sentence,) = errors(result)
        assert sentence.startswith("Cannot connect to PostgreSQL database abm at 127.0.0.1:1 (")
        assert "scripts/postgres.sh" in sentence


def test_targets_that_make_no_sense(abm: Abm) -> None:
    assert "nothing to load" in errors(abm("load", "--target", "duckdb"))[0]
    assert "Nothing is published from postgres" in errors(abm("publish", "--target", "postgres"))[0]
    assert "no target oracle" in errors(abm("build", "--target", "oracle"))[0]


def test_paths_lead_into_json_on_postgresql(
    english: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queries of tests/python/test_landing.py, as PostgreSQL runs them."""
    for name, value in english.items():
        monkeypatch.setenv(name, value)
    names = [
        LoaderName("tool", "crm", "Things", path, table, column, Reading(reading))
        for path, table, column, reading in (
            ("key", "deal", "id", ""),
            ("meta.owner.id", "deal", "account_id", ""),
            ("=Won", "deal", "stage_name", ""),
            ("made", "deal", "changed_at", "epoch_milliseconds"),
            ("urn", "deal", "owner_id", "first_number"),
            ("companies[].id", "deal_company", "company_id", ""),
            ("key + made", "deal_company", "deal_id", ""),
        )
    ]
    columns = ("id", "account_id", "stage_name", "amount", "changed_at", "owner_id")
    wanted = {
        "deal": Wanted("crm", "deal", columns, ids=frozenset({"id"})),
        "deal_company": Wanted("crm", "deal_company", ("deal_id", "company_id")),
    }
    with connected_to(english, in_transaction=False) as connection:
        for schema, key in (("crm", "0015gA000001IeR"), ("crm__eu", "7.0")):
            connection.execute(
                f"""
                create schema {schema};
                create table {schema}."Things" (
                    "Key" text, meta text, companies jsonb, made bigint, urn text,
                    amount numeric, amount__v_text text
                );
                insert into {schema}."Things" values
                    ('{key}', '{{"owner": {{"id": 7}}}}', '[{{"id": "1"}}, {{"id": 2}}]',
                    1761868800500, 'urn:x:42', 10, null),
                    ('b', null, 'null', null, 'none', null, '20.5')
                """.encode()
            )
        raw = RawDatabase({"crm": list(wanted)})
        landing = Landing(raw, names, {"crm": "tool"}, {"crm": wanted}, "crm")
        rows = []
        for table in wanted:
            found = landing.find("crm", table)
            assert found
            assert found.query
            found_rows = connection.execute(found.query.encode()).fetchall()
            rows.append(sorted(found_rows, key=lambda row: [value or "" for value in row]))
        connection.execute("drop schema crm cascade; drop schema crm__eu cascade")
    moment = "2025-10-31 00:00:00.5"
    assert rows[0] == [
        ("0015gA000001IeR", "7", "Won", "10", moment, "42", None),
        ("b", None, "Won", "20.5", None, "none", None),
        ("eu:7", "7", "Won", "10", moment, "42", "eu"),
        ("eu:b", None, "Won", "20.5", None, "none", "eu"),
    ]
    assert rows[1] == [
        ("0015gA000001IeR|1761868800500", "1", None),
        ("0015gA000001IeR|1761868800500", "2", None),
        ("7.0|1761868800500", "1", "eu"),
        ("7.0|1761868800500", "2", "eu"),
    ]
    salesforce_id = PostgresDialect().salesforce_id("'0015gA000001IeR'")
    with connected_to(english) as connection:
        query = f"select {salesforce_id}".encode()
        assert connection.execute(query).fetchone() == ("0015gA000001IeRABU",)
