{{ config(materialized='table') }}

with history as (
    select * from {{ ref('int_account_engagement_history') }}
    where valid_from_on <= {{ as_of_date() }}
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
    where rule_id = 'aes_hot'
),

scored as (
    select
        history.account_id,
        history.valid_from_on,
        history.stakeholder_reach,
        round(history.aes, 4) as aes,
        coalesce(
            lag(round(history.aes, 4)) over (
                partition by history.account_id order by history.valid_from_on
            ),
            0
        ) as previous_aes,
        sector_thresholds.upper_threshold,
        sector_thresholds.upper_threshold - alert_rules.reset_margin as reset_threshold,
        alert_rules.minimum_people
    from history
    inner join accounts on history.account_id = accounts.account_id
    inner join sector_thresholds on accounts.benchmark_sector = sector_thresholds.sector
    cross join alert_rules
),

segmented as (
    select
        *,
        sum(case when aes < reset_threshold then 1 else 0 end) over (
            partition by account_id
            order by valid_from_on
            rows between unbounded preceding and current row
        ) as segment_number
    from scored
),

segment_ends as (
    select
        account_id,
        segment_number,
        min(valid_from_on) as began_on
    from segmented
    where aes < reset_threshold
    group by account_id, segment_number
),

final as (
    select
        segmented.account_id,
        segmented.segment_number,
        segmented.valid_from_on as crossed_on,
        segmented.aes,
        segmented.upper_threshold,
        segmented.minimum_people,
        segment_ends.began_on as reset_on,
        memberships.exited_on
    from segmented
    inner join memberships
        on
            segmented.account_id = memberships.account_id
            and {{ is_valid_on(
                'segmented.valid_from_on', 'memberships.valid_from_on', 'memberships.valid_to_on'
            ) }}
    left join segment_ends
        on
            segmented.account_id = segment_ends.account_id
            and segmented.segment_number + 1 = segment_ends.segment_number
    where
        segmented.aes > segmented.upper_threshold
        and segmented.previous_aes <= segmented.upper_threshold
        and segmented.stakeholder_reach >= segmented.minimum_people
)

select * from final
