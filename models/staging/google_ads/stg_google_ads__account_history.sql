with account_history as (
    {{ raw_rows('google_ads', 'account_history') }}
),

final as (
    select
        source_connection,
        id as ad_account_id,
        {{ currency_code('currency_code') }} as currency
    from account_history
)

select * from final
