with month_ends as (
    select * from {{ ref('int_month_ends') }}
),

final as (
    select
        month_start_on,
        month_end_on
    from month_ends
    where
        {{ is_in_trailing_days('month_start_on', var('budget_window_days')) }}
        and {{ days_after('month_end_on', 1) }}
        = cast({{ dbt.dateadd('month', 1, 'month_start_on') }} as date)
)

select * from final
