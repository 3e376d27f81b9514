with crossings as (
    select
        crossings.*,
        alert_rules.window_days
    from {{ ref('int_score_crossings') }} as crossings
    cross join {{ ref('alert_rules') }} as alert_rules
    where alert_rules.rule_id = 'aes_hot'
),

breaches as (
    select * from {{ ref('int_breaches') }}
),

risks as (
    select * from {{ ref('int_account_risks') }}
),

moves as (
    select * from {{ ref('int_opportunity_moves') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

-- The crossings that begin an episode: the first of a segment, then the first of those after the
-- rule's days have passed. A crossing within an episode alerts nobody again.
beginnings as (
    {{ episode_beginnings(
        'crossings', ['account_id', 'segment_number'], 'crossed_on', 'window_days'
    ) }}
),

episodes as (
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
        'aes_hot' as rule_id,
        'aes_hot' as template_code,
        'account' as entity_type,
        account_id as entity_id,
        account_id,
        crossed_on as fired_on,
        cast(aes as {{ type_double() }}) as metric_value,
        cast(upper_threshold as {{ type_double() }}) as threshold,
        case when reset_on < elapsed_on then reset_on else elapsed_on end as ended_on,
        cast(null as {{ dbt.type_string() }}) as stage_name
    from episodes

    union all

    select
        rule_id,
        rule_id as template_code,
        entity_type,
        entity_id,
        case when entity_type = 'account' then entity_id end as account_id,
        fired_on,
        metric_value,
        threshold,
        ended_on,
        null as stage_name
    from breaches

    union all

    select
        'account_at_risk' as rule_id,
        template_code,
        'account' as entity_type,
        account_id as entity_id,
        account_id,
        fired_on,
        metric_value,
        threshold,
        ended_on,
        null as stage_name
    from risks

    union all

    select
        'opportunity_moved' as rule_id,
        'opportunity_' || moves.move as template_code,
        'opportunity' as entity_type,
        moves.opportunity_id as entity_id,
        opportunities.account_id,
        moves.fired_on,
        cast(opportunities.amount as {{ type_double() }}) as metric_value,
        cast(null as {{ type_double() }}) as threshold,
        cast(null as date) as ended_on,
        moves.stage_name
    from moves
    inner join opportunities on moves.opportunity_id = opportunities.opportunity_id
)

select * from final
