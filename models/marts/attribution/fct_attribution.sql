with attribution_models as (
    select * from {{ ref('fct_attribution_models') }}
    where
        attribution_model = '{{ default_attribution_model() }}'
        and attribution_basis = 'revenue'
),

final as (
    select
        attribution_id,
        opportunity_id,
        touchpoint_id,
        account_id,
        person_id,
        opportunity_type,
        channel,
        campaign_id,
        content_asset_id,
        interaction_type,
        occurred_at,
        touched_on,
        closed_on,
        touch_number,
        n_touches,
        position,
        weight,
        attributed_amount,
        is_abm_touch,
        is_sales
    from attribution_models
)

select * from final
