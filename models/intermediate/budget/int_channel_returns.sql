{{ config(materialized='table') }}

{%- set measures = [
    'spend', 'n_spend_lines', 'n_costs_without_rate', 'attributed_amount',
    'weighted_opportunities', 'missing_cost', 'n_missing_costs', 'budget', 'n_budget_lines',
] %}

-- All of the same months: the complete ones that lie in the trailing days. Days of credit
-- and months of spend differ in length, and a month that is not over has its costs already.
with months as (
    select * from {{ ref('int_budget_months') }}
),

credits as (
    select * from {{ ref('int_attribution_credits') }}
    where attribution_basis = 'revenue'
),

listed as (
    select
        touchpoints.channel,
        touchpoints.occurred_on as dated_on,
        {{ typed_measures(measures, {
            'attributed_amount': 'credits.' ~ default_attribution_model() ~ '_amount',
            'weighted_opportunities': 'credits.' ~ default_attribution_model() ~ '_weight',
        }) }}
    from credits
    inner join {{ ref('int_touchpoints') }} as touchpoints
        on credits.touchpoint_id = touchpoints.touchpoint_id

    union all

    select
        channel,
        month_start_on as dated_on,
        {{ typed_measures(measures, {
            'spend': 'amount', 'n_spend_lines': '1',
            'n_costs_without_rate': 'case when is_without_rate then 1 else 0 end',
        }) }}
    from {{ ref('fct_investments') }}

    union all

    select
        channel,
        incurred_on as dated_on,
        {{ typed_measures(measures, {'missing_cost': 'amount', 'n_missing_costs': '1'}) }}
    from {{ ref('int_campaign_costs_ledgered') }}
    where not is_in_ledger

    union all

    select
        channel,
        month_start_on as dated_on,
        {{ typed_measures(measures, {'budget': 'amount', 'n_budget_lines': '1'}) }}
    from {{ ref('int_budget_lines') }}
),

by_month as (
    select
        listed.channel,
        months.month_start_on,
        count(listed.spend) as n_spend_known,
        count(listed.missing_cost) as n_missing_known,
        count(listed.budget) as n_budget_known,
        {%- for measure in measures %}
        sum(listed.{{ measure }}) as {{ measure }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from listed
    inner join months
        on listed.dated_on between months.month_start_on and months.month_end_on
    where listed.channel is not null
    group by listed.channel, months.month_start_on
),

-- A cost of which one part cannot be converted has no amount. Spent is held against what was to be
-- spent in the months that have a plan.
final as (
    select
        channel,
        coalesce(sum(n_spend_lines), 0) as n_spend_lines,
        case when sum(n_spend_lines) = sum(n_spend_known) then sum(spend) end as spend,
        coalesce(sum(n_costs_without_rate), 0) as n_costs_without_rate,
        sum(attributed_amount) as attributed_amount,
        coalesce(sum(weighted_opportunities), 0) as weighted_opportunities,
        case
            when sum(n_missing_costs) is null then 0
            when sum(n_missing_costs) = sum(n_missing_known) then sum(missing_cost)
        end as crm_cost_without_ledger,
        case
            when
                sum(n_budget_lines) = sum(n_budget_known)
                and sum(case when n_budget_lines > 0 then coalesce(n_spend_lines, 0) end)
                = sum(case when n_budget_lines > 0 then n_spend_known end)
                then {{ share_of(
                    'sum(case when n_budget_lines > 0 then coalesce(spend, 0) end)', 'sum(budget)'
                ) }}
        end as utilisation_rate
    from by_month
    group by channel
)

select * from final
