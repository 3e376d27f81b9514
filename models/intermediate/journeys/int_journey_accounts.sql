{%- set levels = {
    'account': 'account_id', 'ultimate_parent': 'ultimate_parent_account_id',
} -%}
{%- if var('attribution_hierarchy') not in levels -%}
    {{ exceptions.raise_compiler_error(
        'Var attribution_hierarchy is ' ~ var('attribution_hierarchy')
        ~ ': write account or ultimate_parent.'
    ) }}
{%- endif %}

with accounts as (
    select * from {{ ref('int_account_ids') }}
    where known_account_id = account_id
),

final as (
    select
        account_id,
        {{ levels[var('attribution_hierarchy')] }} as journey_account_id
    from accounts
)

select * from final
