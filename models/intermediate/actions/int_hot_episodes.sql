-- A crossing within so many days of the one that alerted alerts nobody again. An account is hot
-- until its score is reset, it leaves the programme or it alerts anew.
with crossings as (
    select
        crossings.*,
        alert_rules.window_days
    from {{ ref('int_score_crossings') }} as crossings
    cross join {{ ref('alert_rules') }} as alert_rules
    where alert_rules.rule_id = 'aes_hot'
),

moments as (
    select * from {{ ref('int_score_crossing_moments') }}
),

scores_now as (
    select * from {{ ref('int_account_engagement_history') }}
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

beginnings as (
    {{ episode_beginnings(
        'crossings', ['account_id', 'segment_number'], 'crossed_on', 'window_days'
    ) }}
),

begun as (
    select
        crossings.*,
        lead(crossings.crossed_on) over (
            partition by crossings.account_id order by crossings.crossed_on
        ) as next_on
    from beginnings
    inner join crossings
        on
            beginnings.account_id = crossings.account_id
            and beginnings.segment_number = crossings.segment_number
            and beginnings.began_on = crossings.crossed_on
),

ends as (
    select
        account_id,
        crossed_on,
        min(ended_on) as ended_on
    from (
        {%- for ended_on in ('reset_on', 'exited_on', 'next_on') %}
        select
            account_id,
            crossed_on,
            {{ ended_on }} as ended_on
        from begun
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as possible_ends
    group by account_id, crossed_on
),

final as (
    select
        begun.account_id,
        begun.crossed_on,
        moments.crossed_at,
        begun.aes,
        begun.upper_threshold,
        scores_now.aes as aes_now,
        ends.ended_on
    from begun
    inner join ends
        on begun.account_id = ends.account_id and begun.crossed_on = ends.crossed_on
    left join moments
        on begun.account_id = moments.account_id and begun.crossed_on = moments.crossed_on
    left join scores_now on begun.account_id = scores_now.account_id
)

select * from final
