"""The warehouse under other sets of sources than all: every mart stands, and what lacks says so."""

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml
from conftest import ARTIFACTS, CASES, COMPANY_DAY, ROOT, Abm, Build, errors, said

CONNECTORS = CASES / "connectors"
"""Test extracts of the connectors' own packages; they are no part of the project."""

ALL_SOURCES = (
    *("salesforce", "hubspot", "marketo", "ga4", "sixsense", "demandbase", "bombora"),
    *("linkedin_ads", "google_ads", "abm_program", "custom"),
)
INTENT_VENDORS = ("sixsense", "demandbase", "bombora")
MARKETING_AUTOMATION = ("hubspot", "marketo")


def without(*sources: str) -> tuple[str, ...]:
    return tuple(source for source in ALL_SOURCES if source not in sources)


ENABLED = {
    "everything": ALL_SOURCES,
    "salesforce_only": ("salesforce",),
    "hubspot_as_crm": ("hubspot", "ga4", "abm_program"),
    "no_intent_vendor": without(*INTENT_VENDORS),
    "no_marketing_automation": without(*MARKETING_AUTOMATION),
    "connectors": ALL_SOURCES,
}
FURTHER_VARS = {
    "hubspot_as_crm": "crm: hubspot, ",
    # The review site's touches stay: a table can be off while its source is on.
    "no_intent_vendor": "absent: {custom: {intent_signals: all}}, ",
}

SELDOM = ("no_intent_vendor", "no_marketing_automation")
"""Scenarios of the longer proofs: what they leave out, others leave out too."""

Scenario = Callable[[str], Build]
Rows = list[tuple[object, ...]]


def rewritten_for_hubspot(company: Path, raw: Path) -> Path:
    """Copy what HubSpot as CRM needs, with HubSpot's company ids in the marketing team's lists.

    Accounts are found by domain; one whose company HubSpot lacks keeps the id of Salesforce.
    """
    for source in ENABLED["hubspot_as_crm"]:
        shutil.copytree(company / source, raw / source)
    host = "regexp_extract(lower({}), '^(?:[a-z]+://)?(?:www[.])?([^/:]+)', 1)"
    with duckdb.connect() as connection:
        connection.execute(f"""
            create table company_ids as
            select left(accounts.id, 15) as short_id, min(cast(companies.id as varchar)) as id
            from '{company}/salesforce/account.parquet' as accounts
            inner join '{company}/hubspot/company.parquet' as companies
                on {host.format("accounts.website")} = {host.format("companies.property_domain")}
            group by 1
        """)
        for name in ("target_accounts", "stakeholders", "contracts"):
            file = f"abm_program/{name}.parquet"
            connection.execute(f"""
                copy (
                    select lists.* replace (coalesce(company_ids.id, account_id) as account_id)
                    from '{company}/{file}' as lists
                    left join company_ids on left(lists.account_id, 15) = company_ids.short_id
                ) to '{raw}/{file}' (format parquet)
            """)
        # And a past amount that no amount column holds: it must not stop the build.
        file = "hubspot/deal_property_history.parquet"
        connection.execute(f"""
            copy (
                from '{company}/{file}'
                union all by name
                select
                    arg_min(deal_id, timestamp) as deal_id, 'amount' as name, '1e300' as value,
                    min(timestamp) - interval 1 hour as timestamp,
                    max(_fivetran_synced) as _fivetran_synced
                from '{company}/{file}'
                where name = 'amount'
            ) to '{raw}/{file}' (format parquet)
        """)
    return raw


@pytest.fixture(scope="module")
def scenario(
    abm: Abm, company: Path, company_built: Build, tmp_path_factory: pytest.TempPathFactory
) -> Scenario:
    """Builds a scenario by name, once; each has a target directory, as its vars are its own."""

    @cache
    def build(name: str) -> Build:
        if name == "everything":
            return company_built
        folder = tmp_path_factory.mktemp(name)
        db, target = folder / "abm.duckdb", folder / "target"
        if name == "connectors":
            result = abm(
                "build", "--raw", CONNECTORS, "--db", db, target=target, environment=ARTIFACTS
            )
            return Build(result, CONNECTORS, db, target)
        raw = company
        if name == "hubspot_as_crm":
            raw = rewritten_for_hubspot(company, folder / "raw")
        variables = f"{FURTHER_VARS.get(name, '')}enabled_sources: [{', '.join(ENABLED[name])}]"
        result = abm(
            *("build", "--raw", raw, "--db", db, "--as-of", COMPANY_DAY),
            *("--vars", f"{{{variables}}}"),
            target=target,
            environment=ARTIFACTS,
        )
        return Build(result, raw, db, target)

    def build_or_skip(name: str) -> Build:
        if name == "connectors" and not CONNECTORS.is_dir():
            pytest.skip(f"{CONNECTORS} does not exist")
        return build(name)

    return build_or_skip


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.full if name in SELDOM else ()) for name in ENABLED
    ]
)
def each(request: pytest.FixtureRequest, scenario: Scenario) -> tuple[str, Build]:
    """Every scenario by turn: its name and its build."""
    return request.param, scenario(request.param)


def rows(build: Build, query: str) -> Rows:
    assert build.result.returncode == 0, said(build.result)
    with build.connect() as connection:
        return connection.execute(query).fetchall()


def value(build: Build, query: str) -> object:
    ((found,),) = rows(build, query)
    return found


def compared(first: Build, second: Build, query: str) -> Rows:
    """Query two builds at once, attached as `first` and `second`."""
    assert second.result.returncode == 0, said(second.result)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first.db}' as first (read_only)")
        connection.execute(f"attach '{second.db}' as second (read_only)")
        return connection.execute(query).fetchall()


def in_raw(build: Build, query: str) -> Rows:
    """Query the raw files, `{source/table}` for a file."""
    spelled = query.replace("{", f"'{build.raw}/").replace("}", ".parquet'")
    return duckdb.execute(spelled).fetchall()


def published_models(build: Build, folder: str) -> dict[str, dict[str, str]]:
    """The columns and types that the models of a folder promise."""
    manifest = json.loads((build.target / "manifest.json").read_text())
    return {
        node["name"]: {
            name: column["data_type"].upper().replace(" ", "")
            for name, column in node["columns"].items()
        }
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["original_file_path"].startswith(f"models/{folder}/")
    }


# What holds in every scenario.


def test_build_ends_well(each: tuple[str, Build], company_built: Build) -> None:
    """No test fails, and as many of them run as with everything: none hides with a source."""
    _, build = each
    assert build.result.returncode == 0, said(build.result)
    assert "Traceback" not in build.result.stderr, said(build.result)
    assert " 0 failed, 0 skipped" in build.result.stdout, said(build.result)
    counts = {
        sum(
            int(word)
            for line in result.stdout.splitlines()
            if line.startswith("Tests: ")
            for word in line.split()
            if word.isdigit()
        )
        for result in (build.result, company_built.result)
    }
    assert len(counts - {0}) == len(counts) == 1, said(build.result)


def test_every_mart_keeps_its_contract(each: tuple[str, Build]) -> None:
    _, build = each
    for folder in ("marts", "audit"):
        models = published_models(build, folder)
        assert len(models) == len(list((ROOT / "models" / folder).rglob("*.sql")))
        found: dict[str, dict[str, str]] = {}
        for table, column, data_type in rows(
            build,
            "select table_name, column_name, data_type from information_schema.columns "
            f"where table_schema = '{folder}'",
        ):
            found.setdefault(str(table), {})[str(column)] = str(data_type)
        assert found == models


def test_every_raw_row_is_counted(each: tuple[str, Build]) -> None:
    """Raw counts are the files' own, nothing where a source is off, and nothing is lost."""
    name, build = each
    reconciled = rows(
        build,
        "select source_system, raw_table, n_raw, n_staged, difference "
        "from audit.audit_row_reconciliation",
    )
    assert {row[0] for row in reconciled} == set(ALL_SOURCES)
    assert not [row for row in reconciled if row[4] != 0]
    absent = {("custom", "intent_signals")} if name == "no_intent_vendor" else set()
    for source, table, n_raw, n_staged, _ in reconciled:
        file = build.raw / str(source) / f"{table}.parquet"
        is_read = source in ENABLED[name] and (source, table) not in absent and file.exists()
        ((expected,),) = (
            in_raw(build, f"select count(*) from {{{source}/{table}}}") if is_read else ((0,),)
        )
        assert n_raw == expected, (source, table)
        assert (n_staged == 0) or is_read, (source, table)


def test_what_is_off_gives_nothing_and_says_so(each: tuple[str, Build]) -> None:
    name, build = each
    enabled = set(ENABLED[name])
    statuses = dict(rows(build, "select source_system, status from audit.audit_source_freshness"))
    assert set(statuses) == set(ALL_SOURCES)
    assert {source for source, status in statuses.items() if status == "off"} == (
        set(ALL_SOURCES) - enabled
    )
    lacking = {source for source in enabled if not (build.raw / source).is_dir()}
    assert {source for source, status in statuses.items() if status == "no_data"} == lacking
    assert bool(lacking) == (name == "connectors")
    for table, column in (
        ("fct_touchpoints", "source_system"),
        ("dim_campaigns", "source_system"),
        ("fct_investments", "source_system"),
        ("dim_people", "unnest(string_split(source_systems, ', '))"),
    ):
        systems = {row[0] for row in rows(build, f"select distinct {column} from marts.{table}")}
        assert systems <= (enabled - lacking) | {"unknown", ""}, table


def test_what_cannot_be_computed_says_why(each: tuple[str, Build]) -> None:
    """A ratio is null exactly where its reason is not."""
    _, build = each
    for table, measure, reason in (
        ("fct_account_penetration", "apr_pct", "apr_reason"),
        ("rpt_customer_lifetime_value", "clv_cac_ratio", "reason"),
        ("rpt_customer_lifetime_value", "clv_lifetime", "clv_lifetime_reason"),
        ("rpt_account_coverage", "value", "reason"),
        ("rpt_abm_roi", "abm_roi_pct", "roi_reason"),
        ("rpt_cost_efficiency", "cost_per_engaged_account", "cost_per_engaged_account_reason"),
        ("rpt_cost_efficiency", "cost_per_mqa", "cost_per_mqa_reason"),
        ("rpt_cost_efficiency", "revenue_per_account", "revenue_per_account_reason"),
        ("rpt_journey_funnel", "conversion_rate", "conversion_reason"),
        ("rpt_journey_funnel", "median_days_from_previous", "median_days_reason"),
        ("rpt_programme_kpis", "value", "reason"),
        ("rpt_pipeline_velocity", "nullif(velocity_monthly, 0)", "velocity_reason"),
        ("rpt_penetration_by_persona", "apr_pct", "apr_reason"),
        ("rpt_abm_vs_non_abm", "ci_low", "reason"),
        ("rpt_kpi_scorecard", "value", "reason"),
        ("rpt_kpi_scorecard", "coalesce(change_ratio, change_points)", "change_reason"),
        ("rpt_anomalies", "robust_z", "reason"),
    ):
        unlike = rows(
            build, f"from marts.{table} where ({measure} is null) <> ({reason} is not null)"
        )
        assert not unlike, (table, unlike[:3])


# What holds in one of them.


def test_everything_delivers_every_kind(scenario: Scenario) -> None:
    build = scenario("everything")
    systems = rows(build, "select distinct source_system from marts.fct_touchpoints order by 1")
    assert [row[0] for row in systems] == [
        *("custom", "ga4", "hubspot", "linkedin_ads", "marketo", "salesforce", "unknown")
    ]
    providers = rows(build, "select distinct provider from marts.fct_intent_signals order by 1")
    assert [row[0] for row in providers] == ["bombora", "demandbase", "g2", "ga4", "sixsense"]
    for table in published_models(build, "marts"):
        assert value(build, f"select count(*) from marts.{table}") > 0, table  # type: ignore[operator]


def test_salesforce_only(scenario: Scenario) -> None:
    """Deals and their money are what they were; programme, spend and intent are not there."""
    build = scenario("salesforce_only")
    for table in ("fct_intent_signals", "fct_investments"):
        assert value(build, f"select count(*) from marts.{table}") == 0, table
    assert set(rows(build, "select distinct period, roi_reason from marts.rpt_abm_roi")) == {
        ("programme_to_date", "no_investment"),
        ("trailing_365_days", "no_investment"),
    }
    assert rows(build, "select content_asset_id from marts.dim_content_assets") == [("unknown",)]
    for column in (
        *("activated_on", "exited_on", "is_6qa", "sixsense_intent_score"),
        *("sixsense_buying_stage", "demandbase_journey_stage", "account_programme_stage"),
    ):
        assert value(build, f"select count({column}) from marts.dim_accounts") == 0, column
    assert value(build, "select count(*) from marts.dim_accounts where is_abm_now") == 0
    assert rows(build, "select distinct abm_tier from marts.dim_accounts") == [("none",)]
    assert rows(build, "select distinct status from marts.rpt_programme_kpis") == [("no_data",)]
    bases = rows(build, "select distinct saa_basis from marts.fct_account_journey")
    assert ("declared",) not in bases
    assert value(build, "select count(apr_declared_pct) from marts.fct_account_penetration") == 0
    assert value(build, "select count(apr_pct) from marts.fct_account_penetration") > 0  # type: ignore[operator]
    reasons = rows(
        build,
        "select distinct programme, reason, cac from marts.rpt_customer_lifetime_value "
        "where is_total order by programme",
    )
    assert reasons == [("abm", "no_customers", None), ("non_abm", "ledger_incomplete", None)]
    bases = rows(build, "select distinct retention_basis from marts.fct_customer_value")
    assert bases
    assert ("contract",) not in bases
    columns = (
        "opportunity_id, account_id, account_executive_id, opportunity_type, stage_name, is_won, "
        "is_lost, amount, original_amount, created_at, closed_at, cycle_days"
    )
    differing = compared(
        build,
        scenario("everything"),
        f"(select {columns} from first.marts.fct_opportunities "
        f"except select {columns} from second.marts.fct_opportunities) union all "
        f"(select {columns} from second.marts.fct_opportunities "
        f"except select {columns} from first.marts.fct_opportunities)",
    )
    assert not differing


@pytest.mark.full
def test_no_intent_vendor(scenario: Scenario) -> None:
    """Only behaviour makes signals; the rest of the score does not move."""
    build, everything = scenario("no_intent_vendor"), scenario("everything")
    kinds = rows(
        build, "select distinct signal_kind, provider from marts.fct_intent_signals order by all"
    )
    assert kinds == [("competitor_comparison", "ga4"), ("pricing_visit", "ga4")]
    for column in (
        *("is_6qa", "sixsense_intent_score", "sixsense_buying_stage", "sixsense_profile_fit"),
        *("demandbase_journey_stage", "demandbase_pipeline_predict_score"),
    ):
        assert value(build, f"select count({column}) from marts.dim_accounts") == 0, column
    scores = compared(
        everything,
        build,
        "select account_id, first.touchpoint_score, second.touchpoint_score, "
        "first.stakeholder_reach, second.stakeholder_reach, first.content_consumption, "
        "second.content_consumption, first.aes - second.aes, "
        "first.intent_signals - second.intent_signals "
        "from first.marts.fct_account_engagement as first "
        "full outer join second.marts.fct_account_engagement as second using (account_id)",
    )
    assert len(scores) == 30
    for _, *components, less_aes, fewer_signals in scores:
        assert components[::2] == components[1::2]
        assert less_aes == 3 * fewer_signals  # type: ignore[operator]
    assert sum(row[-1] for row in scores) > 0  # type: ignore[misc]


@pytest.mark.full
def test_no_marketing_automation(scenario: Scenario) -> None:
    """No mail, nobody known by a marketing tool; what two systems had told is told by the CRM."""
    build, everything = scenario("no_marketing_automation"), scenario("everything")
    mail = "select count(*) from marts.fct_touchpoints where interaction_type like 'email%'"
    assert value(everything, mail) > 0  # type: ignore[operator]
    assert value(build, mail) == 0
    for table in ("dim_people", "fct_touchpoints"):
        matched = f"select count(*) from marts.{table} where match_method = 'marketing_automation'"
        assert value(everything, matched) > 0, table  # type: ignore[operator]
        assert value(build, matched) == 0, table
    aside = "select coalesce(sum(n_touchpoints), 0) from audit.audit_set_aside_touchpoints"
    assert value(everything, aside) > 0  # type: ignore[operator]
    assert value(build, aside) == 0
    kept = (
        "select source_system, source_record_id, interaction_type, occurred_at "
        "from {}.marts.fct_touchpoints "
        "where source_system in ('salesforce', 'custom', 'linkedin_ads', 'ga4')"
    )
    for one, other in (("first", "second"), ("second", "first")):
        query = f"{kept.format(one)} except all {kept.format(other)}"
        assert not compared(everything, build, query)


def test_hubspot_as_crm(scenario: Scenario) -> None:
    """Companies are the accounts, deals the opportunities, and the lists find their companies."""
    build = scenario("hubspot_as_crm")
    ((n_companies,),) = in_raw(
        build,
        "select count(*) from (select id from {hubspot/company} group by id "
        "having not coalesce(arg_max(is_deleted, _fivetran_synced), false))",
    )
    assert n_companies > 0
    assert value(build, "select count(*) from marts.dim_accounts") == n_companies + 1
    won = in_raw(
        build,
        """
        with deals as (
            select * from {hubspot/deal}
            qualify row_number() over (partition by deal_id order by _fivetran_synced desc) = 1
        )
        select
            upper(coalesce(deals.property_deal_currency_code, 'USD')), count(*),
            sum(cast(deals.property_amount as decimal(18, 2)))
        from deals
        inner join {hubspot/deal_pipeline_stage} as stages
            on deals.deal_pipeline_stage_id = stages.stage_id
            and deals.deal_pipeline_id = stages.pipeline_id
        where not coalesce(deals.is_deleted, false) and stages.closed_won
        group by 1 order by 1
        """,
    )
    assert len(won) > 1
    assert won == rows(
        build,
        "select original_currency, count(*), sum(original_amount) "
        "from marts.fct_opportunities where is_won group by 1 order by 1",
    )
    # The rates are Salesforce's, which is off: a deal in another currency has no amount.
    amounts = rows(
        build,
        "select original_currency, count(*) = count(amount), count(amount) "
        "from marts.fct_opportunities group by 1 order by 1",
    )
    assert {"EUR", "USD"} <= {row[0] for row in amounts}
    for currency, are_all_known, n_known in amounts:
        assert are_all_known == (currency == "USD")
        assert (n_known > 0) == (currency == "USD")
    without_rate = rows(
        build,
        "select record_id from audit.audit_rejected_records "
        "where raw_table = 'opportunity' and reason = 'no_currency_rate' order by 1",
    )
    assert without_rate == rows(
        build,
        "select opportunity_id from marts.fct_opportunities where original_currency <> 'USD' "
        "order by 1",
    )
    stages = rows(
        build,
        "select opportunity_id, entered_at from marts.fct_opportunity_stages order by all",
    )
    assert stages == in_raw(
        build,
        "select cast(deal_id as varchar), date_entered from {hubspot/deal_stage} "
        "where deal_id in (select deal_id from {hubspot/deal} where not is_deleted) order by all",
    )
    members = in_raw(
        build,
        "select distinct account_id from {abm_program/target_accounts} "
        f"where regexp_matches(account_id, '^[0-9]+$') and activated_on <= '{COMPANY_DAY}' "
        "order by 1",
    )
    assert len(members) > 3
    assert members == rows(
        build,
        "select account_id from marts.dim_accounts where activated_on is not null order by 1",
    )
    strangers = in_raw(
        build,
        "select count(distinct left(account_id, 15)) from {abm_program/target_accounts} "
        "where not regexp_matches(account_id, '^[0-9]+$')",
    )
    assert strangers == rows(
        build,
        "select count(*) from audit.audit_unmapped_values "
        "where seed_name = 'accounts of target_accounts'",
    )
    assert strangers[0][0] > 0  # type: ignore[operator]
    assert (
        value(
            build,
            "select count(*) from marts.dim_people where is_declared_stakeholder "
            "and match_method = 'crm_account'",
        )
        > 0
    )  # type: ignore[operator]
    assert ("contract",) in rows(build, "select retention_basis from marts.fct_customer_value")
    assert (
        value(build, "select count(*) from marts.dim_account_executives")
        == 1 + in_raw(build, "select count(distinct owner_id) from {hubspot/owner}")[0][0]
    )  # type: ignore[operator]


def test_connectors_orphans_survive(scenario: Scenario) -> None:
    """The ids of these extracts do not join: nothing finds an account, and all of it is counted."""
    build = scenario("connectors")
    touches = dict(
        rows(
            build,
            "select source_system, count(*) from marts.fct_touchpoints "
            "where account_id = 'unknown' and touchpoint_id <> 'unattributed' group by 1",
        )
    )
    mails = in_raw(
        build,
        "select count(*) from {hubspot/email_event} where type in ('OPEN', 'CLICK', 'DELIVERED')",
    )
    others = in_raw(
        build,
        "select (select count(*) from {hubspot/contact_form_submission}) "
        "+ (select count(*) from {hubspot/engagement_call})",
    )
    assert touches["hubspot"] == mails[0][0] + others[0][0]  # type: ignore[operator]
    assert touches["marketo"] == sum(
        in_raw(build, f"select count(*) from {{marketo/activity_{name}}}")[0][0]  # type: ignore[misc]
        for name in ("email_delivered", "open_email", "click_email")
    )
    # Meetings without a start cannot be touches; they are counted all the same.
    ((n_meetings,),) = in_raw(build, "select count(*) from {hubspot/engagement_meeting}")
    unmatched = rows(
        build,
        "select source_system, sum(n_touchpoints), sum(share), "
        "sum(case when reason = 'undated' then n_touchpoints end) "
        "from audit.audit_unmatched_touchpoints group by 1",
    )
    assert {row[0]: row[1] for row in unmatched} == touches | {
        "hubspot": touches["hubspot"] + n_meetings  # type: ignore[operator]
    }
    assert {row[0]: row[3] for row in unmatched if row[3]} == {"hubspot": n_meetings}
    assert [round(float(row[2]), 9) for row in unmatched] == [1.0] * len(touches)  # type: ignore[arg-type]
    matched = "select count(*) from marts.fct_touchpoints where account_id <> 'unknown'"
    assert value(build, matched) == 0
    ((n_accounts,),) = in_raw(
        build, "select count(*) from {salesforce/account} where not is_deleted"
    )
    assert value(build, "select count(*) from marts.dim_accounts") == n_accounts + 1  # type: ignore[operator]


ODD_NAMES = (
    *("order", "Group", "user", "select", "desc"),
    *("Region C", "Größe", "a.b", "x$y", "{{ 7 }}", "100%", "it's", "-- x"),
)
"""Names of columns as extracts have them: reserved words, capitals, blanks, quotes, markup."""


@pytest.mark.full
def test_connectors_pass_columns_through(scenario: Scenario, abm: Abm, tmp_path: Path) -> None:
    """A column of the CRM's own that var passthrough_columns names arrives with its raw values.

    Whatever it is called, also where snapshots see it change and an earlier day is replayed.
    """
    raw = tmp_path / "raw"
    shutil.copytree(scenario("connectors").raw, raw)
    columns = ["photo_url", "record_type_id", *ODD_NAMES]
    passed = {"passthrough_columns": {"stg_salesforce__accounts": columns}}
    build = Build(
        *(subprocess.CompletedProcess([], 0, "", ""), raw),
        *(tmp_path / "abm.duckdb", tmp_path / "target"),
    )
    listed = ", ".join('"' + name + '"' for name in columns)
    file = raw / "salesforce/account.parquet"
    frame = pl.read_parquet(file)
    for state, day in (("before", ()), ("after", ("--as-of", "2026-10-30"))):
        values = [pl.lit(f"{name} {state} ").add(pl.col("id")).alias(name) for name in ODD_NAMES]
        frame.with_columns(values).write_parquet(file)
        result = abm(
            *("build", "--raw", raw, "--db", build.db, *day, "--select", "+dim_accounts"),
            *("--exclude", "test_type:data", "--vars", yaml.safe_dump(passed, width=10**6)),
            target=build.target,
        )
        assert result.returncode == 0, said(result)
        arrived = rows(
            build,
            f"select account_id, {listed} from marts.dim_accounts where account_id <> 'unknown'",
        )
        query = f"select id, {listed} from '{file}' where not is_deleted"
        assert sorted(arrived) == sorted(duckdb.execute(query).fetchall())
        assert arrived
        assert None not in arrived[0]

    frame.with_columns(pl.lit("x").alias("sector")).write_parquet(file)
    passed = {"passthrough_columns": {"stg_salesforce__accounts": ["sector"]}}
    result = abm(
        *("build", "--raw", raw, "--db", build.db, "--select", "+dim_accounts"),
        *("--exclude", "test_type:data", "--vars", yaml.safe_dump(passed)),
        target=build.target,
    )
    (sentence,) = errors(result)
    assert "adds sector to stg_salesforce__accounts, which has such a column" in sentence


@pytest.mark.full
def test_connectors_deals_without_company(scenario: Scenario, abm: Abm, tmp_path: Path) -> None:
    """With HubSpot as CRM, a deal whose company is not in the extract stays, of nobody."""
    raw = scenario("connectors").raw
    build = Build(
        abm(
            *("build", "--raw", raw, "--db", tmp_path / "abm.duckdb"),
            *("--select", "+fct_opportunities", "--exclude", "test_type:data"),
            *("--vars", "{crm: hubspot}"),
            target=tmp_path / "target",
        ),
        *(raw, tmp_path / "abm.duckdb", tmp_path / "target"),
    )
    deals = rows(
        build, "select opportunity_id, account_id from marts.fct_opportunities order by all"
    )
    expected = in_raw(
        build,
        """
        with joined as (
            select
                deals.deal_id,
                coalesce(
                    min(case when links.type_id = 5 then links.company_id end),
                    min(links.company_id)
                ) as company_id
            from {hubspot/deal} as deals
            left join {hubspot/deal_company} as links on deals.deal_id = links.deal_id
            where not coalesce(deals.is_deleted, false)
            group by deals.deal_id
        )
        select
            cast(joined.deal_id as varchar),
            coalesce(cast(companies.id as varchar), 'unknown')
        from joined
        left join {hubspot/company} as companies on joined.company_id = companies.id
        order by all
        """,
    )
    assert deals == expected
    assert len(deals) > 10
    assert "unknown" in {row[1] for row in deals}
