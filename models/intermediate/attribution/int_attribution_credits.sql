-- Weights of 12 decimals that sum to exactly 1, and amounts that sum to the deal to the cent:
-- shares rounded down, then what is missing goes one unit each to the largest remainders. In whole
-- numbers, sorted by numbers alone. A first or last touch gets all or nothing: no rounding.
{{ config(materialized='table') }}
{%- set whole_models = ['first_touch', 'last_touch'] %}
{%- set rounded_models = attribution_models() | reject('in', whole_models) | list %}

with touches as (
    select * from {{ ref('int_attribution_shares') }}
),

shares as (
    {%- for model in rounded_models %}
    select
        deal_number,
        touch_number,
        {{ loop.index }} as model_number,
        cast(cast(amount as {{ type_decimal(2, 20) }}) * 100 as {{ dbt.type_bigint() }})
            as deal_cents,
        {{ model }} * 1000000000000 as share_units
    from {{ ref('int_attribution_shares') }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

floored_weights as (
    select
        *,
        cast(floor(share_units) as {{ dbt.type_bigint() }}) as weight_units,
        share_units - floor(share_units) as weight_remainder
    from shares
),

weighted as (
    select
        deal_number,
        touch_number,
        model_number,
        deal_cents,
        {{ rounded_to_sum('weight_units', 'weight_remainder', '1000000000000') }} as weight_units
    from floored_weights
),

-- The product of weight and cents has up to 30 digits. Both are split into millions and what is
-- below, so that every number on the way fits 64 bits, whatever amount a column holds.
split as (
    select
        *,
        {{ floored_quotient('weight_units', 1000000) }} as weight_high,
        {{ floored_remainder('weight_units', 1000000) }} as weight_low,
        {{ floored_quotient('deal_cents', 1000000) }} as deal_high,
        {{ floored_remainder('deal_cents', 1000000) }} as deal_low
    from weighted
),

multiplied as (
    select
        *,
        weight_high * deal_low + weight_low * deal_high
        + {{ floored_quotient('weight_low * deal_low', 1000000) }} as millions
    from split
),

floored_cents as (
    select
        *,
        weight_high * deal_high + {{ floored_quotient('millions', 1000000) }} as cents,
        {{ floored_remainder('millions', 1000000) }} * 1000000
        + {{ floored_remainder('weight_low * deal_low', 1000000) }} as cent_remainder
    from multiplied
),

rounded as (
    select
        deal_number,
        touch_number,
        model_number,
        weight_units,
        {{ rounded_to_sum('cents', 'cent_remainder', 'deal_cents') }} as cents
    from floored_cents
),

credited as (
    select
        deal_number,
        touch_number
        {%- for model in rounded_models %},
        max(case when model_number = {{ loop.index }} then weight_units end) as {{ model }}_units,
        max(case when model_number = {{ loop.index }} then cents end) as {{ model }}_cents
        {%- endfor %}
    from rounded
    group by deal_number, touch_number
),

final as (
    select
        touches.opportunity_id,
        touches.attribution_basis,
        touches.touchpoint_id,
        touches.touch_number,
        touches.n_touches
        {%- for model in rounded_models %},
        {{ smallest_units_as_decimal('credited.' ~ model ~ '_units', 12) }} as {{ model }}_weight,
        {{ smallest_units_as_decimal('credited.' ~ model ~ '_cents', 2) }} as {{ model }}_amount
        {%- endfor %}
        {%- for model in attribution_models() if model in whole_models %},
        cast(touches.{{ model }} as {{ type_decimal(12) }}) as {{ model }}_weight,
        cast(touches.{{ model }} * touches.amount as {{ type_decimal(2) }}) as {{ model }}_amount
        {%- endfor %}
    from credited
    inner join touches
        on
            credited.deal_number = touches.deal_number
            and credited.touch_number = touches.touch_number
)

select * from final
