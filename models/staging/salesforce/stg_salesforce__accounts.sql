with account as (
    {{ raw_rows('salesforce', 'account') }}
),

final as (
    select
        -- ids
        source_connection,
        'salesforce' as source_system,
        {{ salesforce_id('id') }} as account_id,
        {{ salesforce_id('parent_id') }} as parent_account_id,
        {{ salesforce_id('owner_id') }} as account_executive_id,

        -- strings
        name as account_name,
        {{ web_host('website') }} as domain,
        industry as industry_raw,
        billing_country as country,
        {{ currency_code('currency_iso_code') }} as currency,

        -- numerics
        annual_revenue,
        number_of_employees as employee_count,

        -- timestamps
        created_date as created_at
        {{ with_passthrough('accounts', source='salesforce') }}
    from account
)

select * from final
