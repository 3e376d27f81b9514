with programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

coverage as (
    select * from {{ ref('int_coverage_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

uplifts as (
    select * from {{ ref('int_activation_uplifts') }}
),

dated as (
    select
        account_id,
        max(case when stage = 'mqa' then entered_on end) as mqa_on,
        max(case when stage = 'saa' then entered_on end) as saa_on
    from {{ ref('int_account_stage_dates') }}
    group by account_id
),

sales_days as (
    select * from {{ ref('int_sales_days') }}
),

sales_touched as (
    select
        account_id,
        max(case
            when {{ is_in_trailing_days('occurred_on', var('sales_touch_window_days')) }} then 1
            else 0
        end) as sales_touched_accounts,
        sum(case
            when {{ is_in_trailing_days('occurred_on', var('aes_window_days')) }}
                then n_generated_meetings
            else 0
        end) as generated_meetings
    from sales_days
    group by account_id
),

follow_ups as (
    select
        account_id,
        count(is_sla_met) as due_follow_ups,
        sum(case when is_sla_met then 1 else 0 end) as met_follow_ups
    from {{ ref('int_account_calls') }}
    where rule_id = 'aes_hot' and {{ is_in_trailing_days('fired_on', var('aes_window_days')) }}
    group by account_id
),

joined as (
    select
        programme_accounts.account_id,
        {{ reported_abm_tier('programme_accounts.abm_tier') }} as abm_tier,
        programme_accounts.is_icp,
        coverage.covered_accounts,
        {{ double_as_decimal('uplifts.activation_uplift_ratio', 6) }} as activation_uplift_ratio,
        coalesce(sales_touched.sales_touched_accounts, 0) as sales_touched_accounts,
        coalesce(sales_touched.generated_meetings, 0) as generated_meetings,
        dated.mqa_on,
        dated.saa_on,
        coalesce(follow_ups.due_follow_ups, 0) as due_follow_ups,
        coalesce(follow_ups.met_follow_ups, 0) as met_follow_ups
    from programme_accounts
    left join coverage on programme_accounts.account_id = coverage.account_id
    left join uplifts on programme_accounts.account_id = uplifts.account_id
    left join sales_touched on programme_accounts.account_id = sales_touched.account_id
    left join dated on programme_accounts.account_id = dated.account_id
    left join follow_ups on programme_accounts.account_id = follow_ups.account_id
),

final as (
    select
        account_id,
        abm_tier,
        case when is_icp then 1 else 0 end as icp_accounts,
        case when is_icp is not null then 1 else 0 end as icp_stated_accounts,
        covered_accounts,
        activation_uplift_ratio,
        case when activation_uplift_ratio is not null then 1 else 0 end as uplift_accounts,
        sales_touched_accounts,
        generated_meetings,
        case when mqa_on is not null then 1 else 0 end as mqa_accounts,
        case when mqa_on is not null and saa_on is not null then 1 else 0 end
            as accepted_mqa_accounts,
        case when saa_on is not null then 1 else 0 end as saa_accounts,
        due_follow_ups,
        met_follow_ups
    from joined
)

select * from final
