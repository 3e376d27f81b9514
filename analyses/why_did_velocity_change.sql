-- What pipeline velocity gained or lost since a month end, and through which lever: more advanced
-- deals, larger ones, or a shorter cycle. By account executive, sector, ABM tier or programme.
--
--   dbt show --limit 50 --select why_did_velocity_change --vars '{entity_type: sector, months: 6}'
--
-- entity_type is `all` without the var, months 1. Each lever has the logarithmic mean of the two
-- velocities times the logarithm of its own growth: since velocity is a product, the three sum to
-- the change exactly, in whatever order the levers moved. Entities that had or have no velocity
-- show none of the three.
{% set levers = {
    'from_number_of_deals': ('n_advanced', 1),
    'from_deal_size': ('avg_deal_size', 1),
    'from_cycle_length': ('avg_cycle_days', -1),
} %}

with velocities as (
    select * from {{ ref('rpt_pipeline_velocity') }}
    where entity_type = '{{ var("entity_type", "all") }}'
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
        latest.velocity_monthly as velocity_now,
        earlier.velocity_monthly as velocity_then,
        latest.target_velocity_monthly,
        {%- for column, _ in levers.values() %}
        cast(nullif(latest.{{ column }}, 0) as {{ type_double() }})
        / nullif(earlier.{{ column }}, 0) as {{ column }}_growth,
        {%- endfor %}
        case
            when latest.velocity_monthly > 0 and earlier.velocity_monthly > 0
                then
                    case
                        when latest.velocity_monthly = earlier.velocity_monthly
                            then latest.velocity_monthly
                        else
                            (latest.velocity_monthly - earlier.velocity_monthly)
                            / ln(latest.velocity_monthly / earlier.velocity_monthly)
                    end
        end as logarithmic_mean
    from velocities as latest
    inner join reporting_dates as latest_date
        on latest.as_of_on = latest_date.as_of_on and latest_date.months_ago = 0
    inner join reporting_dates as earlier_date
        on earlier_date.months_ago = {{ var('months', 1) }}
    left join velocities as earlier
        on
            latest.entity_id = earlier.entity_id
            and earlier_date.as_of_on = earlier.as_of_on
    left join executives
        on
            latest.entity_type = 'account_executive'
            and latest.entity_id = executives.account_executive_id
),

final as (
    select
        entity,
        round(velocity_then) as velocity_then,
        round(velocity_now) as velocity_now,
        round(velocity_now - velocity_then) as change,
        {%- for lever, (column, direction) in levers.items() %}
        round({{ direction }} * logarithmic_mean * ln({{ column }}_growth)) as {{ lever }},
        {%- endfor %}
        round(target_velocity_monthly) as target
    from now_and_then
    order by velocity_now desc, entity
)

select * from final
