{%- set stages = [
    'targeted', 'reached', 'engaged', 'mqa', 'saa', 'opportunity', 'customer', 'expansion',
] -%}

with accounts as (
    select * from {{ ref('int_accounts') }}
),

dated as (
    select * from {{ ref('int_account_stage_dates') }}
),

accepted as (
    select * from {{ ref('int_account_acceptances_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

stages_replayed as (
    select
        stages.*,
        reporting_dates.months_ago
    from {{ ref('int_account_stages_replayed') }} as stages
    inner join {{ ref('int_reporting_dates') }} as reporting_dates
        on stages.as_of_on = reporting_dates.as_of_on
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
        {%- for stage in stages %}
        pivoted.{{ stage }}_on,
        {%- if stage == 'saa' %}
        accepted.saa_basis,
        {%- endif %}
        {%- endfor %}
        stages_now.stage as current_stage,
        stages_then.stage as previous_month_stage,
        case
            when coalesce(stages_now.stage_order, 0) > coalesce(stages_then.stage_order, 0)
                then 'progressed'
            when coalesce(stages_now.stage_order, 0) < coalesce(stages_then.stage_order, 0)
                then 'regressed'
            else 'unchanged'
        end as moved
    from accounts
    left join pivoted on accounts.account_id = pivoted.account_id
    left join accepted on accounts.account_id = accepted.account_id
    left join stages_replayed as stages_now
        on accounts.account_id = stages_now.account_id and stages_now.months_ago = 0
    left join stages_replayed as stages_then
        on accounts.account_id = stages_then.account_id and stages_then.months_ago = 1
)

select * from final
