-- In each system the records that carry their campaign's type are those of the first rule on the
-- words of a type.
with campaigns as (
    select * from {{ ref('int_campaigns_gathered') }}
),

interaction_rules as (
    select * from {{ ref('interaction_rules') }}
),

word_rules as (
    select
        source_system,
        source_table,
        row_number() over (partition by source_system order by priority) as rule_rank
    from interaction_rules
    where column_name = 'record_type_words'
),

campaign_types as (
    select
        campaigns.source_system,
        campaigns.source_table as campaign_table,
        campaigns.campaign_type,
        word_rules.source_table as response_table,
        {{ padded_words('campaigns.campaign_type') }} as campaign_type_words,
        count(*) as n_campaigns
    from campaigns
    inner join word_rules
        on campaigns.source_system = word_rules.source_system and word_rules.rule_rank = 1
    where campaigns.campaign_type is not null
    group by
        campaigns.source_system, campaigns.source_table, campaigns.campaign_type,
        word_rules.source_table
),

-- The words of a type, else what the system says of any type.
matched as (
    select
        campaign_types.source_system,
        campaign_types.campaign_table,
        campaign_types.campaign_type,
        interaction_rules.interaction_type,
        interaction_rules.pattern <> '%' as is_named,
        row_number() over (
            partition by
                campaign_types.source_system, campaign_types.campaign_table,
                campaign_types.campaign_type
            order by interaction_rules.priority
        ) as rule_rank
    from campaign_types
    inner join interaction_rules
        on
            campaign_types.source_system = interaction_rules.source_system
            and campaign_types.response_table = interaction_rules.source_table
            and case interaction_rules.column_name
                when 'record_type' then lower(campaign_types.campaign_type)
                when 'record_type_words' then campaign_types.campaign_type_words
            end like interaction_rules.pattern
),

ruled as (
    select
        campaign_types.*,
        coalesce(matched.interaction_type, 'unmapped') as interaction_type,
        case when matched.is_named then 1 else 0 end as is_named
    from campaign_types
    left join matched
        on
            campaign_types.source_system = matched.source_system
            and campaign_types.campaign_table = matched.campaign_table
            and campaign_types.campaign_type = matched.campaign_type
            and matched.rule_rank = 1
),

weighed as (
    select
        *,
        max(is_named) over (partition by source_system, campaign_table) as is_any_of_table_named,
        max(is_named) over (partition by source_system) as is_any_of_system_named
    from ruled
),

-- A table of campaigns none of whose types is named holds another kind, such as single mails, if
-- another table of the system has named ones.
final as (
    select
        source_system,
        response_table as source_table,
        campaign_type,
        campaign_type_words,
        interaction_type,
        is_named = 1 as is_named,
        cast(sum(n_campaigns) as bigint) as n_campaigns
    from weighed
    where is_any_of_table_named = is_any_of_system_named
    group by
        source_system, response_table, campaign_type, campaign_type_words, interaction_type,
        is_named
)

select * from final
