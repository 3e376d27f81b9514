with ruled as (
    select * from {{ ref('int_attribution_shares') }}
),

final as (
    {%- for model in attribution_models() %}
    select
        deal_number,
        touch_number,
        amount,
        '{{ model }}' as attribution_model,
        {{ model }} as share
    from ruled
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from final
