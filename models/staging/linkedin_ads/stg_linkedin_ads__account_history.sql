with account_history as (
    {{ raw_rows('linkedin_ads', 'account_history') }}
),

final as (
    select
        source_connection,
        id as ad_account_id,
        {{ currency_code('currency') }} as currency
    from account_history
)

select * from final
