"""The cards of KPIs: value, target, the month before, and what is divided by what."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from markupsafe import Markup

from abm.report.language import NOTHING, Language, few
from abm.report.lines import trend
from abm.report.published import Published
from abm.report.tables import Row

# KPIs whose numerator and whose denominator is an amount.
AMOUNTS_DIVIDED = ("velocity_monthly", "velocity_monthly_win_adjusted")
AMOUNTS_OF_AMOUNTS = ("attributed_share", "top_channel_share", "clv_cac_ratio")

SCORE = "aes_mean"
"""The KPI that stands alone at first, if the build says so."""

Card = dict[str, Any]


def core_kpi_cards(published: Published, language: Language) -> list[Card]:
    """Write the core KPIs as of the as-of date, in their order."""
    return [_card(months, published, language) for months in _core_months(published)]


def changes_in_words(published: Published, language: Language) -> Iterable[Markup]:
    """Say what became of each core KPI since the month before, and of what it divides."""
    for months in _core_months(published):
        if len(months) < 2 or None in (months[-1]["value"], months[-2]["value"]):
            continue
        before, now = months[-2:]
        unit = now["unit"]
        yield language.say(
            "report.because",
            label=now[f"label_{language.code}"],
            previous=language.in_unit(before["value"], unit),
            previous_parts=_parts(before, language) or "",
            value=language.in_unit(now["value"], unit),
            parts=_parts(now, language) or "",
        )


def executive_card(executive: Row, language: Language) -> Card:
    """Write the velocity of an account executive, against the target."""
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
    return {
        "kpi": "velocity_monthly",
        "label": language.say("executive.velocity"),
        "value": _judged(
            _known(
                executive["velocity_monthly"],
                language.amount,
                executive["velocity_reason"],
                language,
            ),
            executive["is_reliable"] is not False,
            executive["n_advanced"],
            language,
        ),
        "target": language.say("kpi.no_target")
        if target is None
        else language.say("kpi.target_above", value=language.amount(target)),
        "status": executive["status"],
        "status_words": language.status(executive["status"]),
        "previous": language.say("kpi.no_previous")
        if previous is None
        else language.say("kpi.previous_alone", value=language.amount(previous)),
        "parts": parts,
        "lines": _stand_in(executive, language),
        "line": "",
    }


def _stand_in(executive: Row, language: Language) -> list[Markup]:
    """How much of the target is no benchmark of the accounts' own."""
    share = executive["target_fallback_share"]
    return [language.say("executive.stand_in", share=language.share(share))] if share else []


def _core_months(published: Published) -> Iterable[list[Row]]:
    """The core KPIs in their order, each with its months from the oldest on."""
    by_kpi: dict[str, list[Row]] = {}
    for row in published.rows["core_kpis"]:
        if row["kpi"] == SCORE or not published.is_score_alone:
            by_kpi.setdefault(row["kpi"], []).append(row)
    return by_kpi.values()


def _card(months: Sequence[Row], published: Published, language: Language) -> Card:
    """Write one KPI, its months from the oldest to the as-of date's."""
    now = months[-1]
    unit = now["unit"]

    def write(value: Any) -> Markup:
        return language.in_unit(value, unit)

    target = now["target"]
    previous = now["previous_value"]
    if previous is None:
        said_previous = language.say("kpi.no_previous")
    elif now["change_points"] is not None:
        said_previous = language.say(
            "kpi.previous_points",
            value=write(previous),
            change=language.number(now["change_points"], 1, sign=True),
        )
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
        "value": _judged(
            _known(now["value"], write, now["reason"], language),
            now["is_reliable"] or now["value"] is None,
            now["n_observations"],
            language,
        ),
        "target": _target(now, write, published, language),
        "status": now["status"],
        "status_words": language.status(now["status"]),
        "previous": said_previous,
        "parts": _parts(now, language),
        "lines": [],
        "line": trend(
            [row["value"] for row in months], unit, language, [] if target is None else [target]
        ),
    }


def _target(
    now: Row, write: Callable[[Any], Markup], published: Published, language: Language
) -> Markup:
    if now["target"] is not None:
        kind = "maximum" if not now["is_higher_better"] else "minimum"
        if now["is_higher_better"] and not now["is_target_included"]:
            kind = "above"
        return language.say(f"kpi.target_{kind}", value=write(now["target"]))
    if now["kpi"] == "velocity_monthly":
        held = [row["status"] for row in published.rows["velocity_by_executive"]]
        with_target = [status for status in held if status in ("on_target", "below")]
        if with_target:
            return language.say(
                "kpi.executives_on_target",
                n=language.number(with_target.count("on_target")),
                of=language.number(len(with_target)),
            )
    return language.say("kpi.no_target")


def _parts(row: Row, language: Language) -> Markup | None:
    """What a KPI divides by what, in words."""
    numerator, denominator = row["numerator"], row["denominator"]
    if numerator is None or denominator is None:
        return None
    kpi = row["kpi"]
    key = f"kpi.parts.{kpi}"
    return language.say(
        key if language.knows(key) else "kpi.parts.any",
        numerator=language.amount(numerator)
        if kpi in AMOUNTS_DIVIDED + AMOUNTS_OF_AMOUNTS
        else language.number(numerator),
        denominator=language.amount(denominator)
        if kpi in AMOUNTS_OF_AMOUNTS
        else language.number(denominator, 0 if float(denominator).is_integer() else 1),
    )


def _judged(value: Markup, is_reliable: bool, n: Any, language: Language) -> Markup:
    """A value, marked where it rests on too few cases."""
    return value if is_reliable else few(value, n, language)


def _known(
    value: Any, write: Callable[[Any], Markup], reason: str | None, language: Language
) -> Markup:
    """A value, or why there is none."""
    if value is not None:
        return write(value)
    return language.code_of("reason", reason) if reason else NOTHING
