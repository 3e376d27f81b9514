{%- set stages = [
    'targeted', 'reached', 'engaged', 'mqa', 'saa', 'opportunity', 'customer', 'expansion',
] -%}

with accounts as (
    select * from {{ ref('int_accounts') }}
),

programme as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

dated as (
    select * from {{ ref('int_account_stage_dates') }}
),

accepted as (
    select * from {{ ref('int_account_acceptances_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

held as (
    select * from {{ ref('int_account_stages_by_reporting_date') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

journey_stages as (
    select * from {{ ref('journey_stages') }}
),

-- Of the stages that an account held on a date the highest.
highest as (
    select
        held.account_id,
        max(case when reporting_dates.months_ago = 0 then journey_stages.stage_order end)
            as current_order,
        max(case when reporting_dates.months_ago = 1 then journey_stages.stage_order end)
            as previous_order
    from held
    inner join reporting_dates on held.as_of_on = reporting_dates.as_of_on
    inner join journey_stages on held.stage = journey_stages.stage
    group by held.account_id
),

pivoted as (
    select
        account_id,
        {%- for stage in stages %}
        max(case when stage = '{{ stage }}' then entered_on end) as {{ stage }}_on
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from dated
    group by account_id
),

final as (
    select
        accounts.account_id,
        {{ as_of_date() }} as as_of_on,
        programme.account_id is not null as is_abm_now,
        coalesce(programme.abm_tier, 'none') as abm_tier,
        {%- for stage in stages %}
        pivoted.{{ stage }}_on,
        {%- if stage == 'saa' %}
        accepted.saa_basis,
        {%- endif %}
        {%- endfor %}
        current_stages.stage as current_stage,
        previous_stages.stage as previous_month_stage,
        case
            when coalesce(highest.current_order, 0) > coalesce(highest.previous_order, 0)
                then 'progressed'
            when coalesce(highest.current_order, 0) < coalesce(highest.previous_order, 0)
                then 'regressed'
            else 'unchanged'
        end as moved
    from accounts
    left join programme on accounts.account_id = programme.account_id
    left join pivoted on accounts.account_id = pivoted.account_id
    left join accepted on accounts.account_id = accepted.account_id
    left join highest on accounts.account_id = highest.account_id
    left join journey_stages as current_stages
        on highest.current_order = current_stages.stage_order
    left join journey_stages as previous_stages
        on highest.previous_order = previous_stages.stage_order
)

select * from final
