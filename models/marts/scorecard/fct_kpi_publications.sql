with publications as (
    select * from {{ ref('kpi_values_snapshot') }}
),

causes as (
    select * from {{ ref('int_restatement_causes') }}
),

scorecard as (
    select * from {{ ref('rpt_kpi_scorecard') }}
),

compared as (
    select
        kpi,
        month_on,
        dbt_valid_from as published_at,
        is_complete_month,
        kpi_value as published_value,
        lag(kpi_value) over (
            partition by kpi, month_on order by dbt_valid_from
        ) as previous_value,
        lag(is_complete_month) over (
            partition by kpi, month_on order by dbt_valid_from
        ) as was_complete_month,
        row_number() over (
            partition by kpi, month_on order by dbt_valid_from
        ) as publication_number
    from publications
),

final as (
    select
        compared.kpi,
        compared.month_on,
        compared.published_at,
        cast(compared.published_value as {{ type_decimal(4) }}) as published_value,
        cast(compared.previous_value as {{ type_decimal(4) }}) as previous_value,
        scorecard.value as current_value,
        cast(compared.published_value - compared.previous_value as {{ type_decimal(4) }}) as delta,
        case
            when compared.publication_number = 1 then 'first_publication'
            when not compared.was_complete_month then 'month_in_progress'
            else coalesce(causes.cause, 'late_data')
        end as cause,
        compared.publication_number > 1 and compared.was_complete_month as is_restatement
    from compared
    left join causes on compared.published_at = causes.recorded_at
    left join scorecard
        on compared.kpi = scorecard.kpi and compared.month_on = scorecard.month_on
)

select * from final
