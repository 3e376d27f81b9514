{%- set this_quarter_on = 'cast(' ~ dbt.date_trunc('quarter', as_of_date()) ~ ' as date)' %}
{{ config(materialized='table') }}

with results as (
    select * from {{ ref('int_programme_results') }}
),

investments as (
    select * from {{ ref('int_investments') }}
    where programme = 'abm' and in_roi
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
),

dated as (
    select dated_on from results
    union distinct
    select month_start_on as dated_on from investments
    union distinct
    select valid_from_on as dated_on from memberships
),

numbers as (
    {{ dbt.generate_series(40) }}
),

last_quarters as (
    select cast(
        {{ dbt.dateadd(
            'month', 'cast(-3 * (generated_number - 1) as integer)', this_quarter_on
        ) }}
        as date
    ) as quarter_start_on
    from numbers
),

quarters_with_accounts as (
    select distinct last_quarters.quarter_start_on
    from last_quarters
    inner join memberships
        on
            memberships.valid_from_on
            < cast({{ dbt.dateadd('month', 3, 'last_quarters.quarter_start_on') }} as date)
            and (
                memberships.valid_to_on is null
                or memberships.valid_to_on > last_quarters.quarter_start_on
            )
),

quarters as (
    select quarter_start_on from quarters_with_accounts
    union distinct
    select cast({{ dbt.date_trunc('quarter', 'dated_on') }} as date) as quarter_start_on
    from dated
    where dated_on is not null
),

-- The first two are there whatever happened, so that an empty programme says so.
final as (
    select
        'programme_to_date' as period,
        min(dated_on) as started_on,
        {{ as_of_date() }} as ended_on
    from dated

    union all

    select
        'trailing_365_days' as period,
        {{ as_of_date(-364) }} as started_on,
        {{ as_of_date() }} as ended_on

    union all

    select
        {{ quarter_label('quarter_start_on') }} as period,
        quarter_start_on as started_on,
        case
            when quarter_start_on = {{ this_quarter_on }} then {{ as_of_date() }}
            else {{ days_after(dbt.dateadd('month', 3, 'quarter_start_on'), -1) }}
        end as ended_on
    from quarters
)

select * from final
