with velocities as (
    select
        velocities.*,
        reporting_dates.months_ago
    from {{ ref('int_velocities_by_day') }} as velocities
    inner join {{ ref('int_reporting_dates') }} as reporting_dates
        on velocities.as_of_on = reporting_dates.as_of_on
),

six_month_goal as (
    select cast(max(target_min) as {{ type_double() }}) as change_ratio
    from {{ ref('kpi_targets') }}
    where kpi = 'velocity_change_6_months' and abm_tier = 'all'
),

compared as (
    select
        velocities.*,
        previous.velocity_monthly as velocity_previous_month,
        six_months_ago.velocity_monthly as velocity_6_months_ago,
        velocities.velocity_monthly / nullif(six_months_ago.velocity_monthly, 0) - 1
            as velocity_6_month_change_ratio,
        velocities.is_reliable and six_months_ago.is_reliable as is_change_reliable,
        six_month_goal.change_ratio as target_velocity_6_month_change_ratio
    from velocities
    cross join six_month_goal
    left join velocities as previous
        on
            velocities.entity_type = previous.entity_type
            and velocities.entity_id = previous.entity_id
            and velocities.months_ago = previous.months_ago - 1
    left join velocities as six_months_ago
        on
            velocities.entity_type = six_months_ago.entity_type
            and velocities.entity_id = six_months_ago.entity_id
            and velocities.months_ago = six_months_ago.months_ago - 6
),

final as (
    select
        as_of_on,
        entity_type,
        entity_id,
        cast(n_advanced as integer) as n_advanced,
        cast(avg_deal_size as {{ type_double() }}) as avg_deal_size,
        cast(advanced_pipeline as {{ type_decimal(2) }}) as advanced_pipeline,
        avg_cycle_days,
        median_cycle_days,
        cycle_basis,
        cast(n_won as integer) as n_won,
        cast(n_lost as integer) as n_lost,
        cast(n_won_own as integer) as n_won_own,
        win_rate,
        cast(n_won_from_advanced as integer) as n_won_from_advanced,
        cast(n_lost_from_advanced as integer) as n_lost_from_advanced,
        win_rate_from_advanced,
        cast(velocity_monthly as {{ type_double() }}) as velocity_monthly,
        cast(velocity_monthly_win_adjusted as {{ type_double() }})
            as velocity_monthly_win_adjusted,
        velocity_reason,
        cast(n_stale as integer) as n_stale,
        cast(target_velocity_monthly as {{ type_double() }}) as target_velocity_monthly,
        target_fallback_share,
        is_reliable,
        is_win_rate_reliable,
        is_on_target,
        cast(velocity_previous_month as {{ type_double() }}) as velocity_previous_month,
        cast(velocity_6_months_ago as {{ type_double() }}) as velocity_6_months_ago,
        cast(velocity_monthly / nullif(velocity_previous_month, 0) - 1 as {{ type_double() }})
            as velocity_change_ratio,
        {{ velocity_change_reason('velocity_previous_month') }} as velocity_change_reason,
        cast(velocity_6_month_change_ratio as {{ type_double() }})
            as velocity_6_month_change_ratio,
        {{ velocity_change_reason('velocity_6_months_ago') }} as velocity_6_month_change_reason,
        target_velocity_6_month_change_ratio,
        case
            when is_change_reliable
                then velocity_6_month_change_ratio >= target_velocity_6_month_change_ratio
        end as is_velocity_6_month_change_on_target,
        history_basis,
        entity_type = 'all' as is_total
    from compared
)

select * from final
