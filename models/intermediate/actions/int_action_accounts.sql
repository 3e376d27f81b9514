with accounts as (
    select * from {{ ref('dim_accounts') }}
),

engagement as (
    select * from {{ ref('fct_account_engagement') }}
),

penetration as (
    select * from {{ ref('fct_account_penetration') }}
),

account_values as (
    select * from {{ ref('int_account_values') }}
),

open_deals as (
    select * from {{ ref('fct_opportunities') }}
    where is_open
),

deal_executives as (
    select * from {{ ref('bridge_opportunity_executives') }}
),

labels as (
    select * from {{ ref('labels') }}
),

top_tiers_by_account as (
    select
        accounts.account_id,
        {{ ordered_list('labels.label_en') }} as top_tiers,
        {{ ordered_list('labels.label_fr') }} as top_tiers_fr
    from accounts
    inner join labels
        on
            (labels.domain = 'account_size_tier' and accounts.account_size_tier = labels.code)
            or (labels.domain = 'abm_tier' and accounts.abm_tier = labels.code)
    where labels.code in ('enterprise', 'one_to_one')
    group by accounts.account_id
),

deals as (
    select
        account_id,
        count(*) as n_open,
        sum(case when is_advanced then 1 else 0 end) as n_advanced,
        sum(case when opportunity_type = 'expansion' then 1 else 0 end) as n_expansions
    from open_deals
    where opportunity_type in ('new_business', 'expansion')
    group by account_id
),

-- Whoever of ours works on an account: its owner, and the owner or team of each of its open deals.
account_executives as (
    select
        account_id,
        account_owner_id as account_executive_id
    from accounts

    union distinct

    select
        open_deals.account_id,
        deal_executives.account_executive_id
    from open_deals
    inner join deal_executives on open_deals.opportunity_id = deal_executives.opportunity_id
),

executives_by_account as (
    select
        account_id,
        count(*) as n_executives,
        {{ minimum_text('account_executive_id') }} as first_executive_id
    from account_executives
    where account_executive_id <> 'unknown'
    group by account_id
),

final as (
    select
        accounts.account_id,
        accounts.account_name,
        accounts.account_owner_id,
        accounts.is_abm_now,
        accounts.is_abm_now
        and (deals.account_id is not null or engagement.aes_band <> 'bottom') as is_worked,
        accounts.is_customer,
        engagement.aes,
        engagement.aes_band,
        engagement.lower_threshold,
        penetration.apr_pct,
        penetration.is_on_target as is_apr_on_target,
        penetration.engaged_stakeholders,
        penetration.missing_key_roles,
        penetration.missing_key_roles_fr,
        account_values.value_amount,
        account_values.value_basis,
        coalesce(executives_by_account.n_executives, 0) as n_executives,
        executives_by_account.first_executive_id,
        top_tiers_by_account.top_tiers,
        top_tiers_by_account.top_tiers_fr,
        coalesce(deals.n_open, 0) as n_open,
        coalesce(deals.n_expansions, 0) as n_expansions,
        case
            when deals.n_advanced > 0 then 1
            when deals.n_open > 0 or engagement.aes_band = 'top' then 2
            else 3
        end as priority
    from accounts
    inner join engagement on accounts.account_id = engagement.account_id
    inner join penetration on accounts.account_id = penetration.account_id
    left join account_values on accounts.account_id = account_values.account_id
    left join deals on accounts.account_id = deals.account_id
    left join top_tiers_by_account on accounts.account_id = top_tiers_by_account.account_id
    left join executives_by_account on accounts.account_id = executives_by_account.account_id
)

select * from final
