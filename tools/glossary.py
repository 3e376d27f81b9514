"""`make glossary`: docs/glossary.md, the headline numbers, each under one name."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from abm.dictionary import TableEntry, read_dictionary

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "glossary.md"
HEADLINES = {
    "Engagement": (
        "fct_account_engagement.aes",
        "fct_account_engagement.stakeholder_reach",
        "rpt_cost_efficiency.n_engaged_accounts",
    ),
    "Qualified accounts": (
        "fct_account_engagement.is_mqa",
        "fct_account_journey.mqa_on",
        "rpt_cost_efficiency.n_mqa_in_period",
    ),
    "Penetration": (
        "fct_account_penetration.apr_pct",
        "fct_account_penetration.engaged_stakeholders",
        "fct_account_penetration.identified_stakeholders",
    ),
    "Pipeline": (
        "rpt_open_pipeline.n_open",
        "rpt_open_pipeline.pipeline_amount",
        "rpt_open_pipeline.advanced_amount",
        "rpt_monthly_totals.n_created",
        "rpt_pipeline_by_sourcing.n_opportunities",
        "rpt_pipeline_velocity.velocity_monthly",
        "rpt_pipeline_velocity.velocity_monthly_win_adjusted",
        "rpt_pipeline_velocity.win_rate",
    ),
    "Won revenue": (
        "rpt_monthly_totals.won_amount",
        "rpt_revenue_walk.won_amount",
        "rpt_pipeline_by_sourcing.won_amount",
        "rpt_return_on_spend.attributed_amount",
        "rpt_revenue_forecast.expected_amount",
    ),
    "Returns": (
        "rpt_abm_roi.investment",
        "rpt_abm_roi.abm_roi_pct",
        "rpt_return_on_spend.return_on_spend_ratio",
        "rpt_budget_allocation.return_on_spend_ratio",
        "rpt_cost_efficiency.cost_per_engaged_account",
        "rpt_cost_efficiency.cost_per_mqa",
    ),
    "Customers": (
        "rpt_customer_lifetime_value.clv_net",
        "rpt_customer_lifetime_value.cac",
        "rpt_customer_lifetime_value.clv_cac_ratio",
    ),
}
"""By subject the columns that hold a number which people quote: what they are called and mean
stands with the models and in the seed label_texts."""


def written_glossary(tables: Mapping[str, TableEntry]) -> str:
    """Write the glossary.

    Args:
        tables: From `read_dictionary`.

    Returns:
        The text of docs/glossary.md.

    Raises:
        KeyError: A column is not there, or has no label.
    """
    return "\n".join(_lines(tables)) + "\n"


def _lines(tables: Mapping[str, TableEntry]) -> Iterator[str]:
    yield "# Glossary"
    yield ""
    yield "One name, one number: what is counted in another way has another name. Written by"
    yield "`make glossary` from the models' descriptions; a test holds it to them, and another one"
    yield "walks all pages and reports for two numbers under one name. Every column is in the data"
    yield "dictionary (`make docs`)."
    for subject, columns in HEADLINES.items():
        yield ""
        yield f"## {subject}"
        yield ""
        yield "| name | in French | what it is | column |"
        yield "|---|---|---|---|"
        for column in columns:
            table, name = column.split(".")
            entry = tables[table].columns[name]
            said = entry.descriptions["en"].replace("|", "\\|")
            yield f"| {entry.labels['en']} | {entry.labels['fr']} | {said} | `{column}` |"


def main() -> None:
    """Write docs/glossary.md."""
    PAGE.write_text(written_glossary(read_dictionary(ROOT)), encoding="utf-8")


if __name__ == "__main__":
    main()
