"""What is said of the programme's age, and below a table because of the rows it shows."""

from collections.abc import Iterable, Sequence

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
    for row in rows:
        if row.get("benchmark_investment_min") is not None:
            yield _size_benchmarks(row, language)


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
