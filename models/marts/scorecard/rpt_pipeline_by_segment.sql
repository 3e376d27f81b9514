{%- set previous_month_end_on = days_after(as_of_month_start(), -1) -%}

with pipeline as (
    select * from {{ ref('rpt_open_pipeline') }}
    where as_of_on in ({{ as_of_date() }}, {{ previous_month_end_on }})
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        sector,
        account_size_tier,
        stage_name,
        min(stage_order) as stage_order,
        cast(sum(case when as_of_on = {{ as_of_date() }} then n_open else 0 end) as integer)
            as n_open,
        cast(sum(case when as_of_on = {{ as_of_date() }} then pipeline_amount else 0 end)
            as {{ type_decimal(2) }}) as pipeline_amount,
        cast(sum(case when as_of_on = {{ as_of_date() }} then advanced_amount else 0 end)
            as {{ type_decimal(2) }}) as advanced_amount,
        cast(sum(case when as_of_on = {{ as_of_date() }} then n_without_amount else 0 end)
            as integer) as n_without_amount,
        cast(sum(case when as_of_on < {{ as_of_date() }} then n_open else 0 end) as integer)
            as n_open_previous_month,
        cast(sum(case when as_of_on < {{ as_of_date() }} then pipeline_amount else 0 end)
            as {{ type_decimal(2) }}) as pipeline_previous_month
    from pipeline
    group by sector, account_size_tier, stage_name
)

select * from final
