-- Everything that fired, whether its rule is on or off.
with episodes as (
    select * from {{ ref('int_score_episodes') }}
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

final as (
    select
        'aes_hot' as rule_id,
        'aes_hot' as template_code,
        'account' as entity_type,
        account_id as entity_id,
        account_id,
        fired_on,
        cast(aes as {{ type_double() }}) as metric_value,
        cast(upper_threshold as {{ type_double() }}) as threshold,
        ended_on,
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
