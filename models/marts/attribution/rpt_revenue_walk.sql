{%- set signs = ['accelerated', 'enlarged', 'above_first_amount'] -%}

with wins as (
    select
        *,
        cast({{ dbt.date_trunc('quarter', 'closed_on') }} as date) as quarter_start_on
    from {{ ref('fct_opportunities') }}
    where is_won
),

-- The total is the sum of the deals, not of the classes: so that it can be held against them.
{%- for name, grain in {
    'totals': 'quarter_start_on', 'parts': 'quarter_start_on, sourcing_class',
}.items() %}
{{ name }} as (
    select
        {{ grain }},
        count(*) as n_opportunities,
        sum(amount) as won_amount,
        count(*) - count(amount) as n_without_amount
        {%- for sign in signs %},
        sum(case when is_{{ sign }} then 1 else 0 end) as n_{{ sign }},
        count(is_{{ sign }}) as n_{{ sign }}_known
        {%- endfor %}
    from wins
    group by {{ grain }}
),
{% endfor %}
classes as (
    select 'sourced' as sourcing_class
    union all
    select 'influenced' as sourcing_class
    union all
    select 'untouched' as sourcing_class
    union all
    select 'renewal' as sourcing_class
),

walked as (
    select
        classes.sourcing_class,
        false as is_total,
        totals.quarter_start_on,
        parts.n_opportunities,
        parts.won_amount,
        parts.n_without_amount
        {%- for sign in signs %},
        parts.n_{{ sign }},
        parts.n_{{ sign }}_known
        {%- endfor %}
    from totals
    cross join classes
    left join parts
        on
            totals.quarter_start_on = parts.quarter_start_on
            and classes.sourcing_class = parts.sourcing_class

    union all

    select
        'all' as sourcing_class,
        true as is_total,
        *
    from totals
),

final as (
    select
        quarter_start_on,
        sourcing_class,
        is_total,
        cast(coalesce(n_opportunities, 0) as integer) as n_opportunities,
        cast(coalesce(won_amount, 0) as {{ type_decimal(2) }}) as won_amount,
        cast(coalesce(n_without_amount, 0) as integer) as n_without_amount
        {%- for sign in signs %},
        cast(coalesce(n_{{ sign }}, 0) as integer) as n_{{ sign }},
        cast(coalesce(n_{{ sign }}_known, 0) as integer) as n_{{ sign }}_known
        {%- endfor %}
    from walked
)

select * from final
