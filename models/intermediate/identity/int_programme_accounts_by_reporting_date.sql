{{ config(materialized='table') }}

with accounts as (
    select * from {{ ref('int_accounts') }}
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

final as (
    select
        reporting_dates.as_of_on,
        memberships.account_id,
        memberships.abm_tier,
        memberships.is_icp,
        accounts.sector,
        accounts.account_size_tier
    from memberships
    inner join accounts on memberships.account_id = accounts.account_id
    inner join reporting_dates
        on {{ is_valid_on(
            'reporting_dates.as_of_on', 'memberships.valid_from_on', 'memberships.valid_to_on'
        ) }}
)

select * from final
