"""`abm validate` passes on sound data, names what is missing from unsound data, and explains."""

import json
import math
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import COMPANY_DAY, ROOT, Abm, Build, compiling, errors, said

from abm.contract import load_contract
from abm.errors import AbmError
from abm.validation import Day, Layer, ValidationOptions, choose_day, validate
from abm.validation.suite import range_from

SAMPLE_DAY = date(2026, 10, 31)
SUITES = {
    Layer.RAW: ["raw_volume", "raw_freshness", "raw_types", "raw_references"],
    Layer.MARTS: [
        *("marts_fed", "marts_recency", "marts_matching", "marts_unknowns", "marts_scores"),
        *("marts_trends", "marts_history", "marts_labels"),
    ],
}
MAY_JUDGE_NOTHING = {"marts_history"}
"""The tables of this suite keep no history yet."""


def summary(output: str) -> dict[str, tuple[int, int, int]]:
    """Judged, not judged and failed of every suite in a report."""
    rows = (line.split() for line in output.splitlines() if line.startswith(("raw_", "marts_")))
    return {name: (int(judged), int(left), int(failed)) for name, judged, left, failed in rows}


def failed(output: str) -> dict[str, list[str]]:
    """The rows under each failed expectation of a report, by its description."""
    found: dict[str, list[str]] = {}
    for block in output.split("\nFAILED ")[1:]:
        heading, _, *rows = block.splitlines()
        found[heading.split(": ")[1]] = [
            " ".join(row.split())
            for row in rows
            if row.startswith("  ") and "What to do" not in row
        ]
        assert "\n  What to do: " in block
    return found


def moment(frame: pl.DataFrame, column: str) -> pl.Series:
    series = frame[column]
    return pl.from_epoch(series, "us") if series.dtype == pl.Int64 else series.cast(pl.Datetime)


@pytest.fixture
def sample_copy(tmp_path: Path) -> Path:
    """A copy of the sample's raw data that a test may spoil."""
    return Path(shutil.copytree(ROOT / "sample_data", tmp_path / "raw"))


@pytest.fixture
def spoil(built: Build, tmp_path: Path) -> Callable[..., Path]:
    """Copies the built sample and runs statements in the copy."""

    def spoiled(*statements: str) -> Path:
        db = tmp_path / "abm.duckdb"
        shutil.copyfile(built.db, db)
        with duckdb.connect(str(db)) as connection:
            connection.execute("create table touches as from marts.fct_touchpoints")
            connection.execute("drop view marts.fct_touchpoints")
            connection.execute("create table marts.fct_touchpoints as from touches")
            for statement in statements:
                connection.execute(statement)
        return db

    return spoiled


def test_sample_passes(built: Build, abm: Abm, tmp_path: Path) -> None:
    started = time.monotonic()
    result = abm("validate", "--db", built.db, "--docs", tmp_path / "docs")
    assert result.returncode == 0, said(result)
    assert time.monotonic() - started < 60
    assert "as of 2026-10-31" in result.stdout
    assert f"Data Docs: {tmp_path}/docs/index.html" in result.stdout
    counts = summary(result.stdout)
    assert list(counts) == SUITES[Layer.RAW] + SUITES[Layer.MARTS]
    assert {name for name, (judged, _, _) in counts.items() if not judged} <= MAY_JUDGE_NOTHING
    pages = {page.parents[2].name for page in (tmp_path / "docs/validations").rglob("*.html")}
    assert pages == set(counts)


def test_small_company_passes(company_built: Build, abm: Abm, tmp_path: Path) -> None:
    result = abm(
        *("validate", "--raw", company_built.raw, "--db", company_built.db),
        *("--as-of", COMPANY_DAY, "--docs", tmp_path / "docs"),
    )
    assert result.returncode == 0, said(result)
    assert list(summary(result.stdout)) == SUITES[Layer.RAW] + SUITES[Layer.MARTS]


def test_half_of_the_last_week_is_missed(sample_copy: Path, abm: Abm, tmp_path: Path) -> None:
    day_after = datetime(2026, 11, 1)
    for table in (table for tables in load_contract(ROOT).values() for table in tables.values()):
        file = sample_copy / table.source / f"{table.name}.parquet"
        if not table.past or not file.exists():
            continue
        frame = pl.read_parquet(file)
        happened = moment(frame, table.past[-1])
        is_newest = (happened >= day_after - timedelta(days=7)) & (happened < day_after)
        newest = frame.filter(is_newest.fill_null(False))
        rest = frame.filter(~is_newest.fill_null(False))
        pl.concat([rest, newest.sample(fraction=0.5, seed=20261031)]).write_parquet(file)
    result = abm(
        *("validate", "--layer", "raw", "--raw", sample_copy),
        *("--as-of", SAMPLE_DAY, "--docs", tmp_path / "docs"),
    )
    assert errors(result) == ["Of 5 expectations 1 failed, as shown above."]
    (rows,) = failed(result.stdout).values()
    assert {row.split(",")[0] for row in rows} >= {
        "google_ads.campaign_stats",
        "linkedin_ads.ad_analytics_by_campaign",
        "linkedin_ads.company_engagement",
    }
    # Bombora's newest week ends when the last week begins.
    dated = [row for row in rows if not row.startswith("bombora")]
    assert all(", 2026-10-25 to 2026-10-31 " in row for row in dated)


def test_faults_of_raw_tables_are_named(sample_copy: Path, abm: Abm, tmp_path: Path) -> None:
    def rewrite(table: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        file = sample_copy / f"{table}.parquet"
        change(pl.read_parquet(file)).write_parquet(file)

    week = datetime(2026, 10, 25)
    rewrite("salesforce/task", lambda frame: frame.filter(pl.col("created_date") < week))
    rewrite("ga4/events", lambda frame: pl.concat([frame, *[newest_events(frame, week)] * 4]))
    rewrite(
        "bombora/company_surge",
        lambda frame: frame.with_columns(pl.col("_fivetran_synced") - timedelta(days=18)),
    )
    rewrite(
        "salesforce/opportunity", lambda frame: frame.with_columns(pl.col("amount").cast(pl.String))
    )
    rewrite(
        "salesforce/campaign_member",
        lambda frame: frame.with_columns(
            pl.when(pl.int_range(pl.len()) % 10 == 0)
            .then(pl.lit("701000000000000AAA"))
            .otherwise(pl.col("campaign_id"))
            .alias("campaign_id")
        ),
    )
    (sample_copy / "salesforce" / "task_relation.parquet").unlink()
    result = abm(
        *("validate", "--layer", "raw", "--raw", sample_copy),
        *("--as-of", SAMPLE_DAY, "--docs", tmp_path / "docs"),
    )
    assert errors(result) == ["Of 5 expectations 5 failed, as shown above."]
    found = {heading: " | ".join(rows) for heading, rows in failed(result.stdout).items()}
    lost = found["No table lost rows of its newest week"]
    assert "salesforce.task, 2026-10-25 to 2026-10-31 0 rows 23 or more" in lost
    surged = found["No table has far more rows in its newest week than ever"]
    assert surged.startswith("ga4.events, 2026-10-25 to 2026-10-31")
    stale = found["Every source was loaded lately"]
    assert (
        stale == "bombora newest load 2026-10-14, 17 days behind 16 days or fewer behind 2026-10-31"
    )
    drifted = found["Numbers, dates and flags arrive as numbers, dates and flags"]
    assert drifted == "salesforce.opportunity amount varchar amount double"
    dangling = found["References lead to rows that are there"]
    assert dangling.startswith("salesforce.campaign_member.campaign_id in salesforce.campaign 90")
    assert "|" not in dangling
    assert "Skipped: salesforce.task_relation (missing)" in result.stdout


def newest_events(frame: pl.DataFrame, since: datetime) -> pl.DataFrame:
    return frame.filter(pl.from_epoch("event_timestamp", "us") >= since)


def test_dbt_reads_the_same_loads(built: Build, tmp_path_factory: pytest.TempPathFactory) -> None:
    """`dbt source freshness` judges a table by its source's newest load, as the audit does.

    It fails on the sample, which has not been loaded for long by any clock.
    """
    with compiling(tmp_path_factory) as environment:
        subprocess.run(
            [Path(sys.executable).with_name("dbt"), "source", "freshness"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
        )
        written = Path(environment["DBT_TARGET_PATH"], "sources.json").read_text()
    with built.connect() as connection:
        newest = dict(
            connection.execute(
                "select source_system, newest_record_at from audit.audit_source_freshness"
            ).fetchall()
        )
    found = {}
    for result in json.loads(written)["results"]:
        _, _, source, table = result["unique_id"].split(".")
        loaded_at = datetime.fromisoformat(result["max_loaded_at"]).replace(tzinfo=None)
        found[f"{source}.{table}"] = loaded_at == newest[source]
    tables = [table for tables in load_contract(ROOT).values() for table in tables.values()]
    assert set(found) == {f"{t.source}.{t.name}" for t in tables if t.stale_after}
    assert all(found.values()), found


def test_marts_that_fell_short_are_named(spoil: Callable[..., Path], abm: Abm) -> None:
    db = spoil(
        "delete from marts.fct_investments",
        "update marts.rpt_penetration_by_persona set as_of_on = as_of_on - 1",
        "delete from marts.fct_touchpoints where occurred_on > '2026-09-30'",
        "update marts.fct_account_engagement set aes = 0, aes_band = 'bottom'",
        "delete from marts.rpt_pipeline_velocity where as_of_on = '2026-03-31'",
        "update marts.dim_channels set label_fr = ' ' where channel = 'email'",
    )
    result = abm("validate", "--layer", "marts", "--db", db, "--docs", db.parent / "docs")
    assert len(errors(result)) == 1
    found = {heading: " | ".join(rows) for heading, rows in failed(result.stdout).items()}
    empty = found["No dashboard is empty while its sources have rows"]
    assert empty.startswith("fct_investments 0 rows")
    other_day = found["Every dated table speaks of the as-of day"]
    assert other_day == "rpt_penetration_by_persona speaks of 2026-10-30 2026-10-31"
    silent = found["Nothing that happens all the time has fallen silent"]
    assert "touchpoints of hubspot newest 2026-09-30, 31 days before" in silent
    assert "touchpoints of ga4" in silent
    assert "opportunities created" not in silent
    assert found["Accounts in the programme are engaged at all"].startswith("accounts in the pro")
    assert "100.0%" in found["Scores tell accounts apart"]
    collapsed = found["No headline number collapsed"]
    assert "touchpoints per month 0.0 (2026-10)" in collapsed
    assert "mean Account Engagement Score 0.0 (2026-10-31)" in collapsed
    gaps = found["Trend lines have all of their 13 months"]
    assert gaps.startswith("rpt_pipeline_velocity no row for 2026-03-31")
    assert "2026-09-30" not in gaps
    assert "|" not in gaps
    blank = found["Labels and names are filled, in English and French"]
    assert blank.startswith("marts.dim_channels.label_fr 1 of ")
    assert "|" not in blank


def test_marts_that_grew_or_blurred_are_named(spoil: Callable[..., Path], abm: Abm) -> None:
    db = spoil(
        "insert into marts.fct_touchpoints from touches where occurred_on > '2026-09-30'",
        "insert into marts.fct_touchpoints from touches where occurred_on > '2026-09-30'",
        "update marts.fct_account_engagement set aes_band = 'top'",
        "update audit.audit_unmatched_touchpoints set n_touchpoints = 6000 "
        "where source_system = 'hubspot' and reason = 'person_without_account'",
        "update marts.dim_accounts set sector = 'other'",
    )
    result = abm("validate", "--layer", "marts", "--db", db, "--docs", db.parent / "docs")
    assert errors(result) == ["Of 12 expectations 4 failed, as shown above."]
    found = {heading: " | ".join(rows) for heading, rows in failed(result.stdout).items()}
    assert "touchpoints per month" in found["No headline number exploded"]
    assert "100.0% of" in found["The top band singles out few accounts"]
    unmatched = found["Touchpoints of every source reach an account"]
    assert unmatched.startswith("hubspot")
    assert "person_without_account 6000" in unmatched
    assert "|" not in unmatched
    unknown = found["No chart is mostly unknown"]
    assert unknown.startswith("accounts in an unmapped sector (other) 100.0%")
    assert "|" not in unknown


def options(tmp_path: Path, **changes: object) -> ValidationOptions:
    base = {
        "root": ROOT,
        "raw_dir": tmp_path / "raw",
        "raw_env": "raw",
        "db": tmp_path / "abm.duckdb",
        "docs": tmp_path / "docs",
        "as_of": SAMPLE_DAY,
    }
    return ValidationOptions(**{**base, **changes})  # type: ignore[arg-type]


def refused(tmp_path: Path, layer: Layer, **changes: object) -> str:
    with pytest.raises(AbmError) as caught:
        validate(options(tmp_path, layers=(layer,), **changes))
    (sentence,) = caught.value.sentences
    assert sentence.endswith(".")
    return sentence


def test_what_cannot_be_validated(tmp_path: Path, built: Build) -> None:
    db = tmp_path / "abm.duckdb"
    assert "raw does not exist" in refused(tmp_path, Layer.RAW)
    assert "There is no build database" in refused(tmp_path, Layer.MARTS)
    db.write_text("a text, not a database")
    assert "is not a DuckDB database" in refused(tmp_path, Layer.MARTS)
    db.unlink()
    duckdb.connect(str(db)).execute("create table account as select 1 as id").close()
    assert "holds no marts: run `abm build` first" in refused(tmp_path, Layer.MARTS)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "thesis.odt").write_text("")
    sentence = refused(tmp_path, Layer.MARTS, db=built.db)
    assert "holds something other than Data Docs" in sentence
    sentence = refused(tmp_path, Layer.MARTS, db=built.db, docs=tmp_path / "docs" / "thesis.odt")
    assert "Cannot write the Data Docs" in sentence
    assert (tmp_path / "docs" / "thesis.odt").exists()


def test_command_line_refuses_in_one_sentence(abm: Abm, tmp_path: Path) -> None:
    result = abm("validate", "--layer", "staging")
    assert errors(result) == ["There is no layer staging: name one of raw, marts."]
    with duckdb.connect(str(tmp_path / "abm.duckdb")):
        result = abm("validate", "--layer", "marts", "--db", tmp_path / "abm.duckdb")
    (sentence,) = errors(result)
    assert "is open in another process" in sentence


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Day(SAMPLE_DAY, is_clock=False)),
        ({"as_of": None, "raw_env": "sample_data"}, Day(SAMPLE_DAY, is_clock=False)),
        (
            {"as_of": None, "variables": {"as_of_date": "2026-06-30"}},
            Day(date(2026, 6, 30), is_clock=False),
        ),
    ],
)
def test_day_is_that_of_a_build(tmp_path: Path, changes: dict[str, object], expected: Day) -> None:
    assert choose_day(options(tmp_path, **changes)) == expected


def test_day_of_own_data_is_today_which_is_not_over(tmp_path: Path) -> None:
    before = datetime.now(UTC).date()
    day = choose_day(options(tmp_path, as_of=None))
    assert before <= day.as_of <= datetime.now(UTC).date()
    assert day.is_clock
    assert day.tolerance == 1
    with pytest.raises(AbmError, match="Var as_of_date is soon, not a date"):
        choose_day(options(tmp_path, as_of=None, variables={"as_of_date": "soon"}))


def test_range_of_a_count() -> None:
    steady = range_from([40.0] * 11 + [20.0])
    assert steady is not None
    assert (steady.lowest, steady.highest) == (13.0, 80.0)
    silent = range_from([29.0] * 11 + [8.0])
    assert silent is not None
    assert (silent.lowest, silent.highest) == (1.0, math.inf)
    assert range_from([29.0] * 11 + [7.0]) is None
