"""Spark gives the same numbers as DuckDB, row by row, in an environment of its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest
from conftest import CASES, COMPANY_DAY, ROOT, Abm, Build, Result, errors, said
from test_engines import NOT_INSTALLED, SPOILED, check_decimals

from abm.build import resolve_build_db
from abm.errors import AbmError
from abm.spark import check_gathered
from tools.spark_events import usage_of_models

PYTHON = ROOT / ".venv-spark/bin/python"
# With one tier of compilation alone, Java keeps 48 MB of code, which are full within a minute.
SMALL = {
    "SPARK_CONF_DIR": str(ROOT / "tests/spark"),
    "ABM_SPARK_MASTER": "local[2]",
    "ABM_SPARK_PARTITIONS": "2",
    "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC",
}

DEAREST = (
    "int_interaction_records",
    "int_web_interactions",
    "stg_ga4__web_events",
    "int_touchpoints",
    "int_touchpoints_identified",
    "int_journey_touches",
    "int_attribution_credits",
    "fct_attribution_models",
    "int_account_engagement_history",
    "rpt_account_engagement_weekly",
)
"""The models that cost most at 5 million touches (docs/benchmarks.md)."""


def spark_environment(folder: Path, **further: str) -> dict[str, str]:
    """The environment of a process with Spark, whose tables are in a folder."""
    if not PYTHON.exists():
        pytest.skip("there is no .venv-spark: run `make spark`")
    if not shutil.which("java"):
        pytest.skip("no Java is installed: run scripts/install_debian_packages.sh")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ABM_", "DBT_"))}
    places = {
        "ABM_SPARK_DIR": str(folder / "spark"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "target"),
        "PYTHONPATH": str(ROOT),
    }
    return clean | SMALL | places | further


def run_there(folder: Path, *command: object, **further: str) -> Result:
    """Run a command of Python where Spark is installed."""
    return subprocess.run(
        [str(PYTHON), *map(str, command)],
        cwd=ROOT,
        env=spark_environment(folder, **further),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )


def on_spark(folder: Path, *arguments: object) -> Result:
    """Run `abm` with Spark."""
    return run_there(folder, "-m", "abm", *arguments)


def build_on_spark(folder: Path, raw: Path) -> Path:
    """Load raw data and build them; returns the file that they are gathered into."""
    for arguments in (
        ("load", "--target", "spark", "--raw", raw),
        ("build", "--target", "spark", "--as-of", COMPANY_DAY),
    ):
        result = on_spark(folder, *arguments)
        assert result.returncode == 0, said(result)
    return folder / "spark/abm.duckdb"


@pytest.fixture(scope="module")
def spark(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which Spark has built the small company."""
    folder = tmp_path_factory.mktemp("spark")
    build_on_spark(folder, company)
    return folder


def check_identical(abm: Abm, expected: Path, actual: Path) -> None:
    result = abm("compare", expected, actual)
    assert result.returncode == 0, said(result)
    assert re.search(r"All \d{3} tables are identical", result.stdout), said(result)


def comments(db: Path) -> list[tuple[str, ...]]:
    """The comments of a database that readers see."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(
            "select schema_name, table_name, column_name, comment from duckdb_columns() "
            "where schema_name in ('marts', 'reference', 'audit') union all "
            "select schema_name, table_name, '', comment from duckdb_tables() "
            "where schema_name in ('marts', 'reference', 'audit') union all "
            "select schema_name, view_name, '', comment from duckdb_views() "
            "where schema_name in ('marts', 'reference', 'audit') order by all"
        ).fetchall()


def test_every_table_is_identical(spark: Path, company_built: Build, abm: Abm) -> None:
    check_identical(abm, company_built.db, spark / "spark/abm.duckdb")
    assert comments(spark / "spark/abm.duckdb") == comments(company_built.db)


@pytest.mark.full
def test_what_spark_built_is_published(spark: Path, tmp_path: Path, abm: Abm) -> None:
    result = on_spark(spark, "publish", "--target", "spark", "--out", tmp_path / "out")
    assert result.returncode == 0, said(result)
    check_identical(abm, spark / "spark/abm.duckdb", tmp_path / "out/abm.duckdb")


def plans(spark: Path, *arguments: str) -> dict[str, list[str]]:
    """Model to the tables of touches that its plan brings into one partition."""
    script = ROOT / "tests/python/spark_plans.py"
    result = run_there(spark, script, spark / "target/manifest.json", *arguments)
    assert result.returncode == 0, said(result)
    walked = json.loads(result.stdout.splitlines()[-1])
    assert "fct_touchpoints" in walked["large"]
    return dict(walked["found"])


@pytest.mark.full
def test_no_table_of_touches_meets_in_one_partition(spark: Path) -> None:
    found = plans(spark, *DEAREST)
    assert sorted(found) == sorted(DEAREST)
    assert not any(found.values()), found


@pytest.mark.full
def test_a_global_window_is_found(spark: Path) -> None:
    planted = "select row_number() over (order by occurred_at) from marts.fct_touchpoints"
    assert plans(spark, "--query", planted) == {"query": ["fct_touchpoints"]}


def test_what_is_missing_is_said_in_a_sentence(company: Path, tmp_path: Path, abm: Abm) -> None:
    load = ("load", "--target", "spark", "--raw", company)
    (sentence,) = errors(abm(*load, environment={"ABM_SPARK_DIR": str(tmp_path)}))
    assert sentence.startswith("Target spark needs PySpark, which is not installed here: run ")
    (sentence,) = errors(abm("doctor", "--target", "spark"))
    assert "run `abm doctor --raw $ABM_SPARK_DIR/raw`" in sentence
    result = run_there(tmp_path, "-m", "abm", *load, PATH=str(tmp_path), JAVA_HOME="")
    (sentence,) = errors(result)
    assert sentence.startswith("Target spark needs Java 17 or newer, which is not installed: run ")
    result = run_there(tmp_path, "-m", "abm", "build", "--target", "spark")
    (sentence,) = errors(result)
    assert sentence.startswith("Spark has no raw data in "), sentence


def test_a_build_database_of_duckdb_is_not_replaced(
    company_built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps history: ABM_DB is not what Spark's build is gathered into, nor may --db name it."""
    monkeypatch.setenv("ABM_SPARK_DIR", str(tmp_path / "spark"))
    monkeypatch.setenv("ABM_DB", str(company_built.db))
    gathered = tmp_path / "spark/abm.duckdb"
    assert resolve_build_db(ROOT, str(company_built.db), "spark") == gathered
    assert resolve_build_db(ROOT, None, "spark") == gathered
    assert resolve_build_db(ROOT, str(tmp_path / "own.duckdb"), "spark") == tmp_path / "own.duckdb"
    assert resolve_build_db(ROOT, str(company_built.db), "duckdb") == company_built.db
    with pytest.raises(AbmError, match=r"is no file that a build with Spark left, as it holds int"):
        check_gathered(company_built.db)
    check_gathered(tmp_path / "none.duckdb")
    with duckdb.connect(str(tmp_path / "own.duckdb")) as connection:
        connection.execute("create schema marts; create schema ledger")
    check_gathered(tmp_path / "own.duckdb")


@pytest.mark.full
def test_published_hashes_are_the_same_file(
    spark: Path, company_built: Build, tmp_path: Path
) -> None:
    db = tmp_path / "abm.duckdb"
    shutil.copy(company_built.db, db)
    files = []
    for target in ("duckdb", "spark"):
        operation = ("--quiet", "run-operation", "published_hashes", "--target", target)
        command = ("-m", "dbt.cli.main", *operation, "--profiles-dir", ROOT)
        result = run_there(spark, *command, ABM_DB=str(db))
        assert result.returncode == 0, said(result)
        files.append([line for line in result.stdout.split("\n") if line.count(",") == 3])
    assert len(files[0]) > 1000
    assert files[0] == files[1]


def gathered_cases(folders: list[Path], raw: Path) -> Path:
    """Write the rows of several extracts as one; keys that then clash are repeated keys."""
    files: dict[Path, list[str]] = {}
    for folder in folders:
        for file in sorted(folder.rglob("*.parquet")):
            files.setdefault(file.relative_to(folder), []).append(str(file))
    with duckdb.connect() as connection:
        for place, parts in files.items():
            (raw / place).parent.mkdir(parents=True, exist_ok=True)
            connection.read_parquet(parts, union_by_name=True).write_parquet(str(raw / place))
    return raw


@pytest.mark.full
@pytest.mark.skipif(not CASES.is_dir(), reason=f"there is no {CASES}")
@pytest.mark.parametrize(
    ("folders", "crm"),
    [
        ("connectors", "salesforce"),
        ("reports/hs_float_ids", "hubspot"),
        ("reports/hs_[!f]*", "hubspot"),
        ("reports/[!h]*", "salesforce"),
    ],
)
def test_extracts_of_others_are_identical_on_three_engines(
    folders: str, crm: str, tmp_path: Path
) -> None:
    """Columns and tables that are missing or of other types are read alike."""
    spark_environment(tmp_path)
    raw = gathered_cases(sorted(CASES.glob(f"{folders}/")), tmp_path / "raw")
    result = subprocess.run(
        [ROOT / "scripts/compare_engines.sh", raw, "2026-10-31", "--vars", f"{{crm: {crm}}}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    if NOT_INSTALLED in result.stderr:
        pytest.skip(f"{NOT_INSTALLED}: run scripts/install_debian_packages.sh")
    assert result.returncode == 0, said(result)
    assert len(re.findall(r"All \d{3} tables are identical", result.stdout)) == 2, said(result)


@pytest.mark.full
def test_history_is_kept(company: Path, tmp_path: Path, abm: Abm) -> None:
    """Two builds with a change in between: snapshots, restatement and time travel are the same."""
    raw, db = tmp_path / "raw", tmp_path / "abm.duckdb"
    shutil.copytree(company, raw)
    options = ("--raw", raw, "--db", db, "--as-of", COMPANY_DAY)
    for amount in (None, 1.5):
        if amount:
            file = raw / "salesforce/opportunity.parquet"
            with duckdb.connect() as connection:
                connection.execute(
                    f"copy (select * replace (amount * {amount} as amount) from '{file}') "
                    f"to '{file}.new' (format parquet)"
                )
            Path(f"{file}.new").replace(file)
        gathered = build_on_spark(tmp_path, raw)
        result = abm("build", *options)
        assert result.returncode == 0, said(result)
    check_identical(abm, db, gathered)
    with duckdb.connect(str(gathered), read_only=True) as connection:
        ((n_restated,),) = connection.execute(
            "select count(*) from marts.fct_kpi_publications where is_restatement"
        ).fetchall()
    assert n_restated > 0


@pytest.mark.full
def test_a_killed_executor_changes_nothing(
    company: Path, company_built: Build, tmp_path: Path, abm: Abm
) -> None:
    """Two executors with memory of their own, of which one is killed while it works."""
    import_home = "import pyspark, os; print(os.path.dirname(pyspark.__file__))"
    home = run_there(tmp_path, "-c", import_home).stdout.strip()
    cluster = {"ABM_SPARK_MASTER": "local-cluster[2,1,1024]", "SPARK_HOME": home}
    load = ("load", "--target", "spark", "--raw", company)
    result = run_there(tmp_path, "-m", "abm", *load, **cluster)
    assert result.returncode == 0, said(result)
    with subprocess.Popen(
        [PYTHON, "-m", "abm", "build", "--target", "spark", "--as-of", COMPANY_DAY],
        cwd=ROOT,
        env=spark_environment(tmp_path, **cluster),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as build:
        log = tmp_path / "target/dbt.log"
        while build.poll() is None and (
            not log.exists() or "stg_salesforce__tasks" not in log.read_text()
        ):
            time.sleep(1)
        executors = subprocess.run(
            ["pgrep", "-f", f"CoarseGrainedExecutorBackend.*{tmp_path.name}|executor-id"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        assert len(executors) >= 2, executors
        os.kill(int(executors[0]), signal.SIGKILL)
        assert build.wait(1800) == 0
    check_identical(abm, company_built.db, tmp_path / "spark/abm.duckdb")


@pytest.mark.full
def test_texts_are_read_alike(spark: Path, company_built: Build, tmp_path: Path) -> None:
    """What nothing reads, what only some engines would, and what is read: the same on Spark."""
    texts = {text for columns in SPOILED.values() for values in columns.values() for text in values}
    texts |= {"1.5e+05", "1.25e+02", "0031", "12.0", "0015g000001Ie4a", "9999999999999999999"}
    # Spark has no moment without end, and takes one beyond all others.
    texts -= {"Infinity"}
    kinds = ("bigint", "integer", "double", "boolean", "date", "timestamp")
    read = [
        f"cast({{{{ try_cast('given', '{k}') }}}} as {{{{ dbt.type_string() }}}})" for k in kinds
    ]
    read[2] = "{{ double_as_decimal(number_in('given'), 4) }}"
    read += ["{{ read_id('given') }}", "{{ salesforce_id('given') }}"]
    values = ", ".join(f"('{text}')" for text in sorted(texts))
    taken = ", ".join(
        f"coalesce(cast({reader} as {{{{ dbt.type_string() }}}}), '-')" for reader in read
    )
    query = (
        f"select given, concat_ws('|', {taken}) as taken from (values {values}) as listed (given)"
    )
    shown = {}
    db = tmp_path / "abm.duckdb"
    shutil.copy(company_built.db, db)
    for target in ("duckdb", "spark"):
        command = ("show", "--inline", query, "--limit", 1000, "--output", "json", "--quiet")
        options = ("--target", target, "--profiles-dir", ROOT)
        result = run_there(spark, "-m", "dbt.cli.main", *command, *options, ABM_DB=str(db))
        assert result.returncode == 0, said(result)
        rows = json.loads(result.stdout[result.stdout.index("{\n") :])["show"]
        shown[target] = {row["given"]: row["taken"] for row in rows}
    assert len(shown["duckdb"]) == len(texts)
    assert shown["spark"] == shown["duckdb"]


@pytest.mark.full
def test_doubles_become_the_same_decimals(spark: Path) -> None:
    def show(query: str) -> Result:
        command = ("show", "--inline", query, "--limit", 1000, "--output", "json", "--quiet")
        options = ("--target", "spark", "--profiles-dir", ROOT)
        return run_there(spark, "-m", "dbt.cli.main", *command, *options)

    check_decimals(show)


EXCHANGED = ("snapshots.accounts_snapshot", "ledger.builds")


@pytest.mark.full
def test_a_build_ends_what_a_killed_one_had_begun(spark: Path, company_built: Build) -> None:
    """One that is killed as new rows take a table's name. It hashes addresses with a salt, too.

    The last here, as it builds a table of the company anew.
    """
    killed = (
        "from pathlib import Path; from abm.spark import session\n"
        "with session(Path(), Path('profiles.yml')) as spark:\n"
        f"    for name in {EXCHANGED}:\n"
        "        spark.sql(f'alter table {name} rename to {name}__new')"
    )
    result = run_there(spark, "-c", killed)
    assert result.returncode == 0, said(result)
    select = ("--select", "dim_people", "--as-of", COMPANY_DAY)
    build = ("-m", "abm", "build", "--target", "spark", *select)
    result = run_there(spark, *build, ABM_EMAIL_SALT="a secret's \\ own")
    assert result.returncode == 0, said(result)
    assert "a secret" not in (spark / "target/dbt.log").read_text()
    tables = spark / "spark/tables"
    for schema, name in (name.split(".") for name in EXCHANGED):
        assert not (tables / f"{schema}.db" / f"{name}__new").exists()
    files = tables / "snapshots.db/accounts_snapshot/*.parquet"
    kept = duckdb.sql(f"select count(*) from '{files}'").fetchall()
    with company_built.connect() as connection:
        made = connection.execute("select count(*) from snapshots.accounts_snapshot").fetchall()
    assert kept == made
    with company_built.connect() as connection:
        expected = connection.execute(
            "select person_id, sha256(? || email) from intermediate.int_people "
            "where email is not null order by 1",
            ["a secret's \\ own"],
        ).fetchall()
    with duckdb.connect(str(spark / "spark/abm.duckdb"), read_only=True) as connection:
        hashed = connection.execute(
            "select person_id, email_hash from marts.dim_people where email_hash is not null "
            "order by 1"
        ).fetchall()
        builds = connection.execute("select is_whole from ledger.builds order by 1").fetchall()
    assert builds == [(False,), (True,)]
    assert len(hashed) > 100
    assert hashed == expected


SKEWED_DAYS = 25


def skewed(company: Path, folder: Path) -> Path:
    """The small company, where what visitors of one account did they did on many days more."""
    raw = folder / "raw"
    shutil.copytree(company, raw)
    events, visitors = (raw / f"ga4/{name}.parquet" for name in ("events", "visitor_accounts"))
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                with visits as (
                    select events.*, domain
                    from '{events}' as events
                    join '{visitors}' using (user_pseudo_id)
                ),
                busiest as (
                    select domain from visits group by domain order by count(*) desc, domain limit 1
                )
                from '{events}'
                union all
                select visits.* exclude (domain) replace (
                    event_timestamp - days * 86_461_000_000 as event_timestamp,
                    list_transform(event_params, lambda parameter: struct_update(
                        parameter,
                        value := struct_update(parameter.value, int_value := case
                            when parameter.key = 'ga_session_id'
                                then parameter.value.int_value - days * 86_461
                            else parameter.value.int_value
                        end)
                    )) as event_params
                )
                from visits
                semi join busiest using (domain)
                cross join range(1, {SKEWED_DAYS + 1}) as shifted (days)
            ) to '{events}.new' (format parquet)
            """
        )
        Path(f"{events}.new").replace(events)
        # A number that is refused is told as it was stated: 1.25E15 is Spark's own spelling.
        accounts = raw / "salesforce/account.parquet"
        connection.execute(
            f"""
            copy (
                select * replace (
                    if(id = (select min(id) from '{accounts}'), 1.25e15, annual_revenue)
                    as annual_revenue
                )
                from '{accounts}'
            ) to '{accounts}.new' (format parquet)
            """
        )
    Path(f"{accounts}.new").replace(accounts)
    return raw


@pytest.mark.full
def test_an_account_with_a_third_of_all_touches(company: Path, tmp_path: Path, abm: Abm) -> None:
    """It is in one task where a window needs all it did, and no task has more than that."""
    raw, db = skewed(company, tmp_path), tmp_path / "abm.duckdb"
    result = abm("build", "--raw", raw, "--db", db, "--as-of", COMPANY_DAY)
    assert result.returncode == 0, said(result)
    with duckdb.connect(str(db), read_only=True) as connection:
        ((share,),) = connection.execute(
            "select max(n) / sum(n) from (select count(*) as n from marts.fct_touchpoints "
            "group by account_id)"
        ).fetchall()
    assert 0.3 < share < 0.5
    settings, logs = tmp_path / "conf", tmp_path / "events"
    shutil.copytree(ROOT / "tests/spark", settings)
    logs.mkdir()
    with (settings / "spark-defaults.conf").open("a") as file:
        file.write(f"spark.eventLog.enabled true\nspark.eventLog.dir file:{logs}\n")
        file.write("spark.eventLog.compress false\n")
    spread = {"SPARK_CONF_DIR": str(settings), "ABM_SPARK_PARTITIONS": "8"}
    for arguments in (
        ("load", "--target", "spark", "--raw", raw),
        ("build", "--target", "spark", "--as-of", COMPANY_DAY),
    ):
        result = run_there(tmp_path, "-m", "abm", *arguments, **spread)
        assert result.returncode == 0, said(result)
    check_identical(abm, db, tmp_path / "spark/abm.duckdb")
    planted = (
        "from pathlib import Path; from abm.spark import session\n"
        "with session(Path(), Path('profiles.yml')) as spark:\n"
        "    spark.sql('create table marts.planted using parquet as select touchpoint_id, '\n"
        "        'row_number() over (order by occurred_at) as n from marts.fct_touchpoints')"
    )
    result = run_there(tmp_path, "-c", planted, **spread)
    assert result.returncode == 0, said(result)
    usages = usage_of_models(logs)
    shares = {name: usages[name].widest_share(1_000) for name in (*DEAREST, "planted")}
    assert shares.pop("planted") == 1.0
    # Its own, and an even part of the rest with some luck of hashing.
    bound = share + 2 * (1 - share) / 8
    assert all(of_model <= bound for of_model in shares.values()), shares
