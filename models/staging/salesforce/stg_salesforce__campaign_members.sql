with campaign_member as (
    {{ raw_rows('salesforce', 'campaign_member') }}
),

final as (
    select
        -- ids
        source_connection,
        {{ salesforce_id('id') }} as campaign_member_id,
        {{ salesforce_id('campaign_id') }} as campaign_source_id,
        {{ salesforce_id('lead_id') }} as lead_id,
        {{ salesforce_id('contact_id') }} as contact_id,

        -- booleans
        coalesce(has_responded, false) as has_responded,

        -- timestamps
        first_responded_date as first_responded_on,
        created_date as created_at
    from campaign_member
)

select * from final
