with programme_accounts as (
    select
        account_id,
        {{ reported_abm_tier('abm_tier') }} as abm_tier
    from {{ ref('int_programme_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

dated as (
    select * from {{ ref('int_account_stage_dates') }}
),

intervals as (
    select * from {{ ref('int_stage_intervals') }}
),

journey_stages as (
    select * from {{ ref('journey_stages') }}
),

-- Who came further has passed the stage, with a date of it or without.
furthest as (
    select
        programme_accounts.account_id,
        programme_accounts.abm_tier,
        max(dated.stage_order) as stage_order
    from programme_accounts
    left join dated on programme_accounts.account_id = dated.account_id
    group by programme_accounts.account_id, programme_accounts.abm_tier
),

-- Each account in its tier and in the whole.
counted_twice as (
    select
        abm_tier,
        account_id,
        stage_order
    from furthest

    union all

    select
        'all' as abm_tier,
        account_id,
        stage_order
    from furthest
),

-- The three tiers and the whole are there whatever happened, an unknown tier where it has accounts.
groups as (
    {% for abm_tier in ['one_to_one', 'one_to_few', 'one_to_many', 'all'] -%}
    select '{{ abm_tier }}' as abm_tier

    union distinct

    {% endfor -%}
    select abm_tier
    from furthest
),

counted as (
    select
        groups.abm_tier,
        journey_stages.stage,
        journey_stages.stage_order,
        count(counted_twice.account_id) as n_accounts,
        sum(case when counted_twice.stage_order >= journey_stages.stage_order then 1 else 0 end)
            as n_reached
    from groups
    cross join journey_stages
    left join counted_twice on groups.abm_tier = counted_twice.abm_tier
    group by groups.abm_tier, journey_stages.stage, journey_stages.stage_order
),

compared as (
    select
        *,
        lag(n_reached) over (partition by abm_tier order by stage_order) as n_reached_previous
    from counted
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        compared.abm_tier,
        compared.stage,
        compared.stage_order,
        cast(compared.n_accounts as integer) as n_accounts,
        cast(compared.n_reached as integer) as n_reached,
        cast(compared.n_reached_previous as integer) as n_reached_previous,
        {{ share_of('compared.n_reached', 'compared.n_reached_previous') }} as conversion_rate,
        case
            when compared.n_reached_previous is null then 'first_stage'
            when compared.n_reached_previous = 0 then 'no_account_at_stage_before'
        end as conversion_reason,
        {{ has_enough('rate', 'compared.n_reached_previous') }} as is_reliable,
        intervals.median_days_from_previous,
        cast(coalesce(intervals.n_intervals, 0) as integer) as n_intervals,
        case
            when compared.n_reached_previous is null then 'first_stage'
            when intervals.n_intervals is null then 'no_account_with_both_dates_in_order'
        end as median_days_reason,
        compared.abm_tier = 'all' as is_total
    from compared
    left join intervals
        on compared.abm_tier = intervals.abm_tier and compared.stage = intervals.stage
)

select * from final
