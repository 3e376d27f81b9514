with days as (
    select * from {{ ref('dim_dates') }}
    where month_start_on between {{ as_of_month_start(-13) }} and {{ as_of_month_start() }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where
        is_engagement and not is_machine and not is_capped
        and abm_tier_at_touch <> 'none'
        and occurred_on >= {{ as_of_month_start(-13) }}
),

months as (
    select
        month_start_on as month_on,
        max(case when date_day <= {{ as_of_date() }} then date_day end) as as_of_on,
        max(date_day) <= {{ as_of_date() }} as is_complete_month
    from days
    group by month_start_on
),

scores as (
    select
        month_start_on as month_on,
        sum(n_accounts_then) as n_programme_accounts,
        sum(aes_sum_then) as aes_sum,
        sum(n_top_then) as n_hot_accounts
    from {{ ref('rpt_engagement_by_sector') }}
    group by month_start_on
),

open_amounts as (
    select
        as_of_on,
        sum(pipeline_amount) as open_pipeline,
        sum(case when history_basis = 'exact' then 0 else 1 end) as n_without_history
    from {{ ref('rpt_open_pipeline') }}
    group by as_of_on
),

created as (
    select
        cast({{ dbt.date_trunc('month', 'created_on') }} as date) as month_on,
        count(*) as n_created
    from opportunities
    where opportunity_type in ('new_business', 'expansion')
    group by cast({{ dbt.date_trunc('month', 'created_on') }} as date)
),

won as (
    select
        cast({{ dbt.date_trunc('month', 'closed_on') }} as date) as month_on,
        count(*) as n_won,
        count(*) - count(amount) as n_won_without_amount,
        sum(amount) as won_amount,
        sum(case when history_basis = 'exact' then 0 else 1 end) as n_without_history
    from opportunities
    where is_won
    group by cast({{ dbt.date_trunc('month', 'closed_on') }} as date)
),

touched as (
    select
        cast({{ dbt.date_trunc('month', 'occurred_on') }} as date) as month_on,
        count(*) as n_touchpoints
    from touchpoints
    group by cast({{ dbt.date_trunc('month', 'occurred_on') }} as date)
),

{%- set amounts = {
    'open_pipeline': 'open_amounts', 'won_amount': 'won',
} %}
{%- set counts = {
    'n_programme_accounts': 'scores', 'n_hot_accounts': 'scores', 'n_created': 'created',
    'n_won': 'won', 'n_won_without_amount': 'won', 'n_touchpoints': 'touched',
} %}

final as (
    select
        months.month_on,
        months.as_of_on,
        months.is_complete_month,
        cast(coalesce(scores.aes_sum, 0) as {{ type_decimal(6) }}) as aes_sum,
        {%- for column, relation in amounts.items() %}
        cast(coalesce({{ relation }}.{{ column }}, 0) as {{ type_decimal(2) }}) as {{ column }},
        {%- endfor %}
        {%- for column, relation in counts.items() %}
        cast(coalesce({{ relation }}.{{ column }}, 0) as integer) as {{ column }},
        {%- endfor %}
        case when open_amounts.n_without_history > 0 then 'current_state' else 'exact' end
            as open_pipeline_basis,
        case when won.n_without_history > 0 then 'current_state' else 'exact' end
            as won_amount_basis
    from months
    left join scores on months.month_on = scores.month_on
    left join open_amounts on months.as_of_on = open_amounts.as_of_on
    left join created on months.month_on = created.month_on
    left join won on months.month_on = won.month_on
    left join touched on months.month_on = touched.month_on
)

select * from final
