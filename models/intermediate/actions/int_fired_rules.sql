with calls as (
    select * from {{ ref('int_account_calls') }}
),

breaches as (
    select * from {{ ref('int_breaches') }}
),

moves as (
    select * from {{ ref('int_opportunity_moves') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

final as (
    select
        rule_id,
        template_code,
        'account' as entity_type,
        account_id as entity_id,
        account_id,
        cast(null as {{ dbt.type_string() }}) as move,
        fired_on,
        crossed_at,
        metric_value,
        threshold,
        current_value,
        is_still_true,
        ended_on,
        first_sales_touch_at,
        is_sla_met,
        cast(null as {{ dbt.type_string() }}) as stage_name
    from calls

    union all

    select
        rule_id,
        rule_id as template_code,
        entity_type,
        entity_id,
        case when entity_type = 'account' then entity_id end as account_id,
        null as move,
        fired_on,
        null as crossed_at,
        metric_value,
        threshold,
        current_value,
        ended_on is null as is_still_true,
        ended_on,
        null as first_sales_touch_at,
        null as is_sla_met,
        null as stage_name
    from breaches

    union all

    select
        'opportunity_moved' as rule_id,
        'opportunity_' || moves.move as template_code,
        'opportunity' as entity_type,
        moves.opportunity_id as entity_id,
        opportunities.account_id,
        moves.move,
        moves.fired_on,
        null as crossed_at,
        cast(opportunities.amount as {{ type_double() }}) as metric_value,
        cast(null as {{ type_double() }}) as threshold,
        cast(opportunities.amount as {{ type_double() }}) as current_value,
        false as is_still_true,
        null as ended_on,
        null as first_sales_touch_at,
        null as is_sla_met,
        moves.stage_name
    from moves
    inner join opportunities on moves.opportunity_id = opportunities.opportunity_id
)

select * from final
