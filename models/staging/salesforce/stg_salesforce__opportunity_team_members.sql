with opportunity_team_member as (
    {{ raw_rows('salesforce', 'opportunity_team_member') }}
),

final as (
    select
        source_connection,
        {{ salesforce_id('opportunity_id') }} as opportunity_id,
        {{ salesforce_id('user_id') }} as account_executive_id
    from opportunity_team_member
)

select * from final
