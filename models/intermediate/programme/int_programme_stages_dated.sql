-- When the programme comes to each of its stages, counted in whole months from its start.
with memberships as (
    select * from {{ ref('int_account_memberships') }}
),

programme_stages as (
    select * from {{ ref('programme_stages') }}
),

started as (
    {% if var('programme_started_on') -%}
    select cast('{{ var("programme_started_on") }}' as date) as programme_started_on
    {%- else -%}
    select min(activated_on) as programme_started_on
    from memberships
    {%- endif %}
),

final as (
    select
        programme_stages.programme_stage,
        programme_stages.stage_order,
        started.programme_started_on,
        {{ months_after('started.programme_started_on', 'programme_stages.months_from') }}
        <= {{ as_of_date() }} as is_reached,
        {{ is_programme_stage_on(
            'programme_stages', as_of_date(), 'started.programme_started_on'
        ) }} as is_current
    from programme_stages
    cross join started
)

select * from final
