with items as (
    select * from {{ ref('int_engagement_items') }}
),

coefficients as (
    select * from {{ ref('aes_coefficients') }}
),

summed as (
    select
        account_id,
        component,
        driver,
        sum(n) as n,
        sum(units) as units
    from items
    group by account_id, component, driver
),

final as (
    select
        summed.account_id,
        summed.component,
        summed.driver,
        summed.n,
        cast(summed.units * coefficients.coefficient as {{ type_decimal(6) }}) as contribution
    from summed
    inner join coefficients on summed.component = coefficients.component
)

select * from final
