"""`abm report`: the dashboard as a folder of self-contained pages, in English and French."""

import datetime
import hashlib
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from babel.numbers import get_currency_name
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from abm.dictionary import TableEntry, read_dictionary
from abm.errors import AbmError
from abm.paths import shown
from abm.progress import Steps
from abm.report import charts
from abm.report.language import LOCALES, NOTHING, Language, plain_text
from abm.report.published import Published, read_published
from abm.report.tables import FOLDER, NUMBERS, Cells, Row, Table, read_tables

# Chart to the query that it draws.
CHARTS = {
    "pipeline_by_segment": "pipeline_by_segment",
    "velocity": "velocity_months",
    "sector_scores": "sector_scores",
    "attributed_by_channel": "attributed_by_channel",
    "revenue_forecast": "revenue_forecast",
}


@dataclass(frozen=True)
class Site:
    """What was written.

    Attributes:
        index: The page to open first, which leads to the two languages.
        pages: Number of pages.
        size: Bytes in all.
    """

    index: Path
    pages: int
    size: int


def write_site(db: Path, out: Path, root: Path, steps: Steps | None = None) -> Site:
    """Write the dashboard, in place of the one that is there.

    Args:
        db: The published file.
        out: The folder of the dashboard; made when missing.
        root: The dbt project's directory, which has the descriptions.
        steps: Is advanced with every page.

    Returns:
        What was written.

    Raises:
        AbmError: The file cannot be read or the folder not be written.
    """
    if out.exists() and not (
        out.is_dir() and {path.name for path in out.iterdir()} <= {*LOCALES, "index.html"}
    ):
        raise AbmError(
            f"{shown(out)} holds more than a dashboard, which is written anew each time: "
            "name a directory of its own with --out."
        )
    published = read_published(db)
    dictionary = read_dictionary(root)
    languages = [Language(code, published.currency) for code in LOCALES]
    files: dict[str, str] = {}
    for language in languages:
        pages = Pages(published, dictionary, language)
        if steps:
            steps.set_total(len(languages) * len(pages))
        for name, page in pages.all():
            files[f"{language.code}/{name}"] = page
            if steps:
                steps.start(name)
                steps.advance()
    files["index.html"] = _environment().get_template("choose.html").render(languages=languages)
    work = out.with_name(f".{out.name}.writing")
    try:
        shutil.rmtree(work, ignore_errors=True)
        for name, page in files.items():
            file = work / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(page, encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        work.rename(out)
    except OSError as error:
        raise AbmError(
            f"Cannot write {shown(out)} ({error.strerror or error}): "
            "make room or allow writing there, or name another directory with --out."
        ) from error
    size = sum(len(page.encode()) for page in files.values())
    return Site(out / "index.html", len(files), size)


@dataclass(frozen=True)
class Shown:
    """A table as a page shows it: everything is written."""

    name: str
    title: str
    empty: str
    note: str
    heads: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, Any]]
    n_more: int
    has_sentences: bool
    definition: str


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
        return 2 + len(self.account_files) + len(self.executive_files)

    def all(self) -> Iterable[tuple[str, str]]:
        """Make every page: its path below the language's folder, and its text."""
        yield "index.html", self.index()
        yield "definitions.html", self.definitions()
        for account in self.published.rows["accounts"]:
            yield self.account_files[account["account_id"]], self.account(account)
        for executive in self.published.rows["executives"]:
            yield self.executive_files[executive["page_id"]], self.executive(executive)

    def index(self) -> str:
        """Make the first page: five KPIs, five sections, where the numbers come from."""
        rows = self.published.rows
        return self._render(
            "index.html",
            kpis=self.core_kpis(),
            tables=self._tables(),
            charts=self._charts(*CHARTS),
            checks=rows["checks"][0],
            accounts=_by_name(rows["accounts"], "account_name", self.account_files),
            executives=_by_name(rows["executives"], "account_executive_name", self.executive_files),
        )

    def account(self, account: Row) -> str:
        """Make the page of an account in programme."""
        page_id, language = account["account_id"], self.language
        cells = self._cells("../")
        scores = self.published.on_page("account_scores", page_id)
        values = [float(row["aes"]) for row in scores]
        thresholds = [float(account[name]) for name in ("lower_threshold", "upper_threshold")]
        return self._render(
            "account.html",
            root="../",
            path=self.account_files[page_id],
            account=account,
            facts=list(self._facts(account, cells)),
            said=self._score_in_words(account),
            penetration=list(self._penetration_in_words(account)),
            n_weeks=len(values),
            scores=charts.line(
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
            ),
            journey=self.published.on_page("account_journey", page_id),
            tables=self._tables(page_id, "../"),
        )

    def executive(self, executive: Row) -> str:
        """Make the page of an account executive."""
        language = self.language
        parts = None
        if executive["velocity_monthly"]:
            parts = language.say(
                "executive.parts",
                n=language.number(executive["n_advanced"]),
                size=language.amount(executive["avg_deal_size"]),
                days=language.number(executive["avg_cycle_days"], 1),
                basis=language.code_of("cycle_basis", executive["cycle_basis"]),
            )
        target = executive["target_velocity_monthly"]
        previous = executive["velocity_previous_month"]
        velocity = {
            "kpi": "velocity_monthly",
            "label": language.say("executive.velocity"),
            "value": self._known(
                executive["velocity_monthly"], language.amount, executive["velocity_reason"]
            ),
            "target": language.say("kpi.no_target")
            if target is None
            else language.say("kpi.target_minimum", value=language.amount(target)),
            "status": executive["status"],
            "status_words": self._cells().status(executive["status"])
            if executive["status"]
            else None,
            "previous": language.say("kpi.no_previous")
            if previous is None
            else language.say("kpi.previous_alone", value=language.amount(previous)),
            "parts": parts,
            "line": "",
        }
        return self._render(
            "executive.html",
            root="../",
            path=self.executive_files[executive["page_id"]],
            executive=executive,
            velocity=velocity,
            tables=self._tables(executive["page_id"], "../"),
        )

    def report(self, period: str) -> str:
        """Make the weekly or monthly report: what moved, why, what to do.

        Args:
            period: week or month, that of the as-of date.
        """
        rows, language, as_of = self.published.rows, self.language, self.published.as_of
        monday = as_of - datetime.timedelta(days=as_of.weekday())
        return self._render(
            f"{period}.html",
            title=language.say(f"report.{period}"),
            subject=language.say("report.week_of", day=language.day(monday, "long"))
            if period == "week"
            else language.month(as_of),
            kpis=self.core_kpis(),
            changes=list(self._changes_in_words()),
            tables=self._tables(),
            charts=self._charts("velocity", "sector_scores", "revenue_forecast"),
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
                if code in column.labels:
                    model["columns"].append(
                        {
                            "label": column.labels[code],
                            "name": column.name,
                            "description": column.descriptions.get(code, column.descriptions["en"]),
                        }
                    )
        return self._render("definitions.html", path="definitions.html", models=models.values())

    def _charts(self, *names: str) -> dict[str, Markup]:
        return {
            name: getattr(charts, name)(self.published.rows[CHARTS[name]], self.language)
            for name in names
        }

    def _changes_in_words(self) -> Iterable[Markup]:
        """What became of each core KPI since the month before, and of what it divides."""
        for months in self._core_months.values():
            if len(months) < 2 or None in (months[-1]["value"], months[-2]["value"]):
                continue
            before, now = months[-2:]
            unit = now["unit"]
            yield self.language.say(
                "report.because",
                label=now[f"label_{self.language.code}"],
                previous=self.language.in_unit(before["value"], unit),
                previous_parts=self._parts(before) or "",
                value=self.language.in_unit(now["value"], unit),
                parts=self._parts(now) or "",
            )

    def core_kpis(self) -> list[dict[str, Any]]:
        """The core KPIs, each with its target, the month before, and what it is made of."""
        return [self._kpi(months) for months in self._core_months.values()]

    @cached_property
    def _core_months(self) -> dict[str, list[Row]]:
        """The core KPIs in their order, each with its months from the oldest on."""
        by_kpi: dict[str, list[Row]] = {}
        for row in self.published.rows["core_kpis"]:
            by_kpi.setdefault(row["kpi"], []).append(row)
        return by_kpi

    def _kpi(self, months: Sequence[Row]) -> dict[str, Any]:
        """Write one KPI, its months from the oldest to the as-of date's."""
        language, now = self.language, months[-1]
        unit = now["unit"]

        def write(value: Any) -> Markup:
            return language.in_unit(value, unit)

        values = [row["value"] for row in months if row["value"] is not None]
        previous = now["previous_value"]
        if previous is None:
            said_previous = language.say("kpi.no_previous")
        elif now["change_ratio"] is None:
            said_previous = language.say("kpi.previous_alone", value=write(previous))
        else:
            said_previous = language.say(
                "kpi.previous",
                value=write(previous),
                change=language.share(now["change_ratio"], sign=True),
            )
        return {
            "kpi": now["kpi"],
            "label": now[f"label_{language.code}"],
            "value": self._known(now["value"], write, now["reason"]),
            "target": self._target(now, write),
            "status": now["status"],
            "status_words": self._cells().status(now["status"]) if now["status"] else None,
            "previous": said_previous,
            "parts": self._parts(now),
            "line": charts.line(
                values,
                (),
                language.say(
                    "kpi.history",
                    n=len(values),
                    low=plain_text(write(min(values, default=0))),
                    high=plain_text(write(max(values, default=0))),
                ),
            ),
        }

    def _target(self, now: Row, write: Callable[[Any], Markup]) -> Markup:
        language = self.language
        if now["target"] is not None:
            kind = "maximum" if not now["is_higher_better"] else "minimum"
            if now["is_higher_better"] and not now["is_target_included"]:
                kind = "above"
            return language.say(f"kpi.target_{kind}", value=write(now["target"]))
        if now["kpi"] == "velocity_monthly":
            held = [row["status"] for row in self.published.rows["velocity_by_executive"]]
            with_target = [status for status in held if status]
            if with_target:
                return language.say(
                    "kpi.executives_on_target",
                    n=language.number(with_target.count("on_target")),
                    of=language.number(len(with_target)),
                )
        return language.say("kpi.no_target")

    def _parts(self, row: Row) -> Markup | None:
        """What a KPI divides by what, in words."""
        language = self.language
        numerator, denominator = row["numerator"], row["denominator"]
        if numerator is None or denominator is None:
            return None
        amounts = {
            "velocity_monthly": (True, False),
            "velocity_monthly_win_adjusted": (True, False),
            "attributed_share": (True, True),
            "top_channel_share": (True, True),
            "clv_cac_ratio": (True, True),
        }.get(row["kpi"], (False, False))
        key = f"kpi.parts.{row['kpi']}"
        return language.say(
            key if language.knows(key) else "kpi.parts.any",
            numerator=language.amount(numerator) if amounts[0] else language.number(numerator, 0),
            denominator=language.amount(denominator)
            if amounts[1]
            else language.number(denominator, 0 if float(denominator).is_integer() else 1),
        )

    def _known(self, value: Any, write: Callable[[Any], Markup], reason: str | None) -> Markup:
        """A value, or why there is none."""
        if value is not None:
            return write(value)
        return self.language.code_of("reason", reason) if reason else NOTHING

    def _facts(self, account: Row, cells: Cells) -> Iterable[tuple[str, Markup]]:
        language = self.language
        file = self.executive_files.get(account["account_executive_id"])
        executive = account["account_executive_name"] or account["account_executive_id"] or NOTHING
        yield "sector", language.code_of("sector", account["sector"])
        yield "size", language.code_of("account_size_tier", account["account_size_tier"])
        yield "country", _isolated(account["country"])
        yield "domain", _isolated(account["domain"])
        yield (
            "executive",
            Markup('<a href="../{}"><bdi>{}</bdi></a>').format(file, executive)
            if file
            else _isolated(executive),
        )
        yield "abm_tier", language.code_of("abm_tier", account["abm_tier"])
        yield "activated", language.day(account["activated_on"])
        yield "stage", account[f"stage_{language.code}"] or NOTHING
        if account["customer_since_on"]:
            yield "customer", language.day(account["customer_since_on"])

    def _score_in_words(self, account: Row) -> Markup:
        """What the score is, against what, how it moved and what makes most of it."""
        language = self.language
        place = {"top": "above", "middle": "between", "bottom": "under"}[account["aes_band"]]
        sentences = [
            language.say(
                f"account.{place}",
                status=language.code_of("aes_status", account["aes_status"]),
                aes=language.number(account["aes"], 1),
                lower=language.number(account["lower_threshold"]),
                upper=language.number(account["upper_threshold"]),
            )
        ]
        if account["aes_change_30d"] is not None:
            sentences.append(
                language.say(
                    "account.moved",
                    change=language.number(account["aes_change_30d"], 1, sign=True),
                    rank=language.number(account["engagement_rank"]),
                )
            )
        drivers = self.published.on_page("account_drivers", account["account_id"])[:3]
        if drivers:
            said = Markup(", ").join(
                Markup("{} ({})").format(
                    row[f"driver_{language.code}"], language.number(row["contribution"], 1)
                )
                for row in drivers
            )
            sentences.append(language.say("account.mostly", drivers=said))
        return Markup(" ").join(sentences)

    def _penetration_in_words(self, account: Row) -> Iterable[Markup]:
        language = self.language
        if account["apr_pct"] is None:
            yield language.code_of("reason", account["apr_reason"])
        else:
            said = language.say(
                "account.engaged",
                engaged=language.number(account["engaged_stakeholders"]),
                identified=language.number(account["identified_stakeholders"]),
                target=language.percent(account["apr_target_pct"], 0),
            )
            yield Markup("<strong>{}</strong> {} {}").format(
                language.percent(account["apr_pct"]),
                self._cells().status(account["apr_status"]) if account["apr_status"] else "",
                said,
            )
        roles = account[f"missing_key_roles_{language.code}"]
        if roles:
            yield language.say("account.missing_roles", roles=roles)
        if account["last_engaged_on"]:
            yield language.say(
                "account.last_engaged", day=language.day(account["last_engaged_on"], "long")
            )

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
        return Shown(
            table.name,
            table.title[code],
            table.empty[code],
            table.note.get(code, ""),
            [
                {
                    "text": cells.heading(column, self.dictionary),
                    "is_number": column.kind in NUMBERS,
                }
                for column in table.columns
            ],
            [
                {
                    "cells": [cells.cell(column, row) for column in table.columns],
                    "is_total": row.get("is_total"),
                }
                for row in shown_rows
            ],
            len(rows) - len(shown_rows),
            any(column.kind == "sentence" for column in table.columns),
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
        environment = _environment()
        environment.globals |= {
            "language": self.language,
            "say": self.language.say,
            "as_of": self.published.as_of,
            "currency_name": get_currency_name(
                self.published.currency, count=2, locale=self.language.locale
            ),
        }
        return environment

    def _render(self, template: str, root: str = "", path: str = "index.html", **what: Any) -> str:
        other = next(code for code in LOCALES if code != self.language.code)
        return self._templates.get_template(template).render(
            other=f"{root}../{other}/{path}" if self.is_linked else "", **what
        )


@dataclass(frozen=True)
class _Tables:
    """The tables of a page by name, each written when the template asks for it."""

    pages: Pages
    page_id: str | None
    root: str

    def __getattr__(self, name: str) -> Shown:
        try:
            table = read_tables()[name]
        except KeyError as error:
            raise AttributeError(name) from error
        return self.pages.show(table, self.page_id, self.root)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_code"] = _with_code
    return environment


def _with_code(text: str) -> Markup:
    """A description as dbt's own pages show it: what stands in backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _isolated(text: str | None) -> Markup:
    """Text that may run from right to left, without turning around what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(text) if text else NOTHING


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
