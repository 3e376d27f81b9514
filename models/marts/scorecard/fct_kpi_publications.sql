with publications as (
    select * from {{ ref('int_publications') }}
),

causes as (
    select * from {{ ref('int_restatement_causes') }}
),

scorecard as (
    select * from {{ ref('rpt_kpi_scorecard') }}
),

-- `previous_as_of_on`: the day of the publication before, in which the previous value still stood.
published as (
    select
        kpi,
        month_on,
        published_at,
        kpi_value as published_value,
        previous_as_of_on,
        lag(kpi_value) over (partition by kpi, month_on order by published_at) as previous_value,
        row_number() over (
            partition by kpi, month_on order by published_at
        ) as publication_number
    from ({{ published_versions(ref('kpi_values_snapshot')) }}) as versions
),

-- What was recorded by a build that did not finish may be undone by the next.
changed as (
    select
        *,
        publication_number > 1
        and previous_as_of_on >= {{ dbt.last_day('month_on', 'month') }} as is_restatement
    from published
    where publication_number = 1 or published_value is distinct from previous_value
),

final as (
    select
        changed.kpi,
        changed.month_on,
        changed.published_at,
        cast(changed.published_value as {{ type_decimal(4) }}) as published_value,
        cast(changed.previous_value as {{ type_decimal(4) }}) as previous_value,
        scorecard.value as current_value,
        cast(changed.published_value - changed.previous_value as {{ type_decimal(4) }}) as delta,
        case
            when changed.publication_number = 1 then 'first_publication'
            when not changed.is_restatement then 'month_in_progress'
            else coalesce(causes.cause, 'late_data')
        end as cause,
        changed.is_restatement
    from changed
    left join causes on changed.published_at = causes.published_at
    left join scorecard
        on changed.kpi = scorecard.kpi and changed.month_on = scorecard.month_on
)

select * from final
