with people as (
    select * from {{ ref('dim_people') }}
    where is_stakeholder
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where
        person_id <> 'unknown'
        and content_asset_id <> 'unknown'
        and (is_engagement or is_content)
        and not is_machine
),

content_assets as (
    select * from {{ ref('dim_content_assets') }}
),

asset_types as (
    select * from {{ ref('content_asset_types') }}
),

persona_content as (
    select * from {{ ref('persona_content') }}
),

labels as (
    select * from {{ ref('labels') }}
    where domain = 'persona'
),

seen as (
    select distinct
        touchpoints.person_id,
        asset_types.content_kind
    from touchpoints
    inner join content_assets on touchpoints.content_asset_id = content_assets.content_asset_id
    inner join asset_types on content_assets.asset_type = asset_types.asset_type
    where asset_types.content_kind is not null
),

unseen_personas as (
    select
        people.account_id,
        persona_content.content_kind,
        people.persona,
        count(*) as n_stakeholders
    from people
    inner join persona_content on people.persona = persona_content.persona
    left join seen
        on
            people.person_id = seen.person_id
            and persona_content.content_kind = seen.content_kind
    group by people.account_id, persona_content.content_kind, people.persona
    having count(seen.person_id) = 0
),

final as (
    select
        unseen_personas.account_id,
        unseen_personas.content_kind,
        sum(unseen_personas.n_stakeholders) as n_stakeholders,
        {{ ordered_list('coalesce(labels.label_en, unseen_personas.persona)') }} as personas,
        {{ ordered_list('coalesce(labels.label_fr, unseen_personas.persona)') }} as personas_fr
    from unseen_personas
    left join labels on unseen_personas.persona = labels.code
    group by unseen_personas.account_id, unseen_personas.content_kind
)

select * from final
