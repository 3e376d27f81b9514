with started as (
    {{ programme_start() }}
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        cast('{{ var("reporting_currency") }}' as {{ dbt.type_string() }}) as reporting_currency,
        cast('{{ default_attribution_model() }}' as {{ dbt.type_string() }}) as attribution_model,
        cast({{ var('aes_window_days') }} as integer) as aes_window_days,
        cast({{ var('attribution_lookback_days') }} as integer) as attribution_lookback_days,
        programme_started_on,
        {%- if var('start_with_aes_days') %}
        cast(
            {{ dbt.dateadd('day', var('start_with_aes_days'), 'programme_started_on') }} as date
        ) as all_kpis_from_on
        {%- else %}
        cast(null as date) as all_kpis_from_on
        {%- endif %}
    from started
)

select * from final
