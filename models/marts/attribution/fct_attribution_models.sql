with credits as (
    select * from {{ ref('int_attribution_credits') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

final as (
    select
        {{ surrogate_key([
            'credits.opportunity_id', 'credits.touchpoint_id', 'credits.attribution_model',
            'credits.attribution_basis',
        ]) }} as attribution_id,
        credits.opportunity_id,
        credits.touchpoint_id,
        coalesce(opportunities.account_id, 'unknown') as account_id,
        coalesce(touchpoints.person_id, 'unknown') as person_id,
        opportunities.opportunity_type,
        coalesce(touchpoints.channel, 'unattributed') as channel,
        coalesce(touchpoints.campaign_id, 'unknown') as campaign_id,
        coalesce(touchpoints.content_asset_id, 'unknown') as content_asset_id,
        coalesce(touchpoints.interaction_type, 'unattributed') as interaction_type,
        touchpoints.occurred_at,
        touchpoints.occurred_on as touched_on,
        opportunities.closed_on,
        cast(credits.touch_number as integer) as touch_number,
        cast(credits.n_touches as integer) as n_touches,
        case
            when credits.n_touches = 0 then 'none'
            when credits.n_touches = 1 then 'only'
            when credits.touch_number = 1 then 'first'
            when credits.touch_number = credits.n_touches then 'last'
            else 'middle'
        end as position,
        credits.weight,
        credits.attributed_amount,
        coalesce(touchpoints.is_abm_touch, false) as is_abm_touch,
        coalesce(touchpoints.is_sales, false) as is_sales,
        credits.attribution_model,
        credits.attribution_basis
    from credits
    inner join opportunities on credits.opportunity_id = opportunities.opportunity_id
    left join touchpoints on credits.touchpoint_id = touchpoints.touchpoint_id
)

select * from final
