with wins as (
    select
        cast({{ dbt.date_trunc('quarter', 'closed_on') }} as date) as quarter_start_on,
        sourcing_class,
        amount
    from {{ ref('fct_opportunities') }}
    where is_won
),

-- The total is the sum of the deals, not of the classes: so that it can be held against them.
totals as (
    select
        quarter_start_on,
        count(*) as n_opportunities,
        sum(amount) as won_amount,
        count(*) - count(amount) as n_without_amount
    from wins
    group by quarter_start_on
),

parts as (
    select
        quarter_start_on,
        sourcing_class,
        count(*) as n_opportunities,
        sum(amount) as won_amount,
        count(*) - count(amount) as n_without_amount
    from wins
    group by quarter_start_on, sourcing_class
),

classes as (
    select 'sourced' as sourcing_class
    union all
    select 'influenced' as sourcing_class
    union all
    select 'untouched' as sourcing_class
    union all
    select 'renewal' as sourcing_class
),

walked as (
    select
        totals.quarter_start_on,
        classes.sourcing_class,
        false as is_total,
        parts.n_opportunities,
        parts.won_amount,
        parts.n_without_amount
    from totals
    cross join classes
    left join parts
        on
            totals.quarter_start_on = parts.quarter_start_on
            and classes.sourcing_class = parts.sourcing_class

    union all

    select
        quarter_start_on,
        'all' as sourcing_class,
        true as is_total,
        n_opportunities,
        won_amount,
        n_without_amount
    from totals
),

final as (
    select
        quarter_start_on,
        sourcing_class,
        is_total,
        cast(coalesce(n_opportunities, 0) as integer) as n_opportunities,
        cast(coalesce(won_amount, 0) as {{ type_decimal(2) }}) as won_amount,
        cast(coalesce(n_without_amount, 0) as integer) as n_without_amount
    from walked
)

select * from final
