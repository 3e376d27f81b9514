"""The pages of one language: which tables, charts and sentences stand on which."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from babel.numbers import get_currency_name
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from abm.dictionary import TableEntry
from abm.report import charts
from abm.report.account import facts, penetration_in_words, score_in_words
from abm.report.cards import changes_in_words, core_kpi_cards, executive_card
from abm.report.language import LOCALES, Language, plain_text
from abm.report.lean import with_needed_style
from abm.report.lines import line
from abm.report.published import Published
from abm.report.remarks import remarks, said_of_programme
from abm.report.script import script, script_hash, with_needed_script
from abm.report.tables import (
    FOLDER,
    STAND_IN,
    Cells,
    Column,
    Row,
    Table,
    read_tables,
)
from abm.report.verdict import decisions, money, verdict

# Table to what draws its chart, in abm/report/charts.py, and the query whose rows are drawn.
CHARTS: Mapping[str, tuple[Callable[[Sequence[Row], Language], Markup], str]] = {
    "pipeline_by_segment": (charts.pipeline_by_segment, "pipeline_by_segment"),
    "overall_velocity": (charts.velocity, "velocity_months"),
    "engagement_by_sector": (charts.sector_scores, "sector_scores"),
    "journey_funnel": (charts.journey_funnel, "journey_funnel"),
    "velocity_by_executive": (charts.velocity_by_executive, "velocity_by_executive"),
    "attributed_by_channel": (charts.attributed_by_channel, "attributed_by_channel"),
    "penetration_by_tier": (charts.penetration_by_tier, "penetration_by_tier"),
    "revenue_forecast": (charts.revenue_forecast, "revenue_forecast"),
    "revenue_walk": (charts.revenue_walk, "revenue_walk"),
    "abm_against_others": (charts.abm_against_others, "abm_against_others"),
    "return_on_investment": (charts.return_on_investment, "return_on_investment"),
}


# Audience to the sections of its page, and their tables.
AUDIENCES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "sales": {
        "alerts": ("hot_not_called", "missed_calls", "accounts_at_risk", "new_alerts"),
        "my_accounts": ("top_accounts", "expansion_actions", "candidates"),
        "deals": (
            *("open_deals", "stakeholder_actions", "pipeline_movements", "pipeline_by_stage"),
            *("velocity_by_executive", "velocity_alerts"),
        ),
    },
    "marketing": {
        "channels": (
            *("attributed_by_channel", "month_by_channel", "recommended_budget"),
            "channel_effects",
        ),
        "campaigns": ("top_campaigns", "experiments"),
        "content": ("content_by_persona", "penetration_by_persona", "content_actions"),
        "coverage": ("programme_coverage", "marketing_alerts", "tactical_actions", "candidates"),
    },
    "leadership": {
        "returns": (
            *("return_on_investment", "return_by_tier", "return_by_quarter", "revenue_walk"),
            *("investment_by_category", "lifetime_value_by_sector"),
        ),
        "targets": ("all_kpis", "stage_kpis"),
        "forecast": ("revenue_forecast", "forecast_accuracy"),
        "changes": ("month_by_account", "anomalies", "restatements"),
    },
}

LETTER = (
    *("executive_hot_not_called", "executive_alerts", "executive_actions"),
    *("executive_accounts", "executive_opportunities"),
)
"""What a letter to an account executive says."""


@dataclass(frozen=True)
class Shown:
    """A table as a page shows it: everything is written."""

    name: str
    title: str
    empty: str
    note: str
    chart: Markup
    remarks: Sequence[Markup]
    heads: Sequence[Mapping[str, Any]]
    groups: Sequence[Sequence[Mapping[str, Any]]]
    n_more: int
    has_pages: bool
    has_sentences: bool
    waiting: str
    filters: str
    switch: str
    choices: Sequence[tuple[str, Markup]]
    definition: str

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows that are shown to begin with."""
        return self.groups[0] if self.groups else []


@dataclass(frozen=True)
class Pages:
    """The pages of one language.

    Attributes:
        published: The rows.
        dictionary: Labels and descriptions of the published tables.
        language: The language.
        is_linked: Whether names lead to pages; a report that is sent about stands alone.
    """

    published: Published
    dictionary: Mapping[str, TableEntry]
    language: Language
    is_linked: bool = True

    def __len__(self) -> int:
        """Count the pages of the dashboard."""
        pages = 3 + len(self.audiences)
        return pages + len(self.account_files) + len(self.executive_files)

    def all(self) -> Iterable[tuple[str, str]]:
        """Make every page: its path below the language's folder, and its text."""
        yield "index.html", self.index()
        yield (
            "accounts.html",
            self._render("accounts.html", path="accounts.html", tables=self._tables()),
        )
        yield "definitions.html", self.definitions()
        for name in self.audiences:
            yield f"{name}.html", self.audience(name)
        for account in self.published.rows["accounts"]:
            yield self.account_files[account["account_id"]], self.account(account)
        for executive in self.published.rows["executives"]:
            yield self.executive_files[executive["page_id"]], self.executive(executive)

    @property
    def audiences(self) -> Sequence[str]:
        """Who has a page of their own; nobody while the engagement score stands alone."""
        return () if self.published.is_score_alone else tuple(AUDIENCES)

    def index(self) -> str:
        """Make the first page: verdict, money, five KPIs, decisions, sections, sources."""
        rows = self.published.rows
        return self._render(
            "index.html",
            **self._first(),
            audiences=self.audiences,
            tables=self._tables(),
            checks=rows["checks"][0],
            executives=self._executives(),
        )

    def audience(self, name: str) -> str:
        """Make the page of an audience: of all tables those that it acts on."""
        groups = AUDIENCES[name]
        return self._render(
            "audience.html",
            path=f"{name}.html",
            audience=name,
            audiences=self.audiences,
            groups=groups,
            executives=self._executives(),
            tables=self._tables(),
            **self._first(),
        )

    def _first(self) -> dict[str, Any]:
        """What the first screen says."""
        headline, sentences = verdict(self.published, self.language)
        return {
            "headline": headline,
            "sentences": sentences,
            "money": list(money(self.published, self.language)),
            "kpis": core_kpi_cards(self.published, self.language),
            "decisions": list(decisions(self.published, self.language)),
        }

    def _executives(self) -> list[tuple[str | None, str]]:
        rows = self.published.rows["executives"]
        return _by_name(rows, "account_executive_name", self.executive_files)

    def account(self, account: Row) -> str:
        """Make the page of an account in programme."""
        page_id, language = account["account_id"], self.language
        executive_file = self.executive_files.get(account["account_executive_id"])
        scores = self.published.on_page("account_scores", page_id)
        values = [float(row["aes"]) for row in scores]
        thresholds = [float(account[name]) for name in ("lower_threshold", "upper_threshold")]
        return self._render(
            "account.html",
            root="../",
            path=self.account_files[page_id],
            account=account,
            facts=list(facts(account, executive_file and f"../{executive_file}", language)),
            said=score_in_words(
                account, self.published.on_page("account_drivers", page_id), language
            ),
            penetration=list(penetration_in_words(account, language)),
            n_weeks=len(values),
            scores=line(
                values,
                thresholds,
                language.say(
                    "chart.account_scores.alt",
                    n=len(values),
                    last=plain_text(language.number(account["aes"], 1)),
                    high=plain_text(language.number(max(values, default=0), 1)),
                    lower=plain_text(language.number(thresholds[0])),
                    upper=plain_text(language.number(thresholds[1])),
                ),
                is_from_zero=True,
            ),
            journey=self.published.on_page("account_journey", page_id),
            tables=self._tables(page_id, "../"),
        )

    def executive(self, executive: Row) -> str:
        """Make the page of an account executive."""
        return self._render(
            "executive.html",
            root="../",
            path=self.executive_files[executive["page_id"]],
            executive=executive,
            velocity=executive_card(executive, self.language),
            tables=self._tables(executive["page_id"], "../"),
        )

    def letter(self, executive: Row) -> tuple[str, Sequence[Shown]]:
        """Make the letter to an account executive: its HTML, and the tables that are in it."""
        page_id, monday = executive["page_id"], self.published.week_on
        tables = [
            self.show(read_tables()[name], page_id)
            for name in LETTER
            if not self.published.is_score_alone or read_tables()[name].from_start
        ]
        html = self._templates.get_template("letter.html").render(
            title=executive["account_executive_name"] or page_id,
            subject=self.language.say("report.week_of", day=self.language.day(monday, "long")),
            release=self.published.release,
            tables=tables,
        )
        return html, tables

    def report(self, period: str) -> str:
        """Make the weekly or monthly report: what moved, why, what to do.

        Args:
            period: week or month, that of the as-of date.
        """
        rows, language, as_of = self.published.rows, self.language, self.published.as_of
        monday = self.published.week_on
        return self._render(
            f"{period}.html",
            title=language.say(f"report.{period}"),
            subject=language.say("report.week_of", day=language.day(monday, "long"))
            if period == "week"
            else language.month(as_of),
            **self._first(),
            changes=list(changes_in_words(self.published, language)),
            tables=self._tables(),
            checks=rows["checks"][0],
        )

    def definitions(self) -> str:
        """Make the page of how the numbers are made, from the models' descriptions."""
        models: dict[str, dict[str, Any]] = {}
        code = self.language.code
        for table in read_tables().values():
            entry = self.dictionary[table.model]
            model = models.setdefault(
                table.model,
                {
                    "name": entry.name,
                    "schema": entry.schema,
                    "description": entry.descriptions.get(code, entry.descriptions["en"]),
                    "titles": [],
                    "columns": [],
                },
            )
            if table.title[code] not in model["titles"]:
                model["titles"].append(table.title[code])
        for name, model in models.items():
            for column in self.dictionary[name].columns.values():
                if set(LOCALES) <= set(column.descriptions):
                    model["columns"].append(
                        {
                            "label": column.labels[code],
                            "name": column.name,
                            "description": column.descriptions[code],
                        }
                    )
        return self._render("definitions.html", path="definitions.html", models=models.values())

    @cached_property
    def _charts(self) -> Mapping[str, Markup]:
        """Table to its chart; several pages show one."""
        return {
            table: draw(self.published.rows[query], self.language)
            for table, (draw, query) in CHARTS.items()
        }

    def _columns(self, table: Table) -> Sequence[Column]:
        """The columns of a table; those of later KPIs wait while the score stands alone."""
        if not self.published.is_score_alone:
            return table.columns
        models = {shown.model for shown in read_tables().values() if shown.from_start}
        return [
            column
            for column in table.columns
            if column.heading
            or (model := column.label.partition(".")[0]) in models
            or model.startswith("dim_")
        ]

    def _tables(self, page_id: str | None = None, root: str = "") -> "_Tables":
        return _Tables(self, page_id, root)

    def show(self, table: Table, page_id: str | None = None, root: str = "") -> Shown:
        """Write a table.

        Args:
            table: The table.
            page_id: The account or account executive whose page it is on, or None.
            root: From the page to the folder of the language.
        """
        code = self.language.code
        cells = self._cells(root)
        rows = self.published.rows[table.name]
        if page_id is not None:
            rows = self.published.on_page(table.name, page_id)
        shown_rows = rows[: table.limit] if table.limit else rows
        columns = self._columns(table)
        names = [column.name for column in columns]
        switch = table.switch
        groups: dict[str, list[Row]] = {}
        for row in shown_rows:
            groups.setdefault(row[switch.name] if switch else "", []).append(row)
        return Shown(
            table.name,
            table.title[code],
            table.empty[code],
            table.note.get(code, ""),
            self._charts.get(table.name, Markup()) if shown_rows else Markup(),
            list(remarks(table, shown_rows, self.published, self.language)),
            [
                {
                    "text": cells.heading(column, self.dictionary),
                    "style": column.style,
                }
                for column in columns
            ],
            [
                [
                    {
                        "cells": _marked([cells.cell(column, row) for column in columns], row),
                        "is_total": row.get("is_total"),
                    }
                    for row in group
                ]
                for group in groups.values()
            ],
            len(rows) - len(shown_rows),
            self.is_linked and any(column.kind == "account" for column in columns),
            any(column.kind == "sentence" for column in columns),
            " ".join(f"w{i}" for i, column in enumerate(columns, 1) if table.waits(column)),
            " ".join(str(names.index(name)) for name in table.filters if name in names),
            cells.heading(switch, self.dictionary) if switch else "",
            [(code, self.language.code_of(switch.codes, code)) for code in groups]
            if switch
            else [],
            f"{root}definitions.html#{table.model}" if self.is_linked else "",
        )

    def _cells(self, root: str = "") -> Cells:
        if not self.is_linked:
            return Cells(self.language, {}, {})
        return Cells(self.language, self.account_files, self.executive_files, root)

    @cached_property
    def account_files(self) -> dict[str, str]:
        """Account id to the file of its page."""
        return {
            row["account_id"]: _file("accounts", row["account_name"], row["account_id"])
            for row in self.published.rows["accounts"]
        }

    @cached_property
    def executive_files(self) -> dict[str, str]:
        """Account executive id to the file of the page."""
        return {
            row["page_id"]: _file("executives", row["account_executive_name"], row["page_id"])
            for row in self.published.rows["executives"]
        }

    @cached_property
    def _templates(self) -> Environment:
        templates = environment()
        templates.globals |= {
            "language": self.language,
            "say": self.language.say,
            "as_of": self.published.as_of,
            "script": script,
            "script_hash": script_hash,
            "is_score_alone": self.published.is_score_alone,
            "said_of_programme": said_of_programme(self.published, self.language),
            "currency_name": get_currency_name(
                self.published.currency, count=2, locale=self.language.locale
            ),
        }
        return templates

    def _render(self, template: str, root: str = "", path: str = "index.html", **what: Any) -> str:
        other = next(code for code in LOCALES if code != self.language.code)
        page = self._templates.get_template(template).render(
            other=f"{root}../{other}/{path}" if self.is_linked else "",
            has_script=self.is_linked,
            release=self.published.release,
            **what,
        )
        return with_needed_style(with_needed_script(page) if self.is_linked else page)


@dataclass(frozen=True)
class _Tables:
    """The tables of a page by name, each written when the template asks for it.

    While the engagement score stands alone, a table of what comes later is None.
    """

    pages: Pages
    page_id: str | None
    root: str

    def __getattr__(self, name: str) -> Shown | None:
        try:
            table = read_tables()[name]
        except KeyError as error:
            raise AttributeError(name) from error
        if self.pages.published.is_score_alone and not table.from_start:
            return None
        return self.pages.show(table, self.page_id, self.root)


def environment() -> Environment:
    """Make what renders templates: text is escaped, and a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["with_code"] = _with_code
    return made


def _with_code(text: str) -> Markup:
    """A description as dbt's own pages show it: what stands in backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _marked(cells: list[Markup], row: Row) -> list[Markup]:
    """The cells of a row, the first marked where its benchmarks are a stand-in."""
    return [cells[0] + STAND_IN, *cells[1:]] if row.get("is_on_stand_in") else cells


def _by_name(
    rows: Sequence[Row], name: str, files: Mapping[str, str]
) -> list[tuple[str | None, str]]:
    return sorted(
        ((row[name] or row["page_id"], files[row["page_id"]]) for row in rows),
        key=lambda pair: (pair[0].casefold(), pair[1]),
    )


def _file(folder: str, name: str | None, identifier: str) -> str:
    """A path that can be read and that no two of a folder share, on any file system."""
    plain = unicodedata.normalize("NFKD", name or "").encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
    digest = hashlib.sha256(identifier.encode()).hexdigest()[:8]
    return f"{folder}/{words}-{digest}.html" if words else f"{folder}/{digest}.html"
