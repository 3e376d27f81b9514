-- Shares as weights of 12 decimals that sum to exactly 1, and as amounts that sum to the deal to
-- the cent: rounded down, then what is missing goes one unit each to the largest remainders, ties
-- by the order of touches. Read and sorted by numbers alone; whose touch it is comes back at the
-- end.
{{ config(materialized='table') }}

with shares as (
    {%- for model in attribution_models() %}
    select
        deal_number,
        touch_number,
        amount,
        '{{ model }}' as attribution_model,
        {{ model }} as share
    from {{ ref('int_attribution_shares') }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

touches as (
    select * from {{ ref('int_attribution_shares') }}
),

floored_weights as (
    select
        *,
        cast(floor(share * 1000000000000) as bigint) as weight_units,
        share * 1000000000000 - floor(share * 1000000000000) as weight_remainder
    from shares
),

ranked_weights as (
    select
        *,
        1000000000000 - sum(weight_units) over (
            partition by deal_number, attribution_model
        ) as n_missing_units,
        row_number() over (
            partition by deal_number, attribution_model
            order by weight_remainder desc, touch_number
        ) as remainder_rank
    from floored_weights
),

weighted as (
    select
        deal_number,
        touch_number,
        attribution_model,
        cast(amount * 100 as {{ type_decimal(0, 20) }}) as deal_cents,
        cast(
            cast(
                weight_units + case when remainder_rank <= n_missing_units then 1 else 0 end
                as {{ type_decimal(0, 13) }}
            ) * cast(0.000000000001 as {{ type_decimal(12, 12) }})
            as {{ type_decimal(12, 13) }}
        ) as weight
    from ranked_weights
),

floored_cents as (
    select
        *,
        floor(weight * deal_cents) as cents,
        weight * deal_cents - floor(weight * deal_cents) as cent_remainder
    from weighted
),

ranked_cents as (
    select
        *,
        deal_cents - sum(cents) over (
            partition by deal_number, attribution_model
        ) as n_missing_cents,
        row_number() over (
            partition by deal_number, attribution_model
            order by cent_remainder desc, touch_number
        ) as remainder_rank
    from floored_cents
),

final as (
    select
        touches.opportunity_id,
        touches.attribution_basis,
        touches.touchpoint_id,
        touches.touch_number,
        touches.n_touches,
        ranked_cents.attribution_model,
        cast(ranked_cents.weight as {{ type_decimal(12) }}) as weight,
        cast(
            cast(
                ranked_cents.cents
                + case
                    when ranked_cents.remainder_rank <= ranked_cents.n_missing_cents then 1 else 0
                end as {{ type_decimal(0) }}
            ) * 0.01 as {{ type_decimal(2) }}
        ) as attributed_amount
    from ranked_cents
    inner join touches
        on
            ranked_cents.deal_number = touches.deal_number
            and ranked_cents.touch_number = touches.touch_number
)

select * from final
