{% set as_of = modules.datetime.date.fromisoformat(as_of_iso()) %}
{% set first_day = modules.datetime.date(as_of.year - 20, 1, 1) %}
{% set last_forecast_month = as_of.year * 12 + as_of.month - 1 + 6 %}
{% set n_days = (modules.datetime.date(last_forecast_month // 12 + 1, 1, 1) - first_day).days %}
{% set months = [
    ('January', 'janvier'), ('February', 'février'), ('March', 'mars'), ('April', 'avril'),
    ('May', 'mai'), ('June', 'juin'), ('July', 'juillet'), ('August', 'août'),
    ('September', 'septembre'), ('October', 'octobre'), ('November', 'novembre'),
    ('December', 'décembre'),
] %}
{% set fiscal_start = var('fiscal_year_start_month') %}

with numbers as (
    {{ dbt.generate_series(n_days) }}
),

days as (
    select cast(
        {{ dbt.dateadd(
            'day', 'cast(generated_number - 1 as integer)', "cast('" ~ first_day ~ "' as date)"
        ) }}
        as date
    ) as date_day
    from numbers
),

-- The Thursday of a week lies in the year that ISO 8601 gives the week to. A fiscal year bears the
-- number of the calendar year in which it ends.
anchored as (
    select
        date_day,
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) as monday,
        cast({{ dbt.dateadd('day', 3, dbt.date_trunc('week', 'date_day')) }} as date) as thursday,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_on,
        cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start_on,
        cast({{ dbt.dateadd('month', (13 - fiscal_start) % 12, 'date_day') }} as date) as fiscal_day
    from days
),

final as (
    select
        date_day,
        cast(extract(year from thursday) as {{ dbt.type_string() }}) || '-W'
        || right('0' || cast(
            1 + cast(
                floor({{ days_between(
                    'cast(' ~ dbt.date_trunc('year', 'thursday') ~ ' as date)', 'thursday'
                ) }} / 7.0) as integer
            ) as {{ dbt.type_string() }}
        ), 2) as iso_week,
        monday as week_start_on,
        month_start_on,
        cast(extract(month from date_day) as integer) as month_number,
        {%- for language in ['en', 'fr'] %}
        case extract(month from date_day)
            {%- for names in months %}
            when {{ loop.index }} then '{{ names[0 if language == 'en' else 1] }}'
            {%- endfor %}
        end as month_name_{{ language }},
        {%- endfor %}
        quarter_start_on,
        cast(extract(quarter from date_day) as integer) as calendar_quarter,
        cast(extract(year from date_day) as integer) as calendar_year,
        cast(extract(year from fiscal_day) as integer) as fiscal_year,
        cast(extract(quarter from fiscal_day) as integer) as fiscal_quarter,
        {{ days_between('monday', 'date_day') }} >= 5 as is_weekend,
        date_day <= {{ as_of_date() }} as is_past
    from anchored
)

select * from final
