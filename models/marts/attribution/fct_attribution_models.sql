-- A view: the table it shows has a row per touch, of which ten models would make ten, and most
-- readers want few columns of one model (decision 155).
{{ config(materialized='view') }}

with touches as (
    select * from {{ ref('int_attributed_touches') }}
),

models as (
    {{ attribution_models_and_bases() }}
),

credits as (
    select
        touches.*,
        models.attribution_model
    from touches
    inner join models on touches.attribution_basis = models.attribution_basis
),

final as (
    select
        {{ surrogate_key([
            'opportunity_id', 'touchpoint_id', 'attribution_model', 'attribution_basis',
        ]) }} as attribution_id,
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
        cast(touch_number as integer) as touch_number,
        cast(n_touches as integer) as n_touches,
        case
            when n_touches = 0 then 'none'
            when n_touches = 1 then 'only'
            when touch_number = 1 then 'first'
            when touch_number = n_touches then 'last'
            else 'middle'
        end as position,
        {{ credit_of_model('weight') }} as weight,
        {{ credit_of_model('amount') }} as attributed_amount,
        is_abm_touch,
        is_sales,
        attribution_model,
        attribution_basis
    from credits
)

select * from final
