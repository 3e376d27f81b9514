"""Every heading, explanation and code has its words in both languages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT

from abm.dictionary import ColumnEntry, TableEntry, read_dictionary, read_reference
from abm.paths import project_vars, read_seed, read_yaml

LANGUAGES = {"en", "fr"}
TABLES = read_yaml(ROOT / "abm" / "report" / "tables.yml")

NOT_CODED = re.compile(
    # Ids and names, what is written in two languages, what says its language in its name.
    r".*_id|.*_name|.*_hash|email|domain|url_path|.*_(en|fr)|top_driver|missing_key_roles"
    # Words of the CRM, of vendors and of the marketing team.
    r"|stage_name|campaign_type|country|industry_raw|provider|topic|title|hypothesis|decision|arm"
    r"|(sixsense|demandbase)_.*"
    # Values, keys of many kinds, lists, names of tables.
    r"|(raw|old|new)_value|driver|signal_key|content_item|evidence|subject|source_systems"
    r"|raw_table|iso_week|(original|reporting)_currency|opportunity_label"
    # What a build was of.
    r"|.*_fingerprint|selection|vars"
)
"""Columns of text that hold no code of the warehouse."""

UNLABELLED = {
    "rpt_abm_roi.period": r"\d{4}-Q\d",
    "benchmarks.unit": r".*",
    "channel_rules.source_system": "any",
    "interaction_rules.source_system": "any",
    "interaction_rules.interaction_type": "none",
    "kpi_targets.programme_stage": "any",
}
"""Values of coded columns that say it all, that are no code, or that stand for every code."""

Labels = Mapping[str, set[str]]


@pytest.fixture(scope="module")
def dictionary() -> dict[str, TableEntry]:
    return read_dictionary(ROOT)


def gaps(table: dict[str, Any], dictionary: dict[str, TableEntry]) -> list[str]:
    """Name what a table of tables.yml cannot say in English or in French."""
    found = []
    headings = []
    models = {table["model"]}
    for column in table["columns"]:
        heading = column.get("heading")
        if heading is None:
            label = column.get("label", f"{table['model']}.{column['name']}")
            model, _, name = label.partition(".")
            models.add(model)
            entry = dictionary[model].columns.get(name) if model in dictionary else None
            heading = entry.labels if entry else {}
            if entry and set(entry.descriptions) != LANGUAGES:
                found.append(f"{label} has no description")
        elif "label" in column:
            found.append(f"{column['name']} has a heading and a label")
        if set(heading) != LANGUAGES or not all(heading.values()):
            found.append(f"{column['name']} has no heading")
        headings.append(heading)
    for language in sorted(LANGUAGES):
        said = Counter(heading[language] for heading in headings if language in heading)
        found += [f"two are {text}" for text, times in said.items() if times > 1]
    for model in sorted(models):
        if model not in dictionary or set(dictionary[model].descriptions) != LANGUAGES:
            found.append(f"{model} has no description")
    return found


@pytest.mark.parametrize("table", TABLES)
def test_table_is_headed_and_explained_in_both_languages(
    table: str, dictionary: dict[str, TableEntry]
) -> None:
    assert gaps(TABLES[table], dictionary) == []


@pytest.mark.parametrize(
    ("column", "gap"),
    [
        ("{name: b}", ["b has no heading"]),
        ("{name: b, label: m.c}", ["b has no heading"]),
        ("{name: b, label: m.d}", ["m.d has no description"]),
        ("{name: b, label: x.a}", ["b has no heading", "x has no description"]),
        ("{name: b, heading: {en: B}}", ["b has no heading"]),
        ("{name: b, heading: {en: B, fr: ''}}", ["b has no heading"]),
        ("{name: b, label: m.a, heading: {en: B, fr: C}}", ["b has a heading and a label"]),
        ("{name: b, heading: {en: A, fr: B}}", ["two are A"]),
        ("{name: b, heading: {en: B, fr: A}}", ["two are A"]),
        ("{name: b, heading: {en: B, fr: C}}", []),
    ],
)
def test_check_of_tables_catches(column: str, gap: list[str], tmp_path: Path) -> None:
    planted = project(tmp_path, "a,A,A\nc,C,\nd,D,D", "m,m\nm.a,a\nm.c,c")
    tables = tmp_path / "tables.yml"
    tables.write_text(f"{{model: m, columns: [{{name: a}}, {column}]}}")
    assert gaps(read_yaml(tables), read_dictionary(planted)) == gap


def project(folder: Path, labels: str, french: str) -> Path:
    """A project whose one model has the columns a, c and d, and these words."""
    for name in ("models/marts", "seeds"):
        (folder / name).mkdir(parents=True)
    (folder / "models" / "marts" / "_m.yml").write_text(
        "models: [{name: m, description: m, columns: ["
        + ", ".join(f"{{name: {name}, data_type: date, description: {name}}}" for name in "acd")
        + "]}]"
    )
    rows = "".join(f"column,{code},,{said}\n" for code, _, said in partitions(labels))
    (folder / "seeds" / "label_texts.csv").write_text(
        f"domain,code,sort_order,label_en,label_fr\nother,a,,No,Non\n{rows}"
    )
    (folder / "seeds" / "french_descriptions.csv").write_text(
        f"object_name,description_fr\n{french}\n"
    )
    return folder


def partitions(lines: str) -> Iterator[tuple[str, str, str]]:
    return (line.partition(",") for line in lines.split("\n"))


def test_label_of_a_table_counts_before_that_of_a_name(tmp_path: Path) -> None:
    columns = read_dictionary(project(tmp_path, "a,A,B\nm.a,C,D\nx.c,E,F", "m.a,é"))["m"].columns
    assert columns["a"].labels == {"en": "C", "fr": "D"}
    assert columns["a"].descriptions == {"en": "a", "fr": "é"}
    assert columns["c"].labels == {}


def flaws(dictionary: dict[str, TableEntry], named: Iterable[str]) -> list[str]:
    """Name the columns that lack a word or share one, and the words of nothing."""
    columns = {
        f"{table.name}.{column.name}": column
        for table in dictionary.values()
        for column in table.columns.values()
    }
    found = []
    for name, column in columns.items():
        said = set(column.labels)
        if said not in (set(), LANGUAGES) or ("fr" in column.descriptions and not said):
            found.append(f"{name} has no label")
    for table in dictionary.values():
        for language in sorted(LANGUAGES):
            labels = [column.labels.get(language) for column in table.columns.values()]
            said = Counter(label for label in labels if label)
            found += [f"{table.name} has two {text}" for text, n in said.items() if n > 1]
    known = {*dictionary, *columns, *(column.name for column in columns.values())}
    return found + [f"nothing is {name}" for name in named if name not in known]


def named() -> list[str]:
    """What the seeds of words speak of."""
    columns = [row["code"] for row in read_seed(ROOT, "label_texts") if row["domain"] == "column"]
    columns += [row["column_name"] for row in read_seed(ROOT, "label_domains")]
    return columns + [row["object_name"] for row in read_seed(ROOT, "french_descriptions")]


def test_words_are_complete_and_of_what_is_published(dictionary: dict[str, TableEntry]) -> None:
    assert flaws(dictionary, set(named()) - {"owner_role"}) == []


def test_check_of_words_catches(tmp_path: Path) -> None:
    planted = project(tmp_path, "a,A,B\nc,A,\nm.c,C,", "m.d,d")
    assert flaws(read_dictionary(planted), ["m", "m.a", "a", "m.b", "gone"]) == [
        "m.c has no label",
        "m.d has no label",
        "nothing is m.b",
        "nothing is gone",
    ]
    planted = project(tmp_path / "two", "a,A,B\nc,A,C", "m,m")
    assert flaws(read_dictionary(planted), []) == ["m has two A"]


# Codes.


def domain_of(table: str, column: str) -> str | None:
    """The domain of a column's codes: that of its own table, else the one of its name."""
    return DOMAINS.get(f"{table}.{column}", DOMAINS.get(column))


DOMAINS = {row["column_name"]: row["domain"] for row in read_seed(ROOT, "label_domains")}


def labels_in(connection: duckdb.DuckDBPyConnection) -> Labels:
    """Every domain and the codes that have words in both languages."""
    return dict(
        connection.execute(
            "select domain, list(code) from reference.labels "
            "where trim(label_en) <> '' and trim(label_fr) <> '' group by domain"
        ).fetchall()
    )


def unworded(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Name the codes of published columns that have no words, and columns nobody knows of."""
    labels = labels_in(connection)
    found = []
    # A value of a source that no seed maps stands as it is, and the audit says so.
    unmapped = {
        value.casefold()
        for (value,) in connection.execute(
            "select raw_value from audit.audit_unmapped_values"
        ).fetchall()
    }
    for schema, table, column in connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('marts', 'audit', 'reference') and data_type = 'VARCHAR' "
        "order by all"
    ).fetchall():
        domain = domain_of(table, column)
        if domain is None:
            if schema != "reference" and not NOT_CODED.fullmatch(column):
                found.append(f"{table}.{column} is in no domain")
            continue
        free = UNLABELLED.get(f"{table}.{column}", "")
        for (code,) in connection.execute(
            f'select distinct "{column}" from {schema}.{table} '
            f'where "{column}" is not null order by 1'
        ).fetchall():
            if code in labels.get(domain, ()) or re.fullmatch(free, code):
                continue
            if code.casefold() not in unmapped:
                found.append(f"{table}.{column}: {code}")
    return found


def test_every_code_of_the_sample_and_the_seeds_has_words(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        assert unworded(connection) == []
        assert set(DOMAINS.values()) <= set(labels_in(connection))


WITH_CODES = """
    create schema marts; create schema audit; create schema reference;
    create table audit.audit_unmapped_values as select 'Podcast' as raw_value;
    create table marts.fct_a as
    select * from (values ('fintech', 'x', 'podcast', 'x'), ('biotech', 'x', 'email', null))
        as a (sector, account_id, channel, colour);
    create table reference.labels as
    select * from (values
        ('sector', 'fintech', 'F', 'F'), ('channel', 'email', 'E', ''), ('x', 'biotech', 'B', 'B')
    ) as labels (domain, code, label_en, label_fr);
    create table reference.sector_aliases as select 'other' as sector, 'free' as alias;
"""


def test_check_of_codes_catches() -> None:
    with duckdb.connect() as connection:
        connection.execute(WITH_CODES)
        assert unworded(connection) == [
            "fct_a.channel: email",
            "fct_a.colour is in no domain",
            "fct_a.sector: biotech",
            "sector_aliases.sector: other",
        ]


def written(sql: str) -> Iterator[tuple[str, str]]:
    """The codes that SQL gives to a column: the column, and the literal as its value."""
    sql = re.sub(r"\{#.*?#\}|--[^\n]*", "", sql, flags=re.DOTALL)
    for literal, column in re.findall(r"'(\w+)'\s+as\s+(\w+)", sql):
        yield column, literal
    for end in re.finditer(r"\bend\s*\)?\s+as\s+(\w+)", sql):
        depth, start = 0, 0
        for word in reversed(list(re.finditer(r"\b(case|end)\b", sql[: end.start() + 3]))):
            depth += 1 if word[1] == "end" else -1
            if depth == 0:
                start = word.start()
                break
        for literal in re.findall(r"\b(?:then|else)\s+'(\w+)'", sql[start : end.start()]):
            yield end[1], literal


def domains_of(column: str) -> set[str]:
    """The domains of a column's name in any table; a reason is one whatever it is a reason of."""
    found = {domain for name, domain in DOMAINS.items() if name.rpartition(".")[2] == column}
    return found or ({"reason"} if column.endswith("_reason") else set())


NOT_PUBLISHED = {("int_channel_removals.sql", "state")}
"""Columns of intermediate models that have the name of a coded column and are none."""


def unworded_literals(files: Iterable[Path], labels: Labels) -> list[str]:
    """Name the codes in SQL that have no words in any domain that their column may have."""
    return [
        f"{file.name}: {column} {literal}"
        for file in files
        for column, literal in written(file.read_text(encoding="utf-8"))
        if (file.name, column) not in NOT_PUBLISHED
        and (domains := domains_of(column))
        and not any(literal in labels.get(domain, ()) for domain in domains)
    ]


def test_every_code_that_a_model_writes_has_words(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        labels = labels_in(connection)
    files = [*(ROOT / "models").rglob("*.sql"), *(ROOT / "macros").rglob("*.sql")]
    assert sum(1 for file in files for _ in written(file.read_text(encoding="utf-8"))) > 200
    assert unworded_literals(files, labels) == []


def test_check_of_literals_catches(tmp_path: Path) -> None:
    (tmp_path / "planted.sql").write_text(
        "select 'lost_code' as apr_reason, 'kept' as colour, -- 'no' as sector\n"
        "case when a then case b when 1 then 'hot' else 'mild' end else 'cold' end as aes_status"
    )
    assert unworded_literals([tmp_path / "planted.sql"], {"aes_status": {"hot", "cold"}}) == [
        "planted.sql: apr_reason lost_code",
        "planted.sql: aes_status mild",
    ]


NO_CODES = {"account_acceptances", "warn_after", "error_after"}
"""Raw tables and settings of sources that descriptions of coded columns speak of."""


def unworded_in_text(dictionary: dict[str, TableEntry], labels: Labels) -> list[str]:
    """Name what descriptions of coded columns call a code, and that has no words anywhere."""
    known = NO_CODES | set(project_vars(ROOT)) | set(read_reference(ROOT)) | set(dictionary)
    known |= {column for table in dictionary.values() for column in table.columns}
    known |= {code for codes in labels.values() for code in codes}
    return [
        f"{table.name}.{column.name}: {word}"
        for table in dictionary.values()
        for column in table.columns.values()
        if domain_of(table.name, column.name)
        for word in re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", column.descriptions["en"])
        if word not in known
    ]


def test_every_code_that_a_description_names_has_words(
    dictionary: dict[str, TableEntry], published: Path
) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        assert unworded_in_text(dictionary, labels_in(connection)) == []


def test_check_of_descriptions_catches() -> None:
    said = {"en": "no_spend, no_mood (of rpt_a) or name_of_a where it is null."}
    columns = {name: ColumnEntry(name, said, {}, "varchar") for name in ("reason", "name_of_a")}
    planted = {"rpt_a": TableEntry("rpt_a", {"en": "A."}, {}, "marts", columns)}
    assert unworded_in_text(planted, {"reason": {"no_spend"}}) == ["rpt_a.reason: no_mood"]
