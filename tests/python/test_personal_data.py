"""What is published names nobody, the salt is nowhere, and a build is its owner's alone."""

import json
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb
import polars as pl
import pytest
from conftest import ARTIFACTS, COMPANY_DAY, ROOT, Build, Result, run_abm, run_dbt, said
from planted_people import Planted, people_in, plant

from abm.privacy import NO_SALT

SALT = 'it\'s "a" \\ 100 % $s {{ sécrèt }} -c x=1; ' + "salt" * 40
FOUND_INSIDE = 150
"""The build database itself names the people of at least so many raw columns."""


@dataclass(frozen=True)
class Run:
    """Everything that was written of a company in whose every text column people are.

    Attributes:
        planted: Who they are.
        db: The build database.
        written: The folder of all else: what was published, pages, logs, dbt's target, terminals.
        built: What `abm build` printed.
    """

    planted: Planted
    db: Path
    written: Path
    built: Result


def run_all(company: Path, folder: Path, variables: str = "{}", doctor: bool = False) -> Run:
    """Plant people in a copy of the company, and run every command on it."""
    raw, db, written = folder / "raw", folder / "db" / "abm.duckdb", folder / "written"
    shutil.copytree(company, raw)
    planted = plant(raw, ROOT)
    source = ("--raw", raw, "--as-of", COMPANY_DAY, "--vars", variables)
    published = ("--db", written / "out" / "abm.duckdb")
    commands: dict[str, tuple[object, ...]] = {
        "build": ("build", *source, "--db", db),
        "publish": ("publish", "--db", db, "--out", written / "out"),
        "dashboard": ("report", *published, "--out", written / "dashboard"),
        "week": ("report", *published, "--out", written / "reports", "--period", "week"),
        "month": ("report", *published, "--out", written / "reports", "--period", "month"),
        "alerts": ("alerts", *published, "--ledger", written / "told.jsonl"),
        "docs": ("docs", "--db", db, "--out", written / "docs"),
        "validate": ("validate", *source, "--db", db, "--docs", written / "validation"),
    }
    if doctor:
        commands["doctor"] = ("doctor", "--raw", raw, "--vars", variables)
    (written / "terminal").mkdir(parents=True)
    environment = {"ABM_EMAIL_SALT": SALT} | ARTIFACTS
    results = {}
    for name, arguments in commands.items():
        result = results[name] = run_abm(
            *arguments, target=written / "target", environment=environment, in_place=True
        )
        # Who plants in every column makes values unusual; the doctor's reader is an engineer.
        assert result.returncode == 0 or name == "validate", said(result)
        if name != "doctor":
            (written / "terminal" / name).write_text(result.stdout + result.stderr)
    return Run(planted, db, written, results["build"])


@pytest.fixture(scope="module")
def run(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_all(company, tmp_path_factory.mktemp("personal_data"))


def test_nothing_that_is_written_names_a_person(run: Run) -> None:
    """Every column of every table, every page, log, artifact and line of the terminal."""
    assert people_in(run.written, run.planted) == {}


def test_the_search_finds_them_in_the_build(run: Run) -> None:
    """The same search of the build database, where they are: else it would prove nothing."""
    inside = set().union(*people_in(run.db, run.planted).values())
    assert len(inside) > FOUND_INSIDE, sorted(set(run.planted.columns.values()) - inside)


def one(run: Run, query: str, *values: object) -> tuple[int, ...]:
    """The one row of a query of the build database, in which `salt` is a variable."""
    with duckdb.connect(str(run.db), read_only=True) as database:
        database.execute("set variable salt = ?", [SALT])
        row = database.execute(query, list(values)).fetchone()
    assert row is not None
    return row


def test_what_is_left_out_can_be_found_again(run: Run) -> None:
    """An id that is an address is a salted hash and leads where it led; a value keeps its form, and
    who has the build database has the value itself."""
    touches = str(run.db.parents[1] / "raw" / "custom" / "touchpoints.parquet")
    hashed = "substr(sha256(getvariable('salt') || touchpoint_source_id), 1, 32)"
    (n_touches,) = one(
        run,
        "select count(*) from read_parquet(?) inner join marts.fct_touchpoints "
        f"on source_record_id = {hashed} where touchpoint_source_id like '%@%'",
        touches,
    )
    assert n_touches > 1
    (n_deals,) = one(
        run,
        "select count(*) from marts.fct_opportunity_stages inner join marts.fct_opportunities "
        "using (opportunity_id) where length(opportunity_id) = 32",
    )
    assert n_deals > 0
    (n_values,) = one(
        run,
        "select count(*) from intermediate.int_rejected_records where reason like 'unreadable_%' "
        "and stated_value like 'Zq_____ Zq_____' and raw_value = 'Aaaaaaa Aaaaaaa'",
    )
    assert n_values > 50


def forms_of(salt: str) -> list[bytes]:
    """How files may spell a text."""
    return [
        form.encode()
        for form in {
            *(salt, json.dumps(salt)[1:-1], repr(salt)[1:-1], quote(salt)),
            *(salt.replace("'", "''"), salt.replace("\\", "\\\\"), salt[-120:]),
        }
    ]


def test_the_salt_is_in_no_file(run: Run) -> None:
    """Of the project that was read nothing else could hold it; the hashes are made with it."""
    files = [f for f in run.db.parents[1].rglob("*") if f.is_file()]
    assert len(files) > 500
    holders = [f for f in files if any(form in f.read_bytes() for form in forms_of(SALT))]
    assert holders == []
    n_people, n_right = one(
        run,
        "select count(*), count(*) filter (where email_hash = sha256(getvariable('salt') "
        "|| people.email)) from marts.dim_people inner join intermediate.int_people as people "
        "using (person_id) where people.email is not null",
    )
    assert n_people == n_right > 100
    assert NO_SALT not in run.built.stdout


def test_without_a_salt_nobody_can_be_looked_up(company_built: Build) -> None:
    """Whoever has a list of addresses could compute the hashes; the build says so once."""
    with company_built.connect() as database:
        query = "select count(*) > 100, count(email_hash) from marts.dim_people"
        assert database.execute(query).fetchall() == [(True, 0)]
    printed = company_built.result.stdout + company_built.result.stderr
    assert printed.count(NO_SALT) == 1, printed


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_build_is_its_owners_alone(run: Run) -> None:
    """What is published stays as readable as the umask of whoever publishes has it."""
    target = run.written / "target"
    assert (mode(run.db), mode(run.db.parent), mode(target)) == (0o600, 0o700, 0o700)
    manifest = target / "manifest.json"
    assert mode(manifest) == 0o600
    for path in (
        *(run.written / "out" / "parquet" / "current" / "dim_people.parquet",),
        *(run.written / "dashboard" / "en" / "index.html",),
        *(run.written / "docs" / "dictionary.html", run.written / "docs" / "dbt.html"),
    ):
        assert mode(path) & 0o044, path
    assert mode(run.written / "out" / "abm.duckdb") == 0o444


@pytest.mark.full
@pytest.mark.parametrize("variables", ["{crm: hubspot}", "{start_with_aes_days: 3650}"])
def test_nothing_names_a_person_under_other_vars(
    variables: str, company: Path, tmp_path: Path
) -> None:
    """With the other CRM, and where pages show less; the doctor too."""
    run = run_all(company, tmp_path, variables, doctor=True)
    assert people_in(run.written, run.planted) == {}


@pytest.mark.full
def test_people_are_published_where_it_is_asked_for(company: Path, tmp_path: Path) -> None:
    run = run_all(company, tmp_path, "{include_personal_data: true}")
    found = people_in(run.written / "out" / "abm.duckdb", run.planted)
    columns = {place.partition(": ")[2].replace('"', ""): named for place, named in found.items()}
    assert "salesforce.contact.email" in columns["marts.dim_people.email"]
    assert "salesforce.contact.last_name" in columns["marts.dim_people.person_name"]
    rejected = "audit.audit_rejected_records"
    assert "abm_program.stakeholders.person_email" in columns[f"{rejected}.record_id"]
    assert "abm_program.stakeholders.identified_on" in columns[f"{rejected}.raw_value"]


@pytest.mark.full
def test_plain_dbt_keeps_it_private_too(tmp_path: Path) -> None:
    """It sets the salt, and what others could read before they cannot read any more."""
    db, target = tmp_path / "abm.duckdb", tmp_path / "target"
    target.mkdir(mode=0o755)
    duckdb.connect(str(db)).close()
    db.chmod(0o644)
    model = "stg_abm_program__stakeholders"
    result = run_dbt(
        *("run", "--select", model), db=db, target=target, environment={"ABM_EMAIL_SALT": SALT}
    )
    assert result.returncode == 0, said(result)
    assert (mode(db), mode(target)) == (0o600, 0o700)
    with duckdb.connect(str(db)) as database:
        ids = database.execute(f"select distinct length(stakeholder_id) from staging.{model}")
        assert ids.fetchall() == [(32,)]
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert not [f for f in files if any(form in f.read_bytes() for form in forms_of(SALT))]


@pytest.mark.full
def test_a_person_can_be_erased(run: Run, tmp_path: Path) -> None:
    """By the lines of docs/personal-data.md, after the source has deleted them."""
    raw, db, erased = tmp_path / "raw", tmp_path / "abm.duckdb", tmp_path / "erased.duckdb"
    shutil.copytree(run.db.parents[1] / "raw", raw)
    shutil.copy(run.db, db)
    first, last = (
        word for word, column in run.planted.columns.items() if column == "salesforce.contact.email"
    )
    contacts = raw / "salesforce" / "contact.parquet"
    pl.read_parquet(contacts).filter(
        ~pl.col("email").str.to_lowercase().str.contains(first).fill_null(False)
    ).write_parquet(contacts)
    result = run_abm(
        *("build", "--raw", raw, "--db", db, "--as-of", COMPANY_DAY),
        target=tmp_path / "target",
        environment={"ABM_EMAIL_SALT": SALT},
    )
    assert result.returncode == 0, said(result)
    text = (ROOT / "docs" / "personal-data.md").read_text(encoding="utf-8")
    statements = text.split("```sql")[1].split("```")[0].replace("warehouse/erased.duckdb", "{0}")
    address = f"{first}.{last}@planted.example"
    named = set().union(*people_in(db, run.planted).values())
    assert "salesforce.contact.email" in named
    with duckdb.connect(str(db)) as database:
        for name in (address, f"{first} {last}", f"https://planted.example/people/{address}"):
            kept = database.execute(
                "select email from snapshots.person_records_snapshot where email like ? limit 1",
                [f"{name}%"],
            ).fetchone()
            assert kept
            for statement in statements.split(";")[:2]:
                database.execute(statement.replace("jane@example.com", kept[0]))
        for statement in statements.split(";")[2:]:
            database.execute(statement.format(erased))
    assert set().union(*people_in(erased, run.planted).values()) == named - {
        "salesforce.contact.email"
    }
