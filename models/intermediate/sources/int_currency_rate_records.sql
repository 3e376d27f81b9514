with dated_rates as (
    {{ union_sources('currency_rates') }}
),

currency_types as (
    select * from {{ ref('int_currency_types') }}
),

final as (
    select
        currency,
        start_on,
        end_on,
        rate,
        true as is_dated
    from dated_rates

    union all

    select
        currency,
        cast('0001-01-01' as date) as start_on,
        cast(null as date) as end_on,
        rate,
        false as is_dated
    from currency_types
    where not is_corporate
)

select * from final
