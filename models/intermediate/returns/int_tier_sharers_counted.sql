-- Who shares the cost that names no tier: the accounts in the programme.
with memberships as (
    select * from {{ ref('int_account_memberships') }}
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

tier_names as (
    select 'one_to_one' as abm_tier
    union all
    select 'one_to_few' as abm_tier
    union all
    select 'one_to_many' as abm_tier
    union all
    select 'unknown' as abm_tier
),

tiers as (
    select
        tier_names.abm_tier,
        count(memberships.account_id) as n_sharers
    from tier_names
    left join memberships on tier_names.abm_tier = memberships.abm_tier
    group by tier_names.abm_tier
),

final as (
    select
        abm_tier,
        n_sharers,
        sum(n_sharers) over (
            partition by 1
            order by abm_tier
            rows between unbounded preceding and current row
        ) as n_cumulated,
        sum(n_sharers) over (partition by 1) as n_all
    from tiers
)

select * from final
