with currency_type as (
    {{ raw_rows('salesforce', 'currency_type') }}
),

final as (
    select
        source_connection,
        {{ currency_code('iso_code') }} as currency,
        conversion_rate as rate,
        coalesce(is_corporate, false) as is_corporate
    from currency_type
)

select * from final
