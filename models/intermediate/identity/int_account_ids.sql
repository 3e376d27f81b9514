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

final as (
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
)

select * from final
