with opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where is_won and opportunity_type in ('new_business', 'expansion')
),

dated as (
    select
        as_of_on,
        cast({{ dbt.date_trunc('month', 'closed_on') }} as date) as month_on,
        amount
    from opportunities
),

final as (
    select
        as_of_on,
        month_on,
        coalesce(sum(amount), 0) as won_amount
    from dated
    group by as_of_on, month_on
)

select * from final
