{{ config(materialized='table') }}

with alerts as (
    select * from {{ ref('int_fired_rules') }}
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
    where is_enabled
),

first_date as (
    select min(as_of_on) as as_of_on
    from {{ ref('int_reporting_dates') }}
),

amounts as (
    select * from {{ ref('int_amounts_at_stake') }}
),

due as (
    select
        alerts.*,
        alert_rules.decimals,
        alert_rules.action,
        alert_rules.owner_role,
        case
            when alerts.rule_id = 'apr_floor' and accounts.account_size_tier = 'enterprise'
                then 'info'
            else alert_rules.severity
        end as severity,
        alert_rules.sla_hours,
        alert_rules.window_days,
        alert_rules.expires_after_days,
        amounts.amount_at_stake,
        {{ alert_due_at('alerts.crossed_at', 'alerts.fired_on', 'alert_rules.sla_hours') }}
            as due_at
    from alerts
    inner join alert_rules on alerts.rule_id = alert_rules.rule_id
    cross join first_date
    left join {{ ref('int_accounts') }} as accounts on alerts.account_id = accounts.account_id
    left join amounts
        on alerts.entity_type = amounts.entity_type and alerts.entity_id = amounts.entity_id
    where alerts.fired_on >= first_date.as_of_on and alerts.fired_on <= {{ as_of_date() }}
),

stated as (
    select
        *,
        case
            {% if var('alerts_start_on') -%}
            when fired_on < cast('{{ var("alerts_start_on") }}' as date) then 'baseline'
            {% endif -%}
            when first_sales_touch_at is not null then 'answered'
            when ended_on <= {{ as_of_date() }} then 'cleared'
            when
                not is_still_true
                and {{ days_between('fired_on', as_of_date()) }} >= expires_after_days
                then 'expired'
            else 'open'
        end as own_state
    from due
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_type, entity_id, action, own_state, move
            order by
                case severity when 'high' then 1 when 'medium' then 2 else 3 end,
                threshold desc nulls last,
                fired_on,
                {{ binary_order('rule_id') }}
        ) as strictness_rank
    from stated
),

final as (
    select
        *,
        case
            when own_state = 'open' and strictness_rank > 1 then 'covered'
            else own_state
        end as state
    from ranked
)

select * from final
