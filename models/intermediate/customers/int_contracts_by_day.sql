with contracts as (
    select * from {{ ref('stg_abm_program__contracts') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

days as (
    select * from {{ ref('int_days') }}
),

final as (
    select
        days.as_of_on,
        account_ids.account_id,
        contracts.contract_id,
        contracts.started_on,
        contracts.ended_on
    from contracts
    inner join account_ids on contracts.account_id = account_ids.known_account_id
    inner join days on contracts.started_on <= days.as_of_on
    where contracts.ended_on is null or contracts.ended_on >= contracts.started_on
)

select * from final
