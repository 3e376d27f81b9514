with forecasted as (
    select * from {{ ref('int_forecast_deals_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

users as (
    select * from {{ ref('dim_account_executives') }}
),

final as (
    select
        forecasted.as_of_on,
        forecasted.opportunity_id,
        coalesce(forecasted.account_id, 'unknown') as account_id,
        coalesce(users.account_executive_id, 'unknown') as account_executive_id,
        forecasted.opportunity_type,
        forecasted.stage_name,
        forecasted.amount,
        forecasted.probability_basis,
        cast(forecasted.n_won as integer) as n_won,
        cast(forecasted.n_closed as integer) as n_closed,
        forecasted.win_probability,
        forecasted.median_days_to_win,
        forecasted.expected_close_month_on,
        forecasted.expected_close_month_reason,
        forecasted.expected_amount,
        forecasted.expected_amount_reason
    from forecasted
    left join users on forecasted.account_executive_id = users.account_executive_id
)

select * from final
