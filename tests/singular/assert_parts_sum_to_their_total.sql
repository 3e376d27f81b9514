-- Tiers sum to the total of their period and basis, quarters to the programme to date, sectors to
-- the cost and customers of their programme, the classes of the revenue walk to the deals and the
-- revenue of their quarter, channels to the investments that name one, once per attribution model,
-- shares to 1, personas to their tier; on every date tiers to the programme, account executives and
-- programmes to the whole pipeline; segments to the scorecard's open pipeline of this month and the
-- the one before; tiers to every stage of the journey and to every indicator of the programme;
-- campaign groups to the credit of their days and to the platforms' spend. Where a cost is unknown
-- its total is, so there the costs are not added up.
with return_on_investment as (
    select
        period || ' ' || roi_basis as whole,
        sum(case when is_total then revenue else -revenue end) as first_difference,
        case
            when count(*) = count(investment)
                then abs(sum(case when is_total then investment else -investment end))
            else 0
        end
        + abs(coalesce(sum(case when is_total then pipeline_created else -pipeline_created end), 0))
            as second_difference
    from {{ ref('rpt_abm_roi') }}
    group by period, roi_basis
),

-- An estimate compares other accounts in every period, and the cents of shared cost fall anew.
return_over_time as (
    select
        roi_basis || ' ' || abm_tier as whole,
        sum(case when period = 'programme_to_date' then revenue else -revenue end)
            as first_difference,
        case
            when count(*) = count(investment)
                then
                    sum(case
                        when not is_total then 0
                        when period = 'programme_to_date' then investment
                        else -investment
                    end)
            else 0
        end as second_difference
    from {{ ref('rpt_abm_roi') }}
    where period <> 'trailing_365_days' and roi_basis <> 'matched_estimate'
    group by roi_basis, abm_tier
),

cost_efficiency as (
    select
        'cost efficiency' as whole,
        abs(sum(case when is_total then n_accounts else -n_accounts end))
        + abs(sum(case when is_total then n_engaged_accounts else -n_engaged_accounts end))
        + abs(sum(case when is_total then n_mqa_in_period else -n_mqa_in_period end))
            as first_difference,
        case
            when count(*) = count(investment)
                then abs(sum(case when is_total then investment else -investment end))
            else 0
        end
        + abs(sum(case when is_total then revenue else -revenue end)) as second_difference
    from {{ ref('rpt_cost_efficiency') }}
),

lifetime_value as (
    select
        programme || ' ' || cast(as_of_on as {{ dbt.type_string() }}) as whole,
        sum(case when is_total then n_customers else -n_customers end) as first_difference,
        case
            when count(*) = count(investment)
                then sum(case when is_total then investment else -investment end)
            else 0
        end as second_difference
    from {{ ref('rpt_customer_lifetime_value') }}
    group by programme, as_of_on
),

revenue_walk as (
    select
        {{ quarter_label('quarter_start_on') }} as whole,
        sum(case when is_total then n_opportunities else -n_opportunities end) as first_difference,
        sum(case when is_total then won_amount else -won_amount end) as second_difference
    from {{ ref('rpt_revenue_walk') }}
    group by quarter_start_on
),

-- A channel of which one cost is unknown counts with its lines only.
channel_investments as (
    select
        channel,
        count(*) as n_investments,
        case when count(*) = count(amount) then sum(amount) else 0 end as spend
    from {{ ref('fct_investments') }}
    where channel <> 'unknown' and {{ is_in_trailing_days('month_start_on', 365) }}
    group by channel
),

investments as (
    select
        coalesce(sum(spend), 0) as spend,
        coalesce(sum(n_investments), 0) as n_investments
    from channel_investments
),

return_on_spend as (
    select
        returns.attribution_model as whole,
        coalesce(sum(returns.spend), 0) - max(investments.spend) as first_difference,
        sum(returns.n_investments) - max(investments.n_investments) as second_difference
    from {{ ref('rpt_return_on_spend') }} as returns
    cross join investments
    group by returns.attribution_model
),

channel_effects as (
    select
        'channel effects' as whole,
        abs(sum(markov_global_share) - 1) as first_difference,
        abs(sum(shapley_share) - 1) as second_difference
    from {{ ref('rpt_channel_effects') }}
),

personas as (
    select
        account_size_tier,
        sum(identified_stakeholders) as identified_stakeholders,
        sum(engaged_stakeholders) as engaged_stakeholders
    from {{ ref('rpt_penetration_by_persona') }}
    group by account_size_tier
),

penetration as (
    select
        tiers.account_size_tier as whole,
        tiers.identified_stakeholders - coalesce(personas.identified_stakeholders, 0)
            as first_difference,
        tiers.engaged_stakeholders - coalesce(personas.engaged_stakeholders, 0)
            as second_difference
    from {{ ref('rpt_penetration_by_tier') }} as tiers
    left join personas on tiers.account_size_tier = personas.account_size_tier
    where not tiers.is_total and tiers.as_of_on = {{ as_of_date() }}
),

size_tiers as (
    select
        cast(as_of_on as {{ dbt.type_string() }}) as whole,
        sum(
            case
                when is_total then identified_stakeholders + n_accounts + n_on_target
                else -identified_stakeholders - n_accounts - n_on_target
            end
        ) as first_difference,
        sum(case when is_total then engaged_stakeholders else -engaged_stakeholders end)
            as second_difference
    from {{ ref('rpt_penetration_by_tier') }}
    group by as_of_on
),

coverage as (
    select
        kpi || ' ' || cast(as_of_on as {{ dbt.type_string() }}) as whole,
        sum(case when is_total then numerator + n_accounts else -numerator - n_accounts end)
            as first_difference,
        sum(case when is_total then denominator else -denominator end) as second_difference
    from {{ ref('rpt_account_coverage') }}
    group by kpi, as_of_on
),

velocity_parts as (
    select
        as_of_on,
        entity_type,
        sum(n_advanced) as n_advanced,
        sum(advanced_pipeline) as advanced_pipeline
    from {{ ref('rpt_pipeline_velocity') }}
    where entity_type in ('account_executive', 'programme')
    group by as_of_on, entity_type
),

velocity as (
    select
        parts.entity_type || ' ' || cast(parts.as_of_on as {{ dbt.type_string() }}) as whole,
        wholes.n_advanced - parts.n_advanced as first_difference,
        wholes.advanced_pipeline - parts.advanced_pipeline as second_difference
    from {{ ref('rpt_pipeline_velocity') }} as wholes
    inner join velocity_parts as parts on wholes.as_of_on = parts.as_of_on
    where wholes.is_total
),

segments as (
    select
        coalesce(sum(pipeline_amount), 0) as pipeline_amount,
        coalesce(sum(pipeline_previous_month), 0) as pipeline_previous_month
    from {{ ref('rpt_pipeline_by_segment') }}
),

-- The scorecard's values are doubles.
open_pipeline as (
    select
        'open pipeline' as whole,
        {{ double_as_decimal('scorecard.value', 2) }} - segments.pipeline_amount
            as first_difference,
        {{ double_as_decimal('scorecard.previous_value', 2) }} - segments.pipeline_previous_month
            as second_difference
    from {{ ref('rpt_kpi_scorecard') }} as scorecard
    cross join segments
    where
        scorecard.kpi = 'pipeline_open_amount'
        and scorecard.month_on = {{ as_of_month_start() }}
),

journey as (
    select
        stage as whole,
        sum(case when is_total then n_accounts + n_intervals else -n_accounts - n_intervals end)
            as first_difference,
        sum(case when is_total then n_reached else -n_reached end) as second_difference
    from {{ ref('rpt_journey_funnel') }}
    group by stage
),

-- Those of the whole alone have no parts.
programme_kpis as (
    select
        kpi as whole,
        case
            when coalesce(max(n_costs_without_rate), 0) = 0
                then sum(case when is_total then numerator else -numerator end)
            else 0
        end as first_difference,
        case
            when coalesce(max(n_costs_without_rate), 0) = 0
                then sum(case when is_total then denominator else -denominator end)
            else 0
        end as second_difference
    from {{ ref('rpt_programme_kpis') }}
    where kpi not in ('cac', 'cac_non_abm', 'clv_net')
    group by kpi
),

credit_of_days as (
    select
        attribution_model,
        attribution_basis,
        sum(attributed_amount) as attributed_amount
    from {{ ref('fct_attribution_models') }}
    where {{ is_in_trailing_days('touched_on', 365) }}
    group by attribution_model, attribution_basis
),

platform_spend as (
    select sum(amount) as spend
    from {{ ref('int_ad_spend') }}
    where campaign_id is not null and {{ is_in_trailing_days('spent_on', 365) }}
),

campaign_groups as (
    select
        returns.attribution_model || ' ' || returns.attribution_basis as whole,
        coalesce(sum(returns.attributed_amount), 0)
        - coalesce(max(credit_of_days.attributed_amount), 0) as first_difference,
        case
            when sum(returns.n_costs_without_rate) = 0
                then
                    coalesce(
                        sum(case when returns.spend_basis = 'platform' then returns.spend end), 0
                    ) - coalesce(max(platform_spend.spend), 0)
            else 0
        end as second_difference
    from {{ ref('rpt_attribution_by_campaign') }} as returns
    cross join platform_spend
    left join credit_of_days
        on
            returns.attribution_model = credit_of_days.attribution_model
            and returns.attribution_basis = credit_of_days.attribution_basis
    group by returns.attribution_model, returns.attribution_basis
)

select * from return_on_investment
where first_difference <> 0 or second_difference <> 0

union all

select * from return_over_time
where first_difference <> 0 or second_difference <> 0

union all

select * from cost_efficiency
where first_difference <> 0 or second_difference <> 0

union all

select * from lifetime_value
where first_difference <> 0 or second_difference <> 0

union all

select * from revenue_walk
where first_difference <> 0 or second_difference <> 0

union all

select * from return_on_spend
where first_difference <> 0 or second_difference <> 0

union all

-- Shares are doubles.
select * from channel_effects
where first_difference > 0.000000001 or second_difference > 0.000000001

union all

select * from penetration
where first_difference <> 0 or second_difference <> 0

union all

select * from size_tiers
where first_difference <> 0 or second_difference <> 0

union all

select * from coverage
where first_difference <> 0 or second_difference <> 0

union all

select * from velocity
where first_difference <> 0 or second_difference <> 0

union all

select * from open_pipeline
where first_difference <> 0 or second_difference <> 0

union all

select * from journey
where first_difference <> 0 or second_difference <> 0

union all

-- Amounts and the mean uplift are doubles.
select * from programme_kpis
where abs(first_difference) > 0.001 or abs(second_difference) > 0.001

union all

select * from campaign_groups
where first_difference <> 0 or second_difference <> 0
