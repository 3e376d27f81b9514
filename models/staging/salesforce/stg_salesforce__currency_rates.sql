with dated_conversion_rate as (
    {{ raw_rows('salesforce', 'dated_conversion_rate') }}
),

final as (
    select
        source_connection,
        {{ currency_code('iso_code') }} as currency,
        start_date as start_on,
        next_start_date as end_on,
        conversion_rate as rate
    from dated_conversion_rate
)

select * from final
