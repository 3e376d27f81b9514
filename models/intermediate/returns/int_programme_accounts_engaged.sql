-- The accounts in the programme, and what they did in the trailing 365 days.
with accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where
        account_id is not null
        and is_counted_engagement
        and {{ is_in_trailing_days('occurred_on', 365) }}
),

-- The score of any of the 365 days.
scores as (
    select * from {{ ref('int_account_engagement_history') }}
    where
        valid_from_on <= {{ as_of_date() }}
        and (valid_to_on is null or valid_to_on > {{ as_of_date(-364) }})
),

engaged as (
    select distinct account_id
    from touchpoints
),

qualified as (
    select distinct account_id
    from scores
    where {{ is_mqa('aes_band', 'stakeholder_reach') }}
),

final as (
    select
        accounts.account_id,
        {{ reported_abm_tier('accounts.abm_tier') }} as abm_tier,
        engaged.account_id is not null as is_engaged,
        qualified.account_id is not null as was_mqa
    from accounts
    left join engaged on accounts.account_id = engaged.account_id
    left join qualified on accounts.account_id = qualified.account_id
)

select * from final
