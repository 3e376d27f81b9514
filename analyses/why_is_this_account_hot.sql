-- What the score of one account is made of, the largest part first.
--
--   dbt show --limit 50 --select why_is_this_account_hot --vars '{account: Keystoneflow Systems}'
--
-- `account` is a name or an account_id.
{% set wanted = "'" ~ var('account', '') | lower | replace("'", "''") ~ "'" %}

with accounts as (
    select * from {{ ref('dim_accounts') }}
    where lower(account_name) = {{ wanted }} or lower(account_id) = {{ wanted }}
),

drivers as (
    select * from {{ ref('fct_account_engagement_drivers') }}
),

final as (
    select
        drivers.component,
        drivers.driver_label_en as driver,
        drivers.n,
        drivers.contribution,
        round(cast(100 * drivers.share_of_aes as {{ type_decimal(1) }}), 1) as share_pct
    from accounts
    inner join drivers on accounts.account_id = drivers.account_id
    order by drivers.contribution desc, drivers.component, drivers.driver_label_en
)

select * from final
