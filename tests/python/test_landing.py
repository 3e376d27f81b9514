"""Raw tables are found whatever wrote them, read as what they are, or refused in one sentence."""

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

from abm.contract import Comparison, compare, load_contract
from abm.dialect import Dialect
from abm.landing import SEED, Landing, LoaderName, Reading, Wanted, normal, read_loader_names
from abm.paths import project_vars
from abm.raw_directory import RawDirectory

CONTRACT = load_contract(ROOT)
MARKS = project_vars(ROOT)["row_marks"]
NAMES = read_loader_names(ROOT)
COLUMNS = ("id", "account_id", "stage_name", "amount", "_fivetran_synced", "_sdc_extracted_at")
DEALS = Wanted("crm", "deal", COLUMNS, ids=frozenset({"id", "account_id"}), key=("id",),
    numbers=frozenset({"amount"}), loads=("_fivetran_synced", "_sdc_extracted_at"),
    required=("id", "amount"), is_main=True)  # fmt: skip
LINKS = Wanted("crm", "deal_company", ("deal_id", "company_id"), ids=frozenset({"deal_id"}),
    key=("deal_id",))  # fmt: skip
ROWS = [("a", "1", "Won", "10.5"), ("b", "2", 'Lost; "or" so,\nagain', "20")]


def landing(
    raw: Path, *names: LoaderName, loaders: dict[str, str] | None = None, crm: str = "crm"
) -> Landing:
    directory = RawDirectory(raw, {"crm": ["deal", "deal_company"]})
    wanted = {"crm": {"deal": DEALS, "deal_company": LINKS}}
    return Landing(directory, names, loaders or {}, wanted, crm)


def read(raw: Path, *names: LoaderName, table: str = "deal", columns: str = "*") -> list[object]:
    """The rows of a table as they are found, as text, in order."""
    found = landing(raw, *names).find("crm", table)
    assert found is not None
    assert found.problems == ()
    with duckdb.connect() as connection:
        relation = RawDirectory(raw, {}).relation(found)
        query = f"select cast(columns(*) as varchar) from (select {columns} from {relation})"
        return connection.execute(f"{query} order by all").fetchall()


def name(
    loader_table: str, path: str, column: str, table: str = "deal", reading: str = ""
) -> LoaderName:
    return LoaderName("tool", "crm", loader_table, path, table, column, Reading(reading))


def parquet(file: Path, query: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to $file (format parquet)", {"file": str(file)})


def rows_query(columns: str = "id, account_id, stage_name, amount", where: str = "true") -> str:
    values = ", ".join(
        "(" + ", ".join("'" + value.replace("'", "''") + "'" for value in row) + ")" for row in ROWS
    )
    return f"select * from (values {values}) as deals ({columns}) where {where}"


def csv(file: Path, header: str = "Id,AccountId,StageName,Amount", delimiter: str = ",") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    quoted = [[value.replace('"', '""') for value in row] for row in ROWS]
    lines = [delimiter.join(f'"{value}"' for value in row) for row in quoted]
    text = "\r\n".join([header.replace(",", delimiter), *lines]) + "\r\n"
    data = text.encode()
    file.write_bytes(gzip.compress(data) if file.suffix.lower() == ".gz" else data)


API = '"Id", "AccountId", "StageName", "Amount"'
LAYOUTS: dict[str, Callable[[Path], None]] = {
    "file": lambda crm: parquet(crm / "deal.parquet", rows_query()),
    "capitals": lambda crm: parquet(crm / "DEAL.PARQUET", rows_query(API)),
    "folder": lambda crm: [
        parquet(crm / "Deal" / day / f"{key}.parquet", rows_query(API, f"\"Id\" = '{key}'"))
        for day, key in (("2026/10", "a"), ("2026/11/x", "b"))
    ],
    "types that differ": lambda crm: [
        parquet(
            crm / "deal" / "1.parquet",
            "select 'a' id, 1 account_id, 'Won' stage_name, 10.5 amount",
        ),
        parquet(crm / "deal" / "2.parquet", rows_query(where="id = 'b'")),
    ],
    "hive": lambda crm: [
        parquet(crm / "deal" / f"stage_name={stage}" / "0.parquet", "select " + values)
        for stage, values in (
            ("Won", "'a' id, '1' account_id, '10.5' amount"),
            ("Lost%3B %22or%22 so%2C%0Aagain", "'b' id, '2' account_id, '20' amount"),
        )
    ],
    "csv": lambda crm: csv(crm / "Deal.csv"),
    "csv.gz": lambda crm: csv(crm / "deal.csv.gz", delimiter=";"),
    "csv with tabs": lambda crm: csv(crm / "deal.CSV", delimiter="\t"),
    "csv with a mark": lambda crm: csv(crm / "deal.csv", "\ufeffId,Account ID,Stage-Name,AMOUNT"),
    "csv folder": lambda crm: csv(crm / "deal" / "00" / "part 1.csv"),
    "stamped": lambda crm: csv(crm / "Deal-20261031T101112.csv"),
    "name": lambda crm: parquet(crm / "de_al.parquet", rows_query()),
    "folder called as a file": lambda crm: parquet(crm / "deal.parquet/0.parquet", rows_query()),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("folder", ["raw", 'it\'s [a] *raw*? "folder"'])
def test_layouts_are_read(layout: str, folder: str, tmp_path: Path) -> None:
    raw = tmp_path / folder
    LAYOUTS[layout](raw / "crm")
    (raw / "crm" / "deals_of_another.csv").write_text("Id,Amount\nx,1\n")
    columns = "id, account_id, stage_name, amount"
    assert read(raw, columns=columns) == ROWS
    found = landing(raw).find("crm", "deal")
    is_plain = layout == "file" and folder == "raw"
    assert found
    assert (found.query is None) == is_plain
    assert found.columns == COLUMNS[:4]
    # What lies elsewhere in the folder is told.
    assert [table.name for table in landing(raw).unmapped("crm")] == ["deals_of_another"]


def test_runs_of_a_loader_are_one_table(tmp_path: Path) -> None:
    """A file per run, and a run more than when the query was made."""
    crm = tmp_path / "crm"
    for day, key in (("20261030T101112", "a"), ("20261031T101112", "b")):
        parquet(crm / f"Deal-{day}.parquet", rows_query(API, f"\"Id\" = '{key}'"))
    found = landing(tmp_path).find("crm", "deal")
    assert found
    parquet(crm / "Deal-20261101T101112.parquet", rows_query(API, "\"Id\" = 'b'"))
    with duckdb.connect() as connection:
        relation = RawDirectory(tmp_path, {}).relation(found)
        assert connection.execute(f"select count(*) from {relation}").fetchall() == [(3,)]


REFUSED = {
    "one of the same": (
        lambda crm: (csv(crm / "Deal.csv"), parquet(crm / "deal.parquet", rows_query())),
        r"Deal\.csv and .*deal\.parquet are the same table deal: keep one of them",
    ),
    "two columns": (
        lambda crm: csv(crm / "deal.csv", "Id,AccountId,Account-Id,Amount"),
        r"Columns AccountId and Account-Id of .*deal\.csv are both account_id: keep one",
    ),
    "two kinds": (
        lambda crm: (csv(crm / "deal/1.csv"), parquet(crm / "deal/2.parquet", rows_query())),
        r"deal holds Parquet and CSV files: keep files of one kind",
    ),
    "delta": (
        lambda crm: (
            parquet(crm / "deal/1.parquet", rows_query()),
            (crm / "deal/_delta_log").mkdir(),
        ),
        "deal is a Delta table, whose files hold rows that no longer count",
    ),
    "iceberg": (
        lambda crm: (
            parquet(crm / "deal/data/1.parquet", rows_query()),
            (crm / "deal/metadata").mkdir(),
        ),
        "deal is an Iceberg table, whose files",
    ),
    "unfinished": (
        lambda crm: (
            parquet(crm / "deal/1.parquet", rows_query()),
            parquet(crm / "deal/_temporary/2.parquet", rows_query()),
        ),
        "deal holds _temporary, which a loader still writes",
    ),
    "broken part": (
        lambda crm: (
            parquet(crm / "deal/1.parquet", rows_query()),
            (crm / "deal/2.parquet").write_bytes(b"PAR1"),
        ),
        r"deal is not readable as Parquet \(.*2\.parquet.*\): load it again",
    ),
    "latin": (
        lambda crm: (crm / "deal.csv").write_bytes("Id,Amount\nSociété,1\n".encode("latin-1")),
        r"deal\.csv is not UTF-8: export it again as UTF-8",
    ),
    "latin header": (
        lambda crm: (crm / "deal.csv").write_bytes("Id,Montant payé\na,1\n".encode("latin-1")),
        r"deal\.csv is not UTF-8: export it again as UTF-8",
    ),
    "torn row": (
        lambda crm: (crm / "deal.csv").write_text("Id,AccountId,Amount\na,1,2\nb,2\n"),
        r"deal\.csv is not a readable CSV file \(deal\.csv, line 3, has 2 values, its header 3\)",
    ),
    "decimal comma": (
        lambda crm: (crm / "deal.csv").write_text("Id;Amount\na;1 234,50\nb;2\n"),
        r"deal\.csv writes numbers with a decimal comma or .* \(1 234,50 in Amount\): export them",
    ),
    "thousands": (
        lambda crm: (crm / "deal.csv").write_text('Id,Amount\na,"1,234.50"\nb,2\n'),
        r"deal\.csv writes numbers with a decimal comma or .* \(1,234\.50 in Amount\): export them",
    ),
    "nothing in it": (
        lambda crm: (crm / "deal").mkdir(),
        r"deal holds no Parquet or CSV file: load it again",
    ),
    "nothing that is read": (
        lambda crm: ((crm / "Deal").mkdir(), (crm / "Deal" / "1.jsonl.gz").write_text("{}")),
        r"Deal holds no Parquet or CSV file: load it again",
    ),
    "not a gzip": (
        lambda crm: (crm / "deal.csv.gz").write_text("Id,Amount\na,1\n"),
        r"deal\.csv\.gz is not a readable CSV file \(.*\): export it again",
    ),
    "empty": (
        lambda crm: (crm / "deal.csv").write_text(""),
        r"deal\.csv is empty or ends too soon: export it again",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why(case: str, tmp_path: Path) -> None:
    write, sentence = REFUSED[case]
    crm = tmp_path / "crm"
    crm.mkdir()
    if case in ("delta", "iceberg"):
        (crm / "deal").mkdir()
    write(crm)
    found = landing(tmp_path).find("crm", "deal")
    assert found
    assert len(found.problems) == 1
    assert re.search(sentence, found.problems[0]), found.problems[0]
    assert "\n" not in found.problems[0]


def shard(ga4: Path, name: str, *events: str) -> None:
    values = ", ".join(f"('{event}')" for event in events)
    parquet(ga4 / name, f"select * from (values {values}) as events (event_name)")


def test_a_daily_table_replaces_its_intraday_rows(tmp_path: Path) -> None:
    ga4 = tmp_path / "ga4"
    shard(ga4, "events_20261030.parquet", "first")
    shard(ga4, "events_intraday_20261030.parquet", "superseded")
    shard(ga4, "events_20261031/000.parquet", "second")
    shard(ga4, "events_20261031/001.parquet", "third")
    shard(ga4, "events_intraday_20261031/000.parquet", "superseded")
    shard(ga4, "events_intraday_20261101.parquet", "today")
    wanted = Wanted("ga4", "events", ("event_name",))
    raw = RawDirectory(tmp_path, {"ga4": ["events"]})
    found = Landing(raw, (), {}, {"ga4": {"events": wanted}}, "crm").find("ga4", "events")
    assert found
    query = f"select event_name from {raw.relation(found)} order by all"
    assert duckdb.sql(query).fetchall() == [("first",), ("second",), ("third",), ("today",)]
    # A day that lands later is read by the same query, and replaces what was today's.
    shard(ga4, "events_20261101.parquet", "whole day")
    assert [row[0] for row in duckdb.sql(query).fetchall()] == [
        "first", "second", "third", "whole day",
    ]  # fmt: skip


NESTED = """
    select * from (values
        ('a', {'owner': {'id': 7}, 'n': 1}, ['1', '2'], 1761868800000, 'urn:x:42', '10', null),
        ('b', {'owner': {'id': 8}, 'n': 2}, [], 1761868800500, 'none', null, '20.5')
    ) as deals (key, meta, companies, made, urn, amount, amount__v_double)
"""


@pytest.mark.parametrize("is_json", [False, True])
def test_paths_lead_into_what_is_nested(is_json: bool, tmp_path: Path) -> None:
    query = NESTED
    if is_json:
        texts = "to_json(meta)::varchar as meta, to_json(companies)::varchar as companies"
        query = query.replace("select *", f"select * replace ({texts}, made::varchar as made)")
    parquet(tmp_path / "crm" / "things.parquet", query)
    names = (
        name("things", "key", "id"),
        name("things", "meta.owner.id", "account_id"),
        name("things", "=Won", "stage_name"),
        name("things", "made", "_fivetran_synced", reading="epoch_milliseconds"),
        name("things", "urn", "_sdc_extracted_at", reading="first_number"),
        name("things", "companies[]", "company_id", "deal_company"),
        name("things", "key + made", "deal_id", "deal_company"),
    )
    expected = [
        ("a", "7", "Won", "10", "2025-10-31 00:00:00", "42"),
        ("b", "8", "Won", "20.5", "2025-10-31 00:00:00.5", "none"),
    ]
    columns = "id, account_id, stage_name, amount, _fivetran_synced, _sdc_extracted_at"
    assert read(tmp_path, *names, columns=columns) == expected
    links = read(tmp_path, *names, table="deal_company", columns="deal_id, company_id")
    assert links == [("a|1761868800000", "1"), ("a|1761868800000", "2")]
    # Without its list a table has no row at all, and is missing.
    parquet(tmp_path / "crm" / "things.parquet", f"select * exclude (companies) from ({NESTED})")
    assert landing(tmp_path, *names).find("crm", "deal_company") is None


def test_names_with_a_star_share_a_part(tmp_path: Path) -> None:
    query = "select 1 as id, 'Won' as \"properties_stage.name\", {'value': 5} as p_amount"
    parquet(tmp_path / "crm" / "things.parquet", query)
    names = (name("things", "properties_*", "*"), name("things", "p_*.value", "*"))
    assert read(tmp_path, *names, columns="id, stage_name, amount") == [("1", "Won", "5")]


def test_a_loader_is_known_by_its_marks_its_names_or_a_var(tmp_path: Path) -> None:
    names = (name("things", "key", "id"), name("things", "amount", "amount"))
    parquet(tmp_path / "crm" / "things.parquet", NESTED)
    assert landing(tmp_path, *names).loaders("crm") == {"": "tool"}
    # Marks go before names, and a var before both.
    parquet(tmp_path / "crm" / "more.parquet", "select 1 as _airbyte_raw_id")
    assert landing(tmp_path, *names).loaders("crm") == {"": "airbyte"}
    assert landing(tmp_path, *names).find("crm", "deal") is None
    assert landing(tmp_path, *names).hint("crm") == "set var loaders to {crm: tool}"
    told = landing(tmp_path, *names, loaders={"crm": "tool"})
    assert told.loaders("crm") == {"": "tool"}
    assert told.find("crm", "deal")


def test_connections_keep_their_ids_apart(tmp_path: Path) -> None:
    for folder, query in (
        ("crm", rows_query()),
        ("crm__eu", "select 1.0 as id, '' as account_id, 5 as amount"),
    ):
        parquet(tmp_path / folder / "deal.parquet", query)
    columns = "id, account_id, amount, source_connection"
    assert read(tmp_path, columns=columns) == [
        ("a", "1", "10.5", None),
        ("b", "2", "20", None),
        ("eu:1", None, "5", "eu"),
    ]
    lists = Dialect().prefixed("'1;2'", "eu:", is_list=True)
    assert duckdb.sql(f"select {lists}").fetchall() == [("eu:1;eu:2",)]


def compared(raw: Path, *enabled: str, **options: object) -> Comparison:
    return compare(
        CONTRACT, raw, ["salesforce", *enabled], {}, row_marks=MARKS, loader_names=NAMES, **options
    )


def salesforce(raw: Path) -> None:
    """The two tables without which nothing can be measured, with all that they need."""
    for table in ("account", "opportunity"):
        columns = CONTRACT["salesforce"][table].columns
        listed = ", ".join(f"null::varchar as {column.name}" for column in columns)
        parquet(raw / "salesforce" / f"{table}.parquet", f"select {listed}")


def test_a_source_without_its_main_table_is_not_passed_over(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    salesforce(raw)
    assert compared(raw, "ga4").fatal == []
    warnings = compared(raw, "ga4").warnings
    assert any("has no folder ga4, so ga4 counts as delivering" in line for line in warnings)

    (raw / "ga4").mkdir()
    (sentence,) = compared(raw, "ga4").fatal
    assert "raw/ga4 is empty: land events there, or take ga4 out of var enabled_sources" in sentence
    (raw / "ga4" / "events.jsonl").write_text("{}")
    shard(raw / "ga4", "web_2026.parquet", "x")
    (sentence,) = compared(raw, "ga4").fatal
    assert (
        "raw/ga4 holds web_2026.parquet, events.jsonl, of which none is events: name it" in sentence
    )
    # Who says that it is absent is believed.
    declared = {"ga4": {"events": "all"}}
    assert compare(CONTRACT, raw, ["salesforce", "ga4"], declared, row_marks=MARKS).fatal == []


def test_what_lies_elsewhere_is_found(tmp_path: Path) -> None:
    """A folder of another name, and a directory one level too high."""
    raw = tmp_path / "raw"
    salesforce(raw)
    (raw / "salesforce").rename(raw / "sf_prod")
    (raw / "ga4").mkdir()
    shard(raw / "ga4", "events.parquet", "x")
    fatal = compared(raw).fatal
    assert len(fatal) == 1
    assert "(salesforce), " not in fatal[0]
    named = compare(
        CONTRACT, RawDirectory(raw, CONTRACT, {"salesforce": "sf_prod"}), ["salesforce"], {}
    )
    assert named.fatal == []
    hint = compared(raw, "ga4")
    assert "folder sf_prod has it: set var salesforce_schema to sf_prod" in " ".join(hint.fatal)
    # Another source has a table of that name too, and comes first.
    shutil.copytree(raw / "sf_prod", raw / "an_org")
    (raw / "an_org" / "account.parquet").unlink()
    assert "folder sf_prod has it" in " ".join(compared(raw, "ga4").fatal)
    shutil.copytree(raw / "an_org", raw / "the_salesforce_org")
    assert "folder the_salesforce_org has it" in " ".join(compared(raw, "ga4").fatal)
    (sentence,) = compared(tmp_path, "ga4").fatal
    assert sentence.endswith("raw has: name that with --raw or ABM_RAW_DIR.")
    braces = tmp_path / "a{b}"
    braces.mkdir()
    assert "holds a brace" in compared(braces).fatal[0]


def test_no_two_names_of_the_contract_are_the_same() -> None:
    for source, tables in CONTRACT.items():
        names = [normal(table) for table in tables]
        assert len(names) == len({*names}), source
        marks = {name for kind in MARKS.values() for name in kind}
        for table in tables.values():
            columns = {column.name for column in table.columns} | marks
            assert len({normal(column) for column in columns}) == len(columns), table.name


def test_the_seed_names_what_the_contract_has() -> None:
    marks = {name for kind in MARKS.values() for name in kind}
    for row in NAMES:
        columns = {column.name for column in CONTRACT[row.source][row.table].columns} | marks
        assert bool(row.loader_column) == bool(row.column), row
        assert row.loader_column.count("*") == row.column.count("*") <= 1, row
        if row.column:
            pattern = re.escape(row.column).replace(r"\*", ".+")
            assert any(re.fullmatch(pattern, column) for column in columns), row
    text = (ROOT / "seeds" / f"{SEED}.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all(re.search(r",[\w-]+ [\w.]+$|,dlt.*$|,$", line) for line in text)
