-- What led to one deal: the touches of its journey in order, between its milestones, with what the
-- default model credits to each.
--
--   dbt show --limit 200 --select what_led_to_this_deal \
--       --vars '{deal: Solarrock Payments - Trust pilot}'
--
-- `deal` is a name or an opportunity_id. A closed deal has the touches up to its close, an open one
-- those up to its creation, credited with the pipeline it made; a lost one has no credit. The
-- console cuts long texts; --output json does not.
{% set wanted = "'" ~ var('deal', '') | lower | replace("'", "''") ~ "'" %}

with opportunities as (
    select
        *,
        case when is_open then 'pipeline' else 'revenue' end as attribution_basis
    from {{ ref('fct_opportunities') }}
    where lower(opportunity_name) = {{ wanted }} or lower(opportunity_id) = {{ wanted }}
),

journey_touches as (
    select * from {{ ref('int_journey_touches') }}
),

journeys as (
    select * from {{ ref('int_journeys') }}
    where lead_created_at is not null
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

credits as (
    select * from {{ ref('fct_attribution_models') }}
    where attribution_model = '{{ var("attribution_model") }}'
),

interaction_types as (
    select * from {{ ref('interaction_types') }}
),

people as (
    select * from {{ ref('dim_people') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

content_assets as (
    select * from {{ ref('dim_content_assets') }}
),

touches as (
    select
        opportunities.opportunity_id,
        touchpoints.occurred_at,
        journey_touches.touch_number,
        interaction_types.label_en
        || case
            when touchpoints.content_asset_id = 'unknown' then ''
            else ': ' || content_assets.title
        end as what,
        case
            when touchpoints.person_id <> 'unknown'
                then people.persona || coalesce(', ' || people.title, '')
            when touchpoints.visitor_id is not null then 'unknown visitor'
            else 'unknown'
        end as who,
        touchpoints.channel,
        case
            when touchpoints.campaign_id <> 'unknown' then campaigns.campaign_name
        end as campaign,
        credits.attributed_amount as credit
    from opportunities
    inner join journey_touches
        on
            opportunities.opportunity_id = journey_touches.opportunity_id
            and opportunities.attribution_basis = journey_touches.attribution_basis
    inner join touchpoints on journey_touches.touchpoint_id = touchpoints.touchpoint_id
    inner join interaction_types
        on touchpoints.interaction_type = interaction_types.interaction_type
    left join people on touchpoints.person_id = people.person_id
    left join campaigns on touchpoints.campaign_id = campaigns.campaign_id
    left join content_assets on touchpoints.content_asset_id = content_assets.content_asset_id
    left join credits
        on
            opportunities.opportunity_id = credits.opportunity_id
            and opportunities.attribution_basis = credits.attribution_basis
            and journey_touches.touchpoint_id = credits.touchpoint_id
),

-- A milestone counts the touches at or before it, so it comes after those of its moment.
milestones as (
    select
        opportunities.opportunity_id,
        journeys.lead_created_at as occurred_at,
        1 as milestone_number,
        '== lead created ==' as what
    from opportunities
    inner join journeys
        on
            opportunities.opportunity_id = journeys.opportunity_id
            and opportunities.attribution_basis = journeys.attribution_basis

    union all

    select
        opportunity_id,
        created_at as occurred_at,
        2 as milestone_number,
        '== deal created ==' as what
    from opportunities

    union all

    select
        opportunity_id,
        closed_at as occurred_at,
        3 as milestone_number,
        case when is_won then '== won ==' else '== lost ==' end as what
    from opportunities
    where not is_open
),

timeline as (
    select
        opportunity_id,
        occurred_at,
        touch_number,
        0 as milestone_number,
        what,
        who,
        channel,
        campaign,
        credit
    from touches

    union all

    select
        opportunity_id,
        occurred_at,
        null as touch_number,
        milestone_number,
        what,
        null as who,
        null as channel,
        null as campaign,
        null as credit
    from milestones
),

final as (
    select
        {{ date_of('occurred_at') }} as happened_on,
        what,
        who,
        channel,
        campaign,
        credit
    from timeline
    order by opportunity_id, occurred_at, milestone_number, touch_number
)

select * from final
