-- The benchmarks of a sector in the currency of the amounts that are held against them, at the
-- as-of day's rate.
with benchmarks as (
    select * from {{ ref('sector_benchmarks') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        benchmarks.sector,
        {%- for amount in ('deal_size', 'velocity_monthly', 'clv', 'cac') %}
        {{ converted_amount('benchmarks.' ~ amount, 'own_rates.rate', 'reporting_rates.rate') }}
            as {{ amount }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from benchmarks
    left join rates as own_rates
        on {{ rate_on('own_rates', 'benchmarks.currency', as_of_date()) }}
    left join rates as reporting_rates
        on {{ rate_on(
            'reporting_rates', "'" ~ var('reporting_currency') ~ "'", as_of_date()
        ) }}
)

select * from final
