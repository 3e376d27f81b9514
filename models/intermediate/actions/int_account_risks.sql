{{ config(materialized='table') }}

with score_drops as (
    select * from {{ ref('int_score_drops') }}
),

quiet_deals as (
    select * from {{ ref('int_quiet_deals') }}
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
    where rule_id = 'account_at_risk'
),

stretches as (
    select
        account_id,
        from_on,
        to_on,
        1 as evidence_order,
        'account_at_risk_by_score' as template_code,
        drop_pct as metric_value,
        threshold
    from score_drops

    union all

    select
        account_id,
        from_on,
        to_on,
        2 as evidence_order,
        'account_at_risk_by_silence' as template_code,
        cast(window_days as {{ type_double() }}) as metric_value,
        cast(window_days as {{ type_double() }}) as threshold
    from quiet_deals
),

followed as (
    select
        stretches.*,
        max(coalesce(stretches.to_on, cast('9999-12-31' as date))) over (
            partition by stretches.account_id
            order by stretches.from_on, stretches.evidence_order, stretches.to_on nulls last
            rows between unbounded preceding and 1 preceding
        ) as previous_to_on
    from stretches
),

numbered as (
    select
        followed.*,
        sum(
            case
                when
                    {{ days_between('followed.previous_to_on', 'followed.from_on') }}
                    < alert_rules.window_days
                    then 0
                else 1
            end
        ) over (
            partition by followed.account_id
            order by followed.from_on, followed.evidence_order, followed.to_on nulls last
            rows between unbounded preceding and current row
        ) as risk_number
    from followed
    cross join alert_rules
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id, risk_number
            order by from_on, evidence_order, to_on nulls last
        ) as stretch_rank,
        max(coalesce(to_on, cast('9999-12-31' as date))) over (
            partition by account_id, risk_number
        ) as ended_on
    from numbered
),

final as (
    select
        account_id,
        from_on as fired_on,
        template_code,
        metric_value,
        threshold,
        case when ended_on <= {{ as_of_date() }} then ended_on end as ended_on
    from ranked
    where stretch_rank = 1
)

select * from final
