with kpis as (
    select * from {{ ref('int_programme_kpis') }}
),

started as (
    {{ programme_start() }}
),

programme_stages as (
    select
        stages.programme_stage,
        started.programme_started_on,
        {{ months_after('started.programme_started_on', 'stages.months_from') }}
        <= {{ as_of_date() }} as is_reached,
        {{ is_programme_stage_on(
            'stages', as_of_date(), 'started.programme_started_on'
        ) }} as is_current
    from {{ ref('programme_stages') }} as stages
    cross join started
),

targets as (
    select
        kpi,
        abm_tier,
        programme_stage,
        cast(target_min as {{ type_double() }}) as target_min,
        cast(target_max as {{ type_double() }}) as target_max
    from {{ ref('kpi_targets') }}
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        kpis.programme_stage,
        kpis.kpi,
        kpis.abm_tier,
        kpis.unit,
        cast(kpis.n_accounts as integer) as n_accounts,
        kpis.value,
        kpis.numerator,
        kpis.denominator,
        targets.target_min,
        targets.target_max,
        case
            when not programme_stages.is_reached then 'too_early'
            when
                kpis.kpi in ('activation_uplift', 'activation_uplift_median')
                and kpis.value is null
                and {{ as_of_date(1 - activation_uplift_days()) }}
                < programme_stages.programme_started_on
                then 'too_early'
            else {{ range_status(
                'kpis.value', 'targets.target_min', 'targets.target_max', 'kpis.is_reliable'
            ) }}
        end as status,
        kpis.n_observations,
        kpis.is_reliable,
        kpis.reason,
        kpis.n_costs_without_rate,
        programme_stages.programme_started_on,
        current_stage.programme_stage as current_programme_stage,
        kpis.abm_tier = 'all' as is_total
    from kpis
    inner join programme_stages on kpis.programme_stage = programme_stages.programme_stage
    left join programme_stages as current_stage on current_stage.is_current
    left join targets
        on
            kpis.kpi = targets.kpi
            and kpis.abm_tier = targets.abm_tier
            and kpis.programme_stage = targets.programme_stage
)

select * from final
