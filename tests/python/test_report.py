"""Every figure on the first page is what a query says, rounded; the same numbers, the same bytes.

The queries here are written for this test; those of the pages are in abm/report/queries.
"""

import datetime
import re
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest
from conftest import COMPANY_DAY, ROOT, Abm, Dashboard, errors, said
from html_tree import Node, read_html

from abm.dictionary import read_dictionary
from abm.paths import read_yaml
from abm.report.language import Language
from abm.report.pages import AUDIENCES, CHARTS, Pages
from abm.report.period import LEAST, end_of_text, laid_out
from abm.report.published import read_published
from abm.report.site import write_site

LANGUAGES = ("en", "fr")
NONE = "\N{EN DASH}"
"""What stands where a value is missing and nothing says why."""
PHRASES = read_yaml(ROOT / "abm" / "report" / "phrases.yml")
TABLES = read_yaml(ROOT / "abm" / "report" / "tables.yml")

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}

# A figure in each language: sign, currency, digits in groups of three, percent.
FIGURE = {
    "en": r"(?P<sign>[+-]?)(?P<money>\$?)(?P<digits>\d{1,3}(?:,\d{3})*(?:\.\d+)?)(?P<percent>%?)",
    "fr": r"(?P<sign>[+-]?)(?P<digits>\d{1,3}(?:\u202f\d{3})*(?:,\d+)?)"
    r"(?P<money>(?:\xa0\$US)?)(?P<percent>(?:\xa0%)?)",
}
DECIMAL_SIGN = {"en": ".", "fr": ","}

# Kind of a figure: decimals, what it is multiplied by, and what it must carry.
KINDS = {
    "amount": (0, 1, "money"),
    "change": (1, 1, "sign"),
    "change_share": (1, 100, "sign percent"),
    "count": (0, 1, ""),
    "goal": (0, 100, "sign percent"),
    "number": (1, 1, ""),
    "percent": (1, 1, "percent"),
    "share": (1, 100, "percent"),
    "whole_percent": (0, 1, "percent"),
}

# Unit of a number whose unit is in its row; it is a number where it is not here.
UNITS = {
    "reporting_currency": "amount",
    "reporting_currency_per_month": "amount",
    "share": "share",
    "percent": "percent",
    "currency": "amount",
    "accounts": "count",
    "count": "count",
    "in_points": "change",
    "uplift_ratio": "change_share",
}

# The queries of the tables. A column is named by its English heading; after it stands how it is
# written, after `+` that the next column says why it may be missing, and {l} is the language.
QUERIES = {
    "pipeline_by_segment": (
        "code:sector code:account_size_tier count amount amount amount",
        """
        select
            sector as "Sector",
            account_size_tier as "Account size",
            sum(n_open) as "Open opportunities",
            sum(pipeline_amount) as "Open pipeline",
            sum(advanced_amount) as "Advanced pipeline",
            sum(pipeline_previous_month) as "Pipeline (previous month)",
            0 as place
        from marts.rpt_pipeline_by_segment
        group by sector, account_size_tier
        union all
        select
            'all', 'all', count(*), sum(amount),
            sum(case when is_advanced then amount else 0 end),
            (
                select sum(pipeline_amount) from marts.rpt_open_pipeline
                where as_of_on = date '2026-09-30'
            ),
            1
        from marts.fct_opportunities
        where is_open and opportunity_type <> 'renewal'
        order by
            place, 1,
            list_position(['small', 'mid_market', 'enterprise', 'unsized'], "Account size")
        """,
    ),
    "pipeline_by_stage": (
        "text count amount count amount",
        """
        with stages as (
            select stage_name, min(stage_order) as place
            from marts.rpt_open_pipeline
            where as_of_on in (date '2026-10-31', date '2026-09-30')
            group by stage_name
        ),
        now as (from marts.rpt_open_pipeline where as_of_on = date '2026-10-31'),
        before as (from marts.rpt_open_pipeline where as_of_on = date '2026-09-30')
        select
            stage_name as "Stage",
            (select coalesce(sum(n_open), 0) from now where stage_name = stages.stage_name)
                as "Open opportunities",
            (select coalesce(sum(pipeline_amount), 0) from now where stage_name = stages.stage_name)
                as "Open pipeline",
            (select coalesce(sum(n_open), 0) from before where stage_name = stages.stage_name)
                as "Opportunities (previous month)",
            (
                select coalesce(sum(pipeline_amount), 0)
                from before where stage_name = stages.stage_name
            ) as "Pipeline (previous month)",
            place
        from stages
        union all
        select
            if('{l}' = 'en', 'All', 'Ensemble'),
            (select sum(n_open) from now),
            (select sum(pipeline_amount) from now),
            (select sum(n_open) from before),
            (select sum(pipeline_amount) from before),
            1000
        order by place, 1
        """,
    ),
    "overall_velocity": (
        "day count amount number amount+ share amount",
        """
        select
            as_of_on as "As of",
            n_advanced as "Advanced deals",
            avg_deal_size as "Mean deal size",
            avg_cycle_days as "Mean cycle (days)",
            velocity_monthly as "Velocity per month",
            velocity_reason,
            win_rate as "Win rate",
            velocity_monthly_win_adjusted as "Win-adjusted velocity"
        from marts.rpt_pipeline_velocity
        where is_total and as_of_on in (date '2026-10-31', date '2026-09-30')
        order by as_of_on desc
        """,
    ),
    "top_accounts": (
        "text code:sector number code:aes_status change text text",
        """
        select
            accounts.account_name
            || case when is_benchmark_fallback then '\u00a0\u2020' else '' end as "Account",
            accounts.sector as "Sector",
            scores.aes as "Engagement score",
            scores.aes_status as "Engagement band",
            scores.aes - scores.aes_30_days_ago as "Score change (30 days)",
            (
                select case '{l}' when 'en' then top_driver else top_driver_fr end
                from marts.rpt_hot_accounts_weekly as hot
                where hot.account_id = scores.account_id and week_start_on = date '2026-10-26'
            ) as "Main driver",
            executives.account_executive_name as "Account executive"
        from marts.fct_account_engagement as scores
        join marts.dim_accounts as accounts on scores.account_id = accounts.account_id
        left join marts.dim_account_executives as executives
            on accounts.account_owner_id = executives.account_executive_id
        where accounts.is_abm_now
        order by scores.aes desc
        limit 10
        """,
    ),
    "engagement_by_sector": (
        "text count count number change count count count",
        """
        select
            (
                select label_{l} from reference.labels
                where domain = 'sector' and code = scores.sector
            ) || case when sector = 'other' then '\u00a0\u2020' else '' end as "Sector",
            n_accounts as "Accounts in the program",
            (
                select count(*) from marts.dim_accounts as accounts
                where is_abm_now and is_benchmark_fallback and accounts.sector = scores.sector
            ) as "Accounts judged on stand-ins",
            aes_avg as "Mean engagement score",
            aes_avg_change as "Score change (month)",
            n_top as "In top band",
            n_middle as "In middle band",
            n_bottom as "In bottom band"
        from marts.rpt_engagement_by_sector as scores
        where month_start_on = date '2026-10-01'
        order by aes_avg desc
        """,
    ),
    "velocity_by_executive": (
        "text count amount number amount+ amount amount share status",
        """
        select
            account_executive_name as "Account executive",
            n_advanced as "Advanced deals",
            avg_deal_size as "Mean deal size",
            avg_cycle_days as "Mean cycle (days)",
            velocity_monthly as "Velocity per month",
            velocity_reason,
            velocity_previous_month as "Velocity (previous month)",
            target_velocity_monthly as "Target velocity",
            (
                select coalesce(sum(amount) filter (is_benchmark_fallback), 0) / sum(amount)
                from marts.fct_opportunities as deals join marts.dim_accounts using (account_id)
                where
                    is_open and opportunity_type in ('new_business', 'expansion')
                    and account_id <> 'unknown' and deals.account_executive_id = entity_id
            ) as "Target from stand-in benchmarks",
            case
                when target_velocity_monthly is null then null
                when n_advanced < 3 then 'too_few'
                when velocity_monthly > target_velocity_monthly then 'on_target'
                else 'below'
            end as "Against target"
        from marts.rpt_pipeline_velocity
        join marts.dim_account_executives on entity_id = account_executive_id
        where entity_type = 'account_executive' and as_of_on = date '2026-10-31'
        order by velocity_monthly desc nulls last, account_executive_name
        """,
    ),
    "attributed_by_channel": (
        "text amount number amount number+ amount",
        """
        with spend as (from marts.rpt_return_on_spend)
        select
            (select label_{l} from marts.dim_channels where channel = spend.channel) as "Channel",
            attributed_amount as "Attributed revenue",
            weighted_opportunities as "Attributed deals",
            spend as "Spend",
            return_on_spend_ratio as "Return on spend",
            reason,
            crm_cost_without_ledger as "Campaign costs not in the ledger",
            attribution_model as model,
            1 as place,
            channel as code
        from spend
        union all
        select
            if('{l}' = 'en', 'All', 'Ensemble'),
            sum(attributed_amount),
            sum(weighted_opportunities),
            sum(spend),
            null,
            null,
            sum(crm_cost_without_ledger),
            attribution_model,
            2,
            null
        from spend
        group by attribution_model
        order by
            model <> (select attribution_model from audit.audit_settings),
            list_position(
                [
                    'position_20_50_30', 'first_touch', 'last_touch', 'linear', 'time_decay',
                    'u_shaped', 'w_shaped', 'full_path', 'markov', 'shapley'
                ],
                model
            ),
            place, 2 desc nulls last, code
        """,
    ),
    "penetration_by_tier": (
        "code:account_size_tier count count count count percent percent count",
        """
        select
            account_size_tier as "Account size",
            count(*) as "Accounts in the program",
            count(*) filter (is_benchmark_fallback) as "Accounts judged on stand-ins",
            sum(engaged_stakeholders) as "Engaged stakeholders",
            sum(identified_stakeholders) as "Identified stakeholders",
            any_value(by_tier.apr_pct) as "Penetration rate",
            any_value(by_tier.apr_target_pct) as "Penetration target",
            count(*) filter (accounts.is_on_target) as "Accounts above target"
        from marts.fct_account_penetration as accounts
        join marts.dim_accounts using (account_id)
        join (
            select account_size_tier, apr_pct, apr_target_pct
            from marts.rpt_penetration_by_tier where as_of_on = date '2026-10-31'
        ) as by_tier using (account_size_tier)
        where accounts.is_abm_now
        group by account_size_tier
        union all
        select
            'all', n_accounts,
            (select count_if(is_abm_now and is_benchmark_fallback) from marts.dim_accounts),
            engaged_stakeholders, identified_stakeholders, apr_pct,
            apr_target_pct, n_on_target
        from marts.rpt_penetration_by_tier
        where as_of_on = date '2026-10-31' and is_total
        order by
            list_position(['small', 'mid_market', 'enterprise', 'unsized', 'all'], "Account size")
        """,
    ),
    "lifetime_value_by_sector": (
        "text count count amount share number amount+ amount amount number number status",
        """
        select
            (
                select label_{l} from reference.labels
                where domain = 'sector' and code = lifetime_values.sector
            ) || case when sector = 'other' then '\u00a0\u2020' else '' end as "Sector",
            n_customers as "Customers",
            (
                select count(*)
                from marts.fct_customer_value join marts.dim_accounts as accounts using (account_id)
                where
                    is_abm_customer and is_benchmark_fallback
                    and (is_total or accounts.sector = lifetime_values.sector)
            ) as "Customers judged on stand-ins",
            year_1_revenue_avg as "First-year revenue",
            retention_rate as "Retention rate",
            expansion_multiplier as "Expansion (times)",
            clv_net as "Net lifetime value",
            reason,
            benchmark_clv as "Benchmark lifetime value",
            cac as "Acquisition cost",
            clv_cac_ratio as "Value to cost",
            minimum_ratio as "Minimum value to cost",
            case
                when clv_cac_ratio is null then 'no_data'
                when least(n_retention, n_expansion) < 10 then 'too_few'
                when clv_cac_ratio >= 10 then 'on_target'
                else 'below'
            end as "Against target"
        from marts.rpt_customer_lifetime_value as lifetime_values
        where programme = 'abm' and as_of_on = date '2026-10-31'
        order by is_total, lifetime_values.sector
        """,
    ),
    "return_on_investment": (
        "code:period code:roi_basis amount amount percent+ percent percent code:evidence_grade",
        """
        select
            period as "Period",
            roi_basis as "Basis",
            revenue as "Revenue",
            investment as "Investment",
            case
                when roi_basis <> 'matched_estimate' or revenue >= 0 then abm_roi_pct
            end as "Return on investment",
            case
                when roi_basis = 'matched_estimate' and revenue < 0 then 'estimate_below_zero'
                else roi_reason
            end,
            benchmark_min_pct as "Benchmark, low",
            benchmark_max_pct as "Benchmark, high",
            evidence_grade as "Grade of evidence"
        from marts.rpt_abm_roi
        where not contains(period, '-Q') and is_total
        order by
            period,
            list_position(
                ['all_abm_accounts', 'sourced', 'attributed', 'matched_estimate'], roi_basis
            )
        """,
    ),
    "hot_not_called": (
        "text moment moment truth number amount text",
        """
        select
            accounts.account_name as "Account",
            crossed_at as "Passed the threshold",
            crossed_at + interval 24 hour as "Due by",
            crossed_at + interval 24 hour < timestamp '2026-11-01' as "Overdue",
            engagement.aes as "Engagement score",
            amount_at_stake as "Amount at stake",
            account_executive_name as "Account executive"
        from marts.fct_alerts as alerts
        join marts.dim_accounts as accounts on entity_id = accounts.account_id
        join marts.fct_account_engagement as engagement on entity_id = engagement.account_id
        join marts.dim_account_executives as executives
            on accounts.account_owner_id = executives.account_executive_id
        where rule_id = 'aes_hot' and ended_on is null and first_sales_touch_at is null
        order by amount_at_stake desc nulls last, fired_on
        """,
    ),
    "missed_calls": (
        "text moment moment day amount text",
        """
        select
            entity_name as "Account",
            crossed_at as "Passed the threshold",
            due_at as "Due by",
            ended_on as "Over since",
            amount_at_stake as "Amount at stake",
            account_executive_name as "Account executive"
        from marts.fct_alerts
        join marts.dim_account_executives using (account_executive_id)
        where
            rule_id = 'aes_hot' and first_sales_touch_at is null
            and ended_on between date '2026-10-02' and date '2026-10-31'
        order by amount_at_stake desc nulls last, fired_on
        """,
    ),
    "velocity_alerts": (
        "text text day amount moment amount text",
        """
        select
            executives.account_executive_name as "Account executive",
            message_{l} as "Alert",
            fired_on as "Fired on",
            (
                select velocity_monthly from marts.rpt_pipeline_velocity as velocity
                where
                    velocity.entity_type = 'account_executive'
                    and velocity.entity_id = alerts.entity_id and as_of_on = date '2026-10-31'
            ) as "Now",
            due_at as "Due by",
            amount_at_stake as "Amount at stake",
            managers.account_executive_name as "Manager"
        from marts.fct_alerts as alerts
        join marts.dim_account_executives as executives
            on alerts.entity_id = executives.account_executive_id
        left join marts.dim_account_executives as managers
            on executives.manager_id = managers.account_executive_id
        where rule_id = 'velocity_below_target' and state = 'open'
        order by amount_at_stake desc nulls last, fired_on
        """,
    ),
    "marketing_alerts": (
        "text text in_unit day moment amount text",
        """
        select
            entity_name as "Account",
            message_{l} as "Alert",
            {
                'value': current_value,
                'in': case rule_id when 'committee_too_thin' then 'count' else 'percent' end
            } as "Now",
            fired_on as "Fired on",
            due_at as "Due by",
            amount_at_stake as "Amount at stake",
            account_executive_name as "Account executive"
        from marts.fct_alerts
        join marts.dim_account_executives using (account_executive_id)
        where
            state = 'open'
            and (
                rule_id in ('apr_below_tier_target', 'committee_too_thin')
                or rule_id = 'apr_floor' and entity_id not in (
                    select entity_id from marts.fct_alerts
                    where rule_id = 'apr_below_tier_target' and state = 'open'
                )
            )
        order by amount_at_stake desc nulls last, fired_on, alert_id
        """,
    ),
    "accounts_at_risk": (
        "text text text day moment code:alert_state amount text",
        """
        select
            account_name as "Account",
            reason_{l} as "Why",
            action_types.label_{l} as "Action",
            cast(evidence as date) as "At risk since",
            due_at as "Due by",
            state as "State",
            amount_at_stake as "Amount at stake",
            account_executive_name as "Account executive"
        from marts.rpt_recommended_actions as actions
        inner join reference.action_types as action_types using (action_type)
        inner join marts.dim_accounts as accounts on entity_id = accounts.account_id
        inner join marts.dim_account_executives as executives
            on actions.account_executive_id = executives.account_executive_id
        inner join marts.fct_alerts as alerts
            on
                actions.entity_id = alerts.entity_id
                and rule_id = 'account_at_risk'
                and evidence = fired_on::varchar
        where action_type = 're_engagement'
        order by amount_at_stake desc nulls last, fired_on, accounts.account_id
        """,
    ),
    "cold_account_actions": (
        "text text text",
        """
        select
            entity_name as "Account",
            reason_{l} as "Why",
            account_executive_name as "Account executive"
        from marts.rpt_recommended_actions
        left join marts.dim_account_executives using (account_executive_id)
        where action_type = 'cold_account'
        order by value_rank
        """,
    ),
    "expansion_actions": (
        "text text text",
        """
        select
            entity_name as "Account",
            reason_{l} as "Why",
            account_executive_name as "Account executive"
        from marts.rpt_recommended_actions
        left join marts.dim_account_executives using (account_executive_id)
        where action_type = 'expansion'
        order by value_rank
        """,
    ),
    "stakeholder_actions": (
        "text text amount text",
        """
        select
            coalesce(channels.label_{l}, entity_name) as "Concerns",
            reason_{l} as "Why",
            value_amount as "Worth",
            account_executive_name as "Account executive"
        from marts.rpt_recommended_actions
        left join marts.dim_channels as channels
            on entity_type = 'channel' and entity_id = channel
        left join marts.dim_account_executives using (account_executive_id)
        where action_type = 'widen_stakeholders'
        order by value_rank
        """,
    ),
    "executive_team_actions": (
        "text text text",
        """
        select
            entity_name as "Account",
            reason_{l} as "Why",
            account_executive_name as "Account executive"
        from marts.rpt_recommended_actions
        left join marts.dim_account_executives using (account_executive_id)
        where action_type = 'multi_threading'
        order by value_rank
        """,
    ),
    "content_actions": (
        "text text text text",
        """
        select
            entity_name as "Account",
            action_types.label_{l} as "Action",
            reason_{l} as "Why",
            account_executive_name as "Account executive"
        from marts.rpt_recommended_actions
        join reference.action_types using (action_type)
        left join marts.dim_account_executives using (account_executive_id)
        where ends_with(action_type, '_content')
        order by priority, value_rank, action_type
        """,
    ),
    "tactical_actions": (
        "text text text text",
        """
        select
            coalesce(channels.label_{l}, entity_name) as "Concerns",
            action_types.label_{l} as "Action",
            reason_{l} as "Why",
            account_executive_name as "Account executive"
        from marts.rpt_recommended_actions
        join reference.action_types using (action_type)
        left join marts.dim_channels as channels
            on entity_type = 'channel' and entity_id = channel
        left join marts.dim_account_executives using (account_executive_id)
        where action_type = 'missing_key_role' or entity_type = 'channel'
        order by priority, action_type, value_rank
        """,
    ),
    "expected_pipeline": (
        "month+ count amount amount",
        """
        select
            expected_close_month_on as "Expected close",
            any_value(expected_close_month_reason) as reason,
            count(*) as "Open opportunities",
            sum(opportunities.amount) as "Amount",
            sum(expected_amount) as "Expected amount"
        from marts.fct_opportunities as opportunities
        left join marts.fct_pipeline_forecast using (opportunity_id)
        where is_open and opportunities.opportunity_type <> 'renewal'
        group by expected_close_month_on
        order by expected_close_month_on
        """,
    ),
    "revenue_forecast": (
        "month amount+ amount amount code:forecast_method amount+ amount amount",
        """
        select
            forecast_month_on as "Month",
            recommended.expected_amount as "Recommended forecast",
            recommended.forecast_reason,
            recommended.low_80 as "Low end (80%)",
            recommended.high_80 as "High end (80%)",
            recommended.chosen_method as "Made from",
            velocity.expected_amount as "Forecast from velocity",
            velocity.forecast_reason,
            bottom_up.expected_amount as "Forecast from pipeline",
            naive.expected_amount as "Naive forecast"
        from (from marts.rpt_revenue_forecast where method = 'recommended') as recommended
        join (from marts.rpt_revenue_forecast where method = 'velocity') as velocity
            using (forecast_month_on)
        join (from marts.rpt_revenue_forecast where method = 'bottom_up') as bottom_up
            using (forecast_month_on)
        join (from marts.rpt_revenue_forecast where method = 'naive') as naive
            using (forecast_month_on)
        order by forecast_month_on
        """,
    ),
    "forecast_accuracy": (
        "count count share+ share truth share share share",
        """
        select
            horizon_months as "Months ahead",
            recommended.n_months as "Months checked",
            recommended.wape as "Recommended forecast error",
            recommended.accuracy_reason,
            recommended.naive_wape as "Naive, same months",
            recommended.beats_naive as "Recommended beats naive",
            velocity.wape as "Velocity, 12 month ends",
            bottom_up.wape as "Pipeline, 12 month ends",
            naive.wape as "Naive, 12 month ends"
        from (from marts.rpt_forecast_accuracy where method = 'recommended') as recommended
        join (from marts.rpt_forecast_accuracy where method = 'velocity') as velocity
            using (horizon_months)
        join (from marts.rpt_forecast_accuracy where method = 'bottom_up') as bottom_up
            using (horizon_months)
        join (from marts.rpt_forecast_accuracy where method = 'naive') as naive
            using (horizon_months)
        order by horizon_months
        """,
    ),
    "recommended_budget": (
        "text number number share amount amount amount change_share text",
        """
        select
            (select label_{l} from marts.dim_channels where channel = budget.channel) as "Channel",
            return_on_spend_ratio as "Return on spend, budget window",
            weighted_opportunities as "Attributed deals, budget window",
            utilisation_rate as "Budget used",
            crm_cost_without_ledger as "Campaign costs not in the ledger, budget window",
            current_budget as "Current budget",
            recommended_budget as "Recommended budget",
            change_ratio as "Recommended change",
            rationale_{l} as "Why"
        from marts.rpt_budget_allocation as budget
        order by recommended_budget - current_budget desc nulls last, budget.channel
        """,
    ),
    "experiments": (
        "text text text day day count in_unit in_unit in_unit in_unit code:verdict+ text",
        """
        select
            hypothesis as "Hypothesis",
            (
                select label_{l} from reference.experiment_metrics as metrics
                where metrics.metric = arms.metric
            ) as "Metric",
            arm as "Arm",
            started_on as "Start",
            ended_on as "End",
            n as "Accounts",
            {'in': case metric_kind when 'proportion' then 'share' end, 'value': metric_value}
                as "Result",
            {'in': case metric_kind when 'proportion' then 'share' end, 'value': difference}
                as "Difference",
            {'in': case metric_kind when 'proportion' then 'share' end, 'value': ci_low}
                as "Low end (95%)",
            {'in': case metric_kind when 'proportion' then 'share' end, 'value': ci_high}
                as "High end (95%)",
            verdict as "Verdict",
            reason,
            decision as "Decision"
        from marts.rpt_experiments as arms
        order by started_on desc, experiment_id, is_control desc, arm
        """,
    ),
    "journey_funnel": (
        "text count share+ number+",
        """
        select
            label_{l} as "Journey stage",
            n_reached as "Accounts come this far",
            conversion_rate as "Conversion rate",
            conversion_reason,
            median_days_from_previous as "Median time (days)",
            median_days_reason
        from marts.rpt_journey_funnel
        join reference.journey_stages using (stage)
        where abm_tier = 'all'
        order by journey_stages.stage_order
        """,
    ),
    "cost_efficiency": (
        "code:abm_tier count amount count amount+ count amount+ amount+",
        """
        select
            abm_tier as "ABM tier",
            n_accounts as "Accounts in the program",
            investment as "Investment",
            n_engaged_accounts as "Accounts engaged within a year",
            cost_per_engaged_account as "Cost per engaged account",
            cost_per_engaged_account_reason,
            n_mqa_in_period as "Accounts qualified within a year",
            cost_per_mqa as "Cost per qualified account",
            cost_per_mqa_reason,
            revenue_per_account as "Revenue per account",
            revenue_per_account_reason
        from marts.rpt_cost_efficiency
        order by list_position(['one_to_one', 'one_to_few', 'one_to_many', 'all'], abm_tier)
        """,
    ),
    "abm_against_others": (
        "code:comparison in_unit in_unit count count change_share change_share+ change_share "
        "change_share change_share",
        """
        select
            metric as "Metric",
            {'in': raw.unit, 'value': raw.abm_value} as "Program",
            {'in': raw.unit, 'value': raw.non_abm_value} as "Others",
            raw.n_abm as "Program (count)",
            raw.n_non_abm as "Others (count)",
            raw.uplift_ratio as "Uplift (raw)",
            matched.uplift_ratio as "Uplift (matched)",
            matched.reason,
            matched.ci_low as "Low end (95%)",
            matched.ci_high as "High end (95%)",
            raw.benchmark_uplift_ratio as "Published uplift"
        from (from marts.rpt_abm_vs_non_abm where method = 'raw') as raw
        join (from marts.rpt_abm_vs_non_abm where method = 'matched') as matched using (metric)
        where metric in ('cycle_days', 'deal_size', 'velocity', 'win_rate')
        order by metric
        """,
    ),
    "customers_against_others": (
        "code:comparison in_unit in_unit in_unit change_share+ count count change_share",
        """
        select
            metric as "Metric",
            {'in': unit, 'value': abm_value} as "Program",
            {'in': unit, 'value': non_abm_value} as "Others",
            {'in': unit, 'value': if(unit = 'share', null, abm_value - non_abm_value)}
                as "Difference",
            uplift_ratio as "Uplift",
            reason,
            n_abm as "Program (count)",
            n_non_abm as "Others (count)",
            benchmark_uplift_ratio as "Published uplift"
        from marts.rpt_abm_vs_non_abm
        where
            method = 'raw'
            and metric in (
                'clv_net', 'cac', 'expansion_revenue', 'retention_rate', 'year_1_revenue'
            )
        order by metric <> 'clv_net', metric
        """,
    ),
    "programme_coverage": (
        "code:kpi in_unit+ count in_unit in_unit in_unit in_unit in_unit status",
        """
        with coverage as (
            select
                *,
                case when kpi in ('contact_coverage', 'channel_coverage') then '' else 'percent' end
                    as unit
            from marts.rpt_account_coverage where as_of_on = date '2026-10-31'
        )
        select
            kpi as "KPI",
            {'in': unit, 'value': whole.value} as "Value",
            reason,
            denominator as "Of",
            {'in': unit, 'value': (
                from coverage select value where abm_tier = 'one_to_one' and kpi = whole.kpi
            )} as "1:1",
            {'in': unit, 'value': (
                from coverage select value where abm_tier = 'one_to_few' and kpi = whole.kpi
            )} as "1:few",
            {'in': unit, 'value': (
                from coverage select value where abm_tier = 'one_to_many' and kpi = whole.kpi
            )} as "1:many",
            {'in': unit, 'value': benchmark_min} as "Benchmark, low",
            {'in': unit, 'value': benchmark_max} as "Benchmark, high",
            status as "Status"
        from coverage as whole
        where abm_tier = 'all'
        order by kpi
        """,
    ),
    "candidates": (
        "text code:sector code:account_size_tier number code:aes_status change count amount text",
        """
        select
            account_name
            || case when is_benchmark_fallback then '\u00a0\u2020' else '' end as "Account",
            sector as "Sector",
            account_size_tier as "Account size",
            aes as "Engagement score",
            aes_status as "Engagement band",
            aes - aes_30_days_ago as "Score change (30 days)",
            stakeholder_reach as "Engaged people",
            (
                select sum(amount) from marts.fct_opportunities as deals
                where
                    is_open and opportunity_type <> 'renewal'
                    and deals.account_id = accounts.account_id
            ) as "Open pipeline",
            account_executive_name as "Account executive"
        from marts.dim_accounts as accounts
        join marts.fct_account_engagement using (account_id)
        left join marts.dim_account_executives on account_owner_id = account_executive_id
        where not accounts.is_abm_now and aes > upper_threshold
        order by aes desc
        """,
    ),
    "stage_kpis": (
        "code:kpi text in_unit+ count in_unit in_unit status",
        """
        select
            kpi as "Indicator",
            label_{l} as "Program stage",
            {'in': unit, 'value': value} as "Value",
            reason,
            case when kpi <> 'abm_roi_pct' then denominator end as "Of",
            {'in': unit, 'value': target_min} as "Minimum target",
            {'in': unit, 'value': target_max} as "Maximum target",
            status as "Status"
        from marts.rpt_programme_kpis join reference.programme_stages using (programme_stage)
        where abm_tier = 'all'
        order by months_from, kpi
        """,
    ),
    "tier_kpis": (
        "code:kpi in_unit status in_unit status in_unit status",
        """
        with tiers as (
            select * from marts.rpt_programme_kpis
            join reference.programme_stages using (programme_stage)
        )
        select
            kpi as "Indicator",
            {'in': whole.unit, 'value': first.value} as "1:1",
            first.status as "1:1, status",
            {'in': whole.unit, 'value': few.value} as "1:few",
            few.status as "1:few, status",
            {'in': whole.unit, 'value': many.value} as "1:many",
            many.status as "1:many, status"
        from (select distinct kpi, unit, months_from from tiers where abm_tier <> 'all') as whole
        left join (from tiers where abm_tier = 'one_to_one') as first using (kpi)
        left join (from tiers where abm_tier = 'one_to_few') as few using (kpi)
        left join (from tiers where abm_tier = 'one_to_many') as many using (kpi)
        order by whole.months_from, kpi
        """,
    ),
    "pipeline_by_sourcing": (
        "code:sourcing_class count amount amount",
        """
        select
            coalesce(sourcing_class, 'all') as "Sourcing",
            count(*) as "Opportunities created, renewals included",
            coalesce(sum(amount), 0) as "Amount created",
            coalesce(sum(amount) filter (is_won), 0) as "Won of what was created"
        from marts.fct_opportunities
        where created_on between date '2026-10-01' and date '2026-10-31'
        group by rollup (sourcing_class)
        order by sourcing_class nulls last
        """,
    ),
    "revenue_walk": (
        "quarter code:sourcing_class count amount",
        """
        with deals as (
            select *, date_trunc('quarter', closed_on) as quarter_start_on
            from marts.fct_opportunities where is_won and closed_on >= date '2026-01-01'
        ),
        classes as (
            select * from (values
                ('influenced'), ('renewal'), ('sourced'), ('untouched'), ('all')
            ) as classes (sourcing_class)
        )
        select
            quarters.quarter_start_on as "Quarter from",
            classes.sourcing_class as "Sourcing",
            count(opportunity_id) as "Won deals",
            coalesce(sum(amount), 0) as "Won revenue"
        from (select distinct quarter_start_on from deals) as quarters
        cross join classes
        left join deals
            on
                quarters.quarter_start_on = deals.quarter_start_on
                and classes.sourcing_class in (deals.sourcing_class, 'all')
        group by 1, 2
        order by 1 desc, any_value(classes.sourcing_class = 'all'), 2
        """,
    ),
    "return_by_tier": (
        "code:abm_tier amount amount in_unit+ percent+ percent percent",
        """
        with bases as (from marts.rpt_abm_roi where period = 'trailing_365_days')
        select
            abm_tier as "ABM tier",
            sourced.investment as "Investment",
            sourced.revenue as "Revenue, sourced",
            {
                'value': case
                    when matched.revenue < 0 then matched.revenue else matched.abm_roi_pct
                end,
                'in': case when matched.revenue < 0 then 'reporting_currency' else 'percent' end
            } as "Return, matched estimate",
            matched.roi_reason as why,
            sourced.abm_roi_pct as "Return, sourced",
            sourced.roi_reason as reason,
            attributed.abm_roi_pct as "Return, attributed",
            whole.abm_roi_pct as "Return, all program accounts"
        from (from bases where roi_basis = 'sourced') as sourced
        join (from bases where roi_basis = 'matched_estimate') as matched using (abm_tier)
        join (from bases where roi_basis = 'attributed') as attributed using (abm_tier)
        join (from bases where roi_basis = 'all_abm_accounts') as whole using (abm_tier)
        order by list_position(['one_to_one', 'one_to_few', 'one_to_many', 'all'], abm_tier)
        """,
    ),
    "return_by_quarter": (
        "quarter amount amount percent+ code:evidence_grade",
        """
        select
            strptime(
                replace(replace(replace(replace(
                    period, 'Q1', '01'), 'Q2', '04'), 'Q3', '07'), 'Q4', '10'), '%Y-%m'
            ) as "Quarter from",
            investment as "Investment",
            revenue as "Revenue",
            case
                when roi_basis <> 'matched_estimate' or revenue >= 0 then abm_roi_pct
            end as "Return on investment",
            case
                when roi_basis = 'matched_estimate' and revenue < 0 then 'estimate_below_zero'
                else roi_reason
            end,
            evidence_grade as "Grade of evidence"
        from marts.rpt_abm_roi
        where abm_tier = 'all' and period between '2025-Q1' and '2026-Q4'
        order by
            list_position(
                ['sourced', 'all_abm_accounts', 'attributed', 'matched_estimate'], roi_basis
            ),
            period desc
        """,
    ),
    "investment_by_category": (
        "text amount amount truth truth",
        """
        with costs as (
            from marts.fct_investments join reference.investment_categories using (category)
            where month_start_on between date '2025-10-01' and date '2026-09-30'
        )
        select
            label_{l} as "Category",
            coalesce(sum(amount) filter (programme = 'abm'), 0) as "Program",
            coalesce(sum(amount) filter (programme = 'non_abm'), 0) as "Others",
            in_roi as "In the return",
            in_cac as "In the acquisition cost",
            1 as place
        from costs
        group by category, label_{l}, in_roi, in_cac
        union all
        select
            if('{l}' = 'en', 'All', 'Ensemble'),
            sum(amount) filter (programme = 'abm'),
            sum(amount) filter (programme = 'non_abm'),
            null,
            null,
            2
        from costs
        order by place, 4 desc, 2 desc
        """,
    ),
    "influence_evidence": (
        "code:sourcing_class count count share count share count",
        """
        select
            sourcing_class as "Sourcing",
            count(*) as "Won deals",
            count(*) filter (is_accelerated) as "Won faster than the median",
            avg(is_accelerated::integer) as "Share won fast",
            count(*) filter (is_above_first_amount) as "Grew in value",
            avg(is_above_first_amount::integer) as "Share that grew",
            count(*) filter (is_enlarged) as "Grew after the touch"
        from marts.fct_opportunities
        where is_won and closed_on >= date '2026-01-01' and sourcing_class <> 'renewal'
        group by sourcing_class
        order by sourcing_class
        """,
    ),
    "account_moves": (
        "code:moved count",
        """
        select moved as "Move", count(*) as "Accounts in the program"
        from marts.fct_account_journey
        where account_id in (select account_id from marts.dim_accounts where is_abm_now)
        group by moved
        order by moved
        """,
    ),
    "accounts_progressed": (
        "text code:journey_stage code:journey_stage number text",
        """
        select
            accounts.account_name as "Account",
            previous_month_stage as "Stage last month",
            current_stage as "Journey stage",
            aes as "Engagement score",
            account_executive_name as "Account executive"
        from marts.dim_accounts as accounts
        join (from marts.fct_account_journey where moved = 'progressed')
            using (account_id)
        join marts.fct_account_engagement using (account_id)
        left join marts.dim_account_executives on account_owner_id = account_executive_id
        where accounts.is_abm_now
        order by
            coalesce(list_position(
                [
                    'targeted', 'reached', 'engaged', 'mqa', 'saa', 'opportunity', 'customer',
                    'expansion'
                ],
                current_stage
            ), 0) desc,
            aes desc, account_id
        limit 10
        """,
    ),
    "accounts_regressed": (
        "text code:journey_stage code:journey_stage number text",
        """
        select
            accounts.account_name as "Account",
            previous_month_stage as "Stage last month",
            current_stage as "Journey stage",
            aes as "Engagement score",
            account_executive_name as "Account executive"
        from marts.dim_accounts as accounts
        join (from marts.fct_account_journey where moved = 'regressed')
            using (account_id)
        join marts.fct_account_engagement using (account_id)
        left join marts.dim_account_executives on account_owner_id = account_executive_id
        where accounts.is_abm_now
        order by
            coalesce(list_position(
                [
                    'targeted', 'reached', 'engaged', 'mqa', 'saa', 'opportunity', 'customer',
                    'expansion'
                ],
                previous_month_stage
            ), 0) desc,
            aes desc, account_id
        limit 10
        """,
    ),
    "source_freshness": (
        "code:source_system moment code:freshness count count count count share",
        """
        select
            source_system as "Source",
            newest_record_at as "Newest load",
            status as "Freshness",
            (
                select sum(n_raw) from audit.audit_row_reconciliation as counted
                where counted.source_system = freshness.source_system
            ) as "Rows received",
            (
                select sum(n_rejected) from audit.audit_row_reconciliation as counted
                where counted.source_system = freshness.source_system
            ) as "Rejected rows",
            (
                select sum(difference) from audit.audit_row_reconciliation as counted
                where counted.source_system = freshness.source_system
            ) as "Unaccounted rows",
            (
                select sum(n_touchpoints) from audit.audit_unmatched_touchpoints as unmatched
                where unmatched.source_system = freshness.source_system
            ) as "Unmatched touches",
            (
                select sum(share) from audit.audit_unmatched_touchpoints as unmatched
                where unmatched.source_system = freshness.source_system
            ) as "Unmatched share"
        from audit.audit_source_freshness as freshness
        order by source_system
        """,
    ),
    "notices": (
        "code:notice_level code:source_system count text",
        """
        select
            notice_level as "Matter",
            source_system as "Source",
            n_records as "Number",
            message_{l} as "What was found and what to do"
        from audit.audit_notices
        order by array_position(['error', 'warning', 'note'], notice_level), source_system, subject
        """,
    ),
    "open_deals": (
        "text text code:opportunity_type text amount day share month+ count truth text",
        """
        select
            account_name as "Account",
            case n_of_the_name
                when 1 then opportunity_name
                else opportunity_name || ' (' || number_of_the_name || ')'
            end as "Deal",
            deals.opportunity_type as "Type",
            deals.stage_name as "Stage",
            deals.amount as "Amount",
            planned_close_on as "Planned close",
            win_probability as "Win probability",
            expected_close_month_on as "Expected close",
            expected_close_month_reason,
            date '2026-10-31' - last_changed_on as "Days without change",
            last_changed_on <= date '2026-10-31' - 120 as "Stale",
            account_executive_name as "Account executive"
        from (
            select
                *,
                count(*) over (partition by account_id, opportunity_name) as n_of_the_name,
                row_number() over (
                    partition by account_id, opportunity_name order by created_on, opportunity_id
                ) as number_of_the_name
            from marts.fct_opportunities
        ) as deals
        join marts.dim_accounts as accounts using (account_id)
        left join marts.fct_pipeline_forecast using (opportunity_id)
        left join marts.dim_account_executives as executives
            on deals.account_executive_id = executives.account_executive_id
        where deals.is_open
        order by deals.amount desc nulls last, opportunity_id
        """,
    ),
    "pipeline_movements": (
        "code:change_type count amount count",
        """
        select
            change_type as "Movement",
            this_week.n_opportunities as "Opportunities",
            this_week.amount as "Amount",
            last_week.n_opportunities as "Opportunities (last week)"
        from (from marts.rpt_pipeline_movements where week_start_on = '2026-10-26') as this_week
        left join (from marts.rpt_pipeline_movements where week_start_on = '2026-10-19')
            as last_week using (change_type)
        order by list_position(
            ['created', 'advanced', 'won', 'lost', 'slipped', 'regressed', 'reopened', 'amount_up',
            'amount_down'], change_type
        )
        """,
    ),
    "new_alerts": (
        "day text code:severity amount text",
        """
        select
            fired_on as "Fired on",
            message_{l} as "Alert",
            severity as "Severity",
            amount_at_stake as "Amount at stake",
            account_executive_name as "Account executive"
        from marts.fct_alerts
        left join marts.dim_account_executives using (account_executive_id)
        where
            fired_on between date '2026-10-26' and date '2026-10-31'
            and state not in ('baseline', 'covered') and severity <> 'info'
        order by amount_at_stake desc nulls last, fired_on, alert_id
        """,
    ),
    "month_by_account": (
        "text amount amount amount amount amount",
        """
        with deals as (
            select
                account_id,
                amount * (is_won and closed_on between date '2026-10-01' and date '2026-10-31')
                    ::int as won_now,
                amount * (is_won and closed_on between date '2026-09-01' and date '2026-09-30')
                    ::int as won_then,
                amount * (
                    opportunity_type <> 'renewal'
                    and created_on between date '2026-10-01' and date '2026-10-31'
                )::int as created_now,
                amount * (
                    opportunity_type <> 'renewal'
                    and created_on between date '2026-09-01' and date '2026-09-30'
                )::int as created_then
            from marts.fct_opportunities
        ),
        accounts as (
            select
                account_id,
                coalesce(sum(won_now), 0) as won_now,
                coalesce(sum(won_then), 0) as won_then,
                coalesce(sum(created_now), 0) as created_now,
                coalesce(sum(created_then), 0) as created_then
            from deals group by account_id
        ),
        shown as (
            select account_name, accounts.*, 2 as place
            from accounts join marts.dim_accounts using (account_id)
            where won_now <> won_then or created_now <> created_then
            union all
            select
                if('{l}' = 'en', 'All', 'Ensemble'), null,
                sum(won_now), sum(won_then), sum(created_now), sum(created_then), 1
            from accounts
        )
        select
            account_name as "Account",
            won_now as "Won this month",
            won_then as "Won last month",
            won_now - won_then as "Change in won amount",
            created_now as "New pipeline this month",
            created_now - created_then as "Change in new pipeline"
        from shown
        order by
            place, abs(won_now - won_then) desc, abs(created_now - created_then) desc, account_id
        """,
    ),
    "month_by_channel": (
        "text amount amount amount",
        """
        with months as (
            select channel, month_on, attributed_amount from marts.rpt_attribution_by_channel
            where
                attribution_basis = 'revenue'
                and attribution_model = (select attribution_model from audit.audit_settings)
        )
        select
            label_{l} as "Channel",
            this_month.attributed_amount as "This month",
            last_month.attributed_amount as "Last month",
            coalesce(this_month.attributed_amount, 0) - coalesce(last_month.attributed_amount, 0)
                as "Change",
            channel,
            1 as place
        from marts.dim_channels as channels
        left join (from months where month_on = date '2026-10-01') as this_month using (channel)
        left join (from months where month_on = date '2026-09-01') as last_month using (channel)
        where coalesce(this_month.attributed_amount, last_month.attributed_amount) is not null
        union all
        select
            if('{l}' = 'en', 'All', 'Ensemble'),
            sum(attributed_amount) filter (month_on = date '2026-10-01'),
            sum(attributed_amount) filter (month_on = date '2026-09-01'),
            sum(case month_on
                when date '2026-10-01' then attributed_amount
                when date '2026-09-01' then -attributed_amount
            end),
            null,
            2
        from months
        order by place, abs("Change") desc, channel
        """,
    ),
    "channel_effects": (
        "text count count share share share",
        """
        select
            label_{l} as "Channel",
            n_journeys as "Closed journeys",
            n_journeys_won as "Won journeys",
            removal_effect as "Removal effect",
            markov_global_share as "Share (Markov)",
            shapley_share as "Share (Shapley)"
        from marts.rpt_channel_effects join marts.dim_channels using (channel)
        order by removal_effect desc nulls last, channel
        """,
    ),
    "top_campaigns": (
        "text amount number amount number+",
        """
        select
            campaign_group_name as "Campaign",
            attributed_amount as "Attributed amount",
            weighted_opportunities as "Attributed deals",
            spend as "Spend",
            return_on_spend_ratio as "Return on spend",
            return_on_spend_reason
        from marts.rpt_attribution_by_campaign
        where
            attribution_basis = 'revenue' and campaign_group_id <> 'unknown'
            and attribution_model = (select attribution_model from audit.audit_settings)
            and attributed_amount is not null
        order by attributed_amount desc, campaign_group_name
        """,
    ),
    "content_by_persona": (
        "text code:persona count count share amount",
        """
        select
            title as "Content",
            persona as "Persona",
            n_people as "People",
            n_engagements as "Touches with depth",
            avg_depth as "Mean depth",
            attributed_amount as "Attributed revenue"
        from marts.rpt_content_by_persona join marts.dim_content_assets using (content_asset_id)
        where n_people > 0
        order by n_people desc, n_engagements desc, title, persona
        """,
    ),
    "penetration_by_persona": (
        "code:account_size_tier code:persona count count percent+",
        """
        select
            account_size_tier as "Account size",
            persona as "Persona",
            identified_stakeholders as "Identified stakeholders",
            engaged_stakeholders as "Engaged stakeholders",
            100.0 * engaged_stakeholders / nullif(identified_stakeholders, 0)
                as "Penetration rate",
            apr_reason
        from marts.rpt_penetration_by_persona
        where is_key_role
        order by
            list_position(['small', 'mid_market', 'enterprise', 'unsized'], account_size_tier),
            apr_pct nulls last, persona
        """,
    ),
    "all_kpis": (
        "text in_unit+ in_unit in_unit+ in_unit status trend",
        """
        select
            label_{l} as "KPI",
            {'in': definitions.unit, 'value': value} as "Value",
            reason,
            {'in': definitions.unit, 'value': previous_value} as "Previous month",
            {
                'in': if(change_points is null, 'uplift_ratio', 'in_points'),
                'value': coalesce(change_points, change_ratio)
            } as "Change",
            change_reason,
            {'in': definitions.unit, 'value': scorecard.target} as "Target",
            status as "Status",
            {
                'in': definitions.unit,
                'n': (
                    select count(value) from marts.rpt_kpi_scorecard as months
                    where months.kpi = scorecard.kpi
                ),
                'low': (
                    select min(value) from marts.rpt_kpi_scorecard as months
                    where months.kpi = scorecard.kpi
                ),
                'high': (
                    select max(value) from marts.rpt_kpi_scorecard as months
                    where months.kpi = scorecard.kpi
                )
            } as "Trend"
        from marts.rpt_kpi_scorecard as scorecard
        join reference.kpi_definitions as definitions using (kpi)
        where month_on = date '2026-10-01'
        order by display_order
        """,
    ),
    "anomalies": (
        "text month in_unit in_unit in_unit",
        """
        select
            label_{l} as "KPI",
            month_on as "Month",
            {'in': definitions.unit, 'value': value} as "Value",
            {'in': definitions.unit, 'value': expected_low} as "Expected low end",
            {'in': definitions.unit, 'value': expected_high} as "Expected high end"
        from marts.rpt_anomalies join reference.kpi_definitions as definitions using (kpi)
        where is_anomaly
        order by month_on desc, display_order
        """,
    ),
    "restatements": (
        "text month in_unit in_unit code:cause",
        """
        select
            label_{l} as "KPI",
            month_on as "Month",
            {'in': definitions.unit, 'value': previous_value} as "Previous value",
            {'in': definitions.unit, 'value': published_value} as "Published value",
            cause as "Cause"
        from marts.fct_kpi_publications join reference.kpi_definitions as definitions using (kpi)
        where is_restatement
        order by published_at desc, month_on desc, display_order
        """,
    ),
}

# What charts say in words: how the figures are written, and a query for name and figures.
SAID_BY_CHARTS = {
    "journey_funnel": (
        "count share",
        """
        select label_{l}, n_reached, conversion_rate
        from marts.rpt_journey_funnel as funnel join reference.journey_stages using (stage)
        where is_total order by funnel.stage_order
        """,
    ),
    "penetration_by_tier": (
        "percent",
        """
        select label_{l}, apr_pct
        from marts.rpt_penetration_by_tier
        join reference.labels on domain = 'account_size_tier' and code = account_size_tier
        where as_of_on = date '2026-10-31'
        order by list_position(['small', 'mid_market', 'enterprise', 'unsized', 'all'], code)
        """,
    ),
    "return_on_investment": (
        "whole_percent",
        """
        select label_{l}, abm_roi_pct
        from marts.rpt_abm_roi join reference.labels on domain = 'roi_basis' and code = roi_basis
        where is_total and period = 'trailing_365_days' order by sort_order
        """,
    ),
    "abm_against_others": (
        "change_share",
        """
        select label_{l}, uplift_ratio
        from marts.rpt_abm_vs_non_abm
        join reference.labels on domain = 'comparison' and code = metric
        where
            method = 'matched' and metric in ('deal_size', 'win_rate', 'cycle_days', 'velocity')
            and uplift_ratio is not null
        order by metric
        """,
    ),
    "revenue_walk": (
        "amount",
        """
        select label_{l}, won_amount
        from marts.rpt_revenue_walk
        join reference.labels on domain = 'sourcing_class' and code = sourcing_class
        where quarter_start_on = date '2026-10-01' and not is_total and won_amount > 0
        order by sourcing_class
        """,
    ),
}

# What charts draw: a query for the name of each mark and its value, in the digits of the axis.
DRAWN = {
    "journey_funnel": """
        select label_{l}, n_reached
        from marts.rpt_journey_funnel join reference.journey_stages using (stage) where is_total
    """,
    "penetration_by_tier": """
        select label_{l}, round(apr_pct) / 100
        from marts.rpt_penetration_by_tier
        join reference.labels on domain = 'account_size_tier' and code = account_size_tier
        where as_of_on = date '2026-10-31'
    """,
    "return_on_investment": """
        select label_{l}, round(abm_roi_pct) / 100
        from marts.rpt_abm_roi join reference.labels on domain = 'roi_basis' and code = roi_basis
        where is_total and period = 'trailing_365_days'
    """,
    "abm_against_others": """
        select label_{l}, round(uplift_ratio, 2)
        from marts.rpt_abm_vs_non_abm
        join reference.labels on domain = 'comparison' and code = metric
        where
            method = 'matched' and metric in ('deal_size', 'win_rate', 'cycle_days', 'velocity')
            and uplift_ratio is not null
    """,
    "revenue_walk": """
        select
            case '{l}' when 'en' then 'Q' else 'T' end || quarter(quarter_start_on) || ' '
            || year(quarter_start_on) || ' ' || label_{l},
            won_amount
        from marts.rpt_revenue_walk
        join reference.labels on domain = 'sourcing_class' and code = sourcing_class
        where quarter_start_on >= date '2026-01-01' and not is_total and won_amount > 0
    """,
}

# KPI to how its value, its numerator and its denominator are written.
CORE_KPIS = {
    "aes_mean": ("number", "count", "count"),
    "velocity_monthly": ("amount", "amount", "number"),
    "attributed_share": ("share", "amount", "amount"),
    "apr_pct": ("percent", "count", "count"),
    "clv_cac_ratio": ("number", "amount", "amount"),
}

# The only digits of the first page that are neither figures nor days: parts of names.
FIXED_WITH_DIGITS = {
    "en": "1. Overview|2. Performance|3. Health|4. Recommended actions|5. Forecast|6. Four pillars"
    "|4. Actions|Return by tier, last 365 days|Campaigns by attributed revenue, last 365 days"
    "|last 12 complete months|1:1|1:few|1:many"
    "|Top 10 accounts by engagement score|Attributed revenue by channel, last 365 days"
    "|Won revenue of 90 days credited"
    "|12 month ends|÷ 30.4375|The band is where 80% of|with its 95% interval; it takes 30 deals"
    "|judged on SaaS B2B|calls within 24 hours of|Cooled without a call, last 30 days"
    "|Low end (95%)|High end (95%)|Score change (30 days)|Low end (80%)|High end (80%)",
    "fr": "1. Vue d\N{RIGHT SINGLE QUOTATION MARK}ensemble|2. Performance|3. Santé"
    "|4. Actions recommandées|5. Prévisions|6. Quatre piliers|4. Actions|1:1|1:few|1:many"
    "|12 derniers mois complets"
    "|Les 10 comptes au score|365 derniers jours|÷ 30,4375|La bande contient 80\xa0% des"
    "|12 fins de mois"
    "|gagné en 90 jours attribuée"
    "|intervalle à 95\xa0%\xa0; il faut 30 affaires|Borne basse (95\xa0%)|Borne haute (95\xa0%)"
    "|appelle sous 24 heures|Refroidis sans appel, 30 derniers jours"
    "|Chiffre d\N{RIGHT SINGLE QUOTATION MARK}affaires (année 1)"
    "|celles du SaaS B2B|Variation du score (30 jours)|Borne basse (80\xa0%)|Borne haute (80\xa0%)",
}


def phrase(key: str, language: str) -> str:
    """A phrase, by its dotted key."""
    found: Any = PHRASES
    for name in key.split("."):
        found = found[name]
    return found[language]


def filled(key: str, language: str, text: str) -> dict[str, str]:
    """What a phrase was filled with to become a text; empty where the text is not that phrase."""
    parts = re.split(r"\{(\w+)\}", phrase(key, language))
    seen: set[str] = set()
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        else:
            name = part if part not in seen else f"{part}_"
            seen.add(part)
            pattern += f"(?P<{name}>.+?)"
    match = re.fullmatch(pattern, text)
    return match.groupdict() if match else {}


def rounded(value: Any, decimals: int, factor: int = 1) -> Decimal:
    """A value of SQL as it must be shown: half a digit is rounded up, away from zero."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return (exact * factor).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def day_in(text: str, language: str) -> str:
    """Read a written day back, as 2026-10-31, a month as 2026-10, a moment with its minute."""
    orders = {
        "en": r"(?P<month>\w+) (?:(?P<day>\d+), )?(?P<year>\d{4})(?:, (?P<clock>\d\d:\d\d))?",
        "fr": r"(?:(?P<day>\d+)(?:er)? )?(?P<month>\w+)\.? (?P<year>\d{4})"
        r"(?:, (?P<clock>\d\d:\d\d))?",
    }
    match = re.fullmatch(orders[language], text)
    assert match, f"{text!r} is no day"
    names = MONTHS[language].split()
    (month,) = (i for i, name in enumerate(names, start=1) if name.startswith(match["month"]))
    day = f"{match['year']}-{month:02}" + (f"-{int(match['day']):02}" if match["day"] else "")
    return f"{day}T{match['clock']}" if match["clock"] else day


def tables_of(page: Node) -> list[str]:
    """The names of a page's tables, in their order."""
    return [block["id"] for block in page.all("div", class_="block")]


@dataclass
class Comparison:
    """Compares a page with what SQL says.

    Attributes:
        page: The page.
        language: Its language.
        db: The published file.
        unlike: What differs, in words.
        compared: The elements that were compared.
    """

    page: Node
    language: str
    db: duckdb.DuckDBPyConnection
    unlike: list[str] = field(default_factory=list)
    compared: set[Node] = field(default_factory=set)

    def run(self) -> list[str]:
        """Compare everything, and look for what nothing was compared with."""
        shown = tables_of(self.page)
        self.header()
        if any(self.page.all(id="verdict")):
            self.verdict()
            self.money()
            self.decisions()
            self.cards()
        for name in shown:
            self.table(name)
        if "overall_velocity" in shown:
            self.six_months()
        if any(self.page.all(id="sources")):
            self.checks()
            self.charts()
        self.lists()
        self.left_over()
        return self.unlike

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        result = self.db.execute(sql.replace("{l}", self.language))
        return [column[0] for column in result.description], result.fetchall()

    def value(self, sql: str) -> Any:
        _, ((value,),) = self.rows(sql)
        return value

    def label(self, domain: str, code: str) -> Any:
        """What a code is called."""
        where = f"domain = '{domain}' and code = '{code}'"
        return self.value(f"select label_{{l}} from reference.labels where {where}")

    def equal(self, shown: object, expected: object, where: str) -> None:
        if shown != expected:
            self.unlike.append(f"{where}: {shown!r} and not {expected!r}")

    def figure_text(self, text: str, value: Any, kind: str, where: str) -> None:
        """Compare a figure in words with a value of SQL."""
        decimals, factor, carries = KINDS[kind]
        match = re.fullmatch(FIGURE[self.language], text)
        if not match:
            self.unlike.append(f"{where}: {text!r} is no figure")
            return
        digits = match["digits"].replace("\u202f" if self.language == "fr" else ",", "")
        number = Decimal(match["sign"] + digits.replace(DECIMAL_SIGN[self.language], "."))
        expected = rounded(value, decimals, factor)
        self.equal(number, expected, where)
        self.equal(-number.as_tuple().exponent, decimals, f"{where}, decimals")
        for mark in ("money", "percent"):
            self.equal(bool(match[mark]), mark in carries, f"{where}, {mark}")
        sign = "-" if expected < 0 else "+" if "sign" in carries and expected > 0 else ""
        self.equal(match["sign"], sign, f"{where}, sign")

    def figure(self, data: Node, value: Any, kind: str, where: str) -> None:
        """Compare an element `data`, its text and its exact value, with a value of SQL."""
        self.compared.add(data)
        self.figure_text(data.text, value, kind, where)
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        self.equal(Decimal(data["value"]), exact, f"{where}, exact")

    def figures(self, node: Node, expected: Iterable[tuple[Any, str]], where: str) -> None:
        """Compare all figures in an element, in order."""
        found, wanted = list(node.all("data")), list(expected)
        self.equal(len(found), len(wanted), f"{where}, figures")
        for data, (value, kind) in zip(found, wanted, strict=False):
            self.figure(data, value, kind, where)

    def day(
        self,
        time: Node,
        value: datetime.date,
        length: int,
        where: str,
        as_day: datetime.date | None = None,
    ) -> None:
        """Compare an element `time` with the first characters of a day or moment of SQL.

        A moment at midnight is written as a day: the one that it ends where something is due.
        """
        self.compared.add(time)
        exact = value.isoformat()[:length]
        expected = as_day.isoformat()[:10] if as_day else exact
        self.equal(day_in(time.text, self.language), expected, where)
        self.equal(time["datetime"], exact, f"{where}, exact")

    def header(self) -> None:
        header = self.page.one("header")
        as_of = self.value("select as_of_on from audit.audit_settings")
        self.day(header.one("time"), as_of, 10, "header")
        currency = {"en": "Amounts in US dollars,", "fr": "Montants en dollars des États-Unis,"}
        self.equal(currency[self.language] in header.text, True, "header, currency")
        release = self.page.one("p", class_="release")
        self.compared.add(release)
        build_id = self.value(
            "select build_id from audit.audit_builds order by started_at desc limit 1"
        )
        expected = {"en": f"Release {build_id}", "fr": f"Version {build_id}"}
        self.equal(release.text, expected[self.language], "release")

    def verdict(self) -> None:
        """Compare the sentences that answer first: each figure, each name and the headline."""
        node = self.page.one(class_="verdict")
        returns = self.returns()
        month, amount, low, high = self.next_month()
        _, rows = self.rows(
            """
            select status, label_{l} as label
            from marts.rpt_kpi_scorecard join reference.kpi_definitions using (kpi)
            where rpt_kpi_scorecard.is_core_kpi and month_on = date '2026-10-01'
            order by display_order
            """
        )
        judged = [row for row in rows if row[0] in ("on_target", "below", "above")]
        missed = [label for status, label in judged if status != "on_target"]
        lowest, highest = returns["lowest"][1], returns["highest"][1]
        name = "every_basis" if lowest >= 0 else "no_basis" if highest < 0 else "some_bases"
        headline = phrase(f"verdict.{name}", self.language)
        self.equal(node.one("strong").text, headline, "verdict, headline")
        said, of_kpis, of_forecast = node.all("span")
        self.figures(
            said,
            [
                (returns["investment"], "amount"),
                (returns["revenue"], "amount"),
                (returns["sourced"], "whole_percent"),
                returns["lowest_shown"],
                (highest, "whole_percent"),
            ],
            "verdict, return",
        )
        period = self.label("period", "trailing_365_days")
        words = filled("verdict.return", self.language, said.text)
        self.equal(words.get("period"), period, "verdict, period")
        counts = [(len(missed), "count")] * bool(missed) + [(len(judged), "count")]
        self.figures(of_kpis, counts, "verdict, KPIs")
        key = "verdict.kpis_missed" if missed else "verdict.kpis_met"
        words = filled(key, self.language, of_kpis.text)
        self.equal(words.get("names", ""), ", ".join(missed), "verdict, names")
        band = [(value, "amount") for value in (low, high) if value is not None]
        self.figures(of_forecast, [(amount, "amount"), *band], "verdict, forecast")
        self.day(of_forecast.one("time"), month, 7, "verdict, month")
        key = "verdict.forecast" if band else "verdict.forecast_alone"
        self.equal(bool(filled(key, self.language, of_forecast.text)), True, of_forecast.text)
        self.compared.update((said, of_forecast))

    def returns(self) -> dict[str, Any]:
        """The return of the last 365 days on every basis, computed here from both amounts."""
        _, rows = self.rows(
            "select roi_basis, revenue, investment, abm_roi_pct from marts.rpt_abm_roi "
            "where abm_tier = 'all' and period = 'trailing_365_days'"
        )
        for basis, revenue, investment, pct in rows:
            self.equal(round(100 * float(revenue / investment - 1), 6), round(pct, 6), basis)
        by_basis = {basis: pct for basis, _, _, pct in rows}
        ((revenue, investment),) = [row[1:3] for row in rows if row[0] == "sourced"]
        lowest, highest = (
            choose(by_basis, key=lambda basis: by_basis[basis]) for choose in (min, max)
        )
        estimate = {basis: revenue for basis, revenue, *_ in rows}["matched_estimate"]
        shown = (by_basis[lowest], "whole_percent")
        if lowest == "matched_estimate" and estimate < 0:
            shown = (estimate, "amount")
        return {
            "lowest_shown": shown,
            "investment": investment,
            "revenue": revenue,
            "sourced": by_basis["sourced"],
            "lowest": (lowest, by_basis[lowest]),
            "highest": (highest, by_basis[highest]),
        }

    def next_month(self, columns: str = "expected_amount, low_80, high_80") -> tuple[Any, ...]:
        """The recommended forecast of November."""
        _, (row,) = self.rows(
            f"""
            select forecast_month_on, {columns}
            from marts.rpt_revenue_forecast
            where forecast_month_on = date '2026-11-01' and method = 'recommended'
            """
        )
        return row

    def money(self) -> None:
        """Compare the row of money; deals are counted by month here, and by day on the page."""
        returns = self.returns()
        _, ((n_sourced, sourced, created),) = self.rows(
            """
            select
                sum(n_opportunities) filter (sourcing_class = 'sourced'),
                sum(pipeline_amount) filter (sourcing_class = 'sourced'),
                sum(pipeline_amount)
            from marts.rpt_pipeline_by_sourcing
            where month_on >= date '2025-11-01' and sourcing_class <> 'renewal'
            """
        )
        _, ((n_won, won_sourced, won),) = self.rows(
            """
            select
                count_if(sourcing_class = 'sourced'),
                sum(amount) filter (sourcing_class = 'sourced'),
                sum(amount)
            from marts.fct_opportunities
            where
                is_won and opportunity_type <> 'renewal'
                and closed_on between date '2025-11-01' and date '2026-10-31'
            """
        )
        self.equal(won_sourced, returns["revenue"], "won deals and the return's revenue")
        to_date = self.value(
            "select any_value(investment) from marts.rpt_abm_roi "
            "where abm_tier = 'all' and period = 'programme_to_date'"
        )
        month, amount, low, high, method = self.next_month(
            "expected_amount, low_80, high_80, method"
        )
        (lowest_basis, lowest), (highest_basis, highest) = returns["lowest"], returns["highest"]
        expected = {
            "investment": ([returns["investment"]], [to_date]),
            "pipeline": ([sourced], [n_sourced, created]),
            "won": ([returns["revenue"]], [n_won, won]),
            "roi": ([lowest, highest], [returns["sourced"]]),
            "forecast": ([amount], [low, high]),
        }
        cards = {node["id"]: node for node in self.page.one(id="money").all("div", class_="card")}
        self.equal(list(cards), [f"money_{name}" for name in expected], "money")
        for name, (values, notes) in expected.items():
            card = cards[f"money_{name}"]
            value, note = card.all("dd")
            kind = "whole_percent" if name == "roi" else "amount"
            figures = [(figure, kind) for figure in values]
            figures[:1] = [returns["lowest_shown"]] if name == "roi" else figures[:1]
            self.figures(value, figures, f"money, {name}")
            kinds = ["count", "amount"] if name in ("pipeline", "won") else [kind] * len(notes)
            self.figures(note, zip(notes, kinds, strict=True), f"money, {name}, note")
            words = filled(
                "money.of_all" if name in ("pipeline", "won") else f"money.{name}_note",
                self.language,
                note.text,
            )
            for key, domain, code in (
                ("period", "period", "trailing_365_days"),
                ("lowest_basis", "roi_basis", lowest_basis),
                ("highest_basis", "roi_basis", highest_basis),
                ("method", "forecast_method", method),
            ):
                if key in words:
                    self.equal(words[key], self.label(domain, code), f"money, {name}, {key}")
            self.equal(bool(words), True, note.text)
            self.compared.add(note)
        self.day(cards["money_forecast"].one("time"), month, 7, "money, month")

    def decisions(self) -> None:
        """Compare the decisions, each the one of its role with most at stake."""
        _, options = self.rows(
            """
            select 'account_executive', 'call_hot_accounts', count(*), sum(amount_at_stake),
                first(entity_name order by amount_at_stake desc nulls last)
            from marts.fct_alerts
            where rule_id = 'aes_hot' and ended_on is null and first_sales_touch_at is null
            union all
            select 'account_executive', 're_engage_accounts', count(*), sum(amount_at_stake),
                first(entity_name order by amount_at_stake desc nulls last)
            from marts.fct_alerts where rule_id = 'account_at_risk' and state = 'open'
            union all
            select 'marketing', 'widen_stakeholders', count(*), sum(value_amount),
                first(entity_name order by value_rank)
            from marts.rpt_recommended_actions where action_type = 'widen_stakeholders'
            union all
            select 'marketing', 'reach_key_roles', count(*), sum(value_amount),
                first(entity_name order by value_rank)
            from marts.rpt_recommended_actions
            where action_type = 'missing_key_role' and value_basis = 'open_pipeline'
            union all
            select 'leadership', 'move_budget', count(*),
                sum(abs(recommended_budget - current_budget)) / 2,
                first(label_{l} order by recommended_budget - current_budget desc)
            from marts.rpt_budget_allocation join marts.dim_channels using (channel)
            where recommended_budget <> current_budget
            union all
            select 'leadership', 'review_velocity', count(*), sum(amount_at_stake),
                first(entity_name order by amount_at_stake desc nulls last)
            from marts.fct_alerts where rule_id = 'velocity_below_target' and state = 'open'
            """
        )
        roles: dict[str, list[tuple[Any, ...]]] = {}
        for role, *option in options:
            if option[1]:
                roles.setdefault(role, []).append(tuple(option))
        shown = list(self.page.one(id="decisions").all("li"))
        self.equal(len(shown), len(roles), "decisions")
        for node, (role, wanted) in zip(shown, roles.items(), strict=False):
            budget = [option for option in wanted if option[0] == "move_budget"]
            name, n, amount, first = max(budget or wanted, key=lambda option: option[2] or 0)
            said = node.one(class_="said")
            self.figures(said, [(n, "count")], name)
            self.equal(said.one("bdi").text, first, f"{name}, first")
            self.equal(bool(filled(f"decision.{name}", self.language, said.text)), True, said.text)
            self.compared.add(said)
            stake = node.one(class_="stake")
            self.figures(stake, [(round(amount, 2), "amount")], f"{name}, stake")
            key = "decision.moved" if budget else "decision.stake"
            self.equal(bool(filled(key, self.language, stake.text)), True, stake.text)
            whose = self.label("owner_role", role)
            self.equal(node.text.startswith(f"{whose} · "), True, f"{name}, {whose}")

    def cards(self) -> None:
        names, rows = self.rows(
            """
            select scorecard.*, is_higher_better, is_target_included, label_{l} as label
            from marts.rpt_kpi_scorecard as scorecard
            join reference.kpi_definitions using (kpi)
            where scorecard.is_core_kpi and month_on = date '2026-10-01'
            order by display_order
            """
        )
        kpis = [dict(zip(names, row, strict=True)) for row in rows]
        cards = list(self.page.one(id="kpis").all("article"))
        self.equal([card["id"] for card in cards], [f"kpi_{kpi['kpi']}" for kpi in kpis], "cards")
        for card, kpi in zip(cards, kpis, strict=True):
            self.card(card, kpi)

    def card(self, card: Node, kpi: dict[str, Any]) -> None:
        name = kpi["kpi"]
        unit, numerator, denominator = CORE_KPIS[name]
        self.equal(card.one("h3").text, kpi["label"], name)
        self.figures(card.one(class_="value"), [(kpi["value"], unit)], f"{name}, value")
        target = card.one(class_="target")
        words = target.text.partition(" · ")[0]
        if name == "velocity_monthly":
            _, ((n, of),) = self.rows(
                "select count_if(is_on_target), count(is_on_target) "
                "from marts.rpt_pipeline_velocity "
                "where entity_type = 'account_executive' and as_of_on = date '2026-10-31'"
            )
            self.figures(target, [(n, "count"), (of, "count")], f"{name}, executives")
            key = "kpi.executives_on_target"
        elif kpi["target"] is None:
            key = "kpi.no_target"
            self.equal(words, phrase(key, self.language), f"{name}, target")
        else:
            self.figures(target, [(kpi["target"], unit)], f"{name}, target")
            least = "minimum" if kpi["is_target_included"] else "above"
            key = f"kpi.target_{least if kpi['is_higher_better'] else 'maximum'}"
        if "{" in phrase(key, self.language):
            self.equal(bool(filled(key, self.language, words)), True, f"{name}, {words}")
        status = [node["class"].split()[1] for node in target.all(class_="status")]
        self.equal(status, [kpi["status"]] if kpi["status"] else [], f"{name}, status")
        self.figures(
            card.one(class_="previous"),
            [
                (kpi["previous_value"], unit),
                (kpi["change_ratio"], "change_share")
                if kpi["change_points"] is None
                else (kpi["change_points"], "change"),
            ],
            f"{name}, last month",
        )
        self.figures(
            card.one(class_="parts"),
            [(kpi["numerator"], numerator), (kpi["denominator"], denominator)],
            f"{name}, parts",
        )
        _, ((n, low, high),) = self.rows(
            "select count(value), min(value), max(value) "
            f"from marts.rpt_kpi_scorecard where kpi = '{name}'"
        )
        line = card.one("img")
        said_line = filled("kpi.history", self.language, line["alt"])
        self.equal(said_line.get("n"), str(n), f"{name}, months of the line")
        self.figure_text(said_line.get("low", ""), low, unit, f"{name}, lowest")
        self.figure_text(said_line.get("high", ""), high, unit, f"{name}, highest")

    def six_months(self) -> None:
        """Compare the change of velocity in six months and its three levers."""
        lines = list(self.page.one(id="overall_velocity").all(class_="remark"))
        _, (now, then) = self.rows(
            """
            select velocity_monthly, n_advanced, avg_deal_size, avg_cycle_days
            from marts.rpt_pipeline_velocity
            where is_total and as_of_on in (date '2026-10-31', date '2026-04-30')
            order by as_of_on desc
            """
        )
        change = now[0] / then[0] - 1
        expected = [(then[0], "amount"), (change, "change_share"), (0.25, "goal")]
        self.figures(lines[0], expected, "velocity, six months")
        status = lines[0].one(class_="status")["class"].split()[1]
        self.equal(status, "on_target" if change >= 0.25 else "below", "velocity, goal")
        kinds = ("count", "amount", "number")
        for line, *pair, kind in zip(lines[1:], then[1:], now[1:], kinds, strict=True):
            self.figures(line, [(value, kind) for value in pair], "velocity, lever")

    def table(self, name: str) -> None:
        kinds, sql = QUERIES[name]
        heads, rows = self.rows(sql)
        limit = TABLES[name].get("limit", len(rows))
        block = self.page.one(id=name)
        if not rows:
            self.equal(block.one(class_="empty").text, TABLES[name]["empty"][self.language], name)
            return
        bodies = list(block.all("tbody"))
        shown = [list(row.all("th", "td")) for body in bodies for row in body.all("tr")]
        if "switch" in TABLES[name]:
            codes = TABLES[name]["switch"]["codes"]
            groups = {radio["value"]: radio for radio in block.all("input", type="radio")}
            self.equal(len(groups), len(bodies), f"{name}, groups")
            self.equal(
                [code for code in groups if "checked" in groups[code].attributes],
                [next(iter(groups))],
                f"{name}, first group",
            )
            for code, radio in groups.items():
                self.equal(radio.parent.text, self.label(codes, code), f"{name}, {code}")
                self.compared.add(radio.parent)
        self.equal(len(shown), min(len(rows), limit), f"{name}, rows")
        if len(rows) > limit:
            self.figures(block.one(class_="more"), [(len(rows) - limit, "count")], f"{name}, more")
        for index, (cells, row) in enumerate(zip(shown, rows, strict=False), start=1):
            column = 0
            for cell, kind in zip(cells, kinds.split(), strict=True):
                value, where = row[column], f"{name}, row {index}, {heads[column]}"
                has_reason = kind.endswith("+")
                reason = row[column + 1] if has_reason else None
                self.cell(cell, value, reason, kind.rstrip("+"), where)
                if index == 1 and self.language == "en":
                    headings = [head.text for head in block.one("thead").all("th")]
                    self.equal(headings[cells.index(cell)], heads[column], f"{name}, heading")
                column += 1 + has_reason

    def cell(self, cell: Node, value: Any, reason: str | None, kind: str, where: str) -> None:
        name, _, codes = kind.partition(":")
        if name == "in_unit":
            name = UNITS.get(value["in"], "number")
            value = value["value"]
        if name == "trend":
            self.trend(cell, value, where)
        elif value is None:
            expected = self.label("reason", reason) if reason else NONE
            self.equal(cell.text, expected, where)
            self.compared.add(cell)
        elif name in KINDS:
            self.figures(cell, [(value, name)], where)
        elif name == "quarter":
            time, letter = cell.one("time"), {"en": "Q", "fr": "T"}[self.language]
            self.equal(time.text, f"{letter}{(value.month + 2) // 3} {value.year}", where)
            self.equal(time["datetime"], value.isoformat()[:7], f"{where}, exact")
            self.compared.add(time)
        elif name in ("day", "month", "moment"):
            length = {"day": 10, "month": 7, "moment": 16}[name]
            is_midnight = name == "moment" and value.time() == datetime.time()
            self.day(
                cell.one("time"),
                value,
                length,
                where,
                as_day=(value - datetime.timedelta(days=where.endswith("Due by")))
                if is_midnight
                else None,
            )
        else:
            expected = {
                "text": lambda: (
                    phrase("word.unknown_executive", self.language)
                    if value == "Unknown account executive"
                    else value
                ),
                "code": lambda: self.label(codes, value),
                "status": lambda: self.label("status", value),
                "truth": lambda: phrase(f"word.{str(value).lower()}", self.language),
            }[name]()
            self.equal(cell.text, expected, where)
            self.compared.add(cell)

    def trend(self, cell: Node, months: dict[str, Any], where: str) -> None:
        """Compare what a line of months says in words."""
        if months["n"] < 2 or months["low"] == months["high"]:
            self.equal(list(cell.all("img")), [], where)
            return
        words = filled("kpi.history", self.language, cell.one("img")["alt"])
        unit = UNITS.get(months["in"], "number")
        self.equal(words.get("n"), str(months["n"]), f"{where}, months")
        for name in ("low", "high"):
            self.figure_text(words.get(name, ""), months[name], unit, f"{where}, {name}")

    def checks(self) -> None:
        _, ((touches, unmatched),) = self.rows(
            "select count(*), count_if(account_id = 'unknown') from marts.fct_touchpoints "
            "where touchpoint_id <> 'unattributed'"
        )
        _, ((raw, rejected, unaccounted),) = self.rows(
            "select sum(n_raw), sum(n_rejected), sum(abs(difference)) "
            "from audit.audit_row_reconciliation"
        )
        _, ((sums, different),) = self.rows(
            "select count(*), count_if(expected_amount is distinct from actual_amount) "
            "from audit.audit_amount_reconciliation"
        )
        said_of_rows, said_of_sums, said_of_touches = self.page.one(id="sources").all("li")
        counts = [(raw, "count"), (unaccounted, "count"), (rejected, "count")]
        self.figures(said_of_rows, counts, "rows")
        self.figures(said_of_sums, [(sums, "count"), (different, "count")], "sums")
        self.figures(
            said_of_touches,
            [(unmatched, "count"), (touches, "count"), (unmatched / touches, "share")],
            "touches",
        )

    def lists(self) -> None:
        _, found = self.rows(
            """
            select account_executive_name from marts.dim_account_executives
            where
                account_executive_id in (
                    select account_owner_id from marts.dim_accounts where is_abm_now
                )
                or account_executive_id in (
                    select entity_id from marts.rpt_pipeline_velocity
                    where as_of_on = date '2026-10-31'
                )
                or account_executive_id in (
                    select manager_id from marts.dim_account_executives
                    join marts.fct_alerts using (account_executive_id)
                    where rule_id = 'velocity_below_target' and state = 'open'
                )
            """
        )
        names = sorted((name for (name,) in found), key=str.casefold)
        for shown in self.page.all("ul", class_="columns"):
            self.equal([item.text for item in shown.all("li")], names, "list")
            self.compared.update(shown.all("li"))

    def alt(self, block: str, key: str) -> dict[str, str]:
        """What the words of a chart were filled with."""
        text = self.page.one(id=block).one("img")["alt"]
        found = filled(f"chart.{key}.alt", self.language, text)
        self.equal(bool(found), True, f"{block}, {text}")
        return found

    def charts(self) -> None:
        """Compare what the charts say in words, and the marks that are drawn."""
        bars = self.marks("pipeline_by_segment")
        _, segments = self.rows(QUERIES["pipeline_by_segment"][1])
        sectors: dict[str, Decimal] = {}
        expected = set()
        for sector, size, _, amount, *_ in segments[:-1]:
            sector = self.label("sector", sector)
            sectors[sector] = sectors.get(sector, Decimal(0)) + amount
            size = self.label("account_size_tier", size)
            if amount:
                expected.add((f"sector: {sector}; size: {size}", about(amount)))
        self.equal(bars, expected, "bars of the pipeline")
        largest = self.alt("pipeline_by_segment", "pipeline_by_segment")["largest"]
        self.equal(largest, max(sectors, key=lambda sector: sectors[sector]), "largest sector")

        _, months = self.rows(
            "select as_of_on, velocity_monthly from marts.rpt_pipeline_velocity "
            "where is_total and velocity_monthly is not null order by as_of_on"
        )
        words = self.alt("overall_velocity", "velocity")
        for name, (day, amount) in (("first", months[0]), ("last", months[-1])):
            self.figure_text(words[name], amount, "amount", f"velocity, {name}")
            self.equal(day_in(words[f"{name}_on"], self.language), str(day), f"velocity, {name}")

        _, scores = self.rows(
            "select sector, aes_avg from marts.rpt_engagement_by_sector "
            "where month_start_on = date '2026-10-01' order by sector"
        )
        lines = self.alt("engagement_by_sector", "sector_scores")["said"]
        lines = re.split(r"\s?; ", lines)
        self.equal(len(lines), len(scores), "sectors of the chart")
        for line, (sector, score) in zip(lines, scores, strict=False):
            name, _, figure = line.rpartition(" ")
            self.equal(name, self.label("sector", sector), "chart of sectors")
            self.figure_text(figure, score, "number", f"chart of sectors, {sector}")

        _, rows = self.rows(QUERIES["attributed_by_channel"][1])
        channels = rows[: len({label for label, *_ in rows})]
        bars = self.marks("attributed_by_channel")
        expected = {
            (f"channel: {label}", about(amount)) for label, amount, *_ in channels[:-1] if amount
        }
        self.equal(bars, expected, "bars of the channels")
        words = self.alt("attributed_by_channel", "attributed_by_channel")
        self.equal(words["channel"], channels[0][0], "first channel")
        self.figure_text(words["amount"], channels[0][1], "amount", "first channel")

        _, forecasts = self.rows(QUERIES["revenue_forecast"][1])
        words = self.alt("revenue_forecast", "revenue_forecast")
        self.figure_text(words["amount"], forecasts[0][1], "amount", "next month")

        for name, (kinds, statement) in SAID_BY_CHARTS.items():
            _, rows = self.rows(statement)
            parts = re.split(r"\s?; ", self.alt(name, name)["said"])
            self.equal(len(parts), len(rows), f"{name}, parts of the chart")
            for part, (label, *values) in zip(parts, rows, strict=False):
                text, figures = part, []
                values = [value for value in values if value is not None]
                for _value in values:
                    text, _, figure = text.rpartition(" ")
                    figures.insert(0, figure.strip("()"))
                self.equal(text, label, f"chart of {name}")
                for figure, value, kind in zip(figures, values, kinds.split(), strict=False):
                    self.figure_text(figure, value, kind, f"chart of {name}, {label}")
            _, drawn = self.rows(DRAWN[name])
            self.equal(
                self.drawn(name),
                {
                    (label, float(about(value)) if isinstance(value, Decimal) else float(value))
                    for label, value in drawn
                },
                name,
            )
        words = self.alt("velocity_by_executive", "velocity_by_executive")
        _, (counted,) = self.rows(
            "select count_if(is_on_target), count(is_on_target) from marts.rpt_pipeline_velocity "
            "where entity_type = 'account_executive' and as_of_on = date '2026-10-31'"
        )
        self.equal((words["n"], words["of"]), tuple(map(str, counted)), "executives on target")
        _, executives = self.rows(QUERIES["velocity_by_executive"][1])
        expected = {
            (f"executive: {row[0]}", about(Decimal(row[4] or 0)))
            for row in executives
            if row[4] is not None or row[7] is not None
        }
        self.equal(self.marks("velocity_by_executive"), expected, "bars of the executives")

    def drawn(self, block: str) -> set[tuple[str, float]]:
        """The marks of a chart: what each is called, and its value in the digits it is said in."""
        found = set()
        for label in self.labels(block):
            parts = dict(part.split(": ", 1) for part in label.split("; "))
            parts.pop("place", None)
            names = [
                name
                for name in parts
                if name not in ("return", "uplift", "rate", "accounts", "amount")
            ]
            (value,) = (parts[name] for name in parts if name not in names)
            digits = re.sub(r"[\s$US+]", "", value).replace("\u2212", "-").replace(",", ".")
            factor = {"%": 0.01, "k": 1e3, "M": 1e6}.get(digits[-1], 1)
            number = float(digits.rstrip("%kM")) * factor
            found.add((" ".join(parts[name] for name in names), round(number, 6)))
        return found

    def labels(self, block: str) -> list[str]:
        """What the marks of a chart are called."""
        svg = unquote(self.page.one(id=block).one("img", class_="chart")["src"].partition(",")[2])
        found = re.findall(r"""aria-label=(?:'([^']*)'|"([^"]*)")""", svg)
        return [one or other for one, other in found]

    def marks(self, block: str) -> set[tuple[str, str]]:
        """The bars of a chart: what each stands for and how long it says it is."""
        found = [
            (match[1], match[2])
            for label in self.labels(block)
            if (match := re.fullmatch(r"amount: ([^;]*); (.*?)(?:; place: \d+)?", label))
        ]
        multiple = {"k": 1000, "M": 1_000_000}
        marks = set()
        for amount, stands_for in found:
            text = re.sub(r"[\s$US]", "", amount).replace(",", ".")
            number = Decimal(text.rstrip("kM")) * multiple.get(text[-1], 1)
            marks.add((stands_for, about(number)))
        return marks

    def left_over(self) -> None:
        """Name what is on the page and was compared with nothing."""
        for node in self.page.all("data", "time"):
            if node not in self.compared and not self.is_compared(node):
                self.unlike.append(f"compared with nothing: {node.text!r}")
        fixed = "|".join(re.escape(text) for text in FIXED_WITH_DIGITS[self.language].split("|"))
        for node, text in self.page.one("body").texts():
            if self.is_compared(node):
                continue
            if re.search(r"\d", re.sub(fixed, "", text)):
                self.unlike.append(f"digits in {text.strip()!r}")

    def is_compared(self, node: Node) -> bool:
        return any(around in self.compared for around in node.within())


def about(amount: Decimal) -> str:
    """An amount in two digits, as charts say it."""
    with localcontext(prec=2, rounding=ROUND_HALF_UP):
        return f"{+amount:f}"


def differences(page: Node, language: str, db: Path) -> list[str]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return Comparison(page, language, connection).run()


@cache
def first_page(folder: Path, language: str) -> str:
    return (folder / language / "index.html").read_text(encoding="utf-8")


FEW = {
    "velocity_by_executive": (
        "Velocity per month",
        """
        select
            account_executive_name,
            case when n_advanced < 3 and velocity_monthly is not null then n_advanced end
        from marts.rpt_pipeline_velocity
        join marts.dim_account_executives on entity_id = account_executive_id
        where entity_type = 'account_executive' and as_of_on = date '2026-10-31'
        """,
    ),
    "lifetime_value_by_sector": (
        "Value to cost",
        """
        select
            (select label_en from reference.labels where domain = 'sector' and code = sector),
            case
                when least(n_retention, n_expansion) < 10 and clv_cac_ratio is not null
                    then least(n_retention, n_expansion)
            end
        from marts.rpt_customer_lifetime_value
        where programme = 'abm' and as_of_on = date '2026-10-31'
        """,
    ),
    "attributed_by_channel": (
        "Return on spend",
        """
        select
            label_en,
            case
                when weighted_opportunities < 3 and return_on_spend_ratio is not null
                    then round(weighted_opportunities, 1)
            end
        from marts.rpt_return_on_spend join marts.dim_channels using (channel)
        where attribution_model = 'position_20_50_30'
        union all select 'All', null
        """,
    ),
    "cost_efficiency": (
        "Cost per qualified account",
        """
        select
            (select label_en from reference.labels where domain = 'abm_tier' and code = abm_tier),
            case when n_mqa_in_period < 5 and cost_per_mqa is not null then n_mqa_in_period end
        from marts.rpt_cost_efficiency
        """,
    ),
}
"""Table to a ratio of it, and SQL of whose rests on too few cases: on how many."""


def few_in(page: Node, table: str, heading: str) -> dict[str, Decimal | None]:
    """First cell of each row of a table to the number of cases that stands behind a grey value."""
    block = page.one(id=table)
    place = [head.text for head in block.one("thead").all("th")].index(heading)
    found: dict[str, Decimal | None] = {}
    for row in next(block.all("tbody")).all("tr"):
        cells = list(row.all("th", "td"))
        marks = [node["data-n"] for node in cells[place].all("span", class_="few")]
        found[cells[0].text.partition("\u00a0")[0]] = Decimal(marks[0]) if marks else None
    return found


@pytest.mark.parametrize("table", FEW)
def test_what_rests_on_too_few_cases_is_grey_with_their_number(
    table: str, dashboard: Dashboard, published: Path
) -> None:
    heading, sql = FEW[table]
    shown = few_in(read_html(first_page(dashboard.folder, "en")), table, heading)
    with duckdb.connect(str(published), read_only=True) as db:
        assert shown == dict(db.execute(sql).fetchall())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_what_a_query_says(
    language: str, dashboard: Dashboard, published: Path
) -> None:
    page = read_html(first_page(dashboard.folder, language))
    of_audiences = {
        name for groups in AUDIENCES.values() for names in groups.values() for name in names
    }
    shown = tables_of(page)
    assert {*shown} | of_audiences == set(QUERIES), "a table has no query here"
    assert differences(page, language, published) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_monthly_report_begins_as_the_dashboard_does(
    language: str, dashboard: Dashboard, published: Path
) -> None:
    rows = read_published(published)
    words = Language(language, rows.currency, rows.labels)
    pages = Pages(rows, read_dictionary(ROOT), words, is_linked=False)
    report, page = (
        read_html(pages.report("month")),
        read_html(first_page(dashboard.folder, language)),
    )
    for section in ("verdict", "money"):
        assert report.one("section", id=section).text == page.one("section", id=section).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_figure_of_an_audience_is_what_a_query_says(
    audience: str, language: str, dashboard: Dashboard, published: Path
) -> None:
    """Its tables, its first screen, and its charts, which are those of the first page."""
    text = (dashboard.folder / language / f"{audience}.html").read_text(encoding="utf-8")
    page = read_html(text)
    groups = AUDIENCES[audience]
    assert tables_of(page) == [name for names in groups.values() for name in names]
    assert any(page.all(id="verdict")) is (audience == "leadership")
    assert differences(page, language, published) == []
    first = {image["src"] for image in read_html(first_page(dashboard.folder, language)).all("img")}
    charts = [image["src"] for image in page.all("img", class_="chart")]
    assert len(charts) == len({*CHARTS} & {*tables_of(page)})
    assert {*charts} <= first
    wrong = re.sub(r'value="(\d)', r'value="9\1', text, count=1)
    assert wrong != text
    assert differences(read_html(wrong), language, published) != []


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        pytest.param(r">\$(\d)(\d\d),(\d{3})<", r">$9\2,\3<", id="another amount"),
        pytest.param(r'value="(\d+)\.(\d)', r'value="\1.9\2', id="the exact value"),
        pytest.param(r">\$(\d+),(\d{3})<", r">\1,\2<", id="no currency"),
        pytest.param(r">\+(\d+\.\d)<", r">\1<", id="no sign"),
        pytest.param(r">(\d\d\.\d)%<", r">\1<", id="no percent sign"),
        pytest.param(r">(\d\d)\.\d%<", r">\1%<", id="a digit fewer"),
        pytest.param(r">(\d+),(\d{3})<", r">\1\2<", id="no groups"),
        pytest.param(r">Oct 31, 2026<", ">Oct 30, 2026<", id="a day"),
        pytest.param(r"of 30 days ago", "of 31 days ago", id="a message"),
        pytest.param(r'status on_target">', 'status below">', id="a status"),
        pytest.param(r"(<p class=.note.>)", r"\1In 2026: ", id="digits in a note"),
        pytest.param(r"(<p class=.note.>)", r'\1<data value="1">one</data>', id="a figure more"),
        pytest.param(r"<tr><th scope=.row.>.*?</tr>", "", id="a row fewer"),
        pytest.param(r"14 months: lowest", "15 months: lowest", id="the words of an image"),
        pytest.param(r'T00:00">Oct 31', r'T00:00">Nov 1', id="the day of a deadline"),
        pytest.param(r">Sector<", ">Size<", id="a heading"),
        pytest.param(r"on (every|no) basis", "on some basis", id="the verdict"),
        pytest.param(r"(bases go from .*?>)\d", r"\g<1>9", id="a figure of the verdict"),
        pytest.param(r"(id=.money_pipeline.*?>\$)\d", r"\g<1>9", id="money"),
        pytest.param(r"( · <span class=.stake.>.*?>\$)\d", r"\g<1>9", id="what is at stake"),
        pytest.param(r"(<p class=.said.>.*?<bdi>)", r"\1not ", id="who is first"),
    ],
)
def test_comparison_finds_what_is_shown_wrong(
    pattern: str, replacement: str, dashboard: Dashboard, published: Path
) -> None:
    text = first_page(dashboard.folder, "en")
    wrong, n = re.subn(pattern, replacement, text, count=1)
    assert n == 1, "the fault is not planted"
    assert differences(read_html(wrong), "en", published) != []


@pytest.mark.parametrize(
    "statement",
    [
        "update marts.rpt_pipeline_velocity set avg_cycle_days = avg_cycle_days + 0.1 "
        "where is_total and as_of_on = date '2026-09-30'",
        "update marts.rpt_recommended_actions set reason_fr = reason_fr || '.' "
        "where action_type = 'expansion'",
        "update marts.rpt_return_on_spend set attributed_amount = attributed_amount * 2",
        "update audit.audit_row_reconciliation set n_raw = n_raw + 1",
        "delete from marts.dim_accounts where account_id = "
        "(select min(account_id) from marts.dim_accounts where is_abm_now)",
    ],
)
def test_comparison_finds_what_has_changed(
    statement: str, dashboard: Dashboard, published: Path, tmp_path: Path
) -> None:
    db = tmp_path / "changed.duckdb"
    shutil.copy(published, db)
    db.chmod(0o644)
    with duckdb.connect(str(db)) as connection:
        connection.execute(statement)
    page = read_html(first_page(dashboard.folder, "fr"))
    assert differences(page, "fr", db) != []


# The same numbers, the same bytes.

ELSEWHERE = {
    "TZ": "Pacific/Auckland",
    "LANG": "fr_FR.UTF-8",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "7",
    "COLUMNS": "40",
}


@pytest.fixture
def another_day() -> tuple[str, ...]:
    """What to put before a command, so that it runs years later."""
    if not shutil.which("faketime"):
        pytest.skip("Debian package faketime is not installed")
    return ("faketime", "2031-02-03 04:05:06")


@pytest.fixture
def pango() -> None:
    """PDF needs a library of the system."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        pytest.skip("Debian packages libpango-1.0-0 and libpangoft2-1.0-0 are not installed")


def test_dashboard_is_the_same_elsewhere_and_later(
    abm: Abm,
    dashboard: Dashboard,
    published: Path,
    another_day: tuple[str, ...],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "pages"
    result = abm(
        *("report", "--db", published, "--out", folder),
        environment=ELSEWHERE | {"SOURCE_DATE_EPOCH": "86400"},
        before=another_day,
        cwd=tmp_path,
    )
    assert result.returncode == 0, said(result)
    first, second = dashboard.pages(), Dashboard(result, folder, 0).pages()
    assert list(first) == list(second)
    assert [name for name, text in first.items() if text != second[name]] == []
    # And anew into the same folder: what is no page any more goes.
    (folder / "en" / "accounts" / "left.html").write_text("once an account")
    write_site(published, folder, ROOT)
    assert Dashboard(result, folder, 0).pages() == first


@pytest.mark.parametrize(
    ("period", "language", "name", "title"),
    [
        ("month", "fr", "monthly-2026-10.fr", "Rapport mensuel"),
        pytest.param("week", "en", "weekly-2026-W44.en", "Weekly report", marks=pytest.mark.full),
    ],
)
def test_reports_are_the_same_elsewhere_and_later(
    period: str,
    language: str,
    name: str,
    title: str,
    abm: Abm,
    company_published: Path,
    another_day: tuple[str, ...],
    pango: None,
    tmp_path: Path,
) -> None:
    made = []
    command = ("report", "--db", company_published, "--period", period, "--lang", language)
    for folder, options in (
        ("here", {"environment": {"SOURCE_DATE_EPOCH": "86400"}}),
        ("there", {"environment": ELSEWHERE, "before": another_day, "cwd": tmp_path}),
    ):
        out = tmp_path / folder
        result = abm(*command, "--format", "pdf", "--out", out, **options)
        assert result.returncode == 0, said(result)
        assert f"{name}.pdf" in result.stdout
        made.append((out / f"{name}.pdf").read_bytes())
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF-")
    objects = b"".join(inflated(made[0]))
    pages = len(re.findall(rb"/Type /Page\b", objects))
    assert 2 <= pages <= 20, pages
    assert f"/Lang ({language})".encode() in objects
    assert title.encode() in objects
    assert b"Date" not in objects

    result = abm(*command, "--out", tmp_path / "html")
    assert result.returncode == 0, said(result)
    page = read_html((tmp_path / "html" / f"{name}.html").read_text(encoding="utf-8"))
    assert page.one("html")["lang"] == language
    assert page.one("h1").text == title
    assert [link["href"] for link in page.all("a")] == ["#main"], "a report stands alone"
    assert next(page.one("header").all("time"))["datetime"] == COMPANY_DAY


def test_last_page_of_a_report_is_no_remainder(pango: None) -> None:
    style = "<style>@page { size: A4; margin: 13mm } table { font-size: 8pt }</style>"
    rows = "<tr><td>a row</td></tr>"
    helped = 0
    for n in (365, 375, 395):
        text = f"{style}<table>{rows * n}</table>"
        end = end_of_text(laid_out(text, closer=()).pages[-1])
        assert end_of_text(laid_out(text).pages[-1]) > LEAST, n
        helped += end < LEAST
    assert helped == 2, "no report here has a remainder"
    page = laid_out("<p>one line is all there is</p>").pages[-1]
    assert end_of_text(page) < LEAST, "what cannot be helped is laid out as it would be"


def inflated(pdf: bytes) -> Iterator[bytes]:
    """A PDF's objects, out of their compressed streams."""
    yield pdf
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


def test_dashboard_is_soon_there_and_small(dashboard: Dashboard) -> None:
    assert dashboard.seconds < 20
    pages = dashboard.pages()
    assert sum(len(text.encode()) for text in pages.values()) < 15_000_000
    count = re.search(r"Wrote (\d+) pages, [\d.]+ MB", dashboard.result.stdout)
    assert count
    assert int(count[1]) == len(pages)


# What is asked for wrongly.


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--db", "none.duckdb"), "There is no published file .*none.duckdb: run `abm publish`"),
        (("--db", "text.duckdb"), "not a DuckDB database"),
        (
            ("--db", "empty.duckdb"),
            "empty.duckdb does not say which build made it: run `abm build`",
        ),
        (("--db", "older.duckdb"), "older.duckdb lacks what the pages show .*: build and publish"),
        (("--out", "mine"), "mine holds more than a dashboard"),
        (("--out", "text.duckdb"), "text.duckdb holds more than a dashboard"),
        (("--period", "week", "--out", "text.duckdb"), "Cannot write .*: make room"),
        (("--period", "yearly"), "There is no --period yearly: name one of week, month."),
        (("--period", "week", "--lang", "de"), "There is no --lang de: name one of en, fr."),
        (("--period", "week", "--format", "docx"), "There is no --format docx: .* html, pdf."),
        (("--lang", "fr"), "leave out --lang and --format, or ask for a report with --period."),
        (("--format", "pdf"), "leave out --lang and --format, or ask for a report"),
        (("--period", "month", "--format", "eml"), "Mails are of the week: use --period week"),
        (("--period", "week", "--executive", "Ann"), "are for mails: add --period week --format"),
        (("--send",), "are for mails: add --period week --format eml."),
    ],
)
def test_errors_are_sentences(
    arguments: tuple[str, ...],
    sentence: str,
    abm: Abm,
    company_published: Path,
    tmp_path: Path,
) -> None:
    (tmp_path / "text.duckdb").write_text("no database")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    if "older.duckdb" in arguments:
        older = tmp_path / "older.duckdb"
        shutil.copy(company_published, older)
        older.chmod(0o644)
        with duckdb.connect(str(older)) as connection:
            connection.execute("alter table marts.fct_account_penetration drop apr_reason")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.*")}
    database = () if "--db" in arguments else ("--db", company_published)
    said_wrong = errors(abm("report", *database, *arguments, cwd=tmp_path))
    assert len(said_wrong) == 1
    assert re.search(sentence, said_wrong[0]), said_wrong
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.*")} == before


# How numbers, days and codes are written.


@pytest.mark.parametrize(
    ("write", "english", "french"),
    [
        (lambda words: words.number(0.25, 1), "0.3", "0,3"),
        (lambda words: words.number(-0.25, 1), "-0.3", "-0,3"),
        (lambda words: words.number(2.675, 2), "2.68", "2,68"),
        (lambda words: words.number(Decimal("0.5")), "1", "1"),
        (lambda words: words.number(1.5), "2", "2"),
        (lambda words: words.number(2.5), "3", "3"),
        (lambda words: words.number(-0.04, 1), "0.0", "0,0"),
        (lambda words: words.number(-0.04, 1, sign=True), "0.0", "0,0"),
        (lambda words: words.number(0, sign=True), "0", "0"),
        (lambda words: words.number(3, sign=True), "+3", "+3"),
        (lambda words: words.number(-3, sign=True), "-3", "-3"),
        (lambda words: words.number(999.5), "1,000", "1\u202f000"),
        (
            lambda words: words.number(12345678901234567890123456789),
            "12,345,678,901,234,567,890,123,456,789",
            "12 345 678 901 234 567 890 123 456 789".replace(" ", "\u202f"),
        ),
        (
            lambda words: words.number(1e20),
            "100,000,000,000,000,000,000",
            "100 000 000 000 000 000 000".replace(" ", "\u202f"),
        ),
        (lambda words: words.amount(1234567.5), "€1,234,568", "1\u202f234\u202f568\xa0€"),
        (lambda words: words.amount(Decimal("-12.30"), 2), "-€12.30", "-12,30\xa0€"),
        (lambda words: words.share(0.3045), "30.5%", "30,5\xa0%"),
        (lambda words: words.share(Decimal("-0.00049")), "0.0%", "0,0\xa0%"),
        (lambda words: words.share(12, sign=True), "+1,200.0%", "+1\u202f200,0\xa0%"),
        (lambda words: words.percent(30.25), "30.3%", "30,3\xa0%"),
        (lambda words: words.in_unit(0.5, "share"), "50.0%", "50,0\xa0%"),
        (lambda words: words.in_unit(7, "points"), "7.0", "7,0"),
        (lambda words: words.number(None), NONE, NONE),
        (lambda words: words.amount(float("nan")), NONE, NONE),
        (lambda words: words.share(float("inf")), NONE, NONE),
        (lambda words: words.day(datetime.date(2026, 2, 1)), "Feb 1, 2026", "1er févr. 2026"),
        (
            lambda words: words.day(datetime.date(2026, 2, 1), "long"),
            "February 1, 2026",
            "1er février 2026",
        ),
        (lambda words: words.day(datetime.date(2026, 2, 11)), "Feb 11, 2026", "11 févr. 2026"),
        (lambda words: words.month(datetime.date(2026, 8, 31)), "August 2026", "août 2026"),
        (
            lambda words: words.moment(datetime.datetime(2026, 10, 30, 23, 5, 59)),
            *("Oct 30, 2026, 23:05", "30 oct. 2026, 23:05"),
        ),
        (lambda words: words.moment(None), NONE, NONE),
        (
            lambda words: words.moment(datetime.datetime(2026, 10, 30)),
            *("Oct 30, 2026", "30 oct. 2026"),
        ),
        (
            lambda words: words.deadline(datetime.datetime(2026, 11, 1)),
            *("Oct 31, 2026", "31 oct. 2026"),
        ),
        (
            lambda words: words.deadline(datetime.datetime(2026, 11, 1, 0, 1)),
            *("Nov 1, 2026, 00:01", "1er nov. 2026, 00:01"),
        ),
        (lambda words: words.deadline(None), NONE, NONE),
        (lambda words: words.quarter(datetime.date(2026, 9, 30)), "Q3 2026", "T3 2026"),
        (lambda words: words.quarter(datetime.date(2026, 10, 1)), "Q4 2026", "T4 2026"),
        (lambda words: words.yes_or_no(False), "no", "non"),
        (lambda words: words.yes_or_no(None), NONE, NONE),
        (lambda words: words.code_of("sector", "a"), "A & b", "A et b"),
        (lambda words: words.code_of("other", "a"), "A", "A"),
        (lambda words: words.code_of("sector", "my_<b>sector"), "My <b>sector", "My <b>sector"),
        (lambda words: words.code_of("sector", None), NONE, NONE),
    ],
)
def test_language(write: Callable[[Language], str], english: str, french: str) -> None:
    labels = {("sector", "a"): {"en": "A & b", "fr": "A et b"}}
    written = [read_html(write(Language(code, "EUR", labels))).text for code in LANGUAGES]
    assert written == [english, french]


def test_number_carries_its_exact_value() -> None:
    language = Language("fr")
    assert 'value="0.1"' in language.share(0.1)
    assert 'value="1234.5"' in language.amount(Decimal("1234.50"))
    assert 'value="100000000000000000000"' in language.number(1e20)
    assert 'value="0.0000001"' in language.number(1e-7)


def leaves(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every phrase of a document with its place in it."""
    for key, value in node.items():
        if isinstance(value, dict):
            if any(isinstance(text, str) for text in value.values()) and {*value} & {*LANGUAGES}:
                yield f"{path}{key}", value
            else:
                yield from leaves(value, f"{path}{key}.")


def gaps(document: dict[str, Any]) -> list[str]:
    """Name the phrases that say less in one language than in the other."""
    return [
        path
        for path, texts in leaves(document)
        if {*texts} != {*LANGUAGES}
        or not all(texts.values())
        or len({frozenset(re.findall(r"\{\w+\}", text)) for text in texts.values()}) > 1
    ]


def test_phrases_say_the_same_in_both_languages() -> None:
    assert len(list(leaves(PHRASES))) > 80
    assert gaps(PHRASES) == []
    assert gaps(TABLES) == []
    planted = {
        "a": {"en": "{n} of", "fr": "{m} de"},
        "b": {"c": {"en": "x"}},
        "d": {"en": "", "fr": "y"},
    }
    assert gaps(planted) == ["a", "b.c", "d"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_code_of_the_sample_has_words(code: str, published: Path) -> None:
    rows = read_published(published)
    language = Language(code, rows.currency, rows.labels)
    pages = Pages(rows, read_dictionary(ROOT), language)
    made = [text for _, text in pages.all()]
    made += [pages.report(period) for period in ("week", "month")]
    assert len(made) == len(pages) + 2
    assert language.unknown == set()
    assert not [text for text in made if ">None<" in text or ">nan<" in text]
