with programme_campaigns as (
    {{ raw_rows('abm_program', 'programme_campaigns') }}
),

final as (
    select
        source_connection,
        {{ impersonal_value('lower(source_system)') }} as source_system,
        case
            when lower(source_system) = 'salesforce' then {{ salesforce_id('campaign_id') }}
            else campaign_id
        end as campaign_source_id,
        {{ programme_name('programme') }} as programme,
        {{ conformed_abm_tier('abm_tier') }} as abm_tier,
        valid_from as valid_from_on,
        valid_to as valid_to_on
    from programme_campaigns
)

select * from final
