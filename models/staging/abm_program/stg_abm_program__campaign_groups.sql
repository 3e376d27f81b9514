with campaign_groups as (
    {{ raw_rows('abm_program', 'campaign_groups') }}
),

final as (
    select
        source_connection,
        {{ impersonal_value('lower(source_system)') }} as source_system,
        case
            when lower(source_system) = 'salesforce' then {{ salesforce_id('campaign_id') }}
            else campaign_id
        end as campaign_source_id,
        trim(campaign_group) as campaign_group_name
    from campaign_groups
)

select * from final
