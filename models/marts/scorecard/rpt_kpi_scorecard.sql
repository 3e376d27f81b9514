with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

benchmarks as (
    select * from {{ ref('benchmarks') }}
),

started as (
    {{ programme_start() }}
),

totals as (
    select * from {{ ref('rpt_monthly_totals') }}
),

velocity as (
    select * from {{ ref('rpt_pipeline_velocity') }}
    where is_total
),

penetration as (
    select * from {{ ref('rpt_penetration_by_tier') }}
    where is_total
),

coverage as (
    select * from {{ ref('rpt_account_coverage') }}
    where is_total
),

customer_value as (
    select * from {{ ref('rpt_customer_lifetime_value') }}
    where programme = 'abm' and is_total
),

concentration as (
    select * from {{ ref('rpt_attribution_concentration') }}
    where attribution_model = '{{ default_attribution_model() }}'
),

credits as (
    select * from {{ ref('int_programme_credits_by_reporting_date') }}
),

measured as (
    {{ measured_kpis() }}
),

listed as (
    select
        definitions.*,
        coalesce(
            definitions.target,
            case
                when definitions.is_higher_better then benchmarks.value_min
                else benchmarks.value_max
            end
        ) as aim,
        totals.month_on,
        totals.is_complete_month,
        totals.as_of_on
        < {{ months_after('programme_started_on', 'months_from') }} as is_too_early,
        measured.value,
        measured.numerator,
        measured.denominator,
        measured.n_observations,
        coalesce(measured.is_reliable, false) as is_reliable,
        measured.history_basis,
        lag(measured.value) over (
            partition by definitions.kpi order by totals.month_on
        ) as previous_value,
        case when measured.value is null then coalesce(measured.reason, 'no_data') end as reason
    from definitions
    cross join totals
    cross join started
    left join {{ ref('programme_stages') }} as programme_stages
        on definitions.programme_stage = programme_stages.programme_stage
    left join measured
        on definitions.kpi = measured.kpi and totals.as_of_on = measured.as_of_on
    left join benchmarks on definitions.target_benchmark_id = benchmarks.benchmark_id
),

compared as (
    select
        *,
        {{ kpi_change_reason() }} as change_reason
    from listed
),

final as (
    select
        kpi,
        month_on,
        is_core_kpi,
        value,
        previous_value,
        case
            when change_reason is null and not ({{ is_rate('unit') }})
                then value / previous_value - 1
        end as change_ratio,
        case
            when change_reason is null and {{ is_rate('unit') }}
                then {{ change_in_points('value', 'previous_value', 'unit') }}
        end as change_points,
        change_reason,
        cast(aim as {{ type_double() }}) as target,
        {{ kpi_status() }} as status,
        n_observations,
        is_reliable,
        numerator,
        denominator,
        unit,
        is_complete_month,
        history_basis,
        reason
    from compared
)

select * from final
