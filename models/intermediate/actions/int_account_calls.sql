{{ config(materialized='table') }}

with episodes as (
    select * from {{ ref('int_hot_episodes') }}
),

risks as (
    select * from {{ ref('int_account_risks') }}
),

risks_now as (
    select * from {{ ref('int_account_risks_now') }}
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
),

seller_acts as (
    select
        touchpoints.account_id,
        touchpoints.occurred_at,
        touchpoints.occurred_on
    from {{ ref('int_touchpoints') }} as touchpoints
    inner join {{ ref('interaction_types') }} as interaction_types
        on touchpoints.interaction_type = interaction_types.interaction_type
    where
        touchpoints.account_id is not null
        and touchpoints.is_sales
        and not touchpoints.is_machine
        and interaction_types.is_seller_act
),

fired as (
    select
        'aes_hot' as rule_id,
        'aes_hot' as template_code,
        account_id,
        crossed_on as fired_on,
        crossed_at,
        cast(aes as {{ type_double() }}) as metric_value,
        cast(upper_threshold as {{ type_double() }}) as threshold,
        cast(aes_now as {{ type_double() }}) as current_value,
        coalesce(round(aes_now, 4) > upper_threshold, false) as is_still_true,
        ended_on
    from episodes

    union all

    select
        'account_at_risk' as rule_id,
        risks.template_code,
        risks.account_id,
        risks.fired_on,
        null as crossed_at,
        risks.metric_value,
        risks.threshold,
        risks_now.metric_value as current_value,
        risks.ended_on is null as is_still_true,
        risks.ended_on
    from risks
    left join risks_now
        on risks.account_id = risks_now.account_id and risks.fired_on = risks_now.fired_on
),

due as (
    select
        fired.*,
        alert_rules.is_answered_by_sales_touch,
        {{ alert_due_at('fired.crossed_at', 'fired.fired_on', 'alert_rules.sla_hours') }} as due_at
    from fired
    inner join alert_rules on fired.rule_id = alert_rules.rule_id and alert_rules.is_enabled
),

-- What made the score cross is no answer to it, nor is what comes when all is over and the time is
-- up.
answers as (
    select
        due.rule_id,
        due.account_id,
        due.fired_on,
        min(seller_acts.occurred_at) as first_sales_touch_at
    from due
    inner join seller_acts
        on
            due.account_id = seller_acts.account_id
            and due.fired_on <= seller_acts.occurred_on
            and (due.crossed_at is null or due.crossed_at < seller_acts.occurred_at)
            and (
                due.ended_on is null
                or seller_acts.occurred_on <= due.ended_on
                or seller_acts.occurred_at <= due.due_at
            )
    where due.is_answered_by_sales_touch
    group by due.rule_id, due.account_id, due.fired_on
),

final as (
    select
        due.*,
        answers.first_sales_touch_at,
        case
            when not due.is_answered_by_sales_touch then null
            when answers.first_sales_touch_at <= due.due_at then true
            when {{ is_by_as_of('due.due_at') }} then false
        end as is_sla_met
    from due
    left join answers
        on
            due.rule_id = answers.rule_id
            and due.account_id = answers.account_id
            and due.fired_on = answers.fired_on
)

select * from final
