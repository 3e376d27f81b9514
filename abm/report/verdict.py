"""The first screen: what the program cost and brought, in a sentence, a row of money, decisions."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from abm.report.language import NOTHING, Language
from abm.report.published import Published
from abm.report.tables import Row

UNDER_TARGET = ("below", "above")
JUDGED = ("on_target", *UNDER_TARGET)
"""Statuses of a KPI that has a target and is old enough for it."""

PLACES = {
    "call_hot_accounts": "hot_not_called",
    "re_engage_accounts": "accounts_at_risk",
    "widen_stakeholders": "stakeholder_actions",
    "reach_key_roles": "tactical_actions",
    "move_budget": "recommended_budget",
    "review_velocity": "velocity_alerts",
}
"""Decision to the table that lists what it is about."""

BEHIND = {
    "investment": "investment_by_category",
    "pipeline": "pipeline_by_sourcing",
    "won": "revenue_walk",
    "roi": "return_by_tier",
    "forecast": "revenue_forecast",
}
"""Figure of the row of money to the table behind it."""


@dataclass(frozen=True)
class Amount:
    """One figure of the row of money.

    Attributes:
        name: Its key in phrases.yml.
        label: What it is called.
        value: The figure, or why there is none.
        note: What it is a part of, or its range.
    """

    name: str
    label: Markup
    value: Markup
    note: Markup

    @property
    def place(self) -> str:
        """The table of the dashboard that it comes from."""
        return BEHIND[self.name]


@dataclass(frozen=True)
class Decision:
    """What one role should decide.

    Attributes:
        role: Whose decision it is.
        said: What to do, in words.
        stake: The money that it is about.
        place: The id of the table that lists what it is about.
    """

    role: Markup
    said: Markup
    stake: Markup
    place: str


def verdict(published: Published, language: Language) -> tuple[Markup, list[Markup]]:
    """Say whether the program pays, and what that rests on: the headline, and sentences."""
    headline, sentences = Markup(), []
    for row in published.rows["money"]:
        lowest, highest = row["lowest_roi_pct"], row["highest_roi_pct"]
        if lowest is None:
            reason = language.code_of("reason", row["roi_reason"] or "no_data")
            headline = language.say("verdict.no_return", reason=reason)
        else:
            bases = "every_basis" if lowest >= 0 else "no_basis" if highest < 0 else "some_bases"
            headline = language.say(f"verdict.{bases}")
        if row["abm_roi_pct"] is not None:
            sentences.append(
                language.say(
                    "verdict.return",
                    period=language.code_of("period", row["period"]),
                    investment=language.amount(row["investment"]),
                    revenue=language.amount(row["revenue"]),
                    roi=language.percent(row["abm_roi_pct"], 0),
                    lowest=_lowest_return(row, language),
                    highest=language.percent(highest, 0),
                )
            )
        sentences += [*_kpis_in_words(published, language), *_forecast_in_words(row, language)]
    return headline, sentences


def _lowest_return(row: Row, language: Language) -> Markup:
    """The lowest return, of an estimate below zero its amount: a percentage of it says nothing."""
    if row["lowest_estimate"] is not None:
        return language.amount(row["lowest_estimate"])
    return language.percent(row["lowest_roi_pct"], 0)


def money(published: Published, language: Language) -> Iterable[Amount]:
    """Write the row of money."""
    for row in published.rows["money"]:
        reason = language.code_of("reason", row["roi_reason"] or "no_data")
        is_known = row["abm_roi_pct"] is not None
        yield Amount(
            "investment",
            language.say("money.investment"),
            reason if row["investment"] is None else language.amount(row["investment"]),
            language.say(
                "money.investment_note",
                period=language.code_of("period", row["period"] or "trailing_365_days"),
                amount=language.amount(row["investment_to_date"]),
            ),
        )
        no_data = language.code_of("reason", "no_data")
        for name, value, is_counted, n, total in (
            (
                "pipeline",
                row["pipeline_sourced"] or 0,
                row["pipeline_created"] is not None,
                "n_pipeline_sourced",
                "pipeline_created",
            ),
            ("won", row["revenue"], row["revenue"] is not None, "n_won_sourced", "won_amount"),
        ):
            yield Amount(
                name,
                language.say(f"money.{name}"),
                language.amount(value) if is_counted else no_data,
                language.say(
                    "money.of_all",
                    n=language.number(row[n]),
                    amount=language.amount(row[total] or 0),
                ),
            )
        yield Amount(
            "roi",
            language.say("money.roi"),
            language.say(
                "money.roi_range",
                lowest=_lowest_return(row, language),
                highest=language.percent(row["highest_roi_pct"], 0),
            )
            if is_known
            else reason,
            language.say(
                "money.roi_note",
                lowest_basis=language.code_of("roi_basis", row["lowest_roi_basis"]),
                highest_basis=language.code_of("roi_basis", row["highest_roi_basis"]),
                roi=language.percent(row["abm_roi_pct"], 0),
            )
            if is_known
            else Markup(),
        )
        yield Amount(
            "forecast",
            language.say("money.forecast", month=language.month(row["forecast_month_on"])),
            language.code_of("reason", row["forecast_reason"] or "no_data")
            if row["expected_amount"] is None
            else language.amount(row["expected_amount"]),
            language.say(
                "money.forecast_note",
                method=language.code_of("forecast_method", row["method"]),
                low=language.amount(row["low_80"]),
                high=language.amount(row["high_80"]),
            )
            if row["low_80"] is not None
            else language.code_of("forecast_method", row["method"]),
        )


def decisions(published: Published, language: Language) -> Iterable[Decision]:
    """Write the decision of each role that has most at stake."""
    for row in published.rows["decisions"]:
        name = row["decision"]
        stake = "moved" if name == "move_budget" else "stake"
        first = Markup("<bdi>{}</bdi>").format(row[f"first_name_{language.code}"])
        yield Decision(
            language.code_of("owner_role", row["owner_role"]),
            language.say(f"decision.{name}", n=language.number(row["n"]), first=first),
            NOTHING
            if row["amount_at_stake"] is None
            else language.say(f"decision.{stake}", amount=language.amount(row["amount_at_stake"])),
            PLACES[name],
        )


def _kpis_in_words(published: Published, language: Language) -> Iterable[Markup]:
    """Say which of the core KPIs miss their target."""
    now: dict[str, Row] = {row["kpi"]: row for row in published.rows["core_kpis"]}
    judged = [row for row in now.values() if row["status"] in JUDGED]
    missed = [row for row in judged if row["status"] in UNDER_TARGET]
    n = language.number(len(judged))
    if missed:
        names = Markup(", ").join(row[f"label_{language.code}"] for row in missed)
        missing = language.number(len(missed))
        yield language.say("verdict.kpis_missed", missed=missing, n=n, names=names)
    elif judged:
        yield language.say("verdict.kpis_met", n=n)


def _forecast_in_words(row: Row, language: Language) -> Iterable[Markup]:
    """Say what the next month should bring."""
    if row["expected_amount"] is None:
        return
    said = {
        "month": language.month(row["forecast_month_on"]),
        "amount": language.amount(row["expected_amount"]),
    }
    if row["low_80"] is None:
        yield language.say("verdict.forecast_alone", **said)
    else:
        low, high = language.amount(row["low_80"]), language.amount(row["high_80"])
        yield language.say("verdict.forecast", **said, low=low, high=high)
