with scorecard as (
    select * from {{ ref('rpt_kpi_scorecard') }}
    where is_complete_month and value is not null
),

limits as (
    {{ anomaly_limits() }}
),

-- Rounded, so that what has not changed does not differ in its last bits.
rounded as (
    select
        scorecard.kpi,
        scorecard.month_on,
        kpi_definitions.unit,
        cast({{ double_as_decimal('scorecard.value', 6, 28) }} as {{ type_double() }}) as value
    from scorecard
    inner join {{ ref('kpi_definitions') }} as kpi_definitions
        on scorecard.kpi = kpi_definitions.kpi
),

known as (
    select
        rounded.*,
        {{ scaled_value('rounded.value', 'rounded.unit', 'limits') }} as scaled
    from rounded
    cross join limits
),

-- Each month beside every month that it is compared with.
paired as (
    select
        known.*,
        earlier.month_on as earlier_month_on,
        earlier.value as earlier_value,
        earlier.scaled as earlier_scaled,
        count(*) over (partition by known.kpi, known.month_on) as n_months,
        row_number() over (
            partition by known.kpi, known.month_on order by earlier.value, earlier.month_on
        ) as value_rank
    from known
    cross join limits
    inner join known as earlier
        on
            known.kpi = earlier.kpi
            and known.month_on > earlier.month_on
            and {{ dbt.datediff('earlier.month_on', 'known.month_on', 'month') }}
            <= limits.most_months
),

medians as (
    select
        kpi,
        month_on,
        avg(earlier_value) as median_value,
        avg(earlier_scaled) as median_scaled
    from paired
    where {{ is_middle_row('value_rank', 'n_months') }}
    group by kpi, month_on
),

deviations as (
    select
        paired.*,
        medians.median_value,
        medians.median_scaled,
        abs(paired.earlier_scaled - medians.median_scaled) as deviation,
        row_number() over (
            partition by paired.kpi, paired.month_on
            order by
                abs(paired.earlier_scaled - medians.median_scaled), paired.earlier_month_on
        ) as deviation_rank
    from paired
    inner join medians
        on paired.kpi = medians.kpi and paired.month_on = medians.month_on
),

scored as (
    {{ scored_months('deviations', is_middle_row('deviation_rank', 'n_months')) }}
),

judged as (
    select
        scored.*,
        limits.maximum_robust_z,
        scored.median_scaled - limits.maximum_robust_z * scored.spread as scaled_low,
        scored.median_scaled + limits.maximum_robust_z * scored.spread as scaled_high,
        {{ is_too_wide('scored', 'limits') }} as is_too_wide
    from scored
    cross join limits
    where scored.n_months >= limits.least_months
),

final as (
    select
        kpi,
        month_on,
        value,
        median_value,
        {%- for bound in ('low', 'high') %}
        {{ value_of_scaled('case when not is_too_wide then scaled_' ~ bound ~ ' end', 'unit') }}
            as expected_{{ bound }},
        {%- endfor %}
        case when not is_too_wide then robust_z end as robust_z,
        case
            when is_too_wide then 'too_wide'
            when robust_z is null then 'no_deviation'
        end as reason,
        not is_too_wide
        and coalesce(abs(robust_z) > maximum_robust_z, value <> median_value) as is_anomaly,
        cast(n_months as integer) as n_months
    from judged
)

select * from final
