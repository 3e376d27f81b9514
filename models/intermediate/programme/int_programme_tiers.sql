-- Everything that the programme's indicators are made of, per tier and for the whole.
{%- set counts = [
    'icp_accounts', 'icp_stated_accounts', 'covered_accounts', 'activation_uplift_ratio',
    'uplift_accounts', 'sales_touched_accounts', 'meetings', 'mqa_accounts',
    'accepted_mqa_accounts', 'saa_accounts', 'follow_up_due_accounts', 'followed_up_accounts',
] -%}
{%- set amounts = ['revenue', 'investment', 'pipeline_amount', 'expansion_amount'] %}

with accounts as (
    select * from {{ ref('int_programme_account_measures') }}
),

amounts as (
    select * from {{ ref('int_programme_amounts_summed') }}
),

counted as (
    select
        abm_tier,
        count(*) as n_accounts,
        {%- for column in counts %}
        sum({{ column }}) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from accounts
    group by abm_tier
),

by_tier as (
    select
        amounts.abm_tier,
        coalesce(counted.n_accounts, 0) as n_accounts,
        {%- for column in counts %}
        coalesce(counted.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {%- for column in amounts %}
        amounts.{{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from amounts
    left join counted on amounts.abm_tier = counted.abm_tier
),

final as (
    select * from by_tier
    where
        abm_tier <> 'unknown' or n_accounts > 0
        {%- for column in amounts %} or {{ column }} <> 0{% endfor %}

    union all

    select
        'all' as abm_tier,
        sum(n_accounts) as n_accounts,
        {%- for column in counts + amounts %}
        sum({{ column }}) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from by_tier
)

select * from final
