-- The money of the programme to date per tier. Cost without a tier is shared by the accounts in the
-- programme; where nobody is, it is of unknown tier.
with opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where opportunity_type <> 'renewal'
),

memberships as (
    select * from {{ ref('int_account_memberships_joined') }}
),

programme_starts as (
    select max(programme_started_on) as programme_started_on
    from {{ ref('int_programme_stages_dated') }}
),

returns as (
    select
        abm_tier,
        revenue,
        investment
    from {{ ref('int_programme_returns_summed') }}
    where period = 'programme_to_date'
),

sharers as (
    select * from {{ ref('int_tier_sharers_counted') }}
),

pipeline as (
    select
        {{ known_abm_tier('opportunities.abm_tier_at_creation') }} as abm_tier,
        sum(opportunities.amount) as pipeline_amount
    from opportunities
    inner join programme_starts
        on opportunities.created_on >= programme_starts.programme_started_on
    where opportunities.is_abm_at_creation
    group by {{ known_abm_tier('opportunities.abm_tier_at_creation') }}
),

expansions as (
    select
        {{ known_abm_tier('memberships.abm_tier') }} as abm_tier,
        sum(opportunities.amount) as expansion_amount
    from opportunities
    inner join memberships
        on
            opportunities.account_id = memberships.account_id
            and {{ is_valid_on(
                'opportunities.closed_on', 'memberships.valid_from_on', 'memberships.valid_to_on'
            ) }}
    where opportunities.is_won and opportunities.opportunity_type = 'expansion'
    group by {{ known_abm_tier('memberships.abm_tier') }}
),

final as (
    select
        sharers.abm_tier,
        coalesce(own.revenue, 0) as revenue,
        coalesce(own.investment, 0)
        + case
            when sharers.n_all > 0 then {{ shared_cost('shared.investment', 'sharers') }}
            when sharers.abm_tier = 'unknown' then coalesce(shared.investment, 0)
            else 0
        end as investment,
        coalesce(pipeline.pipeline_amount, 0) as pipeline_amount,
        coalesce(expansions.expansion_amount, 0) as expansion_amount
    from sharers
    left join returns as own on sharers.abm_tier = own.abm_tier
    left join returns as shared on shared.abm_tier is null
    left join pipeline on sharers.abm_tier = pipeline.abm_tier
    left join expansions on sharers.abm_tier = expansions.abm_tier
)

select * from final
