{{ config(materialized='table') }}

with accounts as (
    select * from {{ ref('int_account_records_known') }}
),

families as (
    select * from {{ ref('int_account_ids') }}
    where known_account_id = account_id
),

free_mail_domains as (
    select * from {{ ref('free_mail_domains') }}
),

ranked as (
    select
        accounts.domain,
        accounts.account_id,
        families.ultimate_parent_account_id,
        row_number() over (
            partition by accounts.domain
            order by accounts.created_at nulls last, {{ binary_order('accounts.account_id') }}
        ) as age_rank
    from accounts
    inner join families on accounts.account_id = families.account_id
    left join free_mail_domains on accounts.domain = free_mail_domains.domain
    where accounts.domain is not null and free_mail_domains.domain is null
),

final as (
    select
        domain,
        case
            when count(distinct ultimate_parent_account_id) = 1 and count(*) > 1
                then {{ minimum_text('ultimate_parent_account_id') }}
            else {{ maximum_text("case when age_rank = 1 then account_id end") }}
        end as account_id,
        count(*) > 1 as is_shared
    from ranked
    group by domain
)

select * from final
