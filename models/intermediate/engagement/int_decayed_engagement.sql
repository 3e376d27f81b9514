-- Each item is rounded to 6 places before it is summed, so that the sum does not depend on the
-- order.
{% set half_life = var('aes_half_life_days') %}

with items as (
    select * from {{ ref('int_engagement_items') }}
),

coefficients as (
    select * from {{ ref('aes_coefficients') }}
),

final as (
    select
        items.account_id,
        cast(sum(
            {% if half_life -%}
            {{ double_as_decimal(
                'cast(items.units * coefficients.coefficient as ' ~ type_double() ~ ') * '
                ~ decay('items.newest_on', as_of_date(), half_life), 6
            ) }}
            {%- else -%}
            cast(null as {{ type_decimal(6) }})
            {%- endif %}
        ) as {{ type_decimal(6) }}) as aes_decayed
    from items
    inner join coefficients on items.component = coefficients.component
    group by items.account_id
)

select * from final
