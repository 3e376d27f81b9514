with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where
        content_asset_id <> 'unknown'
        and (is_engagement or is_content)
        and not is_machine
        and not is_capped
),

attribution as (
    select * from {{ ref('fct_attribution') }}
    where content_asset_id <> 'unknown'
),

people as (
    select * from {{ ref('dim_people') }}
    where person_id <> 'unknown'
),

consumed as (
    select
        touchpoints.content_asset_id,
        coalesce(people.persona, 'unknown') as persona,
        count(distinct people.person_id) as n_people,
        count(touchpoints.content_depth) as n_engagements,
        cast(sum(touchpoints.content_depth) as {{ type_double() }}) as content_depth
    from touchpoints
    left join people on touchpoints.person_id = people.person_id
    group by touchpoints.content_asset_id, coalesce(people.persona, 'unknown')
),

credited as (
    select
        attribution.content_asset_id,
        coalesce(people.persona, 'unknown') as persona,
        sum(attribution.attributed_amount) as attributed_amount,
        sum(attribution.weight) as weighted_opportunities
    from attribution
    left join people on attribution.person_id = people.person_id
    group by attribution.content_asset_id, coalesce(people.persona, 'unknown')
),

-- A touch with credit is one of those counted, so no credit is lost here. Without credit the amount
-- is 0; with credit of unknown amount it is unknown.
final as (
    select
        {{ as_of_date() }} as as_of_on,
        consumed.content_asset_id,
        consumed.persona,
        cast(consumed.n_people as integer) as n_people,
        cast(consumed.n_engagements as integer) as n_engagements,
        consumed.content_depth / nullif(consumed.n_engagements, 0) as avg_depth,
        cast(
            case when credited.persona is null then 0 else credited.attributed_amount end
            as {{ type_decimal(2) }}
        ) as attributed_amount,
        cast(coalesce(credited.weighted_opportunities, 0) as {{ type_decimal(12) }})
            as weighted_opportunities
    from consumed
    left join credited
        on
            consumed.content_asset_id = credited.content_asset_id
            and consumed.persona = credited.persona
)

select * from final
