-- Each change of the score counts twice: on its day, and as what had been, the rule's days later.
{{ config(materialized='table') }}

with history as (
    select * from {{ ref('int_account_engagement_history') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

sector_thresholds as (
    select * from {{ ref('sector_thresholds') }}
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
    where rule_id = 'account_at_risk'
),

changes as (
    select
        account_id,
        valid_from_on as changed_on,
        aes - coalesce(lag(aes) over (partition by account_id order by valid_from_on), 0)
            as aes_change
    from history
    where account_id in (select account_id from memberships)
),

echoed as (
    select
        account_id,
        changed_on,
        aes_change as now_change,
        0 as then_change
    from changes

    union all

    select
        changes.account_id,
        cast({{ dbt.dateadd('day', 'alert_rules.window_days', 'changes.changed_on') }} as date)
            as changed_on,
        0 as now_change,
        changes.aes_change as then_change
    from changes
    cross join alert_rules
),

daily as (
    select
        account_id,
        changed_on,
        sum(now_change) as now_change,
        sum(then_change) as then_change
    from echoed
    where changed_on <= {{ as_of_date() }}
    group by account_id, changed_on
),

accumulated as (
    select
        account_id,
        changed_on,
        lead(changed_on) over (partition by account_id order by changed_on) as next_changed_on,
        sum(now_change) over (
            partition by account_id
            order by changed_on
            rows between unbounded preceding and current row
        ) as aes_now,
        sum(then_change) over (
            partition by account_id
            order by changed_on
            rows between unbounded preceding and current row
        ) as aes_then
    from daily
),

final as (
    select
        accumulated.account_id,
        accumulated.changed_on as from_on,
        accumulated.next_changed_on as to_on,
        cast(100 * (accumulated.aes_then - accumulated.aes_now) as {{ type_double() }})
        / cast(accumulated.aes_then as {{ type_double() }}) as drop_pct,
        cast(alert_rules.threshold as {{ type_double() }}) as threshold
    from accumulated
    inner join accounts on accumulated.account_id = accounts.account_id
    inner join sector_thresholds on accounts.benchmark_sector = sector_thresholds.sector
    inner join memberships
        on
            accumulated.account_id = memberships.account_id
            and {{ is_valid_on(
                'accumulated.changed_on', 'memberships.valid_from_on', 'memberships.valid_to_on'
            ) }}
    cross join alert_rules
    where
        round(accumulated.aes_then, 4) >= sector_thresholds.lower_threshold
        and 100 * (accumulated.aes_then - accumulated.aes_now)
        >= alert_rules.threshold * accumulated.aes_then
)

select * from final
