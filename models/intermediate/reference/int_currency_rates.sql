{{ config(materialized='table') }}

with crm_rates as (
    select * from {{ ref('int_currency_rate_records') }}
),

seed_rates as (
    select
        currency,
        start_on,
        end_on,
        rate,
        true as is_dated
    from {{ ref('currency_rates') }}
),

-- The CRM states every rate per unit of the corporate currency, so that one is 1.
rates as (
    select * from crm_rates
    where rate > 0 and currency <> '{{ var("corporate_currency") }}'

    union all

    select
        '{{ var("corporate_currency") }}' as currency,
        cast('1900-01-01' as date) as start_on,
        cast(null as date) as end_on,
        cast(1 as {{ type_double() }}) as rate,
        true as is_dated
    where exists (select 1 from crm_rates)

    union all

    select * from seed_rates
    where not exists (select 1 from crm_rates)
),

final as (
    {{ validity_stretches('rates', 'currency', ['is_dated', 'rate'], 'start_on', 'end_on') }}
)

select * from final
