"""Metrics, as MetricFlow answers them, are the numbers of the marts, whatever they are grouped by.

MetricFlow has an environment of its own (`make semantic`). It writes SQL, one process for all
queries; the tests run it on the sample.
"""

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import COMPANY_DAY, ROOT, Build, abm_environment, said

from abm.dictionary import read_dictionary, read_metrics
from abm.paths import read_seed
from abm.powerbi.model import read_measures

ENVIRONMENT = ROOT / ".venv-semantic" / "bin"
MARGIN = 1e-9
AS_OF = COMPANY_DAY
FIRST_MONTH = "2025-09-01"
"""The first of the 14 months of the scorecard."""

METRICS = read_metrics(ROOT)
MEASURES = {
    one["metric"]: (table, one) for table, listed in read_measures(ROOT).items() for one in listed
}
WITHOUT_METRIC = {"top_channel_share": "a maximum over channels: MetricFlow aggregates once"}
WITHOUT_ACCOUNT = {"investments", "customer_values"}
DAY = "{{ TimeDimension('metric_time', 'day') }}"
MONTH = "{{ TimeDimension('metric_time', 'month') }}"


@dataclass(frozen=True)
class Case:
    """A question to MetricFlow, and where the answer is.

    Attributes:
        metrics: What is asked for.
        expected: The answer in SQL: the columns of `by`, then the metrics.
        by: What it is grouped by.
        where: What is left of it.
    """

    metrics: tuple[str, ...]
    expected: str
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    def asked(self) -> dict[str, Any]:
        """The query as metric_statements.py reads it."""
        return {"metrics": self.metrics, "group_by": self.by or None, "where": self.where or None}


def of_kpi(metric: str, kpi: str) -> Case:
    """Month by month: what a day says at the month's end, and what happened in it."""
    return Case(
        (metric,),
        f"select month_on, value from marts.rpt_kpi_scorecard where kpi = '{kpi}'",
        ("metric_time__month",),
        (f"{MONTH} >= '{FIRST_MONTH}'",),
    )


def of_measure(metric: str, column: str | None = None) -> Case:
    """On the as-of date, in all or by a column of the account: by the SQL of the measure."""
    table, measure = MEASURES[metric]
    sql, factor = measure["sql"], measure.get("factor", 1)
    if not column:
        return Case((metric,), f"select {factor} * measured.value from ({sql}) as measured (value)")
    facts = f"(select facts.*, accounts.{column} as of_account from marts.{table} as facts "
    facts += "inner join marts.dim_accounts as accounts using (account_id))"
    grouped = sql.replace("select ", "select of_account, ", 1).replace(f"marts.{table}", facts, 1)
    return Case(
        (metric,),
        f"select of_account, {factor} * value "
        f"from ({grouped} group by of_account) as measured (of_account, value)",
        (f"account__{column}",),
    )


def on_days(metrics: str, by: str, expected: str) -> Case:
    """On every reporting date by a column, against a mart that has both."""
    return Case(tuple(metrics.split()), expected, ("metric_time__day", by))


ACCOUNTS = {name for name, entry in read_dictionary(ROOT).items() if "account_id" in entry.columns}
CASES = {
    **{f"{name} by month": of_kpi(name, one["kpi"]) for name, one in METRICS.items() if one["kpi"]},
    **{name: of_measure(name) for name in MEASURES},
    **{
        f"{name} by {column}": of_measure(name, column)
        for name, (table, _) in MEASURES.items()
        if table in ACCOUNTS
        for column in ("sector", "abm_tier")
    },
    "scores by sector": on_days(
        "programme_accounts aes_mean hot_accounts",
        "account__sector",
        f"select least(last_day(month_start_on), date '{AS_OF}'), sector, n_accounts_then, "
        "aes_sum_then / n_accounts_then, n_top_then "
        "from marts.rpt_engagement_by_sector where n_accounts_then > 0",
    ),
    "penetration by size": on_days(
        "apr_pct",
        "account__account_size_tier",
        "select as_of_on, account_size_tier, apr_pct from marts.rpt_penetration_by_tier "
        "where not is_total",
    ),
    **{
        f"{kpi} by tier": on_days(
            kpi,
            "account_state__abm_tier",
            "select as_of_on, abm_tier, value from marts.rpt_account_coverage "
            f"where kpi = '{kpi}' and not is_total and n_accounts > 0",
        )
        for kpi in ("account_coverage", "committee_penetration")
    },
    "pipeline by sector": on_days(
        "pipeline_open_amount advanced_pipeline",
        "account__sector",
        "select as_of_on, sector, sum(pipeline_amount), sum(advanced_amount) "
        "from marts.rpt_open_pipeline group by as_of_on, sector",
    ),
    **{
        f"velocity by {entity}": on_days(
            "velocity_monthly velocity_monthly_win_adjusted win_rate advanced_pipeline",
            by,
            "select as_of_on, entity_id, velocity_monthly, velocity_monthly_win_adjusted, "
            "win_rate, advanced_pipeline from marts.rpt_pipeline_velocity "
            f"where entity_type = '{entity}' and cycle_basis = 'own'",
        )
        for entity, by in (
            ("sector", "account__sector"),
            ("abm_tier", "deal_state__abm_tier_at_creation"),
        )
    },
    "return by tier": Case(
        ("sourced_won_amount",),
        "select abm_tier, revenue from marts.rpt_abm_roi "
        "where period = 'programme_to_date' and roi_basis = 'sourced' and not is_total",
        ("opportunity__abm_tier_at_creation",),
    ),
    "won by quarter and class": Case(
        ("won_amount", "deals_won"),
        "select quarter_start_on, sourcing_class, won_amount, n_opportunities "
        "from marts.rpt_revenue_walk where not is_total and n_opportunities > 0",
        ("metric_time__quarter", "opportunity__sourcing_class"),
    ),
    "credit by channel": Case(
        ("attributed_amount", "weighted_deals"),
        "select channel, sum(attributed_amount), sum(weighted_opportunities) "
        "from marts.rpt_attribution_by_channel where attribution_basis = 'revenue' "
        "and attribution_model = 'position_20_50_30' group by channel",
        ("credit__channel",),
    ),
    "credited share by sector": on_days(
        "attributed_share",
        "account__sector",
        "select as_of_on, sector, "
        "sum(case when is_abm_touch then attributed_amount else 0 end) / sum(attributed_amount) "
        "from marts.fct_attribution inner join marts.dim_accounts using (account_id) "
        "inner join (select distinct as_of_on from marts.rpt_open_pipeline) as dates "
        "on closed_on <= as_of_on and closed_on > as_of_on - 90 group by as_of_on, sector",
    ),
    "days in a where": Case(
        ("deals_won", "won_amount"),
        "select count(*), sum(amount) from marts.fct_opportunities "
        "where is_won and closed_on between '2026-08-10' and '2026-08-20'",
        where=(f"{DAY} between '2026-08-10' and '2026-08-20'",),
    ),
    # Who touched accounts on a day on which nothing was won or lost says 0, and no share.
    "days without a deal": Case(
        ("deals_won", "closed_won_share", "touchpoints"),
        "with deals as (select closed_on as on_day, count(*) filter (where is_won) as n_won, "
        "count(*) as n from marts.fct_opportunities where is_won or is_lost group by closed_on), "
        "touches as (select occurred_on as on_day, count(*) as n_touches "
        "from marts.fct_touchpoints where is_engagement and not is_machine and not is_capped "
        "and abm_tier_at_touch <> 'none' group by occurred_on) "
        "select on_day, coalesce(n_won, 0), n_won / n, coalesce(n_touches, 0) "
        "from deals full join touches using (on_day) where on_day >= '2026-10-01'",
        ("metric_time__day",),
        (f"{DAY} >= '2026-10-01'",),
    ),
    "return by month": Case(
        ("programme_roi",),
        "with costs as (select month_start_on as month_on, sum(amount) as cost "
        "from marts.fct_investments where programme = 'abm' and category <> 'sales_cost' "
        "group by month_start_on), "
        "won as (select date_trunc('month', closed_on) as month_on, sum(amount) as amount "
        "from marts.fct_opportunities where is_won and sourcing_class = 'sourced' group by 1) "
        "select month_on, (coalesce(amount, 0) - cost) / cost "
        "from costs left join won using (month_on) "
        f"where month_on >= '{FIRST_MONTH}'",
        ("metric_time__month",),
        (f"{MONTH} >= '{FIRST_MONTH}'",),
    ),
}
"""What is asked by name."""


@pytest.fixture(scope="module")
def manifest(built: Build) -> dict[str, Any]:
    """What dbt makes of the YAML, by which MetricFlow answers."""
    return json.loads((built.target / "semantic_manifest.json").read_text(encoding="utf-8"))


def statements(built: Build, queries: Iterable[Mapping[str, Any]]) -> list[str]:
    """The SQL of MetricFlow's answers."""
    if not ENVIRONMENT.is_dir():
        pytest.skip(".venv-semantic is missing: run `make semantic`")
    result = subprocess.run(
        [
            ENVIRONMENT / "python",
            Path(__file__).with_name("metric_statements.py"),
            built.target / "semantic_manifest.json",
        ],
        input=json.dumps(list(queries)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, said(result)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def answers(built: Build) -> dict[str, str]:
    """The SQL by the name of the case."""
    return dict(
        zip(CASES, statements(built, (case.asked() for case in CASES.values())), strict=True)
    )


def rows(connection: duckdb.DuckDBPyConnection, sql: str, n_keys: int) -> dict[Any, list[Any]]:
    """What a query says of each group; a group of which all is 0 or unknown is none."""
    found = {}
    for row in connection.execute(sql).fetchall():
        key = tuple(str(cell)[:10] if hasattr(cell, "year") else cell for cell in row[:n_keys])
        assert key not in found, key
        found[key] = [None if cell is None else float(cell) for cell in row[n_keys:]]
    return {key: values for key, values in found.items() if any(values)}


@pytest.mark.parametrize("name", CASES)
def test_a_metric_is_the_number_of_the_marts(
    name: str, answers: dict[str, str], built: Build
) -> None:
    case = CASES[name]
    columns = ", ".join([*case.by, *case.metrics])
    with built.connect() as connection:
        said = rows(connection, f"select {columns} from ({answers[name]})", len(case.by))
        known = rows(connection, case.expected, len(case.by))
    assert known
    assert len(known) >= 3 or "metric_time__month" not in case.by
    # Where a mart falls back on another group's cycles, it is not asked.
    assert (known.keys() <= said.keys()) if "velocity" in name else (known.keys() == said.keys())
    for key, values in known.items():
        for one, other in zip(said[key], values, strict=True):
            is_known = one is not None and other is not None
            assert one == (pytest.approx(other, rel=MARGIN, abs=MARGIN) if is_known else other), key


def test_every_kpi_is_a_metric_under_its_name() -> None:
    kpis = {row["kpi"]: row for row in read_seed(ROOT, "kpi_definitions")}
    found = {one["kpi"]: name for name, one in METRICS.items() if one["kpi"]}
    assert kpis.keys() == found.keys() | WITHOUT_METRIC.keys()
    for kpi, name in found.items():
        assert METRICS[name]["name"]["en"] == kpis[kpi]["label_en"]
        # A description that holds a KPI's unit would be of another number.
        assert name == kpi
    for measure in MEASURES:
        assert METRICS[measure]["name"].keys() == METRICS[measure]["description"].keys()
    names = [one["name"]["en"] for one in METRICS.values()]
    assert len(names) == len(set(names))


TRAILING = '"cumulative_type_params": {"window": "90 days", "period_agg": "first"}'


def faults(manifest: dict[str, Any]) -> list[str]:
    """What MetricFlow would answer otherwise than a plain sum, and is not set right."""
    found = []
    measures = {}
    for model in manifest["semantic_models"]:
        of_accounts = {entity["name"] for entity in model["entities"]} & {"account"}
        if bool(of_accounts) == (model["name"] in WITHOUT_ACCOUNT):
            found.append(f"{model['name']}: account")
        for measure in model["measures"]:
            time = measure["agg_time_dimension"] or model["defaults"]["agg_time_dimension"]
            stock = measure["non_additive_dimension"]
            measures[measure["name"]] = measure, time == "as_of_on"
            if time == "as_of_on" and (
                not stock or stock["name"] != time or stock["window_choice"] != "max"
            ):
                found.append(f"{measure['name']}: it would be summed over dates")
    for metric in manifest["metrics"]:
        parameters = metric["type_params"]
        if not parameters["measure"]:
            continue
        measure, is_stock = measures[parameters["measure"]["name"]]
        is_filled = parameters["measure"]["fill_nulls_with"] == 0
        if is_filled == (is_stock or measure["agg"] not in ("sum", "count")):
            found.append(f"{metric['name']}: nulls")
        cumulative = parameters["cumulative_type_params"]
        if cumulative and cumulative["period_agg"] != "last":
            found.append(f"{metric['name']}: period_agg")
        if parameters["measure"]["join_to_timespine"]:
            found.append(f"{metric['name']}: join_to_timespine")
    return found


def test_what_metricflow_does_otherwise_is_set_right(manifest: dict[str, Any]) -> None:
    assert {one["name"] for one in manifest["metrics"]} >= METRICS.keys()
    assert faults(manifest) == []


@pytest.mark.parametrize(
    ("of", "name", "change", "fault"),
    [
        ("metrics", "deals_won", ('"cumulative_type_params": null', TRAILING), ": period_agg"),
        ("metrics", "deals_won", ('timespine": false', 'timespine": true'), ": join_to_timespine"),
        ("metrics", "deals_won", ('nulls_with": 0', 'nulls_with": null'), ": nulls"),
        ("semantic_models", "touchpoints", ('"account"', '"company"'), ": account"),
        ("semantic_models", "deal_states", ('"max"', '"min"'), "open_amount: it would be summed"),
    ],
)
def test_a_wrong_setting_is_caught(
    of: str, name: str, change: tuple[str, str], fault: str, manifest: dict[str, Any]
) -> None:
    changed = [
        json.loads(json.dumps(one).replace(*change)) if one["name"] == name else one
        for one in manifest[of]
    ]
    assert changed != manifest[of]
    assert any(fault in one for one in faults(manifest | {of: changed}))


def test_days_end_with_the_as_of_date(built: Build) -> None:
    with built.connect() as connection:
        ((first, last, n_days),) = connection.execute(
            "select min(date_day), max(date_day), count(distinct date_day) "
            "from semantic.metric_days"
        ).fetchall()
        ((earliest,),) = connection.execute(
            "select least(min(created_on), (select min(occurred_on) from marts.fct_touchpoints), "
            "(select min(month_start_on) from marts.fct_investments)) from marts.fct_opportunities"
        ).fetchall()
    assert (first, str(last)) == (earliest, AS_OF)
    assert n_days == (last - first).days + 1


def test_the_command_of_the_docs_answers(built: Build, tmp_path: Path) -> None:
    """In a folder with what `make semantic` leaves in the project's."""
    page = (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^PYTHONPATH=\. \.venv-semantic/bin/mf (query .+)$", page, re.M)
    _, after = page.split(command)
    shown = re.findall(r"^\| (\w+) \| ([\d.]+) \|$", after.split("\n\n")[1], re.M)
    if not ENVIRONMENT.is_dir():
        pytest.skip(".venv-semantic is missing: run `make semantic`")
    for name in ("dbt_project.yml", "profiles.yml", "macros", "sample_data"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "semantic_manifest.json").symlink_to(
        built.target / "semantic_manifest.json"
    )
    answer = tmp_path / "answer.csv"
    result = subprocess.run(
        [ENVIRONMENT / "mf", *command.split(), "--csv", answer],
        cwd=tmp_path,
        env=abm_environment(tmp_path, {"ABM_DB": str(built.db)}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, said(result)
    _, *lines = answer.read_text(encoding="utf-8").splitlines()
    assert shown
    assert shown == [
        (one, f"{float(value):.2f}") for one, value in sorted(x.split(",") for x in lines)
    ]
