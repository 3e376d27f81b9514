with deal as (
    {{ raw_rows('hubspot', 'deal') }}
),

final as (
    select
        -- ids
        source_connection,
        deal_id,
        cast(owner_id as {{ dbt.type_string() }}) as owner_id,
        deal_pipeline_id as pipeline_id,
        deal_pipeline_stage_id as stage_id,

        -- strings
        property_dealname as deal_name,
        property_dealtype as deal_type,
        {{ currency_code('property_deal_currency_code') }} as currency,

        -- numerics
        {{ double_as_decimal('property_amount', 2) }} as amount,

        -- booleans
        property_hs_is_closed as is_closed,
        property_hs_is_closed_won as is_won,

        -- timestamps
        property_createdate as created_at,
        coalesce(property_hs_lastmodifieddate, loaded_at) as modified_at,
        {{ local_date_of('property_closedate', var('hubspot_time_zone')) }} as close_on
        {{ with_passthrough('opportunities', source='hubspot') }}
    from deal
)

select * from final
