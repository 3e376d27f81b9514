"""What is wrong with the raw data is said in one sentence, or listed while the build goes on."""

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from conftest import COMPANY_DAY, Abm, Build, errors, said


def assert_one_sentence(sentences: list[str], *words: str) -> None:
    assert len(sentences) == 1, sentences
    assert sentences[0].endswith("."), sentences
    missing = [word for word in words if word not in sentences[0]]
    assert not missing, sentences


def rewrite(file: Path, *changes: pl.Expr) -> None:
    pl.read_parquet(file).with_columns(*changes).write_parquet(file)


def drop(file: Path, *columns: str) -> None:
    pl.read_parquet(file).drop(*columns).write_parquet(file)


def test_raw_dir_missing(abm: Abm, tmp_path: Path) -> None:
    result = abm("build", "--raw", "nowhere", "--db", tmp_path / "abm.duckdb", cwd=tmp_path)
    assert_one_sentence(errors(result), "nowhere", "does not exist", "--raw", "ABM_RAW_DIR")
    assert not (tmp_path / "abm.duckdb").exists()


def test_raw_dir_is_a_file(abm: Abm, tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("")
    result = abm("build", "--raw", tmp_path / "raw", "--db", tmp_path / "abm.duckdb")
    assert_one_sentence(errors(result), "raw", "is a file", "--raw")


def test_raw_dir_without_sources(abm: Abm, tmp_path: Path) -> None:
    result = abm("build", "--raw", tmp_path, "--db", tmp_path / "abm.duckdb")
    assert_one_sentence(errors(result), str(tmp_path), "no folder", "salesforce")


def test_file_is_not_parquet(abm: Abm, company_copy: Path, tmp_path: Path) -> None:
    (company_copy / "salesforce" / "contact.parquet").write_bytes(b"PAR1 not really PAR1")
    result = abm("build", "--raw", company_copy, "--db", tmp_path / "abm.duckdb")
    assert_one_sentence(
        errors(result), "salesforce/contact.parquet", "not a readable Parquet file", "absent"
    )


def test_file_is_damaged_inside(
    abm: Abm, company_built: Build, company_copy: Path, tmp_path: Path
) -> None:
    """What is built from the file fails in words; the rest is there from a build without damage."""
    file = company_copy / "bombora" / "company_surge.parquet"
    content = bytearray(file.read_bytes())
    content[4 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4)
    file.write_bytes(content)
    db = tmp_path / "abm.duckdb"
    shutil.copy(company_built.db, db)
    result = abm(
        *("build", "--raw", company_copy, "--db", db, "--as-of", COMPANY_DAY),
        *("--select", "source:bombora.company_surge+"),
    )
    sentences = errors(result)
    assert sentences, said(result)
    assert all(sentence.split(" ")[0] in ("Model", "Test") for sentence in sentences), sentences


def test_required_column_missing(abm: Abm, company_copy: Path, tmp_path: Path) -> None:
    drop(company_copy / "salesforce" / "contact.parquet", "id")
    result = abm("build", "--raw", company_copy, "--db", tmp_path / "abm.duckdb")
    assert_one_sentence(
        errors(result),
        "salesforce/contact.parquet",
        "column id",
        "absent {salesforce: {contact: all}}",
    )


def test_account_column_missing(abm: Abm, company_copy: Path, tmp_path: Path) -> None:
    drop(company_copy / "salesforce" / "account.parquet", "name")
    result = abm("build", "--raw", company_copy, "--db", tmp_path / "abm.duckdb")
    assert_one_sentence(
        errors(result), "salesforce/account.parquet", "column name", "var crm (hubspot)"
    )


def test_account_table_missing(abm: Abm, company_copy: Path, tmp_path: Path) -> None:
    (company_copy / "salesforce" / "account.parquet").unlink()
    result = abm("build", "--raw", company_copy, "--db", tmp_path / "abm.duckdb")
    assert_one_sentence(errors(result), "salesforce/account.parquet", "missing", "var crm")


def test_every_problem_is_told_at_once(abm: Abm, company_copy: Path, tmp_path: Path) -> None:
    drop(company_copy / "salesforce" / "contact.parquet", "id")
    drop(company_copy / "salesforce" / "lead.parquet", "id")
    result = abm("build", "--raw", company_copy, "--db", tmp_path / "abm.duckdb")
    assert len(errors(result)) == 2


@dataclass(frozen=True)
class BadRecords:
    """The ids of the records that `spoiled` made bad."""

    unreadable: str
    too_early: str
    too_late: str
    absurd: str


@pytest.fixture(scope="module")
def spoiled(
    abm: Abm, company: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Build, BadRecords]:
    """One build of a company that lacks tables and columns, and has bad rows in others."""
    folder = tmp_path_factory.mktemp("bad_input")
    raw, db, target = folder / "raw", folder / "abm.duckdb", folder / "target"
    shutil.copytree(company, raw)
    leave_out(raw)
    records = write_bad_rows(raw)
    result = abm("build", "--raw", raw, "--db", db, "--as-of", COMPANY_DAY, target=target)
    assert result.returncode == 0, said(result)
    return Build(result, raw, db, target), records


def leave_out(raw: Path) -> None:
    """Take away a source, tables and columns that a build can do without."""
    drop(raw / "salesforce" / "contact.parquet", "title", "department")
    drop(raw / "salesforce" / "task.parquet", "_fivetran_synced")
    (raw / "salesforce" / "campaign_member.parquet").unlink()
    (raw / "salesforce" / "task_relation.parquet").unlink()
    shutil.rmtree(raw / "bombora")


def write_bad_rows(raw: Path) -> BadRecords:
    """Write an unreadable date, two impossible ones, an absurd number and no id."""
    contacts = raw / "salesforce" / "contact.parquet"
    unreadable, too_early, too_late = pl.read_parquet(contacts)["id"].to_list()[:3]
    assert len({unreadable, too_early, too_late}) == 3
    written = pl.col("created_date").dt.strftime("%Y-%m-%d %H:%M:%S")
    rewrite(
        contacts,
        pl.when(pl.col("id") == unreadable)
        .then(pl.lit("31 of October"))
        .when(pl.col("id") == too_early)
        .then(pl.lit("1889-05-06 00:00:00"))
        .when(pl.col("id") == too_late)
        .then(pl.lit("2999-01-01 00:00:00"))
        .otherwise(written)
        .alias("created_date"),
    )
    tasks = raw / "salesforce" / "task.parquet"
    row = pl.int_range(pl.len())
    rewrite(tasks, pl.when(row == 0).then(None).otherwise(pl.col("id")).alias("id"))

    accounts = raw / "salesforce" / "account.parquet"
    absurd = pl.read_parquet(accounts).filter(~pl.col("is_deleted"))["id"].max()
    revenue = pl.when(pl.col("id") == absurd).then(1e17).otherwise(pl.col("annual_revenue"))
    rewrite(accounts, revenue.alias("annual_revenue"))
    return BadRecords(unreadable, too_early, too_late, str(absurd))


def test_absences_are_read_as_empty(spoiled: tuple[Build, BadRecords]) -> None:
    """One warning per source for what matters, none for what is optional, and a full build."""
    build, _ = spoiled
    warnings = [line for line in build.result.stderr.splitlines() if line.startswith("warning: ")]
    salesforce = [line for line in warnings if line.startswith("warning: salesforce lacks")]
    bombora = [line for line in warnings if "no folder bombora" in line]
    assert (len(salesforce), len(bombora)) == (1, 1), warnings
    for words in ("table campaign_member", "contact.title", "task._fivetran_synced", "var absent"):
        assert words in salesforce[0]
    for silent in ("department", "task_relation"):
        assert silent not in salesforce[0]
    with build.connect() as connection:
        relation = connection.execute(
            "select count(*), count(title) from marts.dim_people"
        ).fetchall()
    assert relation[0][0] > 0, relation


def rejected(build: Build) -> Counter[tuple[object, ...]]:
    with build.connect() as connection:
        rows = connection.execute(
            "select source_system, raw_table, record_id, column_name, raw_value, is_blocking "
            "from audit.audit_rejected_records where reason <> 'undated_versions'"
        ).fetchall()
    return Counter(rows)


def test_bad_rows_are_listed(company_built: Build, spoiled: tuple[Build, BadRecords]) -> None:
    """An unreadable date, two impossible ones and a missing id are rejected; an absurd number
    becomes null; nothing else."""
    build, bad = spoiled
    new = rejected(build) - rejected(company_built)
    created = ("salesforce", "contact")
    assert new == Counter(
        {
            (*created, bad.unreadable, "created_date", "99 aa Aaaaaaa", True): 1,
            (*created, bad.too_early, "created_date", "1889-05-06 00:00:00", True): 1,
            (*created, bad.too_late, "created_date", "2999-01-01 00:00:00", True): 1,
            ("salesforce", "task", "(none)", "id", None, True): 1,
            ("salesforce", "account", bad.absurd, "annual_revenue", "1e+17", False): 1,
        }
    ), new
    with build.connect() as connection:
        unequal = connection.execute(
            "select * from audit.audit_row_reconciliation where difference <> 0"
        ).fetchall()
    assert not unequal


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ("{enabled_sources: [salesforce, pardot]}", ("enabled_sources", "pardot")),
        ("{absent: {salesforce: {contcat: all}}}", ("absent", "salesforce.contcat")),
        ("{absent: {salesforce: {contact: [shoe_size]}}}", ("absent", "shoe_size")),
        ("{absent: everything}", ("absent", "form")),
        ("{crm: pipedrive}", ("crm is pipedrive", "hubspot or salesforce")),
        ("{crm: hubspot, enabled_sources: [salesforce]}", ("crm is hubspot", "enabled_sources")),
        ("{passthrough_columns: [region_c]}", ("passthrough_columns", "form")),
        ("{passthrough_columns: {stg_x: [region_c]}}", ("stg_x", "stg_salesforce__accounts")),
        (
            "{passthrough_columns: {stg_salesforce__accounts: [NAME, region_c]}}",
            ("salesforce/account.parquet", "lacks region_c", "passthrough_columns"),
        ),
        (
            "{passthrough_columns: {stg_salesforce__accounts: [annual_revenue]}}",
            ("annual_revenue", "stg_salesforce__accounts", "has such a column"),
        ),
        ("{passthrough_columns: {stg_salesforce__users: [' ']}}", ("' '", "no name at all")),
        ("""{passthrough_columns: {stg_salesforce__users: ['a"b']}}""", ("""'a"b'""", "quote")),
        ("{passthrough_columns: {stg_salesforce__users: [x_c, X_C]}}", ("X_C", "x_c besides")),
        ("{passthrough_columns: {stg_salesforce__users: [Loaded_At]}}", ("Loaded_At", "staging")),
        ("{row_marks: {deleted: {Is Deleted: boolean}}}", ("row_marks", "'Is Deleted' as deleted")),
        ("{row_marks: {active: {select: boolean}}}", ("row_marks", "'select'", "reserved word")),
        ("not a mapping", ("--vars", "mapping")),
    ],
)
def test_misspelled_vars(
    abm: Abm, company: Path, tmp_path: Path, variables: str, words: tuple[str, ...]
) -> None:
    result = abm(*("build", "--raw", company, "--db", tmp_path / "abm.duckdb", "--vars", variables))
    assert_one_sentence(errors(result), *words)
