with dated as (
    select * from {{ ref('int_account_stage_dates') }}
),

programme_accounts as (
    select
        account_id,
        {{ reported_abm_tier('abm_tier') }} as abm_tier
    from {{ ref('int_programme_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

journey_stages as (
    select
        stage,
        lag(stage) over (partition by 1 order by stage_order) as previous_stage
    from {{ ref('journey_stages') }}
),

intervals as (
    select
        dated.account_id,
        dated.stage,
        {{ days_between('previous.entered_on', 'dated.entered_on') }} as n_days
    from dated
    inner join journey_stages on dated.stage = journey_stages.stage
    inner join dated as previous
        on
            dated.account_id = previous.account_id
            and journey_stages.previous_stage = previous.stage
            and dated.entered_on >= previous.entered_on
),

-- Each account in its tier and in the whole.
counted_twice as (
    select
        programme_accounts.abm_tier,
        intervals.account_id,
        intervals.stage,
        intervals.n_days
    from intervals
    inner join programme_accounts on intervals.account_id = programme_accounts.account_id

    union all

    select
        'all' as abm_tier,
        intervals.account_id,
        intervals.stage,
        intervals.n_days
    from intervals
    inner join programme_accounts on intervals.account_id = programme_accounts.account_id
),

ranked as (
    select
        abm_tier,
        stage,
        n_days,
        row_number() over (
            partition by abm_tier, stage
            order by n_days, {{ binary_order('account_id') }}
        ) as interval_rank,
        count(*) over (partition by abm_tier, stage) as n_intervals
    from counted_twice
),

final as (
    select
        abm_tier,
        stage,
        max(n_intervals) as n_intervals,
        avg(cast(n_days as {{ type_double() }})) as median_days_from_previous
    from ranked
    where {{ is_middle_row('interval_rank', 'n_intervals') }}
    group by abm_tier, stage
)

select * from final
