-- What pipeline velocity gained or lost since a month end, and through which lever: more advanced
-- deals, larger ones, a shorter cycle, or a better close rate. By account executive, sector, ABM
-- tier or programme.
--
--   dbt show --limit 50 --select why_did_velocity_change --vars '{entity_type: sector, months: 6}'
--
-- entity_type is `all` without the var, months 1. Velocity as source A has it knows no close rate:
-- its lever is 0 there, and counts in the win-adjusted velocity, the second line of an entity. Each
-- lever has the logarithmic mean of the two velocities times the logarithm of its own growth: since
-- velocity is a product, the levers sum to the change exactly, in whatever order they moved.
-- Entities that had or have no velocity show none of them.
{% set levers = {
    'from_number_of_deals': ('n_advanced', 1),
    'from_deal_size': ('avg_deal_size', 1),
    'from_cycle_length': ('avg_cycle_days', -1),
    'from_close_rate': ('win_rate_from_advanced', 1),
} %}
{% set measures = {
    'velocity_monthly': ("cast(1 as " ~ type_double() ~ ")", 'target_velocity_monthly'),
    'velocity_monthly_win_adjusted': (
        'win_rate_from_advanced', 'cast(null as ' ~ type_double() ~ ')'
    ),
} %}

with measured as (
    {%- for measure, (close_rate, target) in measures.items() %}
    select
        as_of_on,
        entity_type,
        entity_id,
        '{{ measure }}' as measure,
        {{ measure }} as velocity,
        n_advanced,
        avg_deal_size,
        avg_cycle_days,
        {{ close_rate }} as win_rate_from_advanced,
        {{ target }} as target
    from {{ ref('rpt_pipeline_velocity') }}
    where entity_type = '{{ var("entity_type", "all") }}'
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

reporting_dates as (
    select
        as_of_on,
        row_number() over (partition by 1 order by as_of_on desc) - 1 as months_ago
    from (select distinct as_of_on from {{ ref('rpt_pipeline_velocity') }}) as dates
),

executives as (
    select * from {{ ref('dim_account_executives') }}
),

now_and_then as (
    select
        coalesce(executives.account_executive_name, latest.entity_id) as entity,
        latest.measure,
        latest.velocity as velocity_now,
        earlier.velocity as velocity_then,
        max(latest.velocity) over (partition by latest.entity_id) as greatest_velocity,
        latest.target,
        {%- for column, _ in levers.values() %}
        cast(nullif(latest.{{ column }}, 0) as {{ type_double() }})
        / nullif(earlier.{{ column }}, 0) as {{ column }}_growth,
        {%- endfor %}
        case
            when latest.velocity > 0 and earlier.velocity > 0
                then
                    case
                        when latest.velocity = earlier.velocity then latest.velocity
                        else
                            (latest.velocity - earlier.velocity)
                            / ln(latest.velocity / earlier.velocity)
                    end
        end as logarithmic_mean
    from measured as latest
    inner join reporting_dates as latest_date
        on latest.as_of_on = latest_date.as_of_on and latest_date.months_ago = 0
    inner join reporting_dates as earlier_date
        on earlier_date.months_ago = {{ var('months', 1) }}
    left join measured as earlier
        on
            latest.entity_id = earlier.entity_id
            and latest.measure = earlier.measure
            and earlier_date.as_of_on = earlier.as_of_on
    left join executives
        on
            latest.entity_type = 'account_executive'
            and latest.entity_id = executives.account_executive_id
),

final as (
    select
        entity,
        measure,
        round(velocity_then) as velocity_then,
        round(velocity_now) as velocity_now,
        round(velocity_now - velocity_then) as change,
        {%- for lever, (column, direction) in levers.items() %}
        round({{ direction }} * logarithmic_mean * ln({{ column }}_growth)) as {{ lever }},
        {%- endfor %}
        round(target) as target
    from now_and_then
    order by greatest_velocity desc, entity, measure
)

select * from final
