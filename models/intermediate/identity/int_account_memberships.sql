{{ config(materialized='table') }}

with target_accounts as (
    select * from {{ ref('stg_abm_program__target_accounts') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

memberships as (
    select
        account_ids.account_id,
        target_accounts.abm_tier,
        target_accounts.activated_on,
        target_accounts.exited_on,
        target_accounts.is_icp
    from target_accounts
    inner join account_ids on target_accounts.account_id = account_ids.known_account_id
    where
        target_accounts.activated_on <= {{ as_of_date() }}
        and target_accounts.abm_tier is not null
        and (
            target_accounts.exited_on is null
            or target_accounts.exited_on > target_accounts.activated_on
        )
),

stretches as (
    {{ validity_stretches(
        'memberships', 'account_id', ['abm_tier', 'is_icp'], 'activated_on', 'exited_on',
        texts=['abm_tier']
    ) }}
),

previous_ends as (
    select
        account_id,
        abm_tier,
        is_icp,
        valid_from_on,
        valid_to_on,
        lag(valid_to_on) over (
            partition by account_id order by valid_from_on
        ) as previous_valid_to_on
    from stretches
),

-- Stretches that touch are one membership; a gap starts the next.
numbered as (
    select
        account_id,
        abm_tier,
        is_icp,
        valid_from_on,
        valid_to_on,
        sum(case when previous_valid_to_on = valid_from_on then 0 else 1 end) over (
            partition by account_id
            order by valid_from_on
            rows between unbounded preceding and current row
        ) as membership_number
    from previous_ends
),

final as (
    select
        account_id,
        abm_tier,
        is_icp,
        valid_from_on,
        valid_to_on,
        min(valid_from_on) over (
            partition by account_id, membership_number
        ) as activated_on,
        case
            when count(*) over (partition by account_id, membership_number)
                = count(valid_to_on) over (partition by account_id, membership_number)
                then max(valid_to_on) over (partition by account_id, membership_number)
        end as exited_on
    from numbered
)

select * from final
