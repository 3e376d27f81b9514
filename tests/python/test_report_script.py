"""The script of the pages: what it shows is in the marts, and without it nothing is missing."""

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest
from conftest import ROOT, Dashboard, Opened

from abm.paths import read_yaml
from abm.report.lean import needed_style
from abm.report.script import FEW, script, script_hash, with_needed_script
from abm.texts import WORD_JOINER

LANGUAGES = ("en", "fr")
EITHER = [pytest.param("en", marks=pytest.mark.full), "fr"]
"""French texts are the longer ones: the English pages are walked in the longer proofs."""
TABLES = read_yaml(ROOT / "abm" / "report" / "tables.yml")
# The rows of a table that are in sight: of every cell its exact value, or its text.
ROWS = """id => (document.querySelectorAll('details').forEach(details => details.open = true),
    [...document.querySelectorAll(`#${id} tbody tr`)]).filter(row => row.checkVisibility())
    .map(row => [...row.cells].map(cell => {
        const exact = cell.querySelector('data');
        return exact ? exact.value : cell.textContent.trim();
    }))"""

_LABEL = "(select label_{l} from reference.labels where domain = '%s' and code = %s)"
FACETS = {
    "sector": _LABEL % ("sector", "sector"),
    "abm_tier": _LABEL % ("abm_tier", "accounts.abm_tier"),
    "stage": "(select label_{l} from reference.journey_stages where stage = current_stage)",
    "aes_status": _LABEL % ("aes_status", "aes_status"),
    "executive": "(select account_executive_name from marts.dim_account_executives as executives"
    " where executives.account_executive_id = accounts.account_owner_id)",
}
"""By what accounts are chosen, in the order of the page, in words."""


@pytest.fixture
def sql(published: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Runs a query on the published file."""

    def run(statement: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(published), read_only=True) as connection:
            return connection.execute(statement).fetchall()

    return run


Sql = Callable[[str], list[tuple[Any, ...]]]


def accounts(sql: Sql, language: str, where: str = "true", order: str = "rank") -> list[str]:
    """Names of accounts in programme as SQL gives them."""
    facets = ", ".join(
        f"{text.replace('{l}', language)} as {name}_words" for name, text in FACETS.items()
    )
    return [
        name
        for (name,) in sql(
            f"""
            with words as (
                select
                    account_name, aes, engagement_rank as rank, {facets}
                from marts.dim_accounts as accounts
                join marts.fct_account_engagement using (account_id)
                join marts.fct_account_journey using (account_id)
                where accounts.is_abm_now
            )

            select account_name from words where {where} order by {order}
            """
        )
    ]


def names(page: Any) -> list[str]:
    """The accounts in sight, without the sign of a stand-in."""
    return [re.sub("\\s*\N{DAGGER}", "", row[0]) for row in page.evaluate(ROWS, "accounts")]


def kinds_of_pages(dashboard: Dashboard, language: str) -> list[Path]:
    """One page of every kind, the largest."""
    folder = dashboard.folder / language
    largest = [
        max((folder / kind).glob("*.html"), key=lambda file: (file.stat().st_size, file.name))
        for kind in ("accounts", "executives")
    ]
    return [*sorted(folder.glob("*.html")), *largest]


def test_script_is_small_and_asks_nobody(dashboard: Dashboard) -> None:
    assert len(script().encode()) <= 6 * 1024
    assert script().isascii()
    assert not re.search(r"https?:|fetch|XMLHttp|import|eval|Function|innerHTML|storage", script())
    pages = dashboard.pages()
    policies = {
        re.search(r'Security-Policy" content="([^"]*)"', text)[1]  # type: ignore[index]
        for name, text in pages.items()
        if name != "index.html"
    }
    hashes = {re.search(r"script-src '([^']*)'$", policy)[1] for policy in policies}  # type: ignore[index]
    assert hashes == {script_hash(), script_hash(is_whole=False)}, "the same in both languages"


@pytest.mark.parametrize("n", [FEW, FEW + 1])
def test_long_tables_alone_need_the_whole_script(n: int) -> None:
    page = (
        f"<meta content=\"script-src '{script_hash()}'\"><tbody>{'<tr></tr>' * n}</tbody>"
        f"<tbody><tr></tr></tbody><script>{script()}</script>"
    )
    is_whole = n > FEW
    made = with_needed_script(page)
    assert script_hash(is_whole) in made
    assert f"<script>{script(is_whole)}</script>" in made
    assert made.count(script_hash(not is_whole)) == 0
    assert with_needed_script(f'<input type="radio">{page}') == f'<input type="radio">{page}'


@pytest.mark.parametrize("width", [1280, 390])
def test_page_looks_as_with_the_whole_style(
    width: int, dashboard: Dashboard, opened: Opened
) -> None:
    """What is left out of a page's style sheet matches nothing there, on screen or paper."""
    whole = (ROOT / "abm/report/templates/style.css").read_text(encoding="utf-8")
    for file in kinds_of_pages(dashboard, "fr"):
        page, _ = opened(file, width)
        seen = {}
        for media in ("screen", "print"):
            page.emulate_media(media=media)
            seen[media] = page.evaluate(LOOKS)
        own = page.evaluate("document.querySelector('style').textContent")
        assert len(own) < 0.9 * len(whole), file
        switch = own[own.find(".switch:has(") :] if ".switch:has(" in own else ""
        page.evaluate("text => document.querySelector('style').textContent = text", whole + switch)
        for media, looked in seen.items():
            page.emulate_media(media=media)
            assert page.evaluate(LOOKS) == looked, f"{file} on {media}"


# What an element looks like, for all elements.
LOOKS = """() => [...document.querySelectorAll('body, body *')].map(node =>
    ['', '::before', '::after'].map(part => {
        const style = getComputedStyle(node, part);
        return ['display', 'position', 'color', 'backgroundColor', 'font', 'margin', 'padding',
            'border', 'width', 'content', 'whiteSpace', 'textAlign', 'visibility']
            .map(name => style[name]).join('|');
    }).join('\\n')).join('\\n')"""


def test_style_is_what_a_page_can_match() -> None:
    style = """
        /* a comment */ a { color: red; } .one, .two b { margin: 0 1px ; }
        .one:not(.three)::before { content: "; : "; } p:is(.one, .four) { top: 0 }
        @media (max-width: 9px) { .two { left: 0; } .one { right: 0 } }
        @media print { .two { left: 0 } }
    """
    assert needed_style(style, frozenset(["one"])) == (
        'a{color:red}.one{margin:0 1px}.one:not(.three)::before{content:"; : "}'
        "p:is(.one, .four){top:0}@media (max-width: 9px){.one{right:0}}"
    )
    assert needed_style(style, frozenset()) == "a{color:red}p:is(.one, .four){top:0}"


def test_index_is_small_and_soon_painted(dashboard: Dashboard, opened: Opened) -> None:
    for language in LANGUAGES:
        file = dashboard.folder / language / "index.html"
        assert file.stat().st_size < 400_000
        first = "performance.getEntriesByName('first-contentful-paint')[0]"
        painted = []
        for _attempt in range(3):  # the machine may be busy, and the browser has just started
            page, _ = opened(file, 1280)
            # The page's policy forbids what `wait_for_function` evaluates again and again.
            while not page.evaluate(f"Boolean({first})"):
                page.wait_for_timeout(20)
            painted.append(page.evaluate(f"{first}.startTime"))
        assert min(painted) < 1000


@pytest.mark.parametrize("language", EITHER)
def test_switch_shows_every_model(
    language: str, dashboard: Dashboard, opened: Opened, sql: Sql
) -> None:
    """Every channel under every model of attribution, as the marts have it."""
    page, did = opened(dashboard.folder / language / "index.html", 1280)
    models = sql(
        "select code from reference.labels where domain = 'attribution_model' order by sort_order"
    )
    compared = 0
    for (model,) in models:
        page.check(f"#attributed_by_channel [value={model}]")
        expected = sql(
            f"""
            select label_{language}, attributed_amount, weighted_opportunities, spend
            from marts.rpt_return_on_spend join marts.dim_channels using (channel)
            where attribution_model = '{model}'
            order by attributed_amount desc nulls last, channel
            """
        )
        shown = page.evaluate(ROWS, "attributed_by_channel")
        total = shown.pop()
        assert float(total[1]) == float(sum(row[1] or 0 for row in expected))
        assert [row[0] for row in shown] == [row[0] for row in expected], model
        for row, values in zip(shown, expected, strict=True):
            for text, value in zip(row[1:4], values[1:], strict=True):
                assert text == "\N{EN DASH}" if value is None else float(text) == float(value)
                compared += 1
    assert len(models) == 10
    assert compared >= 3 * 130
    assert page.evaluate("location.hash") == f"#attributed_by_channel.v={models[-1][0]}"
    again, did_again = opened(dashboard.folder / language / "index.html", 1280)
    again.goto(page.url)
    again.reload()
    assert again.evaluate(ROWS, "attributed_by_channel") == [*shown, total]
    assert did + did_again == []


@pytest.mark.parametrize("language", EITHER)
def test_switch_shows_every_basis_of_the_return(
    language: str, dashboard: Dashboard, opened: Opened, sql: Sql
) -> None:
    """Every quarter's return on each of the four bases, as the marts have it."""
    page, did = opened(dashboard.folder / language / "leadership.html", 390)
    for basis in ("sourced", "all_abm_accounts", "attributed", "matched_estimate"):
        page.check(f"#return_by_quarter [value={basis}]")
        expected = sql(
            f"""
            select investment, revenue, abm_roi_pct from marts.rpt_abm_roi
            where is_total and roi_basis = '{basis}' and period between '2025-Q1' and '2026-Q4'
            order by period desc
            """
        )
        shown = page.evaluate(ROWS, "return_by_quarter")
        assert len(shown) == len(expected) == 8
        for row, values in zip(shown, expected, strict=True):
            known = [value for value in values if value is not None]
            assert [float(text) for text in row[1 : len(known) + 1]] == [*map(float, known)]
    page.check("#return_by_quarter [value=sourced]")
    assert page.evaluate("location.hash") in ("", "#"), "the first is no choice"
    assert did == []


@pytest.mark.parametrize("language", EITHER)
def test_accounts_are_searched_filtered_and_sorted(
    language: str, dashboard: Dashboard, opened: Opened, sql: Sql
) -> None:
    page, did = opened(dashboard.folder / language / "accounts.html", 1280)
    all_names = accounts(sql, language)
    assert names(page) == all_names
    search = page.locator("#accounts [type=search]")
    some = all_names[7]
    search.fill(f"  {some.upper()}")
    assert names(page) == [some]
    search.fill("")
    selects = page.locator("#accounts select")
    assert selects.count() == len(FACETS)
    for i, facet in enumerate(FACETS):
        choices = selects.nth(i).locator("option").all_inner_texts()[1:]
        found = sql_choices(sql, language, facet)
        assert sorted(choices) == sorted(found), facet
        for choice in choices:
            selects.nth(i).select_option(choice)
            words = choice.replace("'", "''")
            assert names(page) == accounts(sql, language, f"{facet}_words = '{words}'"), choice
        selects.nth(i).select_option("")
    assert names(page) == all_names
    sector, tier = (sql_choices(sql, language, facet)[0] for facet in ("sector", "abm_tier"))
    selects.nth(0).select_option(sector)
    selects.nth(1).select_option(tier)
    column = [column["name"] for column in TABLES["accounts"]["columns"]].index("aes")
    head = page.locator("#accounts thead th").nth(column)
    where = f"sector_words = '{sector}' and abm_tier_words = '{tier}'"
    for order, said in (("aes desc, rank", "descending"), ("aes, rank", "ascending")):
        head.locator("button").click()
        assert names(page) == accounts(sql, language, where, order)
        assert head.get_attribute("aria-sort") == said
    assert sector in unquote(page.url.replace("+", " ")), "the address carries it all"
    another, did_there = opened(dashboard.folder / language / "accounts.html", 1280)
    another.goto(page.url)
    another.reload()
    assert names(another) == names(page)
    head.locator("button").click()
    assert names(page) == accounts(sql, language, where), "the third time as it was"
    assert did + did_there == []


def sql_choices(sql: Sql, language: str, facet: str) -> list[str]:
    """The words of a facet that accounts have."""
    text = FACETS[facet].replace("{l}", language)
    return [
        words
        for (words,) in sql(
            f"select distinct {text} from marts.dim_accounts as accounts "
            "join marts.fct_account_engagement using (account_id) "
            "join marts.fct_account_journey using (account_id) where accounts.is_abm_now order by 1"
        )
    ]


@pytest.mark.parametrize("language", EITHER)
def test_every_table_has_its_tools(language: str, dashboard: Dashboard, opened: Opened) -> None:
    """Search and sorting above 10 rows, CSV for all; words in the page's language."""
    found = 0
    for file in kinds_of_pages(dashboard, language):
        page, did = opened(file, 1280)
        for block in page.locator(".block:has(table)").all():
            n_rows = block.locator("tbody tr").count()
            assert block.locator(".csv").count() == 1, file
            assert block.locator("[type=search]").count() == (n_rows > FEW), file
            heads = block.locator("thead th").count()
            assert block.locator("th button").count() == (heads if n_rows > FEW else 0), file
            found += n_rows > FEW
        assert did == []
    assert found >= 10


@pytest.mark.parametrize("language", EITHER)
def test_csv_is_what_the_marts_say(
    language: str, dashboard: Dashboard, opened: Opened, sql: Sql
) -> None:
    """Exact numbers, as a spreadsheet of the language reads them; only the rows in sight."""
    page, did = opened(dashboard.folder / language / "accounts.html", 390)
    rows = read_csv(page, "accounts", language)
    expected = sql(
        "select account_name, aes, apr_pct from marts.dim_accounts "
        "join marts.fct_account_engagement using (account_id) "
        "join marts.fct_account_penetration using (account_id) "
        "where dim_accounts.is_abm_now order by engagement_rank"
    )
    columns = [column["name"] for column in TABLES["accounts"]["columns"]]
    assert len(rows) == len(expected) + 1
    assert len(rows[0]) == len(columns), "on a phone too"
    for row, (name, aes, apr_pct) in zip(rows[1:], expected, strict=True):
        assert re.sub("\\s*\N{DAGGER}", "", row[0]) == name
        for column, value in (("aes", aes), ("apr_pct", apr_pct)):
            text = row[columns.index(column)]
            if value is not None:
                assert Decimal(text.replace(",", ".")) == pytest.approx(Decimal(str(value))), name
    page.locator("#accounts [type=search]").fill(expected[3][0])
    assert [row[0] for row in read_csv(page, "accounts", language)[1:]] == [rows[4][0]]
    assert did == []


def read_csv(page: Any, table: str, language: str) -> list[list[str]]:
    """Download the CSV of a table and read it."""
    with page.expect_download() as download:
        page.locator(f"#{table} .csv").click()
    assert re.fullmatch(rf"{table}-\d{{4}}-\d\d-\d\d\.csv", download.value.suggested_filename)
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";" if language == "fr" else ","))


def test_csv_holds_no_formula(dashboard: Dashboard, opened: Opened) -> None:
    """What a spreadsheet would compute is a text there; a negative number stays one."""
    page, _ = opened(dashboard.folder / "en" / "accounts.html", 1280)
    given = ["=1+1", "+1", "-1+1", "@SUM(1)", "\t=2", "\N{FULLWIDTH EQUALS SIGN}3", 'a "b", c']
    page.evaluate(
        """texts => texts.forEach((text, i) => {
            document.querySelectorAll('#accounts tbody tr')[i].cells[1].textContent = text;
            document.querySelectorAll('#accounts tbody tr')[i].cells[4].innerHTML =
                '<data value="-5.25">-5.3</data>';
        })""",
        given,
    )
    rows = read_csv(page, "accounts", "en")[1 : len(given) + 1]
    expected = [f"{WORD_JOINER}{text.strip()}" for text in given[:-1]] + [given[-1]]
    assert [row[1] for row in rows] == expected
    assert {row[4] for row in rows} == {"-5.25"}


CONTROLS = """() => {
    const all = 'a[href], button, input, select, summary, [tabindex="0"]';
    return [...document.querySelectorAll(all)].filter(node => node.checkVisibility()
        && !(node.type === 'radio' && !node.checked));
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_keyboard_alone_reaches_every_control(
    width: int, dashboard: Dashboard, opened: Opened
) -> None:
    for file in kinds_of_pages(dashboard, "en"):
        page, _ = opened(file, width)
        for summary in page.locator("summary").all():
            summary.focus()
            page.keyboard.press("Enter")
        assert page.locator("details:not([open])").count() == 0
        page.evaluate("document.activeElement.blur()")
        n = page.evaluate(f"(window.controls = ({CONTROLS})()).length")
        page.evaluate(
            "window.reached = new Set(); document.addEventListener('focusin', "
            "event => window.reached.add(event.target))"
        )
        for _step in range(n + 5):
            page.keyboard.press("Tab")
        left = page.evaluate(
            "controls.filter(node => !reached.has(node)).map(node => node.outerHTML.slice(0, 90))"
        )
        assert left == [], file
    page, _ = opened(dashboard.folder / "en" / "index.html", width)
    radios = page.locator("#attributed_by_channel [type=radio]")
    radios.first.focus()
    page.keyboard.press("ArrowRight")
    assert radios.nth(1).is_checked()
    assert page.locator("#attributed_by_channel tbody.v1").is_visible()
    assert not page.locator("#attributed_by_channel tbody.v0").is_visible()


@pytest.mark.parametrize("language", EITHER)
def test_page_is_whole_without_the_script(
    language: str, dashboard: Dashboard, opened: Opened, tmp_path: Path
) -> None:
    """Every row and every model can be seen, nothing is there that does nothing, axe is content."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for file in kinds_of_pages(dashboard, language):
        text, n = re.subn(
            "<script.*?</script>", "", file.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        assert n == 1
        bare = tmp_path / file.name
        bare.write_text(text, encoding="utf-8")
        page, did = opened(bare, 1280)
        assert page.locator(".tools, .sort, .csv").count() == 0
        with_script, _ = opened(file, 1280)
        for block in page.locator(".block:has(table)").all():
            table = block.get_attribute("id")
            assert page.evaluate(ROWS, table) == with_script.evaluate(ROWS, table)
        if file.name == "index.html":
            page.check("#attributed_by_channel [value=shapley]")
            assert page.locator("#attributed_by_channel tbody:visible").count() == 1
        found = axe.run(page, options={"resultTypes": ["violations"]}).response
        grave = [
            rule["id"] for rule in found["violations"] if rule["impact"] in ("serious", "critical")
        ]
        assert grave == [], file
        assert did == []
