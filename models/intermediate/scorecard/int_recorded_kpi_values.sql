-- Rounded, so that the last bit of a double is no change.
with scorecard as (
    select * from {{ ref('rpt_kpi_scorecard') }}
),

final as (
    select
        kpi,
        month_on,
        case when abs(value) < {{ greatest_number() }} then {{ double_as_decimal('value', 4) }} end
            as kpi_value
    from scorecard
)

select * from final
