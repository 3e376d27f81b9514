-- What is measured by day lasts one day. What had begun before the oldest day begins on it.
with oldest as (
    select min(as_of_on) as as_of_on
    from {{ ref('int_days') }}
),

conditions as (
    select
        conditions.*,
        account_size_tiers.apr_target_pct
    from {{ ref('int_account_conditions') }} as conditions
    inner join {{ ref('int_accounts') }} as accounts
        on conditions.account_id = accounts.account_id
    inner join {{ ref('account_size_tiers') }} as account_size_tiers
        on accounts.account_size_tier = account_size_tiers.account_size_tier
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
),

{#- Of the two limits of concentration the one exceeded, of both that of the top channel. -#}
{%- set is_share_exceeded = 'top_channel_share > maximum_top_channel_share' %}
{%- set rules_of_days = {
    'velocity_below_target': (
        'int_velocities_by_day', "entity_type = 'account_executive' and not is_on_target",
        'account_executive', 'entity_id', 'velocity_monthly', 'target_velocity_monthly'
    ),
    'attribution_concentrated': (
        'int_attribution_concentrations_by_day',
        "is_concentrated and attribution_model = '" ~ var('attribution_model') ~ "'",
        'channel', 'top_channel',
        '100 * case when ' ~ is_share_exceeded
            ~ ' then top_channel_share else herfindahl_index end',
        '100 * case when ' ~ is_share_exceeded
            ~ ' then maximum_top_channel_share else maximum_herfindahl_index end'
    ),
    'clv_cac_below_minimum': (
        'int_lifetime_values_by_day', "programme = 'abm' and not is_on_target",
        'sector', 'sector', 'clv_cac_ratio', 'minimum_ratio'
    ),
} %}

{%- set account_rules = {
    'apr_below_tier_target': (
        'conditions.apr_pct', 'conditions.apr_target_pct',
        'conditions.apr_pct <= conditions.apr_target_pct'
    ),
    'apr_floor': (
        'conditions.apr_pct', 'alert_rules.threshold', 'conditions.apr_pct < alert_rules.threshold'
    ),
    'committee_too_thin': (
        'conditions.engaged_people', 'alert_rules.threshold',
        'conditions.open_deals > 0 and conditions.engaged_people <= alert_rules.threshold'
    ),
} %}

final as (
    {%- for rule_id, (model, condition, entity_type, entity_id, metric_value, threshold)
        in rules_of_days.items() %}
    select
        '{{ rule_id }}' as rule_id,
        '{{ entity_type }}' as entity_type,
        {{ entity_id }} as entity_id,
        as_of_on as from_on,
        {{ days_after('as_of_on', 1) }} as to_on,
        cast({{ metric_value }} as {{ type_double() }}) as metric_value,
        cast({{ threshold }} as {{ type_double() }}) as threshold
    from {{ ref(model) }}
    where {{ condition }}

    union all
    {% endfor %}
    {%- for rule_id, (metric_value, threshold, condition) in account_rules.items() %}
    select
        alert_rules.rule_id,
        'account' as entity_type,
        conditions.account_id as entity_id,
        case
            when conditions.from_on < oldest.as_of_on then oldest.as_of_on
            else conditions.from_on
        end as from_on,
        conditions.to_on,
        cast({{ metric_value }} as {{ type_double() }}) as metric_value,
        cast({{ threshold }} as {{ type_double() }}) as threshold
    from conditions
    inner join alert_rules on alert_rules.rule_id = '{{ rule_id }}'
    inner join oldest on conditions.to_on is null or conditions.to_on > oldest.as_of_on
    where {{ condition }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from final
