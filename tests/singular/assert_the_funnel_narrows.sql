-- A stage never has more accounts than the one before, so no rate is above 1; the first has all.
with funnel as (
    select
        funnel.*,
        row_number() over (partition by abm_tier order by stage_order) as stage_number
    from {{ ref('rpt_journey_funnel') }} as funnel
)

select
    funnel.abm_tier,
    funnel.stage,
    funnel.n_reached,
    funnel.n_accounts
from funnel
left join funnel as previous
    on
        funnel.abm_tier = previous.abm_tier
        and funnel.stage_number = previous.stage_number + 1
where
    funnel.n_reached > coalesce(previous.n_reached, funnel.n_accounts)
    or funnel.conversion_rate not between 0 and 1
    or (previous.stage is null and funnel.n_reached <> funnel.n_accounts)
    or coalesce(funnel.n_reached_previous, -1) <> coalesce(previous.n_reached, -1)
