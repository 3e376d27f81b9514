"""`abm export crm`: what changed, ready for an import, and never a formula."""

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from conftest import ROOT, errors, said
from crm_release import AS_OF, NEXT, RELEASE, account, accounts, alert, call_abm, publish

from abm.crm.records import Field, read_book
from abm.paths import read_seed
from abm.texts import WORD_JOINER

HEADINGS = {
    "salesforce": [
        *("Id", "ABM_Score_Date__c", "ABM_Score_Unchanged_Since__c", "ABM_Engagement_Score__c"),
        *("ABM_Engagement_Band__c", "ABM_Score_Change_30_Days__c", "ABM_Journey_Stage__c"),
        *("ABM_Penetration_Rate__c", "ABM_Missing_Key_Roles__c", "ABM_Next_Action__c"),
        "ABM_Next_Action_Reason__c",
    ],
    "hubspot": [
        *("Record ID", "abm_score_date", "abm_score_unchanged_since", "abm_engagement_score"),
        *("abm_engagement_band", "abm_score_change_30_days", "abm_journey_stage"),
        *("abm_penetration_rate", "abm_missing_key_roles", "abm_next_action"),
        "abm_next_action_reason",
    ],
}
WORDS = {
    "en": [
        "Middle",
        "Marketing qualified account",
        "Finance, IT",
        "Re-engage",
        "Account 7 cools down.",
    ],
    "fr": [
        *(
            "Intermédiaire",
            "Compte qualifié par le marketing",
            "Finance, Informatique",
            "Réengager",
        ),
        "Le compte 7 se refroidit.",
    ],
}
HOSTILE = [
    *('=HYPERLINK("http://127.0.0.1:1/";"x")', "+1+1", "-2+3", "@SUM(1)", "\t=1+1", " =1+1"),
    *("\r=1+1", "\n-1", "\uff1d1+1", "\uff0b1", "\uff20x", 'a "quoted", text', "a\nb", "x" * 2000),
]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "written.jsonl"


def rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.reader(text))


def exported(db: Path, ledger: Path, *options: object, crm: str = "salesforce") -> str:
    result = call_abm(
        *("export", "crm", "--format", f"{crm}-csv", "--db", db, "--ledger", ledger),
        *("--out", ledger.parent / "out", *options),
    )
    assert result.returncode == 0, said(result)
    return result.stdout


@pytest.mark.parametrize("crm", HEADINGS)
@pytest.mark.parametrize("lang", WORDS)
def test_a_row_is_what_the_import_takes(tmp_path: Path, ledger: Path, crm: str, lang: str) -> None:
    one = account(7, crm, aes="80.005000", aes_band="middle", apr_pct=2 / 3 * 100)
    nothing = dict.fromkeys(
        [name for name in one if name.startswith(("current", "apr", "missing", "next", "changed"))]
    )
    empty = account(8, crm, aes="0", aes_change_30d="-0.001", aes_band="bottom", **nothing)
    db = publish(tmp_path / "published.duckdb", [one, empty])
    text = exported(db, ledger, "--lang", lang, crm=crm)
    file = tmp_path / "out" / f"{crm}-accounts-{AS_OF}-{RELEASE}.csv"
    assert f"Wrote 2 of 2 accounts, as of {AS_OF} (release {RELEASE}), to " in text
    band, *others = WORDS[lang]
    bottom = {"en": "Bottom", "fr": "Inférieure"}[lang]
    assert rows(file) == [
        HEADINGS[crm],
        [
            *(one["crm_account_id"], "2026-10-31", "2026-10-01", "80.01", band, "-2.50"),
            *(others[0], "66.7", *others[1:]),
        ],
        [empty["crm_account_id"], "2026-10-31", "", "0.00", bottom, "0.00", *[""] * 5],
    ]


def test_only_what_changed_is_exported_again(tmp_path: Path, ledger: Path) -> None:
    db = publish(tmp_path / "published.duckdb", accounts(3))
    exported(db, ledger)
    text = exported(db, ledger)
    assert text.startswith(f"No account changed since the last file, as of {AS_OF} (release ")

    # The day alone is no change, nor is what lies below the places of a field.
    changed = [account(0, as_of_on="2026-11-01"), account(1, aes="1.124000"), account(2, aes="3")]
    publish(db, changed, release=NEXT)
    before = ledger.read_text()
    assert "1 of 3 accounts changed" in exported(db, ledger, "--dry-run")
    assert ledger.read_text() == before
    exported(db, ledger)
    (file,) = (tmp_path / "out").glob(f"*{NEXT}.csv")
    assert [row[0] for row in rows(file)[1:]] == [changed[2]["crm_account_id"]]

    # Another language is another text, and a file is never written over.
    exported(db, ledger, "--lang", "fr")
    assert len(rows(tmp_path / "out" / f"salesforce-accounts-{AS_OF}-{NEXT}-2.csv")) == 4
    assert "Wrote 3 of 3" in exported(db, ledger, "--all")
    assert ledger.stat().st_mode & 0o777 == 0o600
    # What one CRM was told the other was not.
    publish(db, accounts(3, "hubspot"), release=NEXT)
    assert "Wrote 3 of 3" in exported(db, ledger, crm="hubspot")


def hostile(tmp_path: Path) -> Path:
    some = [
        account(n, next_action_reason_en=text, missing_key_roles=text)
        for n, text in enumerate(HOSTILE)
    ]
    return publish(tmp_path / "published.duckdb", some)


def test_no_cell_begins_a_formula(tmp_path: Path, ledger: Path) -> None:
    exported(hostile(tmp_path), ledger)
    (file,) = (tmp_path / "out").glob("*.csv")
    cells = [cell for row in rows(file) for cell in row]
    assert sum(cell.startswith(WORD_JOINER) for cell in cells) > 15
    for cell in cells:
        is_number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
        assert is_number or not re.match(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", cell), cell
        assert "\n" not in cell
    assert max(map(len, cells)) == 1000
    assert file.read_text().count("\N{HORIZONTAL ELLIPSIS}") == 2


def test_libreoffice_runs_nothing_and_gives_the_values_back(tmp_path: Path, ledger: Path) -> None:
    if not shutil.which("soffice"):
        pytest.skip("soffice (Debian package libreoffice-calc) is not installed")
    exported(hostile(tmp_path), ledger)
    (file,) = (tmp_path / "out").glob("*.csv")
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    # UTF-8, commas, every column as it is; then back to text, as cells show it.
    for source, target in ((file, "ods"), (tmp_path / f"{file.stem}.ods", "csv")):
        filters = "44,34,76,1" if target == "ods" else "44,34,76,1,,0,false,true,false"
        subprocess.run(
            [
                *("soffice", home, "--headless", f"--infilter=CSV:{filters}"),
                *(
                    "--convert-to",
                    f"{target}:Text - txt - csv (StarCalc):{filters}"
                    if target == "csv"
                    else target,
                ),
                *("--outdir", str(tmp_path), str(source)),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
    back = rows(tmp_path / f"{file.stem}.csv")
    assert [normal(row) for row in back] == [normal(row) for row in rows(file)]
    with (tmp_path / f"{file.stem}.ods").open("rb") as book:
        unpacked = subprocess.run(
            ["python3", "-m", "zipfile", "-e", book.name, str(tmp_path / "ods")], check=True
        )
    assert unpacked.returncode == 0
    assert "table:formula" not in (tmp_path / "ods" / "content.xml").read_text()


def normal(row: list[str]) -> list[object]:
    """Cells with numbers as numbers: a spreadsheet shows 2.50 as 2.5."""
    return [float(c) if re.fullmatch(r"-?\d+(\.\d+)?", c) and len(c) < 15 else c for c in row]


def test_setup_of_salesforce(tmp_path: Path, ledger: Path) -> None:
    db = publish(tmp_path / "published.duckdb", accounts(1))
    text = exported(db, ledger, "--setup")
    assert not ledger.exists()
    folder = tmp_path / "out" / "salesforce-setup"
    names = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert names == {
        *("package.xml", "objects/Account.object", "objects/Activity.object"),
        "permissionsets/ABM_Scores.permissionset",
    }
    assert text.count("Wrote ") == 4
    space = {"m": "http://soap.sforce.com/2006/04/metadata"}
    parsed = {name: ElementTree.parse(folder / name).getroot() for name in names}
    own = [row for row in read_seed(ROOT, "crm_fields") if row["source_system"] == "salesforce"]
    for object_name, metadata in (("Account", "Account"), ("Task", "Activity")):
        wanted = {row["field_name"]: row for row in own if row["object_name"] == object_name}
        fields = {
            node.findtext("m:fullName", "", space): node
            for node in parsed[f"objects/{metadata}.object"].findall("m:fields", space)
        }
        assert fields.keys() == wanted.keys()
        for name, node in fields.items():
            kinds = {
                "number": "Number",
                "date": "Date",
                "text": "Text",
                "long_text": "LongTextArea",
            }
            assert node.findtext("m:type", "", space) == kinds[wanted[name]["field_type"]]
            assert 0 < len(node.findtext("m:label", "", space)) <= 40
            assert len(node.findtext("m:inlineHelpText", "", space)) <= 510
            assert len(node.findtext("m:description", "", space)) <= 1000
            size = node.findtext("m:precision", None, space) or node.findtext("m:length", "", space)
            assert size == wanted[name]["length"]
            assert (node.findtext("m:scale", "", space)) == wanted[name]["decimals"]
    members = {node.text for node in parsed["package.xml"].iter(f"{{{space['m']}}}members")}
    assert members == {
        "ABM_Scores",
        *(f"{row['object_name'].replace('Task', 'Activity')}.{row['field_name']}" for row in own),
    }
    granted = {
        node.findtext("m:field", "", space)
        for node in parsed["permissionsets/ABM_Scores.permissionset"].findall(
            "m:fieldPermissions", space
        )
    }
    assert granted == {f"{row['object_name']}.{row['field_name']}" for row in own}


def test_setup_of_hubspot(tmp_path: Path, ledger: Path) -> None:
    db = publish(tmp_path / "published.duckdb", accounts(1, "hubspot"))
    exported(db, ledger, "--setup", "--lang", "fr", crm="hubspot")
    folder = tmp_path / "out" / "hubspot-setup"
    own = [row for row in read_seed(ROOT, "crm_fields") if row["source_system"] == "hubspot"]
    group = json.loads((folder / "group.json").read_text())["name"]
    for name in ("companies", "tasks"):
        inputs = json.loads((folder / f"{name}.json").read_text())["inputs"]
        wanted = {row["field_name"]: row for row in own if row["object_name"] == name}
        assert {one["name"] for one in inputs} == wanted.keys()
        assert {one["groupName"] for one in inputs} == {group}
        for one in inputs:
            kinds = {
                "number": ("number", "number"),
                "date": ("date", "date"),
                "text": ("string", "text"),
                "long_text": ("string", "textarea"),
            }
            assert (one["type"], one["fieldType"]) == kinds[wanted[one["name"]]["field_type"]]
            assert one["label"].startswith("ABM")
            assert one["hasUniqueValue"] == (one["name"] == "abm_alert_id")
    labels = {one["label"] for one in json.loads((folder / "companies.json").read_text())["inputs"]}
    assert "ABM: Score d\N{RIGHT SINGLE QUOTATION MARK}engagement" in labels


def test_fields_of_the_seed_are_ones_that_the_crm_can_have() -> None:
    published = set(duckdb.sql(f"from '{ROOT}/seeds/crm_fields.csv'").columns)
    assert {"field_type", "length", "decimals"} <= published
    for row in read_seed(ROOT, "crm_fields"):
        name, length = row["field_name"], int(row["length"] or 0)
        if row["source_system"] == "salesforce":
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*__c", name)
            assert len(name.removesuffix("__c")) <= 40
            assert (
                length
                <= {"number": 18, "text": 255, "long_text": 131_072, "date": 0}[row["field_type"]]
            )
        else:
            assert re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name)


def test_what_stops_an_export(tmp_path: Path, ledger: Path) -> None:
    db = publish(tmp_path / "published.duckdb", accounts(1))
    run = ("export", "crm", "--db", db, "--ledger", ledger, "--out", tmp_path / "out", "--format")
    (sentence,) = errors(call_abm(*run, "excel"))
    assert sentence == "There is no --format excel: name one of salesforce-csv, hubspot-csv."
    (sentence,) = errors(call_abm(*run, "hubspot-csv"))
    assert "are Salesforce's, not HubSpot's: name the CRM of var crm" in sentence
    (sentence,) = errors(call_abm(*run, "salesforce-csv", "--lang", "de"))
    assert sentence == "There are no texts in de: name one of en, fr."
    (sentence,) = errors(call_abm(*run, "salesforce-csv", "--connection", "emea"))
    assert sentence.endswith("has no accounts of Salesforce by the connection emea.")
    connected = account(1) | {"account_id": f"emea:{account(1)['crm_account_id']}"}
    publish(db, [connected])
    (sentence,) = errors(call_abm(*run, "salesforce-csv"))
    assert sentence.endswith("without a connection: name one with --connection (emea).")
    assert call_abm(*run, "salesforce-csv", "--connection", "emea").returncode == 0
    ledger.write_text("no json\n")
    (sentence,) = errors(call_abm(*run, "salesforce-csv", "--connection", "emea"))
    assert "line 1 says nothing that was written to a CRM: correct the line or remove" in sentence
    publish(db, accounts(1), status="failed")
    (sentence,) = errors(call_abm(*run, "salesforce-csv"))
    assert "or go on with --force" in sentence
    with duckdb.connect(str(db)) as connection:
        connection.execute("drop table marts.rpt_crm_accounts")
        connection.execute("update audit.audit_builds set status = 'finished'")
    (sentence,) = errors(call_abm(*run, "salesforce-csv"))
    assert "holds no scores for the CRM" in sentence
    blocked = tmp_path / "file"
    blocked.touch()
    publish(db, accounts(1))
    ledger.unlink()
    (sentence,) = errors(call_abm(*run[:-2], blocked / "out", "--format", "salesforce-csv"))
    assert sentence.startswith(f"Cannot write to {blocked}")
    assert not ledger.read_text()


def test_a_mapping_that_names_no_column_is_told(tmp_path: Path) -> None:
    db = publish(tmp_path / "published.duckdb", accounts(1), [alert("a")])
    with duckdb.connect(str(db)) as connection:
        connection.execute(
            "update reference.crm_fields set column_name = 'x' where column_name = 'aes'"
        )
    with pytest.raises(
        Exception, match=r"crm_fields names x, which marts.rpt_crm_accounts has not"
    ):
        read_book(db, "salesforce", "en")


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("0.005", "0.01"),
        ("-0.004", "0.00"),
        (12, "12.00"),
        ("12.5", "12.50"),
        (None, None),
        ("", None),
    ],
)
def test_numbers_are_spelled_alike_whoever_says_them(value: object, spelled: str | None) -> None:
    field = Field("Account", "aes", "A__c", "number", 18, 2, True)
    assert field.spelled(value) == spelled
