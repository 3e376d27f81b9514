"""The pages in a browser: complete in both languages, on a phone, for everybody, with any name."""

import base64
import hashlib
import re
import shutil
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import duckdb
import pytest
from conftest import ROOT, Dashboard, Opened
from html_tree import Node, read_html

from abm.dictionary import read_dictionary
from abm.paths import read_seed, read_yaml
from abm.report.pages import AUDIENCES
from abm.report.period import PERIODS, write_report
from abm.report.script import script
from abm.report.site import write_site
from abm.report.verdict import BEHIND
from abm.texts import WORD_JOINER

LANGUAGES = ("en", "fr")
TOP = ("index", "accounts", "definitions", *AUDIENCES)
WIDTHS = (1280, 390)
SECTIONS = ("overview", "performance", "health", "actions", "forecast")
TABLES = read_yaml(ROOT / "abm" / "report" / "tables.yml")
REASONS = {
    row["code"]: {language: row[f"label_{language}"] for language in LANGUAGES}
    for row in read_seed(ROOT, "label_texts")
    if row["domain"] == "reason"
}
AXE = {"resultTypes": ["violations"]}

# Text that lies outside of its box, unless it can be moved into view.
CLIPPED = """() => {
    const clipped = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.data.trim() || node.parentElement.closest('.skip, .stack thead')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const scroll = node.parentElement.closest('.scroll');
        if (scroll && getComputedStyle(scroll).overflowX === 'auto') continue;
        const box = node.parentElement.closest('.card, .block, body');
        const style = getComputedStyle(box), frame = box.getBoundingClientRect();
        const left = frame.left + parseFloat(style.paddingLeft);
        const right = frame.right - parseFloat(style.paddingRight);
        for (const line of range.getClientRects()) {
            if (line.left < left - 1.5 || line.right > right + 1.5) {
                clipped.push(node.data.trim().slice(0, 60));
                break;
            }
        }
    }
    return clipped;
}"""


@pytest.fixture(scope="module")
def trees(dashboard: Dashboard) -> dict[str, Node]:
    """Every page of the sample's dashboard by its path."""
    return {name: read_html(text) for name, text in dashboard.pages().items()}


def fullest(trees: dict[str, Node], folder: str) -> str:
    """The page of a folder that says most."""
    names = [name for name in trees if name.startswith(f"{folder}/")]
    return max(names, key=lambda name: (len(list(trees[name].all("tr"))), name))


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.full), "fr"])
def test_pages_in_a_browser(
    language: str, trees: dict[str, Node], dashboard: Dashboard, opened: Opened
) -> None:
    """No error, no request, nothing cut off, and nothing that axe finds grave."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for name in (
        f"{language}/index.html",
        f"{language}/definitions.html",
        *(f"{language}/{name}.html" for name in AUDIENCES),
        fullest(trees, f"{language}/accounts"),
        fullest(trees, f"{language}/executives"),
    ):
        for width in WIDTHS:
            page, did = opened(dashboard.folder / name, width)
            where = f"{name} at {width}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, where
            assert page.evaluate(CLIPPED) == [], where
            assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
            found = axe.run(page, options=AXE).response
            assert len(found["passes"]) > 10, where
            grave = [
                (rule["id"], rule["nodes"][0]["html"])
                for rule in found["violations"]
                if rule["impact"] in ("serious", "critical")
            ]
            assert grave == [], where
            if name.endswith("index.html"):
                page.click("a[hreflang]")
                assert page.get_attribute("html", "lang") != language
            assert did == [], where


FIRST = ("verdict", "money", "kpis", "decisions")
BOTTOM = "id => document.getElementById(id).getBoundingClientRect().bottom"
FIGURES = "() => document.querySelectorAll('#kpis article .value, #money .value').length"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_on_the_first_screen(
    language: str, dashboard: Dashboard, opened: Opened
) -> None:
    """Verdict, money, five KPIs and decisions: 800 px of a laptop, two screens of a phone."""
    for width, height in ((1280, 800), (390, 2 * 844)):
        page, _ = opened(dashboard.folder / language / "index.html", width)
        assert page.evaluate(FIGURES) == 10
        bottoms = [page.evaluate(BOTTOM, name) for name in FIRST]
        assert bottoms == sorted(bottoms)
        assert bottoms[-1] <= height, f"at {width}: {dict(zip(FIRST, bottoms, strict=True))}"
        page.add_style_tag(content="#verdict { padding-bottom: 900px; }")
        assert page.evaluate(BOTTOM, FIRST[-1]) > height, "the check cannot fail"


IN_SIGHT = """id => {
    const box = document.getElementById(id)?.getBoundingClientRect();
    return Boolean(box) && box.top >= 0 && box.top < innerHeight / 2;
}"""


@pytest.mark.parametrize("page_of", ["index.html", "leadership.html"])
def test_a_figure_of_money_leads_to_its_table(
    page_of: str, dashboard: Dashboard, opened: Opened
) -> None:
    """As from the return on investment to the tiers: one click, and the table is in sight."""
    for name, table in BEHIND.items():
        page, _ = opened(dashboard.folder / "en" / page_of, 1280)
        page.click(f"#money_{name} a")
        # Smooth scrolling takes its time, and the page's policy forbids `wait_for_function`.
        for _ in range(100):
            if is_there := page.evaluate(IN_SIGHT, table):
                break
            page.wait_for_timeout(20)
        assert is_there, (page_of, name, page.url)


def test_browser_finds_what_is_wrong(opened: Opened, tmp_path: Path) -> None:
    """Each of the checks above on a page that breaks it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    file = tmp_path / "wrong.html"
    file.write_text(
        '<html><title>x</title><body style="margin: 0"><div class="card" style="padding: 9px; '
        'width: 90px; white-space: nowrap">Far too much for a card</div>'
        '<p style="width: 500px">wide</p><img src="data:,"><script>console.error("said")</script>'
        '<img src="https://example.org/a.png" alt="a"><script>alert(1)</script></body></html>'
    )
    page, did = opened(file, 390)
    assert page.evaluate("document.documentElement.scrollWidth") == 500
    assert page.evaluate(CLIPPED) == ["Far too much for a card"]
    assert {line.partition(":")[0] for line in did} >= {"dialog", "request", "error"}
    grave = {rule["id"] for rule in axe.run(page, options=AXE).response["violations"]}
    assert {"html-has-lang", "image-alt"} <= grave


PHONE = {"width": 390, "height": 844}

# For every table its columns that are shown, and those of which a cell is out of the window.
SHOWN_COLUMNS = """() => [...document.querySelectorAll('div.block:has(table)')].map(block => {
    for (const details of block.querySelectorAll('details')) details.open = true;
    const frame = block.querySelector('.scroll').getBoundingClientRect();
    const rows = [...block.querySelectorAll('tbody tr')].filter(row => row.checkVisibility())
        .map(row => [...row.children]);
    const columns = rows[0].map((_, i) => i).filter(i => rows[0][i].getClientRects().length);
    const cut = columns.filter(i => rows.some(cells => {
        const box = cells[i].getBoundingClientRect();
        return !box.width || box.left < frame.left - 1 || box.right > frame.right + 1
            || box.left < 0 || box.right > innerWidth;
    }));
    return [block.id, columns, cut];
})"""


def wrong_columns(page: Any) -> list[str]:
    """Name tables that do not show what tables.yml says that a phone shows, or hide a part."""
    wrong = []
    for name, columns, cut in page.evaluate(SHOWN_COLUMNS):
        table = TABLES[name]
        names = [column["name"] for column in table["columns"]]
        kept = {names[0], table["deciding"], *table.get("phone", names)}
        if [names[i] for i in columns] != [column for column in names if column in kept] or cut:
            wrong.append(name)
    return wrong


def test_every_table_says_what_it_is_read_for() -> None:
    for name, table in TABLES.items():
        names = [column["name"] for column in table["columns"]]
        others = [table["deciding"], *table.get("phone", [])]
        assert {*others} <= {*names[1:]}, name
        assert len({*others}) == len(others), name
        assert "phone" not in table or len(others) < len(names) - 1, f"{name} has no more to show"


@pytest.mark.parametrize("language", LANGUAGES)
def test_phone_shows_the_column_that_decides(
    language: str,
    trees: dict[str, Node],
    dashboard: Dashboard,
    published: Path,
    opened: Opened,
    tmp_path: Path,
) -> None:
    """What decides is in the window on every kind of page, and one tap shows all columns."""
    files = [
        *sorted((dashboard.folder / language).glob("*.html")),
        *(
            dashboard.folder / fullest(trees, f"{language}/{of}")
            for of in ("accounts", "executives")
        ),
    ]
    files += [
        write_report(published, tmp_path, ROOT, period, language, "html") for period in PERIODS
    ]
    for file in files:
        page, _ = opened(file, PHONE["width"])
        page.set_viewport_size(PHONE)
        assert wrong_columns(page) == [], file
        if file.name == "definitions.html":
            continue
        block = page.locator(".block:has(.all)").first
        n_columns = len(TABLES[block.get_attribute("id")]["columns"])
        first_row = block.locator("tbody tr").first.locator("th:visible, td:visible")
        assert first_row.count() < n_columns
        page.evaluate(
            "for (const details of document.querySelectorAll('details')) details.open = 1"
        )
        block.locator(".all").check()
        assert first_row.count() == n_columns, file


def test_phone_check_finds_what_is_hidden(dashboard: Dashboard, opened: Opened) -> None:
    page, _ = opened(dashboard.folder / "en" / "index.html", PHONE["width"])
    for name, style in {
        "return_on_investment": "td:nth-child(5) { display: none }",
        "top_accounts": "td:nth-child(2) { display: table-cell !important }",
        "penetration_by_tier": "table { width: 600px }",
    }.items():
        page.add_style_tag(content=f"#{name} {style}")
        assert wrong_columns(page) == [name], style
        page.evaluate("document.querySelector('head > :last-child').remove()")


@pytest.mark.parametrize("width", WIDTHS)
def test_section_bar_stays(width: int, dashboard: Dashboard, opened: Opened) -> None:
    """The bar is at the top wherever the page is, in one line, and covers no section's head."""
    page, _ = opened(dashboard.folder / "fr" / "index.html", width)
    page.add_style_tag(content="html { scroll-behavior: auto !important }")
    page.click(".bar a[href='#health']")
    bar = page.locator(".bar").bounding_box()
    assert bar["y"] == 0
    assert bar["height"] < 60
    assert bar["height"] <= page.locator("#health_heading").bounding_box()["y"] < 200
    page.emulate_media(media="print")
    assert not page.locator(".bar").is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_shows_every_column(
    language: str, trees: dict[str, Node], dashboard: Dashboard, opened: Opened
) -> None:
    """A sheet of A4 is narrower than some windows, and no phone."""
    for name in (
        f"{language}/index.html",
        fullest(trees, f"{language}/accounts"),
        fullest(trees, f"{language}/executives"),
    ):
        page, _ = opened(dashboard.folder / name, 703)
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= 703, name
        assert page.locator("thead th:visible").count() == len(
            [head for table in trees[name].all("thead") for head in table.all("th")]
        ), name


def test_five_sections_have_their_tables(trees: dict[str, Node]) -> None:
    for language in LANGUAGES:
        page = trees[f"{language}/index.html"]
        sections = [node["id"] for node in page.one("main").all("section")]
        assert [name for name in sections if name in SECTIONS] == list(SECTIONS)
        for name in SECTIONS:
            tables = list(page.one("section", id=name).all("table"))
            assert len(tables) >= 3, name
            for table in tables:
                assert all(list(body.all("tr")) for body in table.all("tbody")), name
        # No account executive with deals enough to be judged is below the target.
        empty = {node.parent["id"] for node in page.all(class_="empty") if node.parent}
        assert empty <= {"velocity_alerts"}


def test_definitions_read_as_text(trees: dict[str, Node]) -> None:
    """Every table of the pages is explained, and code in a description is marked as code."""
    dictionary = read_dictionary(ROOT)
    for language in LANGUAGES:
        page = trees[f"{language}/definitions.html"]
        explained = {section["id"] for section in page.all("section")}
        assert explained == {table["model"] for table in TABLES.values()}
        velocity = page.one(id="rpt_pipeline_velocity")
        assert "velocity_monthly = " in "".join(node.text for node in velocity.all("code"))
        for section in page.all("section"):
            description = dictionary[section["id"]].descriptions[language]
            assert list(section.all("p"))[1].text == description.replace("`", "").strip()


def test_links_lead_somewhere(trees: dict[str, Node]) -> None:
    assert lost(trees) == []
    for planted in ("accounts/nobody.html", "#nowhere", "definitions.html#nothing"):
        wrong = read_html(f'<html lang="en"><h1>x</h1><a href="{planted}">x</a></html>')
        assert lost(trees | {"en/wrong.html": wrong}), planted


def lost(trees: dict[str, Node], has_its_names: bool = True) -> list[str]:
    """Name what leads to no page, no place or another name than it says, and ids used twice.

    Args:
        trees: The pages by their paths.
        has_its_names: Whether every table of the marts calls an account by one name.
    """
    found = []
    anchors: dict[str, set[str]] = {}
    for name, page in trees.items():
        ids = [node["id"] for node in page.all() if "id" in node.attributes]
        found += [f"{name}: id {twice}" for twice in {i for i in ids if ids.count(i) > 1}]
        anchors[name] = {*ids}
    titles = {name: page.one("h1").text for name, page in trees.items()}
    for name, page in trees.items():
        other_languages = []
        for link in page.all("a"):
            path, anchor = urldefrag(link["href"])
            target = resolved(name, path)
            if target not in trees or (anchor and anchor not in anchors[target]):
                found.append(f"{name}: {link['href']}")
                continue
            is_named = has_its_names and re.match(r"(\.\./)?(accounts|executives)/", path)
            if is_named and link.text != titles[target]:
                found.append(f"{name}: {link.text} leads to {titles[target]}")
            if "hreflang" in link.attributes:
                other_languages.append(target)
                if trees[target].one("html")["lang"] != link["hreflang"]:
                    found.append(f"{name}: {target} is not in {link['hreflang']}")
        language, _, rest = name.partition("/")
        if rest and other_languages != [f"{'fr' if language == 'en' else 'en'}/{rest}"]:
            found.append(f"{name}: other language {other_languages}")
        for node in page.all():
            if node.attributes.get("aria-labelledby", name) not in {*anchors[name], name}:
                found.append(f"{name}: labelled by {node['aria-labelledby']}")
    return found


def resolved(name: str, path: str) -> str:
    """The page that a link leads to, by its path."""
    if not path:
        return name
    return str((Path("/") / name).parent.joinpath(unquote(path)).resolve().relative_to("/"))


def harmless(page: Node) -> list[str]:
    """What a page has in it that could run, load or be missed by who cannot see."""
    found = []
    for node in page.all():
        if node.tag == "script" and node.children not in ([script()], [script(is_whole=False)]):
            found.append("another script")
        if node.tag in ("iframe", "object", "embed", "form", "base", "svg"):
            found.append(node.tag)
        for attribute, value in node.attributes.items():
            if attribute.startswith("on") or attribute in ("srcdoc", "srcset", "action"):
                found.append(attribute)
            if attribute in ("src", "href") and re.match(r"\s*(//|(?!data:)[\w+.-]+:)", value):
                found.append(value)
        if node.tag == "img" and not node.attributes.get("alt", "").strip():
            found.append("an image without words")
        if node.tag == "style" and re.search(
            r"url\(|@import",
            node.text + "".join(child for child in node.children if isinstance(child, str)),
        ):
            found.append("a style that loads")
    return found


def test_pages_stand_alone(trees: dict[str, Node]) -> None:
    for name, page in trees.items():
        assert harmless(page) == [], name
        policies = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta.attributes]
        loads_nothing = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        admitted = [
            base64.b64encode(hashlib.sha256(node.children[0].encode()).digest()).decode()
            for node in page.all("script")
        ]
        assert len(admitted) == (name != "index.html"), name
        expected = "".join(f"; script-src 'sha256-{digest}'" for digest in admitted)
        assert policies == [f"{loads_nothing}{expected}"], name
    wrong = read_html(
        '<p onclick="x"><script></script><a href="https://a.example"></a><a href="javascript:x">'
        '</a><img src="//b.example"><style>@import "c";</style></p>'
    )
    assert len(harmless(wrong)) == 7


def test_no_page_tells_who_people_are(dashboard: Dashboard, built: Any) -> None:
    """Without var include_personal_data no name or address of a contact, lead or stakeholder."""
    with duckdb.connect() as connection:
        people = connection.execute(
            f"""
            with people as (
                select first_name || ' ' || last_name as name, email
                from '{built.raw}/salesforce/contact.parquet'
                union all
                select first_name || ' ' || last_name, email
                from '{built.raw}/salesforce/lead.parquet'
                union all
                select person_name, person_email from '{built.raw}/abm_program/stakeholders.parquet'
            )

            select distinct lower(trim(name)), lower(trim(email)) from people
            where lower(trim(name)) not in (
                select lower(trim(name)) from '{built.raw}/salesforce/user.parquet'
            )
            """
        ).fetchall()
    names = {name for name, _ in people if name}
    addresses = {address for _, address in people if address}
    assert len(names) > 500
    assert len(addresses) > 500

    def told(text: str) -> set[str]:
        words = re.findall(r"[^\W\d_][\w'\N{RIGHT SINGLE QUOTATION MARK}-]*", text)
        pairs = {f"{first} {last}".lower() for first, last in pairwise(words)}
        return (pairs & names) | ({found.lower() for found in ADDRESS.findall(text)} & addresses)

    for name, text in dashboard.pages().items():
        without_images = re.sub(r'<style>.*?</style>|src="[^"]*"', "", text, flags=re.DOTALL)
        assert told(re.sub(r"<[a-z/][^>]*>", " ", without_images)) == set(), name
        assert not ADDRESS.search(without_images), name
    some_name, some_address = sorted(names)[0], sorted(addresses)[0]
    assert told(f"met {some_name.title()}, {some_address}") == {some_name, some_address}


ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


# Companies unlike the sample.

Edited = Callable[..., Path]


@pytest.fixture
def edited(company_published: Path, tmp_path: Path) -> Edited:
    """The small company's published file after statements of SQL."""

    def edit(*statements: str) -> Path:
        db = tmp_path / "edited.duckdb"
        shutil.copy(company_published, db)
        db.chmod(0o644)
        with duckdb.connect(str(db)) as connection:
            for statement in statements:
                connection.execute(statement)
        return db

    return edit


@pytest.fixture
def site(tmp_path: Path) -> Callable[[Path], dict[str, Node]]:
    """Writes the dashboard of a published file, and reads its pages."""

    def write(db: Path) -> dict[str, Node]:
        folder = tmp_path / "pages"
        write_site(db, folder, ROOT)
        trees = {
            str(file.relative_to(folder)): read_html(file.read_text(encoding="utf-8"))
            for file in sorted(folder.rglob("*.html"))
        }
        assert lost(trees, has_its_names=False) == []
        for name, page in trees.items():
            assert harmless(page) == [], name
            assert formulas(page) == [], name
            assert "None" not in page.one("body").text.split(), name
        return trees

    return write


Site = Callable[[Path], dict[str, Node]]


def check_phone(request: pytest.FixtureRequest, files: Iterable[Path]) -> None:
    """Nothing happens when the files are opened, and nothing is wider than a phone."""
    opened: Opened = request.getfixturevalue("opened")
    for file in files:
        page, did = opened(file, 390)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, file
        assert page.evaluate(CLIPPED) == [], file
        n_scripts = 0 if file.parent.name == "reports" else 1
        assert page.evaluate("document.scripts.length") == n_scripts, file
        assert did == [], file


def reports(db: Path, out: Path) -> list[Path]:
    """The weekly and the monthly report in both languages."""
    return [
        write_report(db, out, ROOT, period, language, "html")
        for period in PERIODS
        for language in LANGUAGES
    ]


def columns_of(db: Path, name: str) -> list[tuple[str, str]]:
    """Tables of the marts with each column whose name is like a regular expression."""
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = 'marts' and data_type = 'VARCHAR' "
            "and regexp_full_match(column_name, $1) order by all",
            [name],
        ).fetchall()


NOTHING_KNOWN = """
    update marts.rpt_kpi_scorecard set
        value = null, numerator = null, denominator = null, previous_value = null,
        change_ratio = null, status = 'no_data', reason = 'no_data', change_reason = 'no_data'
"""


def test_empty_company(
    edited: Edited,
    site: Site,
    request: pytest.FixtureRequest,
    company_published: Path,
    tmp_path: Path,
) -> None:
    """Every table says its sentence; the KPIs say that there is no data."""
    with duckdb.connect(str(company_published), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('marts', 'audit')"
        ).fetchall()
    kept = {
        "marts.rpt_kpi_scorecard": "false",
        "marts.dim_accounts": "account_id <> 'unknown'",
        "marts.dim_account_executives": "account_executive_id <> 'unknown'",
        "marts.dim_people": "person_id <> 'unknown'",
        "marts.fct_touchpoints": "touchpoint_id <> 'unattributed'",
        "audit.audit_settings": "false",
        "audit.audit_builds": "false",
    }
    db = edited(
        *(f"delete from {name} where {kept.get(name, 'true')}" for (name,) in tables),
        NOTHING_KNOWN,
    )
    trees = site(db)
    assert sorted(trees) == sorted(
        ["index.html", *(f"{code}/{name}.html" for code in LANGUAGES for name in TOP)]
    )
    for language in LANGUAGES:
        page = trees[f"{language}/index.html"]
        assert not list(page.all("table"))
        assert not list(page.all("img"))
        for block in page.all("div", class_="block"):
            assert block.one(class_="empty").text == TABLES[block["id"]]["empty"][language]
        values = {node.text for node in page.all(class_="value")}
        assert values == {REASONS["no_data"][language]}
        assert list(page.one(id="executives").all(class_="empty"))
        assert trees[f"{language}/accounts.html"].one(class_="empty")
    files = reports(db, tmp_path / "reports")
    for file in files:
        assert not list(read_html(file.read_text(encoding="utf-8")).one("main").all("tbody"))[1:]
    check_phone(request, [tmp_path / "pages" / "en" / "index.html", *files[::3]])


def test_one_account_without_wins_or_spend(
    edited: Edited, site: Site, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """One week and one month of history, no money: reasons in words, no chart of one point."""
    db = edited(
        "update marts.dim_accounts set is_abm_now = false where account_id <> ("
        " select account_id from marts.dim_accounts"
        " join marts.fct_account_engagement using (account_id)"
        " where dim_accounts.is_abm_now order by engagement_rank limit 1)",
        "delete from marts.rpt_account_engagement_weekly where week_start_on < date '2026-10-26'",
        "delete from marts.rpt_engagement_by_sector where month_start_on < date '2026-10-01'",
        "delete from marts.rpt_pipeline_velocity where as_of_on < date '2026-10-31'",
        "update marts.rpt_pipeline_velocity set velocity_monthly = null,"
        " velocity_monthly_win_adjusted = null, avg_cycle_days = null, win_rate = null,"
        " velocity_previous_month = null, is_on_target = null, velocity_reason = 'no_won_deals'",
        "delete from marts.rpt_kpi_scorecard where month_on < date '2026-10-01'",
        NOTHING_KNOWN,
        "delete from marts.rpt_return_on_spend",
        "delete from marts.rpt_budget_allocation",
        "update marts.rpt_abm_roi set revenue = 0, investment = 0, abm_roi_pct = null,"
        " roi_reason = 'no_investment'",
        "update marts.rpt_customer_lifetime_value set n_customers = 0, clv_net = null,"
        " clv_cac_ratio = null, cac = null, is_on_target = null, reason = 'no_customers'",
        "update marts.rpt_revenue_forecast set expected_amount = null, low_80 = null,"
        " high_80 = null, forecast_reason = 'no_won_deals', band_reason = 'no_forecast'",
    )
    trees = site(db)
    accounts = [name for name in trees if "/accounts/" in name]
    assert len(accounts) == 2
    for name in accounts:
        assert not list(trees[name].all("img")), "a line through one week"
    for language in LANGUAGES:
        page = trees[f"{language}/index.html"]
        charts = [chart["alt"] for chart in page.all("img")]
        assert charts, language
        lines = ("Line chart", "Courbe")
        assert [alt for alt in charts if alt.startswith(lines)] == [], "a line through one point"
        for table, reason in (
            ("overall_velocity", "no_won_deals"),
            ("return_on_investment", "no_investment"),
            ("lifetime_value_by_sector", "no_customers"),
            ("revenue_forecast", "no_won_deals"),
        ):
            words = {node.text for node in page.one(id=table).all(class_="reason")}
            assert REASONS[reason][language] in words, table
        for table in ("attributed_by_channel", "recommended_budget"):
            assert page.one(id=table).one(class_="empty"), table
        top = list(page.one(id="top_accounts").one("tbody").all("tr"))
        assert len(top) == 1
    pages = [tmp_path / "pages" / name for name in (*accounts, "fr/index.html")]
    check_phone(request, [*pages, *reports(db, tmp_path / "reports")[::3]])


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title></textarea><svg onload=alert(1)>",
    "{{ 7*7 }}{% include 'base.html' %}{0} {names} %s",
    "javascript:alert(1)",
    'Smith & Sons\' "best" &amp; &lt;b&gt;',
    "x" * 300,
    "شركة الاختبار المحدودة",
    "חברת בדיקה בע״מ",
    "abc\u202egnp.exe\u2066\u0007\uffff",
)
SHOWN = (*HOSTILE[:-1], "abcgnp.exe")
FORMULAS = (
    '=HYPERLINK("http://evil.example","click")',
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1+1)",
    " \t=2+2",
    "\N{FULLWIDTH EQUALS SIGN}3+3",
)
"""What a spreadsheet may take for a formula; in a plain cell LibreOffice 7.4 computes =."""


def formulas(page: Node) -> list[str]:
    """The texts of elements that begin a formula and are no number."""
    texts = (node.text.strip(" \t\r\n") for node in page.one("body").all())
    signed = (text for text in texts if text[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20"))
    return [text for text in signed if text and not re.match(r"[+-]\$?[\d]+[\d.,\s%$US]*$", text)]


def test_names_that_are_markup(
    edited: Edited,
    site: Site,
    request: pytest.FixtureRequest,
    company_published: Path,
    tmp_path: Path,
) -> None:
    """Every name and sentence of the marts is text, whatever it is, and stays in its place."""
    names = (
        ".*_name|.*label.*|message_.*|reason_(en|fr)|rationale_.*|title|domain|country|top_driver.*"
        "|hypothesis|decision|arm|missing_key_roles.*|sector|channel"
    )
    given = (*HOSTILE, *FORMULAS)
    texts = ", ".join("'" + text.replace("'", "''") + "'" for text in given)
    db = edited(
        *(
            f"update marts.{table} set {column} = "
            f"list_extract([{texts}], 1 + (rowid + {number}) % {len(given)})"
            for number, (table, column) in enumerate(columns_of(company_published, names))
            if table != "dim_dates" and (table, column) != ("dim_channels", "channel")
        ),
        f"update marts.rpt_return_on_spend set channel = list_extract([{texts}], 6)",
        f"update marts.rpt_engagement_by_sector set sector = list_extract([{texts}], 10)",
        "update marts.dim_account_executives set account_executive_name = repeat('x', 300)",
    )
    trees = site(db)
    plain = {node.tag for page in trees.values() for node in page.all()}
    assert plain <= set(
        "html head meta title link style body a header h1 p time nav ul li main section h2 div "
        "article h3 data span img table thead tr th tbody td bdi footer dl dt dd ol strong br "
        "input label code script fieldset legend details summary".split()
    )
    for language in LANGUAGES:
        text = "".join(
            page.one("body").text for name, page in trees.items() if name.startswith(language)
        )
        shown = (*SHOWN, *(f"{WORD_JOINER}{name}" for name in FORMULAS))
        assert [name for name in shown if name not in text] == []
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u0007\uffff]", text)
    longest = [
        max(
            (name for name in trees if folder in name),
            key=lambda name: len(trees[name].one("h1").text),
        )
        for folder in ("en/accounts/", "fr/executives/")
    ]
    assert min(len(trees[name].one("h1").text) for name in longest) == 300
    pages = [tmp_path / "pages" / name for name in (*longest, "en/index.html", "fr/index.html")]
    check_phone(request, [*pages, *reports(db, tmp_path / "reports")[::3]])
    bars = trees["en/index.html"].one(id="attributed_by_channel").one("img")
    assert HOSTILE[5] in bars["alt"]
    try:
        import weasyprint  # noqa: F401
    except OSError:
        pytest.skip("Debian packages libpango-1.0-0 and libpangoft2-1.0-0 are not installed")
    file = write_report(db, tmp_path / "reports", ROOT, "month", "fr", "pdf")
    assert file.read_bytes().startswith(b"%PDF-")


def test_names_that_are_missing_or_the_same(
    edited: Edited, site: Site, company_published: Path
) -> None:
    """Every account and executive has a page of its own, and a name or id to find it by."""
    with duckdb.connect(str(company_published), read_only=True) as connection:
        ids = [
            account_id
            for (account_id,) in connection.execute(
                "select account_id from marts.dim_accounts where is_abm_now order by account_id"
            ).fetchall()
        ]
        (executive,) = connection.execute(
            "select account_owner_id from marts.dim_accounts where is_abm_now order by 1"
        ).fetchone()  # type: ignore[misc]
    nameless, twin, other_twin, lower, upper = ids[:5]
    columns = columns_of(company_published, "account_id|entity_id")
    db = edited(
        f"update marts.dim_accounts set account_name = null, domain = null, country = null"
        f" where account_id = '{nameless}'",
        f"update marts.dim_accounts set account_name = 'Twin'"
        f" where account_id in ('{twin}', '{other_twin}', '{lower}', '{upper}')",
        "update marts.dim_account_executives set account_executive_name = null"
        f" where account_executive_id = '{executive}'",
        "update marts.dim_people set title = null",
        "update marts.fct_opportunities set opportunity_label = null, stage_name = null",
        *(
            f"update marts.{table} set {column} = '{to}' where {column} = '{account_id}'"
            for table, column in columns
            for account_id, to in ((lower, "id_of_twins"), (upper, "ID_OF_TWINS"))
        ),
    )
    trees = site(db)
    for language in LANGUAGES:
        pages = {
            name: page for name, page in trees.items() if name.startswith(f"{language}/accounts/")
        }
        assert len({name.lower() for name in pages}) == len(ids)
        titles = [page.one("h1").text for page in pages.values()]
        assert titles.count("Twin") == 4
        assert titles.count(nameless) == 1
        accounts = trees[f"{language}/accounts.html"].one("tbody")
        assert [node.text for node in accounts.all("a")].count(nameless) == 1
        executives = trees[f"{language}/index.html"].one(id="executives")
        assert executive in [node.text for node in executives.all("a")]
        listed = [
            link.text
            for name, page in trees.items()
            if name.startswith(f"{language}/executives/")
            for link in page.one(id="executive_accounts").all("a")
        ]
        assert listed.count(nameless) == 1


def test_stakeholders_have_names_where_the_build_published_them(edited: Edited, site: Site) -> None:
    db = edited(
        "update marts.dim_people set person_name = 'Ada <' || person_id || '>',"
        " email = 'ada@people.example' where is_stakeholder and hash(person_id) % 2 = 0",
    )
    with duckdb.connect(str(db), read_only=True) as connection:
        people = connection.execute(
            "select people.account_id, person_name, title from marts.dim_people as people "
            "join marts.dim_accounts using (account_id) where is_stakeholder and is_abm_now"
        ).fetchall()
    expected = sorted(f"{name or ''}{title}" for _, name, title in people)
    assert any(name for _, name, _ in people)
    trees = site(db)
    for language in LANGUAGES:
        said_of_people = sorted(
            row.one("th").text
            for name, page in trees.items()
            if name.startswith(f"{language}/accounts/")
            for body in page.one(id="account_stakeholders").all("tbody")
            for row in body.all("tr")
        )
        assert said_of_people == expected
    assert "@people.example" not in "".join(page.text for page in trees.values())
