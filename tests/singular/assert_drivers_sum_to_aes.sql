-- The score comes from the step function, the drivers from the touches of the window.
with drivers as (
    select
        account_id,
        sum(contribution) as contribution
    from {{ ref('fct_account_engagement_drivers') }}
    group by account_id
)

select
    engagement.account_id,
    engagement.aes,
    drivers.contribution
from {{ ref('fct_account_engagement') }} as engagement
left join drivers on engagement.account_id = drivers.account_id
where engagement.aes <> coalesce(drivers.contribution, 0)
