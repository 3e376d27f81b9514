-- The crossings that begin an episode: the first of a segment, then the first of those after the
-- rule's days have passed. A crossing within an episode alerts nobody again.
with crossings as (
    select
        crossings.*,
        alert_rules.window_days
    from {{ ref('int_score_crossings') }} as crossings
    cross join {{ ref('alert_rules') }} as alert_rules
    where alert_rules.rule_id = 'aes_hot'
),

beginnings as (
    {{ episode_beginnings(
        'crossings', ['account_id', 'segment_number'], 'crossed_on', 'window_days'
    ) }}
),

ended as (
    select
        crossings.*,
        cast({{ dbt.dateadd('day', 'crossings.window_days', 'crossings.crossed_on') }} as date)
            as elapsed_on
    from beginnings
    inner join crossings
        on
            beginnings.account_id = crossings.account_id
            and beginnings.segment_number = crossings.segment_number
            and beginnings.began_on = crossings.crossed_on
),

final as (
    select
        account_id,
        crossed_on as fired_on,
        aes,
        upper_threshold,
        case when reset_on < elapsed_on then reset_on else elapsed_on end as ended_on
    from ended
)

select * from final
