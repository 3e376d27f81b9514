with opportunity_split as (
    {{ raw_rows('salesforce', 'opportunity_split') }}
),

final as (
    select
        source_connection,
        {{ salesforce_id('opportunity_id') }} as opportunity_id,
        {{ salesforce_id('split_owner_id') }} as account_executive_id,
        {{ salesforce_id('split_type_id') }} as split_type_id,
        split_percentage
    from opportunity_split
)

select * from final
