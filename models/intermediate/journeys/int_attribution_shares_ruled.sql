-- What share of a deal each rule gives to each of its touches, before rounding. A deal without a
-- touch has one row: all of it is unattributed.
with opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where is_won and opportunity_type in ('new_business', 'expansion')
),

touches as (
    select * from {{ ref('int_journey_touches_ordered') }}
),

placed as (
    select
        opportunities.opportunity_id,
        opportunities.amount,
        coalesce(touches.touchpoint_id, 'unattributed') as touchpoint_id,
        coalesce(touches.touch_number, 0) as touch_number,
        coalesce(touches.n_touches, 0) as n_touches
    from opportunities
    left join touches on opportunities.opportunity_id = touches.opportunity_id
),

final as (
    {%- for model in attribution_rule_models() %}
    select
        opportunity_id,
        amount,
        touchpoint_id,
        touch_number,
        n_touches,
        '{{ model }}' as attribution_model,
        case
            when n_touches <= 1 then 1
            else {{ attribution_share(model, 'touch_number', 'n_touches') }}
        end as share
    from placed
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from final
