-- Revenue that every attribution model credits to every channel, in whole units of the reporting
-- currency: which models give least and most, how far they are apart, the largest difference first,
-- and then every model.
--
--   dbt show --limit 50 --select how_do_models_credit_channels
--
-- The console shows six columns; --output json shows all.
{% set models = attribution_models() %}

with credits as (
    select * from {{ ref('fct_attribution_models') }}
    where attribution_basis = 'revenue'
),

by_channel as (
    select
        channel,
        {%- for model in models %}
        cast(
            coalesce(
                sum(case when attribution_model = '{{ model }}' then attributed_amount end), 0
            ) as {{ type_decimal(0) }}
        ) as {{ model }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from credits
    group by channel
),

bounded as (
    select
        *,
        least({{ models | join(', ') }}) as least_credit,
        greatest({{ models | join(', ') }}) as most_credit
    from by_channel
),

final as (
    select
        channel,
        {%- for bound in ('least', 'most') %}
        case
            {%- for model in models %}
            when {{ model }} = {{ bound }}_credit then '{{ model }}'
            {%- endfor %}
        end as {{ bound }}_by,
        {{ bound }}_credit,
        {%- endfor %}
        most_credit - least_credit as largest_difference,
        {{ models | join(',\n        ') }}
    from bounded
    order by largest_difference desc, channel
)

select * from final
