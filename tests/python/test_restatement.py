"""A past month whose value moves has one row that says by how much and why."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import COMPANY_DAY, ROOT, Abm, Build, said
from test_updates import HISTORY, PROJECT

Restatement = tuple[str, float]

INTENT = "* {{ coefficients }}.intent_signals"
TWICE_THE_INTENT = ("engagement.sql", INTENT, f"* 2 {INTENT}")
OTHER_WORDS = ("message_templates.csv", "is hot: engagement score", "is hot, with a score of")

# What is changed, and which fingerprint that changes. Vars are last: for others dbt parses anew.
CHANGES = {
    "nothing": ({}, None),
    "a formula in a macro": ({"edits": [TWICE_THE_INTENT]}, "definition"),
    "what a macro uses on this engine": (
        {"edits": [("lists.sql", "distinct {{ expression }}, '", "all {{ expression }}, '")]},
        "definition",
    ),
    "a type of the raw contract": (
        {"edits": [("_bombora__sources.yml", "data_type: double", "data_type: integer")]},
        "definition",
    ),
    "a weight": (
        {"edits": [("aes_coefficients.csv", "stakeholder_reach,2", "stakeholder_reach,3")]},
        "configuration",
    ),
    "words, accounts' classes, looks and another engine": (
        {
            "edits": [
                OTHER_WORDS,
                ("sector_aliases.csv", ",saas_b2b,", ",healthtech,"),
                ("engagement.sql", "    cast(", "    {#- 'a' -#}\n    cast ( /* it's */ "),
                (
                    "int_account_ids.sql",
                    "select * from final",
                    "select *\nfrom final -- x",
                ),
                ("_bombora__sources.yml", "Topics that a company", "Subjects that a company"),
                ("_bombora__sources.yml", "feeds: [fct_intent_signals]", "feeds: []"),
                ("lists.sql", "distinct {{ joined }}", "all {{ joined }}"),
            ]
        },
        None,
    ),
    "a number of days": ({"vars": {"stale_after_days": 60}}, "configuration"),
    "the day": ({"vars": {"as_of_date": "2026-09-15"}}, None),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project that a test may edit."""
    copy = tmp_path / "project"
    for part in PROJECT:
        shutil.copytree(ROOT / part, copy / part)
    for part in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / part, copy / part)
    return copy


def edit(project: Path, file_name: str, before: str, after: str) -> None:
    (file,) = project.rglob(file_name)
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def rewrite(raw: Path, table: str, columns: str) -> None:
    file = raw / f"{table}.parquet"
    new = file.with_suffix(".new")
    duckdb.sql(f"select {columns} from '{file}'").write_parquet(str(new))
    new.replace(file)


def restated(db: Path, kpi: str, month_on: str) -> list[Restatement]:
    """Causes and deltas of a KPI's month, oldest first."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(
            "select cause, cast(delta as double) from marts.fct_kpi_publications "
            "where kpi = ? and month_on = ? and is_restatement order by published_at",
            [kpi, month_on],
        ).fetchall()


def causes(db: Path, kpi: str) -> list[str]:
    """Causes of a KPI's restatements of any month, oldest first."""
    with duckdb.connect(str(db), read_only=True) as connection:
        rows = connection.execute(
            "select cause from marts.fct_kpi_publications where kpi = ? and is_restatement "
            "order by published_at, month_on",
            [kpi],
        ).fetchall()
    return [cause for (cause,) in rows]


def won_deal(db: Path) -> tuple[str, str, float]:
    """An opportunity won in a past month: its id, month and amount."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(
            "select opportunity_id, cast(date_trunc('month', closed_on) as varchar)[:10], "
            "cast(amount as double) from marts.fct_opportunities where is_won and amount > 0 "
            f"and closed_on < date_trunc('month', date '{COMPANY_DAY}') "
            f"and closed_on >= date '{COMPANY_DAY}' - interval 9 months "
            "order by amount desc limit 1"
        ).fetchall()[0]


@pytest.mark.full
def test_fingerprints_see_what_numbers_depend_on(project: Path, tmp_path: Path) -> None:
    """And nothing else: neither words, nor other engines, nor the day."""
    # The scorecard reads no seed of words. It must not matter if it did.
    hint = "-- depends_on: {{ ref('message_templates') }}\nselect * from final"
    edit(project, "rpt_kpi_scorecard.sql", "select * from final", hint)
    printed = subprocess.run(
        [
            *(sys.executable, Path(__file__).with_name("print_fingerprints.py")),
            *(project, tmp_path / "target"),
            json.dumps({name: change for name, (change, _) in CHANGES.items()}),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert printed.returncode == 0, said(printed)
    found = json.loads(printed.stdout)
    before = found["nothing"]
    changed = {
        name: [
            kind
            for kind, one, two in zip(("configuration", "definition"), before, after, strict=True)
            if one != two
        ]
        for name, after in found.items()
    }
    assert changed == {name: [kind] if kind else [] for name, (_, kind) in CHANGES.items()}


@pytest.mark.full
def test_an_edited_macro_is_a_definition(
    abm: Abm, company_built: Build, project: Path, tmp_path: Path
) -> None:
    """Though dbt has parsed the project before, and though a build that stopped early had recorded
    the new values without their cause, and another value that nobody was shown.
    """
    db = tmp_path / "abm.duckdb"
    shutil.copy(company_built.db, db)

    def build(*selected: str) -> None:
        result = abm(
            *("build", "--raw", company_built.raw, "--db", db, "--as-of", COMPANY_DAY),
            *(part for nodes in selected for part in ("--select", nodes)),
            cwd=project,
            target=tmp_path / "target",
        )
        assert result.returncode == 0, said(result)

    edit(project, *OTHER_WORDS)
    build("message_templates")
    edit(project, *TWICE_THE_INTENT)
    for test in (
        *("assert_drivers_sum_to_aes", "assert_aes_equals_naive_recomputation"),
        "assert_amounts_reconcile",
    ):
        # They spell the formula on their own.
        (project / f"tests/singular/{test}.sql").unlink()
    # What is left is what a build leaves that is killed behind this snapshot.
    build(f"{HISTORY}+,+kpi_values_snapshot")
    with duckdb.connect(str(db)) as connection:
        recorded = "from snapshots.kpi_values_snapshot where kpi = 'aes_mean'"
        ((n_recorded,),) = connection.execute(f"select count(*) {recorded}").fetchall()
        newest = f"dbt_valid_from = (select max(dbt_valid_from) {recorded})"
        connection.execute(
            "update snapshots.kpi_values_snapshot set kpi_value = 7777 "
            f"where kpi = 'aes_mean' and {newest} "
            f"and month_on = (select min(month_on) {recorded} and {newest})"
        )
        # A build does not look for what somebody did by hand.
        connection.execute("delete from ledger.nodes where node_id like '%.kpi_values_snapshot'")
    build()
    assert set(causes(db, "aes_mean")) == {"definition"}
    with duckdb.connect(str(db), read_only=True) as connection:
        n_published, n_moments, n_shown_to_nobody = connection.execute(
            "select count(*), count(distinct published_at), "
            "count(*) filter (where published_value = 7777) from marts.fct_kpi_publications "
            "where kpi = 'aes_mean' or published_value = 7777"
        ).fetchall()[0]
        moments = connection.execute(
            "select started_at from audit.audit_builds where is_whole and status = 'finished'"
        ).fetchall()
    assert (n_published, n_moments, n_shown_to_nobody) == (n_recorded, len(moments), 0)
    assert len(moments) == 2


@pytest.mark.full
def test_a_moved_past_names_its_cause(
    abm: Abm, company_built: Build, company_copy: Path, project: Path, tmp_path: Path
) -> None:
    """In turn: a deal that arrives late, an account merged into another, a weight and an alias."""
    db = tmp_path / "abm.duckdb"

    def build() -> None:
        result = abm(
            *("build", "--raw", company_copy, "--db", db, "--as-of", COMPANY_DAY),
            cwd=project,
            target=tmp_path / "target",
        )
        assert result.returncode == 0, said(result)

    deal, month_on, amount = won_deal(company_built.db)
    rewrite(
        company_copy,
        "salesforce/opportunity",
        f"* replace (is_deleted or id = '{deal}' as is_deleted)",
    )
    build()
    assert restated(db, "won_amount", month_on) == []
    rewrite(
        company_copy,
        "salesforce/opportunity",
        f"* replace (is_deleted and id <> '{deal}' as is_deleted)",
    )
    build()
    assert restated(db, "won_amount", month_on) == [("late_data", pytest.approx(amount, abs=0.01))]

    before = restated(db, "aes_mean", "2026-09-01")
    with duckdb.connect(str(db), read_only=True) as connection:
        hot, target = connection.execute(
            "select account_id from marts.fct_account_engagement "
            "inner join marts.dim_accounts using (account_id) where is_abm_now "
            "order by aes desc limit 2"
        ).fetchall()
    rewrite(
        company_copy,
        "salesforce/account",
        f"* replace (is_deleted or id = '{hot[0]}' as is_deleted, "
        f"case when id = '{hot[0]}' then '{target[0]}' else master_record_id end "
        "as master_record_id)",
    )
    build()
    merged = restated(db, "aes_mean", "2026-09-01")
    assert [cause for cause, _ in merged[len(before) :]] == ["merge"]

    weights = project / "seeds/aes_coefficients.csv"
    weights.write_text(weights.read_text().replace("stakeholder_reach,2", "stakeholder_reach,3"))
    build()
    weighted = restated(db, "aes_mean", "2026-09-01")
    assert [cause for cause, _ in weighted[len(merged) :]] == ["configuration"]
    assert weighted[-1][1] > 0

    hot_before = causes(db, "hot_accounts")
    aliases = project / "seeds/sector_aliases.csv"
    aliases.write_text(aliases.read_text().replace(",saas_b2b,", ",healthtech,"))
    build()
    # Which months move depends on who lies between the two sectors' thresholds.
    assert set(causes(db, "hot_accounts")[len(hot_before) :]) == {"reclassification"}
    assert restated(db, "won_amount", month_on)[1:] == []
