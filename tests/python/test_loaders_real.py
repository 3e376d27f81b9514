"""dlt and a Singer target run themselves, load twice, and the marts are those of the same data in
plain files, but for what the doctor says is not there."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import COMPANY_DAY, ROOT, Abm, errors, made_once, said
from loaders import dlt as dlt_shape
from loaders import singer as singer_shape
from loaders.compare import differing, without
from loaders.plain import SYNCED, columns_of, copy_others, open_plain, quoted
from loaders.records import singer_messages, spelled, write_hubspot, write_salesforce

from abm.contract import compare, load_contract
from abm.landing import read_loader_names
from abm.raw_directory import RawDirectory

LOADERS = ROOT / ".venv-loaders" / "bin"
FOLDER = Path(__file__).with_name("loaders")

CHANGED = {
    # From the company to what it was before: fewer records, other values, nothing deleted.
    "salesforce.opportunity": (
        "select * replace (floor(amount) as amount, false as is_deleted) from {0} "
        "where hash(id) % 9 <> 0"
    ),
    "salesforce.contact": "select * replace (false as is_deleted) from {0} where hash(id) % 9 <> 0",
    "salesforce.task": "select * replace ('was' as subject) from {0} where hash(id) % 9 <> 0",
    "hubspot.deal": (
        "select * replace (false as _fivetran_deleted, 'appointment' as deal_pipeline_stage_id) "
        "from {0} where hash(deal_id) % 9 <> 0"
    ),
    "hubspot.deal_company": (
        "select * replace (case when deal_id % 3 = 0 then (select min(id) from hubspot.company) "
        "else company_id end as company_id) from {0}"
    ),
    "hubspot.deal_stage": "select * from {0} where hash(deal_id, value) % 9 <> 0",
    "hubspot.company": "select * replace ('was' as property_industry) from {0}",
}
"""How a table was at the first load."""

NOW = {
    "salesforce.opportunity": (
        "select * replace (amount + case when hash(left(id, 15)) % 5 = 0 then 0.5 else 0 end "
        "as amount, is_deleted or hash(id) % 31 = 1 as is_deleted) from {0}"
    ),
    "salesforce.opportunity_history": (
        "select * replace (amount + case when hash(left(opportunity_id, 15)) % 5 = 0 then 0.5 "
        "else 0 end as amount) from {0}"
    ),
    "salesforce.contact": (
        "select * replace (is_deleted or hash(id) % 31 = 1 as is_deleted) from {0}"
    ),
    "hubspot.deal": ("select * replace (hash(deal_id) % 31 = 1 as _fivetran_deleted) from {0}"),
}
"""How it is at the second: some amounts have cents, and some records are deleted."""


@pytest.fixture(scope="session")
def loaders() -> Path:
    """The environment of the loaders."""
    if not (LOADERS / "python").exists():
        pytest.skip(".venv-loaders is missing: run `make loaders`")
    return LOADERS


@pytest.fixture(scope="session")
def states(company: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The company now, with every record once as an API has it, and before."""
    with made_once(tmp_path_factory, "states") as (folder, is_new):
        now, before = folder / "now", folder / "before"
        if is_new:
            shutil.copytree(company, now)
            rewrite(now, {name: present(name) for name in tables_with_ids(company)})
            rewrite(now, NOW)
            shutil.copytree(now, before)
            rewrite(before, CHANGED)
    return now, before


def tables_with_ids(company: Path) -> list[str]:
    with open_plain(company) as connection:
        return [
            f"{file.parent.name}.{file.stem}"
            for source in ("salesforce", "hubspot", "marketo", "linkedin_ads")
            for file in sorted((company / source).glob("*.parquet"))
            if {"id", "deal_id"} & set(columns_of(connection, f'"{source}"."{file.stem}"'))
            and file.stem in ("deal", *PRESENT)
        ]


PRESENT = (
    "account campaign campaign_member company contact email_campaign email_event event lead "
    "opportunity opportunity_contact_role opportunity_history task"
).split()


def present(name: str) -> str:
    """The newest version of each record with an id."""
    key = "deal_id" if name == "hubspot.deal" else "id"
    return (
        "select * from {0} where " + key + " is not null qualify row_number() over "
        f"(partition by left(cast({key} as varchar), 15) order by {SYNCED} desc) = 1"
    )


def rewrite(raw: Path, queries: dict[str, str]) -> None:
    """Write tables anew from what they were."""
    with open_plain(raw) as connection:
        for name, query in queries.items():
            source, table = name.split(".")
            file = raw / source / f"{table}.parquet"
            rows = query.format(f'"{source}"."{table}"')
            connection.execute(f"create or replace temp table rewritten as {rows}")
            connection.execute(f"copy rewritten to {quoted(file)} (format parquet)")


def run(command: list[object], folder: Path, file: Path | None = None) -> None:
    """Run a loader in its own environment and home."""
    with (file or Path(os.devnull)).open(encoding="utf-8") as lines:
        result = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "RUNTIME__DLTHUB_TELEMETRY": "false",
            },
            stdin=lines,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert result.returncode == 0, said(result)


def dated(plain: Path, out: Path, lost: dict[str, list[str]], sources: tuple[str, ...]) -> None:
    """The same data as plain files: without what a loader lacks, and loaded when it ran."""
    without(plain, out, lost)
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    synced = f"select * replace (cast('{moment}' as timestamp) as {SYNCED}) from {{0}}"
    files = [file for source in sources for file in sorted((out / source).glob("*.parquet"))]
    rewrite(out, {f"{file.parent.name}.{file.stem}": synced for file in files})


@pytest.fixture(scope="session")
def dlt_loads(
    loaders: Path, states: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What two runs of dlt left of Salesforce and HubSpot: `parquet`, `csv`, `loaded.duckdb`."""
    now, before = states
    with made_once(tmp_path_factory, "dlt_loads") as (folder, is_new):
        for number, state in enumerate((before, now)) if is_new else ():
            records = folder / f"records_{number}"
            write_salesforce(state, records / "salesforce", before if number else None)
            write_hubspot(state, records / "hubspot")
            for source in ("salesforce", "hubspot"):
                for kind in ("parquet", "csv", "duckdb"):
                    # DuckDB cannot tell a schema from a database of the same name.
                    target = folder / ("loaded.duckdb" if kind == "duckdb" else kind)
                    script = [loaders / "python", "-P", FOLDER / "run_dlt.py"]
                    run([*script, records / source, source, target, kind, folder / "runs"], folder)
    return folder


BUILT = Callable[..., Path]


@pytest.fixture
def built_from(abm: Abm, tmp_path: Path) -> BUILT:
    """Builds from a raw directory and returns the database."""

    def build(raw: Path, crm: str, **environment: str) -> Path:
        db = tmp_path / f"{raw.name}.duckdb"
        options = ("--raw", raw, "--db", db, "--as-of", COMPANY_DAY, "--vars", f"{{crm: {crm}}}")
        result = abm("build", *options, environment=environment)
        assert result.returncode == 0, said(result)
        return db

    return build


@pytest.mark.full
@pytest.mark.parametrize(
    ("crm", "kinds"),
    [
        ("salesforce", {"salesforce": "parquet", "hubspot": "csv"}),
        ("hubspot", {"salesforce": "csv", "hubspot": "parquet"}),
        ("hubspot", {}),
    ],
)
def test_dlt(
    crm: str,
    kinds: dict[str, str],
    dlt_loads: Path,
    states: tuple[Path, Path],
    built_from: BUILT,
    tmp_path: Path,
) -> None:
    """Two loads into files: merged resources are appended, replaced ones written anew; and into
    a database, dlt's default, which is attached."""
    landed, plain, sources = tmp_path / "landed", tmp_path / "plain", ("salesforce", "hubspot")
    copy_others(states[0], landed, *sources)
    for source, kind in kinds.items():
        shutil.copytree(dlt_loads / kind / source, landed / source)
    attached = {} if kinds else {"ABM_RAW_ATTACH": str(dlt_loads / "loaded.duckdb")}
    dated(states[0], plain, dlt_shape.LOST, sources)
    assert differing(built_from(landed, crm, **attached), built_from(plain, crm)) == []


def rows_read(raw: Path, source: str, table: str, columns: str) -> list[tuple[object, ...]]:
    """The rows of a raw table as a build reads them, each key in its newest version."""
    contract = load_contract(ROOT)
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    comparison = compare(
        *(contract, raw, [source], {}),
        row_marks=project["vars"]["row_marks"],
        loader_names=read_loader_names(ROOT),
    )
    found = comparison.landing.find(source, table)
    assert found is not None
    relation = RawDirectory(raw, contract).relation(found)
    with duckdb.connect() as connection:
        return connection.execute(
            f"select distinct {columns} from {relation} order by all"
        ).fetchall()


def test_lists_of_earlier_versions_do_not_count(
    dlt_loads: Path, loaders: Path, states: tuple[Path, Path], tmp_path: Path
) -> None:
    """A deal that left a company at the second load is the new company's alone."""
    pairs = "cast(deal_id as bigint) as deal_id, cast(company_id as bigint) as company_id"
    with open_plain(states[0]) as connection:
        linked = connection.execute(
            f"select distinct {pairs} from hubspot.deal_company order by all"
        ).fetchall()
    with open_plain(states[1]) as connection:
        before = connection.execute(
            f"select distinct {pairs} from hubspot.deal_company order by all"
        ).fetchall()
    assert set(before) - set(linked)
    for kind in ("parquet", "csv"):
        assert rows_read(dlt_loads / kind, "hubspot", "deal_company", pairs) == linked
    now, earlier = states
    run_target(loaders, "hubspot", [earlier, now], tmp_path / "messages", tmp_path / "landed")
    assert rows_read(tmp_path / "landed", "hubspot", "deal_company", pairs) == linked


def test_dlt_splits_a_column_whose_type_changes(dlt_loads: Path) -> None:
    """What the test above would not prove if dlt stopped doing it."""
    files = f"read_parquet('{dlt_loads}/parquet/salesforce/opportunity/*', union_by_name = true)"
    with duckdb.connect() as connection:
        columns = columns_of(connection, files)
        assert columns["amount"] == "BIGINT"
        assert columns["amount__v_double"] == "DOUBLE"
        both = f"select count(amount), count(amount__v_double) from {files}"
        assert min(connection.execute(both).fetchall()[0]) > 0
        folder = f"read_parquet('{dlt_loads}/parquet/salesforce/campaign/*')"
        assert "parent_id" not in columns_of(connection, folder)  # all of it is null


def test_dlt_database(dlt_loads: Path) -> None:
    """The default destination holds the newest version of what the files hold of every record."""
    unlike = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{dlt_loads / 'loaded.duckdb'}' as loaded (read_only)")
        for source in ("salesforce", "hubspot"):
            for folder in sorted((dlt_loads / "parquet" / source).iterdir()):
                if folder.name.startswith("_") or not folder.is_dir() or "__" in folder.name:
                    continue
                table = f"loaded.{source}.{folder.name}"
                files = f"read_parquet('{folder}/*', union_by_name = true)"
                columns = ", ".join(c for c in columns_of(connection, table) if c[:4] != "_dlt")
                key = "id, stage" if folder.name.startswith("stages") else "id"
                key = "object_id, property_name, timestamp" if "history" in table else key
                newest = (
                    f"select distinct {columns} from {{}} qualify row_number() over "
                    f"(partition by {key} order by _dlt_load_id desc) = 1"
                )
                rows = connection.execute(
                    f"({newest.format(table)}) except ({newest.format(files)}) union all "
                    f"(({newest.format(files)}) except ({newest.format(table)}))"
                ).fetchall()
                if rows:
                    unlike[table] = rows[:2]
    assert unlike == {}


SINGER_CONFIG = {
    "add_record_metadata": True,
    # Objects would be written as Python spells them, which nothing else reads.
    "flattening_enabled": True,
    "flattening_max_depth": 3,
    # Else a run replaces the file of the run before, of which only changes come again.
    "file_naming_scheme": "{stream_name}/{timestamp}.csv",
    "timestamp_format": "%Y-%m-%dT%H%M%S%f",
}


def run_target(
    loaders: Path,
    source: str,
    states: list[Path],
    folder: Path,
    out: Path,
    options: dict[str, Any] = SINGER_CONFIG,
) -> None:
    """Run the target on what a tap says of one state after another."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / f"{source}.json"
    config.write_text(json.dumps(options | {"output_path": str(out / source)}))
    for number, state in enumerate(states):
        messages = singer_messages(
            state, source, datetime.now(UTC), states[number - 1] if number else None
        )
        file = folder / f"{source}_{number}.jsonl"
        lines = [json.dumps(spelled(message)) for message in messages]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        run([loaders / "target-csv", "--config", config], folder, file)


@pytest.mark.full
@pytest.mark.parametrize("crm", ["hubspot", "salesforce"])
def test_singer_files(
    crm: str, loaders: Path, states: tuple[Path, Path], built_from: BUILT, tmp_path: Path
) -> None:
    """Two runs of a Singer target that writes CSV files, a part file per run."""
    now, before = states
    landed, plain = tmp_path / "landed", tmp_path / "plain"
    sources = ("salesforce", "hubspot", "marketo", "linkedin_ads")
    copy_others(now, landed, *sources)
    for source in sources:
        run_target(loaders, source, [before, now], tmp_path / "messages", landed)
    dated(now, plain, singer_shape.LOST, sources)
    assert differing(built_from(landed, crm), built_from(plain, crm)) == []


def test_objects_as_python_spells_them(
    loaders: Path, states: tuple[Path, Path], abm: Abm, tmp_path: Path
) -> None:
    """What the target writes unless it is told to flatten objects is refused, not read as null."""
    out = tmp_path / "landed"
    copy_others(states[0], out, "hubspot")
    plainly = {"add_record_metadata": True}
    run_target(loaders, "hubspot", [states[0]], tmp_path / "messages", out, plainly)
    sentences = errors(abm("build", "--raw", out, "--db", tmp_path / "abm.duckdb"))
    told = "companies.csv holds objects or lists in property_name that are not JSON"
    assert any(told in sentence for sentence in sentences), sentences
