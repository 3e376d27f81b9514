-- The account is null where nobody has the company's domain.
with visitor_accounts as (
    select * from {{ ref('int_visitor_account_records') }}
),

account_domains as (
    select * from {{ ref('int_account_domains') }}
),

ranked as (
    select
        visitor_accounts.visitor_id,
        account_domains.account_id,
        row_number() over (
            partition by visitor_accounts.visitor_id
            order by
                visitor_accounts.confidence desc nulls last,
                visitor_accounts.first_seen_at desc nulls last,
                {{ binary_order('visitor_accounts.domain') }}
        ) as domain_rank
    from visitor_accounts
    left join account_domains on visitor_accounts.domain = account_domains.domain
    where {{ existed_by_as_of('visitor_accounts.first_seen_at') }}
),

final as (
    select
        visitor_id,
        account_id
    from ranked
    where domain_rank = 1
)

select * from final
