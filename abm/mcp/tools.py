"""What can be asked beside a metric's values: what it means, why it moved, and of an account."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from abm.dictionary import ColumnEntry, TableEntry, read_metrics
from abm.errors import AbmError
from abm.mcp.answers import (
    DEFAULT_ROWS,
    FROM_DATA,
    Answer,
    answered,
    chosen,
    page,
    parsed_day,
    picked,
    quoted,
)
from abm.mcp.metrics import (
    MEASURES,
    articles,
    caveats,
    known_metrics,
    sentences,
    sources_of,
)
from abm.mcp.texts import all_tables
from abm.published import Published

LEVERS = "why_did_velocity_change"
"""The analysis that splits a change of velocity into its levers."""
LEVER_ENTITIES = ("all", "sector", "abm_tier", "account_executive")


def describe(opened: Published, root: Path, name: str) -> Answer:
    """What a metric, table or column means, where that stands, and what it must not be used for."""
    tables = all_tables(root)
    columns = {f"{t.name}.{c}": (t, t.columns[c]) for t in tables.values() for c in t.columns}
    metrics = known_metrics(opened)
    name = name.removeprefix("marts.").removeprefix("reference.").removeprefix("audit.")
    known = [*metrics, *tables, *columns]
    chosen("metric, table or column", name, known, "list metrics with list_metrics")
    if name in columns:
        table, column = columns[name]
        return answered(opened, **_column(table, column), **_said_of(opened, [_english(column)]))
    if name not in metrics:
        table = tables[name]
        return answered(
            opened,
            name=f"{table.schema}.{table.name}",
            definition=_english(table),
            key=list(table.primary),
            columns={c.name: c.data_type for c in table.columns.values()},
            additive={"columns": list(table.additive), "within_one": list(table.additive_within)},
            **_said_of(opened, [_english(table)]),
        )
    read_from, texts = [], []
    for source in metrics[name]:
        table, columns_of = tables[source.table], source.measures(name)
        about = _english(table)
        said = [s for s in sentences(about) if name in s] if source.key else [about]
        made_of = {
            measure: _column(table, table.columns[columns_of[measure]])
            for measure in MEASURES
            if measure in columns_of
        }
        texts += [*said, *(entry["definition"] or "" for entry in made_of.values())]
        read_from.append(
            {
                "table": f"{table.schema}.{table.name}",
                "grain": next((s for s in sentences(about) if "Grain" in s), None),
                "by": source.breakdowns(opened),
                "said_of_it": said if source.key else [],
                "made_of": made_of,
            }
        )
    about_kpi = next((m for m in read_metrics(root).values() if m["kpi"] == name), None)
    kpi = opened.rows(
        "select unit, is_flow, is_higher_better, target, target_benchmark_id, programme_stage, "
        "basis, note from reference.kpi_definitions where kpi = ?",
        [name],
    )
    least = opened.rows("select n from reference.minimum_observations where metric = ?", [name])
    return answered(
        opened,
        name=name,
        label=about_kpi["name"] if about_kpi else None,
        definition=about_kpi["description"] if about_kpi else None,
        kpi=picked(kpi[0], list(kpi[0])) if kpi else None,
        least_cases=least[0]["n"] if least else None,
        read_from=read_from,
        **_said_of(opened, [*texts, *(row["basis"] for row in kpi)]),
    )


def _english(entry: TableEntry | ColumnEntry) -> str:
    return entry.descriptions.get("en", "")


def _column(table: TableEntry, column: ColumnEntry) -> Answer:
    return {
        "name": f"{table.schema}.{table.name}.{column.name}",
        "label": dict(column.labels) or None,
        "data_type": column.data_type,
        "definition": _english(column) or None,
    }


def _said_of(opened: Published, texts: list[str]) -> Answer:
    warned = dict.fromkeys(caveats(texts))
    return {"source_articles": articles(opened, texts), "caveats": list(warned)}


def explain_account(opened: Published, account: str, offset: int, limit: int) -> Answer:
    """Why an account stands where it stands, and what to do next."""
    found = opened.rows(
        "select account_id, account_name, domain, sector, account_size_tier, abm_tier, is_abm_now, "
        "is_customer from marts.dim_accounts where account_id = ? "
        "or lower(account_name) = lower(?) or lower(domain) = lower(?) order by account_id",
        [account, account, account],
    )
    if not found:
        near = opened.rows(
            "select account_id, account_name from marts.dim_accounts where account_name is not "
            "null order by jaro_winkler_similarity(lower(account_name), lower(?)) desc, "
            "account_id limit 5",
            [account],
        )
        raise AmbiguousError(
            f"No account has the id, name or domain {quoted(account)}: "
            "ask with an account_id; the accounts with the nearest names are in from_data.",
            near,
        )
    if len(found) > 1:
        raise AmbiguousError(
            f"{len(found)} accounts have that name or domain: "
            "ask with one of the account_id in from_data.",
            found[:DEFAULT_ROWS],
        )
    about = found[0]
    account_id = about["account_id"]

    def of(table: str, columns: str, more: str = "") -> list[dict[str, Any]]:
        return opened.rows(
            f"select {columns} from marts.{table} where account_id = ? {more}", [account_id]
        )

    scores = of("fct_account_engagement", "*")
    journeys = of("fct_account_journey", "* exclude (account_id, as_of_on, is_abm_now, abm_tier)")
    penetrations = of(
        "fct_account_penetration",
        "apr_pct, apr_target_pct, is_on_target, apr_reason, identified_stakeholders, "
        "engaged_stakeholders, identified_decision_makers, reached_decision_makers, "
        "committee_penetration_pct, missing_key_roles",
    )
    drivers = of(
        "fct_account_engagement_drivers",
        "component, n, contribution, share_of_aes, driver_label_en",
        "order by contribution desc, component, driver limit 10",
    )
    people = of(
        "dim_people",
        "person_id, persona, buying_role, is_decision_maker, title, person_name, email",
        "and is_stakeholder order by is_decision_maker desc, buying_role, person_id",
    )
    alerts = opened.rows(
        "select alert_id, rule_id, severity, fired_on, due_at, is_overdue, metric_value, "
        "threshold, message_en from marts.fct_alerts where entity_type = 'account' "
        "and entity_id = ? and state = 'open' order by due_at, alert_id limit 10",
        [account_id],
    )
    actions = of("rpt_crm_accounts", "next_action_type, next_action_reason_en")
    return answered(
        opened,
        account=_marked(about, "account_id", "account_name", "domain"),
        score=_marked(scores[0], "account_id") if scores else None,
        drivers=[_marked(row, "driver_label_en") for row in drivers],
        journey=_marked(journeys[0]) if journeys else None,
        penetration=_marked(penetrations[0]) if penetrations else None,
        committee=page(
            [_marked(row, "person_id", "title", "person_name", "email") for row in people],
            offset,
            limit,
        ),
        open_alerts=[_marked(row, "message_en") for row in alerts],
        next_action=_marked(actions[0], "next_action_reason_en") if actions else None,
    )


class AmbiguousError(AbmError):
    """No account, or several, are meant; those that may be are data of the answer."""

    def __init__(self, sentence: str, rows: list[dict[str, Any]]) -> None:
        super().__init__(sentence)
        self.accounts = [picked(row, ["account_id", "account_name"]) for row in rows]


def _marked(row: Mapping[str, Any], *from_data: str) -> Answer:
    """A row whose columns that others wrote stand under a key of their own."""
    rest = [column for column in row if column not in from_data]
    told = picked(row, rest)
    return told | {FROM_DATA: picked(row, from_data)} if from_data else told


def why_changed(
    opened: Published,
    root: Path,
    metric: str,
    as_of: str | None,
    entity_type: str,
    months: int,
    offset: int,
    limit: int,
) -> Answer:
    """What moved a KPI: its change of the month, restatements, and the levers of velocity."""
    sources_of(opened, metric)
    changes = opened.rows(
        "select month_on, unit, value, previous_value, change_ratio, change_points, change_reason, "
        "numerator, denominator, n_observations as n, is_reliable, status from "
        "marts.rpt_kpi_scorecard where kpi = ? order by month_on desc",
        [metric],
    )
    if not changes:
        raise AbmError(
            f"The change of {metric} is in no table: ask query_metric for it by month, "
            "or take one of reference.kpi_definitions."
        )
    day = parsed_day("as_of", as_of) if as_of else changes[0]["month_on"]
    month = date(day.year, day.month, 1)
    change = next((row for row in changes if row["month_on"] == month), None)
    if change is None:
        first, last = changes[-1]["month_on"], changes[0]["month_on"]
        raise AbmError(
            f"The scorecard has no month {month:%Y-%m}: "
            f"take as_of from {first:%Y-%m} to {last:%Y-%m}."
        )
    restated = opened.rows(
        "select month_on, published_at, published_value, previous_value, current_value, delta, "
        "cause from marts.fct_kpi_publications where kpi = ? and is_restatement "
        "order by published_at desc, month_on desc",
        [metric],
    )
    levers = None
    if metric.startswith("velocity_monthly"):
        rows = opened.rows(_levers(root, entity_type, months))
        levers = {
            "compared_with": f"{months} months before the as-of date",
            "by": entity_type,
            **page(
                [_marked(row, "entity") for row in rows if row["measure"] == metric], offset, limit
            ),
        }
    return answered(
        opened,
        metric=metric,
        change=picked(change, list(change)),
        restatements=page([picked(row, list(row)) for row in restated], offset, limit),
        levers=levers,
    )


def _levers(root: Path, entity_type: str, months: int) -> str:
    """The analysis as SQL on the published file: the levers stand there, and only there."""
    told = {"entity_type": entity_type, "months": months}
    template = Environment(undefined=StrictUndefined, autoescape=False).from_string(
        (root / "analyses" / f"{LEVERS}.sql").read_text(encoding="utf-8")
    )
    return template.render(
        ref=lambda table: f"marts.{table}",
        var=lambda name, default=None: told.get(name, default),
        type_double=lambda: "double",
    )


def compare_models(opened: Published, offset: int, limit: int) -> Answer:
    """What every attribution model credits to every channel, side by side."""
    settings = opened.rows("select attribution_model from audit.audit_settings")
    concentrations = opened.rows(
        "select attribution_model, attributed_amount, weighted_opportunities, is_reliable, "
        "herfindahl_index, top_channel, top_channel_share, is_concentrated, reason "
        "from marts.rpt_attribution_concentration where as_of_on = ? order by attribution_model",
        [opened.release.as_of],
    )
    channels: dict[str, Answer] = {}
    for row in opened.rows(
        "select channel, attribution_model, attributed_amount, weighted_opportunities, "
        "return_on_spend_ratio, is_reliable from marts.rpt_return_on_spend "
        "order by channel, attribution_model"
    ):
        of_channel = channels.setdefault(row["channel"], {"channel": row["channel"], "models": {}})
        of_channel["models"][row["attribution_model"]] = picked(row, list(row)[2:])
    return answered(
        opened,
        default_model=settings[0]["attribution_model"] if settings else None,
        evidence_grade="attribution",
        tables=["marts.rpt_return_on_spend", "marts.rpt_attribution_concentration"],
        models=[picked(row, list(row)) for row in concentrations],
        **page(list(channels.values()), offset, limit),
    )
