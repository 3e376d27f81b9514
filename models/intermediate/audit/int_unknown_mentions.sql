with interactions as (
    select * from {{ ref('int_interaction_records') }}
),

content_assets as (
    select * from {{ ref('int_content_assets') }}
),

interaction_rules as (
    select * from {{ ref('interaction_rules') }}
),

final as (
    select
        'content assets of touchpoints' as seed_name,
        interactions.content_asset_id as raw_value
    from interactions
    left join content_assets on interactions.content_asset_id = content_assets.content_asset_id
    where interactions.content_asset_id is not null and content_assets.content_asset_id is null

    union all

    -- An outcome that is nothing but an id says nothing until a rule names it.
    select
        'outcomes in interaction_rules' as seed_name,
        interactions.source_system || ' ' || interactions.source_table || ': '
        || lower(interactions.outcome) as raw_value
    from interactions
    left join interaction_rules
        on
            interactions.source_system = interaction_rules.source_system
            and interactions.source_table = interaction_rules.source_table
            and interaction_rules.column_name = 'outcome'
            and lower(interactions.outcome) like interaction_rules.pattern
    where
        interactions.outcome like '________-____-____-____-____________'
        and interaction_rules.priority is null
)

select * from final
