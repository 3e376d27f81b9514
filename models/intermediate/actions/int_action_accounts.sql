with accounts as (
    select * from {{ ref('dim_accounts') }}
),

engagement as (
    select * from {{ ref('fct_account_engagement') }}
),

penetration as (
    select * from {{ ref('fct_account_penetration') }}
),

open_deals as (
    select * from {{ ref('fct_opportunities') }}
    where is_open and opportunity_type in ('new_business', 'expansion')
),

deals_by_account as (
    select
        account_id,
        count(*) as n_open,
        sum(case when is_advanced then 1 else 0 end) as n_advanced,
        sum(case when opportunity_type = 'expansion' then 1 else 0 end) as n_expansions
    from open_deals
    group by account_id
),

final as (
    select
        accounts.account_id,
        accounts.account_name,
        accounts.account_executive_id,
        accounts.is_abm_now,
        accounts.is_customer,
        engagement.aes,
        engagement.aes_band,
        penetration.apr_pct,
        penetration.is_on_target as is_apr_on_target,
        penetration.engaged_stakeholders,
        penetration.missing_key_roles,
        penetration.missing_key_roles_fr,
        coalesce(deals_by_account.n_open, 0) as n_open,
        coalesce(deals_by_account.n_expansions, 0) as n_expansions,
        case
            when deals_by_account.n_advanced > 0 then 1
            when deals_by_account.n_open > 0 or engagement.aes_band = 'top' then 2
            else 3
        end as priority
    from accounts
    inner join engagement on accounts.account_id = engagement.account_id
    inner join penetration on accounts.account_id = penetration.account_id
    left join deals_by_account on accounts.account_id = deals_by_account.account_id
)

select * from final
