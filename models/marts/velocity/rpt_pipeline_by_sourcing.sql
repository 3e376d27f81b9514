with opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

created as (
    select
        cast({{ dbt.date_trunc('month', 'created_on') }} as date) as month_on,
        abm_tier_at_creation as abm_tier,
        sourcing_class,
        is_won,
        amount
    from opportunities
    where created_on is not null
),

final as (
    select
        month_on,
        abm_tier,
        sourcing_class,
        cast(count(*) as integer) as n_opportunities,
        cast(coalesce(sum(amount), 0) as {{ type_decimal(2) }}) as pipeline_amount,
        cast(sum(case when is_won then coalesce(amount, 0) else 0 end) as {{ type_decimal(2) }})
            as won_amount,
        cast(count(*) - count(amount) as integer) as n_without_amount
    from created
    group by month_on, abm_tier, sourcing_class
)

select * from final
