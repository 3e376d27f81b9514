{{ config(materialized='table') }}

with opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where is_open and opportunity_type in ('new_business', 'expansion')
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

progressions as (
    select * from {{ ref('int_progression_bases_by_reporting_date') }}
),

-- A deal without history has today's stage on every past day, a closed one included. What it had
-- then is not known.
staged as (
    select
        opportunities.*,
        case when opportunities.has_history then opportunities.stage_name end as known_stage_name,
        coalesce(accounts.sector, 'all') as sector
    from opportunities
    left join accounts on opportunities.account_id = accounts.account_id
),

-- Half a day is a day: the as-of date counts to its end.
joined as (
    select
        staged.*,
        progressions.probability_basis,
        progressions.n_closed,
        progressions.n_won,
        progressions.median_days_to_win,
        {{ days_after(
            'staged.as_of_on', 'cast(ceil(progressions.median_days_to_win) as integer)'
        ) }} as expected_close_on
    from staged
    left join progressions
        on
            staged.as_of_on = progressions.as_of_on
            and staged.sector = progressions.sector
            and staged.known_stage_name = progressions.stage_name
),

final as (
    select
        as_of_on,
        opportunity_id,
        account_id,
        account_executive_id,
        opportunity_type,
        stage_name,
        amount,
        probability_basis,
        n_closed,
        n_won,
        {{ share_of('n_won', 'n_closed') }} as win_probability,
        median_days_to_win,
        cast({{ dbt.date_trunc('month', 'expected_close_on') }} as date) as expected_close_month_on,
        case
            when known_stage_name is null then 'no_stage'
            when n_closed is null then 'no_closed_deals'
            when median_days_to_win is null then 'no_won_deals'
        end as expected_close_month_reason,
        {{ double_as_decimal(
            'cast(amount as ' ~ type_double() ~ ') * n_won / n_closed', 2
        ) }} as expected_amount,
        case
            when known_stage_name is null then 'no_stage'
            when n_closed is null then 'no_closed_deals'
            when amount is null then 'no_amount'
        end as expected_amount_reason
    from joined
)

select * from final
