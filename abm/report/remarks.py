"""What is said of the programme's age, and below a table because of the rows it shows."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from markupsafe import Markup

from abm.report.language import Language
from abm.report.published import Published
from abm.report.tables import DAGGER, Row, Table

OF_THE_PROGRAMME = ("return_on_investment", "stage_kpis")
"""Tables that judge what a young programme cannot show yet."""


def said_of_programme(published: Published, language: Language) -> Markup:
    """Say what the programme is too young for; nothing when it has come to all."""
    programme = published.programme
    if programme["is_score_alone"]:
        return language.say(
            "programme.score_alone",
            n=language.number(programme["days_alone"]),
            day=language.day(programme["all_kpis_from_on"], "long"),
            pipeline_on=language.day(programme["pipeline_due_on"], "long"),
            value_on=language.day(programme["value_due_on"], "long"),
        )
    if programme["is_young"]:
        return language.say(
            "programme.young",
            months=language.number(programme["months"]),
            stage=programme[f"stage_{language.code}"],
            pipeline=language.number(programme["pipeline_months"]),
            first=language.number(programme["full_potential_from"]),
            last=language.number(programme["full_potential_to"]),
        )
    return Markup()


def remarks(
    table: Table, rows: Sequence[Row], published: Published, language: Language
) -> Iterable[Markup]:
    """Say what a reader of these rows of a table must know."""
    marked = any(row.get("is_on_stand_in") for row in rows)
    if marked or any(row.get("n_on_stand_in") or row.get("target_fallback_share") for row in rows):
        note = language.say("stand_in.note")
        yield Markup("{} {}").format(DAGGER, note) if marked else note
    if table.name in OF_THE_PROGRAMME and published.programme["is_young"]:
        yield said_of_programme(published, language)
    if table.name == "overall_velocity":
        yield from _six_months(published, language)
    questioned = {row["kpi"]: None for row in rows if row.get("is_target_questioned")}
    if questioned:
        kpis = Markup(", ").join(language.code_of("kpi", kpi) for kpi in questioned)
        yield language.say("targets_to_question", kpis=kpis)
    for row in rows:
        if row.get("benchmark_investment_min") is not None:
            yield _size_benchmarks(row, language)


def _six_months(published: Published, language: Language) -> Iterable[Markup]:
    """Say how velocity moved in six months, against the goal, and through which lever."""
    too_early = {row["kpi"] for row in published.rows["all_kpis"] if row["status"] == "too_early"}
    is_due = "velocity_monthly" not in too_early
    for goal in published.rows["velocity_goal"]:
        target = language.share(goal["target_velocity_6_month_change_ratio"], 0, sign=True)
        if goal["velocity_6_month_change_ratio"] is None:
            reason = language.code_of("reason", goal["velocity_6_month_change_reason"])
            yield language.say("kpi.no_six_months", reason=reason, target=target)
            continue
        yield language.say(
            "kpi.six_months",
            value=language.amount(goal["velocity_6_months_ago"]),
            change=language.share(goal["velocity_6_month_change_ratio"], sign=True),
            target=target,
            status=(language.status(goal["status"]) if is_due else None) or "",
        )
        levers: dict[str, Callable[[Any], Markup]] = {
            "n_advanced": language.number,
            "avg_deal_size": language.amount,
            "avg_cycle_days": lambda days: language.number(days, 1),
        }
        for lever, write in levers.items():
            yield language.say(
                f"kpi.lever.{lever}",
                before=write(goal[f"{lever}_6_months_ago"]),
                now=write(goal[lever]),
            )


def _size_benchmarks(row: Row, language: Language) -> Markup:
    """What source B names for a company of the size that runs the programme, and what is."""
    pipeline = "closed" if row["benchmark_pipeline_max"] is not None else "open"
    return language.say(
        "size_benchmarks.note",
        least=language.amount(row["benchmark_investment_min"]),
        most=language.amount(row["benchmark_investment_max"]),
        pipeline=language.say(
            f"size_benchmarks.{pipeline}",
            least=language.amount(row["benchmark_pipeline_min"]),
            most=language.amount(
                row["benchmark_pipeline_max"] or row["benchmark_pipeline_open_from"]
            ),
        ),
        investment=language.amount(row["investment"]),
        created=language.amount(row["pipeline_created"]),
    )
