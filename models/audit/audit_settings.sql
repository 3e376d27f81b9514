select
    {{ as_of_date() }} as as_of_on,
    cast('{{ var("reporting_currency") }}' as {{ dbt.type_string() }}) as reporting_currency,
    cast('{{ default_attribution_model() }}' as {{ dbt.type_string() }}) as attribution_model,
    cast({{ var('aes_window_days') }} as integer) as aes_window_days,
    cast({{ var('attribution_lookback_days') }} as integer) as attribution_lookback_days
