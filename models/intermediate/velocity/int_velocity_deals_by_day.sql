-- Without an account a deal counts for the account executive, programme non_abm and the whole only.
-- Targets are judged daily: those of account executives, whose cycles may be those of the whole.
with opportunities as (
    select * from {{ ref('int_opportunities_by_day') }}
    where opportunity_type in ('new_business', 'expansion')
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

users as (
    select * from {{ ref('int_users') }}
),

described as (
    select
        opportunities.*,
        coalesce(users.account_executive_id, 'unknown') as known_account_executive_id,
        accounts.sector,
        accounts.sector || '|' || accounts.account_size_tier as segment,
        case when opportunities.is_abm_at_creation then 'abm' else 'non_abm' end as programme
    from opportunities
    left join accounts on opportunities.account_id = accounts.account_id
    left join users on opportunities.account_executive_id = users.account_executive_id
),

{%- set entities = {
    'account': 'account_id',
    'account_executive': 'known_account_executive_id',
    'sector': 'sector',
    'segment': 'segment',
    'abm_tier': 'abm_tier_at_creation',
    'programme': 'programme',
    'all': "'all'",
} %}

final as (
    {%- for entity_type, entity_id in entities.items() %}
    select
        as_of_on,
        '{{ entity_type }}' as entity_type,
        {{ entity_id }} as entity_id,
        {{ 'sector' if entity_type in ('account', 'segment') else 'cast(null as '
            ~ dbt.type_string() ~ ')' }} as fallback_sector,
        opportunity_id,
        account_id,
        is_open,
        is_won,
        is_lost,
        is_advanced,
        has_been_advanced,
        history_basis,
        amount,
        closed_on,
        cycle_days
    from described
    where
        {{ entity_id }} is not null
        {%- if entity_type == 'account' %}
        and as_of_on = {{ as_of_date() }}
        {%- elif entity_type not in ('account_executive', 'all') %}
        and is_reporting_date
        {%- endif %}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from final
