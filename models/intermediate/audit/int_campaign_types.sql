with campaigns as (
    select * from {{ ref('int_campaign_records') }}
),

interaction_rules as (
    select * from {{ ref('interaction_rules') }}
),

campaign_types as (
    select
        source_system,
        response_table as source_table,
        campaign_type,
        {{ padded_words('campaign_type') }} as campaign_type_words,
        count(*) as n_campaigns
    from campaigns
    where response_table is not null and campaign_type is not null
    group by source_system, response_table, campaign_type
),

-- The words of a type, else what the system says of any type.
matched as (
    select
        campaign_types.*,
        interaction_rules.interaction_type,
        interaction_rules.pattern <> '%' as is_named,
        row_number() over (
            partition by
                campaign_types.source_system, campaign_types.source_table,
                campaign_types.campaign_type
            order by interaction_rules.priority
        ) as rule_rank
    from campaign_types
    left join interaction_rules
        on
            campaign_types.source_system = interaction_rules.source_system
            and campaign_types.source_table = interaction_rules.source_table
            and case interaction_rules.column_name
                when 'record_type' then lower(campaign_types.campaign_type)
                when 'record_type_words' then campaign_types.campaign_type_words
            end like interaction_rules.pattern
),

final as (
    select
        source_system,
        source_table,
        campaign_type,
        campaign_type_words,
        coalesce(interaction_type, 'unmapped') as interaction_type,
        coalesce(is_named, false) as is_named,
        n_campaigns
    from matched
    where rule_rank = 1
)

select * from final
