{{ config(materialized='table') }}

with accounts as (
    select * from {{ ref('int_account_records_known') }}
),

survivors as (
    select account_id
    from accounts
    where {{ existed_by_as_of('created_at') }}
),

-- A replay may know an account that has been merged away since: then it still stood for itself.
account_merges as (
    select
        merges_known.account_id,
        merges_known.merged_into_account_id
    from {{ ref('int_account_merges') }} as merges_known
    left join survivors on merges_known.account_id = survivors.account_id
    where survivors.account_id is null
),

merge_roots as (
    {{ hierarchy_roots('account_merges', 'account_id', 'merged_into_account_id') }}
),

known_ids as (
    select
        account_id as known_account_id,
        account_id
    from survivors

    union all

    select
        merge_roots.account_id as known_account_id,
        survivors.account_id
    from merge_roots
    inner join survivors on merge_roots.root_id = survivors.account_id
),

-- A parent that is unknown, or the account itself after a merge, is no parent.
parents as (
    select
        accounts.account_id,
        case when parent_ids.account_id <> accounts.account_id then parent_ids.account_id end
            as parent_account_id
    from accounts
    inner join survivors on accounts.account_id = survivors.account_id
    left join known_ids as parent_ids
        on accounts.parent_account_id = parent_ids.known_account_id
),

roots as (
    {{ hierarchy_roots('parents', 'account_id', 'parent_account_id') }}
),

final as (
    select
        known_ids.known_account_id,
        known_ids.account_id,
        parents.parent_account_id,
        roots.root_id as ultimate_parent_account_id
    from known_ids
    inner join parents on known_ids.account_id = parents.account_id
    inner join roots on known_ids.account_id = roots.account_id
)

select * from final
