{{ config(materialized='table') }}

with accounts as (
    select * from {{ ref('int_account_records_known') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

-- A parent that is unknown, or the account itself after a merge, is no parent.
parents as (
    select
        accounts.account_id,
        case when parent_ids.account_id <> accounts.account_id then parent_ids.account_id end
            as parent_account_id
    from accounts
    inner join account_ids on accounts.account_id = account_ids.known_account_id
    left join account_ids as parent_ids
        on accounts.parent_account_id = parent_ids.known_account_id
),

roots as (
    {{ hierarchy_roots('parents', 'account_id', 'parent_account_id') }}
),

final as (
    select
        parents.account_id,
        parents.parent_account_id,
        roots.root_id as ultimate_parent_account_id
    from parents
    inner join roots on parents.account_id = roots.account_id
)

select * from final
