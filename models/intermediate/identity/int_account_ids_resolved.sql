{{ config(materialized='table') }}

with accounts as (
    select * from {{ ref('int_accounts_known') }}
),

account_merges as (
    select * from {{ ref('int_account_merges_gathered') }}
),

merge_roots as (
    {{ hierarchy_roots('account_merges', 'account_id', 'merged_into_account_id') }}
),

survivors as (
    select account_id
    from accounts
    where {{ existed_by_as_of('created_at') }}
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
