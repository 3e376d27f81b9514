"""Four newcomers come from what they have to a dashboard, by the very lines of docs/your-data.md.

A walk is a section of the page: its `bash` blocks are run in order, with `/data` replaced, and
every line of a `text` block must be in what the block before it printed. Only `abm build` gets an
option more, the last day of the small company.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import COMPANY_DAY, ROOT, Result, one_place, run_abm, said
from loaders.airbyte import write_airbyte
from loaders.data_loader import write_data_loader
from loaders.dlt import LOST as LOST_BY_DLT
from loaders.dlt import write_dlt
from loaders.plain import columns_of
from loaders.singer import LOST as LOST_BY_SINGER
from test_engines import connected_to, server  # noqa: F401 - a fixture is used by its name
from test_loaders_airbyte import LOST as LOST_BY_AIRBYTE

from abm.landing import normal, read_loader_names

PAGE = (ROOT / "docs" / "your-data.md").read_text(encoding="utf-8")
LOADERS_PAGE = (ROOT / "docs" / "loaders.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(bash|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DATA = "/data"
LISTS = ("target_accounts", "investments")
"""What the marketing teams of the walks keep."""

Figures = tuple[int, dict[str, Decimal]]
"""The number of accounts, and the sum of won amounts by currency."""


def section(page: str, title: str) -> str:
    """What stands below a heading."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def data() -> Iterator[Path]:
    """What `/data` stands for: the place of every small build, where dbt need not parse anew."""
    folder = one_place()
    before = {*folder.iterdir()}
    yield folder
    for path in {*folder.iterdir()} - before:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, in whose settings a walk may save vars."""
    copy = tmp_path / "project"
    for name in ("models", "macros", "seeds", "snapshots", "tests", "analyses"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture
def walk(data: Path, company_target: Path, tmp_path: Path) -> Callable[..., Result]:
    """Walks a section of the page and returns what its last block printed."""
    shim = tmp_path / "bin" / "abm"
    shim.parent.mkdir()
    shim.write_text(
        '#!/bin/bash\n[ "$1" = build ] && set -- "$@" --as-of '
        f'{COMPANY_DAY}\nexec {sys.executable} -m abm "$@"\n'
    )
    shim.chmod(0o755)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ABM_", "DBT_"))}
    clean |= {
        "PATH": f"{shim.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DBT_TARGET_PATH": str(company_target),
        "DBT_LOG_PATH": str(company_target / "logs"),
    }

    def run(title: str, cwd: Path = ROOT, **environment: str) -> Result:
        before, result = "", None
        for kind, text in BLOCK.findall(section(PAGE, title)):
            text = text.replace(DATA, str(data))
            if kind == "text":
                said_so = re.sub(r"\s+", " ", result.stdout)
                for line in text.splitlines():
                    assert " ".join(line.split()) in said_so, (line, said(result))
                continue
            result = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", before + text],
                cwd=cwd,
                env=clean | environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
            assert result.returncode == 0, said(result)
            # What a block sets, the next ones know.
            before += "".join(re.findall(r"^(?:export )?\w+=.*\n", text, re.MULTILINE))
        assert (data / "dashboard" / "index.html").exists()
        return result

    return run


def write_lists(company: Path, raw: Path, *names: str) -> None:
    """The lists of a marketing team, saved as CSV from a sheet."""
    (raw / "abm_program").mkdir(parents=True)
    for name in names:
        rows = f"select * exclude (_fivetran_synced, _fivetran_deleted) from '{company}/abm_program"
        file = raw / "abm_program" / f"{name}.csv"
        duckdb.sql(f"copy ({rows}/{name}.parquet') to '{file}' (format csv, header)")


def figures(account: str, opportunity: str, loaded: str | None) -> Figures:
    """Count and add up the records of a newcomer's own files, the newest version of each."""
    with duckdb.connect() as connection:
        records = []
        for relation in (account, opportunity):
            names = {normal(name): f'"{name}"' for name in columns_of(connection, relation)}
            record_id = f"left({names['id']}, 15)"
            version = names[normal(loaded)] if loaded else "1"
            wanted = [
                f"{names.get(name, 'null')} as {name}"
                for name in ("isdeleted", "masterrecordid", "currencyisocode", "amount", "iswon")
            ]
            records.append(
                f"select {', '.join(wanted)} from {relation} qualify row_number() over "
                f"(partition by {record_id} order by {version} desc) = 1"
            )
        alive = "not cast(isdeleted as boolean)"
        accounts = connection.execute(
            f"select count(*) from ({records[0]}) where {alive} "
            "and nullif(masterrecordid, '') is null"
        ).fetchall()
        won = connection.execute(
            "select currencyisocode, sum(cast(cast(amount as varchar) as decimal(18, 2))) "
            f"from ({records[1]}) where {alive} and cast(iswon as boolean) group by all"
        ).fetchall()
    return accounts[0][0], dict(won)


PUBLISHED_ACCOUNTS = "select count(*) from marts.dim_accounts where account_id <> 'unknown'"
PUBLISHED_WON = (
    "select original_currency, sum(original_amount) from marts.fct_opportunities where is_won "
    "group by original_currency"
)


def published(data: Path) -> Figures:
    """The same on the marts that were published."""
    with duckdb.connect(str(data / "out" / "abm.duckdb"), read_only=True) as connection:
        (accounts,) = connection.execute(PUBLISHED_ACCOUNTS).fetchall()
        return accounts[0], dict(connection.execute(PUBLISHED_WON).fetchall())


@pytest.mark.full
def test_fivetran_in_postgresql(
    walk: Callable[..., Result],
    data: Path,
    company: Path,
    server: dict[str, str],  # noqa: F811
    tmp_path: Path,
) -> None:
    landed = tmp_path / "landed"
    for source in ("salesforce", "hubspot", "marketo", "linkedin_ads", "google_ads", "abm_program"):
        shutil.copytree(company / source, landed / source)
    load = ("load", "--target", "postgres", "--raw", landed)
    result = run_abm(*load, target=tmp_path, environment=server)
    assert result.returncode == 0, said(result)
    with connected_to(server) as connection:
        for source, schema in (
            ("salesforce", "fivetran_salesforce"),
            ("hubspot", "fivetran_hubspot"),
            ("abm_program", "marketing_lists"),
        ):
            connection.execute(f"alter schema {source} rename to {schema}".encode())
    client = {
        f"PG{name}": server[f"ABM_POSTGRES_{name}"] for name in ("HOST", "PORT", "USER", "DATABASE")
    }
    walk("Fivetran in PostgreSQL", **server, **client)
    files = (f"'{landed}/salesforce/{table}.parquet'" for table in ("account", "opportunity"))
    expected = figures(*files, loaded="_fivetran_synced")
    assert published(data) == expected
    with connected_to(server) as connection:
        (accounts,) = connection.execute(PUBLISHED_ACCOUNTS).fetchall()
        won = connection.execute(PUBLISHED_WON).fetchall()
    assert (accounts[0], dict(won)) == expected


@pytest.mark.full
def test_airbyte_to_files(
    walk: Callable[..., Result], data: Path, company: Path, tmp_path: Path
) -> None:
    raw = data / "raw"
    write_airbyte(company, tmp_path / "written")
    for source in ("salesforce", "hubspot", "marketo", "linkedin_ads", "google_ads"):
        shutil.copytree(tmp_path / "written" / source, raw / source)
    write_lists(company, raw, *LISTS)
    walk("Airbyte to files")
    files = (f"'{raw}/salesforce/{stream}/*.parquet'" for stream in ("Account", "Opportunity"))
    assert published(data) == figures(*files, loaded="_airbyte_extracted_at")


@pytest.mark.full
def test_dlt(walk: Callable[..., Result], data: Path, company: Path, tmp_path: Path) -> None:
    raw, written = data / "raw", tmp_path / "written"
    write_dlt(company, written)
    write_data_loader(company, tmp_path / "exported")
    shutil.copytree(tmp_path / "exported" / "salesforce", data / "exports")
    with duckdb.connect(str(data / "loaded.duckdb")) as connection:
        for source in ("salesforce", "hubspot"):
            shutil.copytree(written / source, raw / source)
            connection.execute(f"create schema {source}_data")
            for folder in filter(Path.is_dir, (raw / source).iterdir()):
                connection.execute(
                    f"create table {source}_data.{folder.name} as from "
                    f"read_parquet('{folder}/*', union_by_name = true)"
                )
    write_lists(company, raw, *LISTS)
    write_lists(company, data / "lists", *LISTS)
    walk("dlt")
    files = (f"'{raw}/salesforce/{table}/*.parquet'" for table in ("account", "opportunity"))
    assert published(data) == figures(*files, loaded="_dlt_load_id")


@pytest.mark.full
def test_six_csv_exports(
    walk: Callable[..., Result], data: Path, company: Path, project: Path, tmp_path: Path
) -> None:
    raw = data / "raw"
    write_data_loader(company, tmp_path / "exported")
    (raw / "salesforce").mkdir(parents=True)
    for name in ("Account", "Contact", "Opportunity", "OpportunityHistory", "User"):
        shutil.copy(tmp_path / "exported" / "salesforce" / f"{name}.csv", raw / "salesforce")
    write_lists(company, raw, "target_accounts")
    last = walk("Six CSV exports", cwd=project)
    assert "warning:" not in last.stderr, said(last)  # the vars that were saved fit
    files = (
        f"read_csv('{raw}/salesforce/{name}.csv', all_varchar = true)"
        for name in ("Account", "Opportunity")
    )
    assert published(data) == figures(*files, loaded=None)
    page = (data / "dashboard" / "en" / "index.html").read_text(encoding="utf-8")
    table = section(PAGE, "Six CSV exports").partition("| the dashboard says |")[2]
    sentences = re.findall(r"^\| ([^|-][^|]*) \|", table, re.MULTILINE)
    assert len(sentences) > 4
    assert [sentence for sentence in sentences if sentence not in page] == []


TITLES = {
    "fivetran": "Fivetran",
    "airbyte": "Airbyte",
    "dlt": "dlt",
    "singer": "Singer",
    "data_loader": "Data Loader",
}
LOST = {"airbyte": LOST_BY_AIRBYTE, "dlt": LOST_BY_DLT, "singer": LOST_BY_SINGER}


def test_every_loader_has_its_section() -> None:
    """With its sources, its packages, and all that it does not deliver."""
    names = read_loader_names(ROOT)
    assert {name.loader for name in names} | {"fivetran"} == TITLES.keys()
    for name in names:
        assert f"`{name.source}`" in section(LOADERS_PAGE, TITLES[name.loader]), name
    seed = (ROOT / "seeds" / "loader_names.csv").read_text(encoding="utf-8")
    for row in seed.splitlines()[1:]:
        loader, package = row.split(",")[0], row.rpartition(",")[2].split(" verified ")[0]
        said_there = " ".join(section(LOADERS_PAGE, TITLES[loader]).split())
        assert package == "custom field" or package in said_there, row
    for loader, lost in LOST.items():
        page = section(LOADERS_PAGE, TITLES[loader])
        for table, columns in lost.items():
            source, _, name = table.partition(".")
            rows = [row for row in page.splitlines() if row.startswith(f"| `{source}` |")]
            said_there = " ".join(row for row in rows if f"`{name}" in row)
            assert said_there, (loader, table)
            for column in columns:
                assert f"{column}`" in said_there, (loader, table, column)
