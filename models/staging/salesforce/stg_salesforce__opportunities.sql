with opportunity as (
    {{ raw_rows('salesforce', 'opportunity') }}
),

final as (
    select
        -- ids
        source_connection,
        'salesforce' as source_system,
        {{ salesforce_id('id') }} as opportunity_id,
        {{ salesforce_id('account_id') }} as account_id,
        {{ salesforce_id('owner_id') }} as account_executive_id,

        -- strings
        name as opportunity_name,
        stage_name,
        type as opportunity_type_raw,
        {{ currency_code('currency_iso_code') }} as currency,

        -- numerics
        {{ double_as_decimal('amount', 2) }} as amount,
        contract_term_months,

        -- booleans
        coalesce(is_closed, false) as is_closed,
        coalesce(is_won, false) as is_won,

        -- timestamps
        created_date as created_at,
        coalesce(last_modified_date, loaded_at) as modified_at,
        close_date as close_on
        {{ with_passthrough('opportunities', source='salesforce') }}
    from opportunity
)

select * from final
