with general as (
    select
        max(value_min) as benchmark_min_pct,
        max(value_max) as benchmark_max_pct
    from {{ ref('benchmarks') }}
    where benchmark_id = 'abm_roi'
),

sizes as (
    select * from {{ ref('programme_size_benchmarks') }}
    where employee_min <= cast({{ var('programme_owner_employees') or 'null' }} as integer)
),

largest as (
    select max(employee_min) as employee_min
    from sizes
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        coalesce(sizes.roi_min_pct, general.benchmark_min_pct) as benchmark_min_pct,
        coalesce(sizes.roi_max_pct, general.benchmark_max_pct) as benchmark_max_pct,
        {%- for amount in (
            'investment_min', 'investment_max', 'pipeline_min', 'pipeline_max',
            'pipeline_open_from'
        ) %}
        {{ converted_amount('sizes.' ~ amount, 'own_rates.rate', 'reporting_rates.rate') }}
            as benchmark_{{ amount }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from general
    cross join largest
    left join sizes on largest.employee_min = sizes.employee_min
    left join rates as own_rates
        on {{ rate_on('own_rates', 'sizes.currency', as_of_date()) }}
    left join rates as reporting_rates
        on {{ rate_on(
            'reporting_rates', "'" ~ var('reporting_currency') ~ "'", as_of_date()
        ) }}
)

select * from final
