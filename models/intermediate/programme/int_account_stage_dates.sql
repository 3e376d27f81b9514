{{ config(materialized='table') }}

with memberships as (
    select * from {{ ref('int_account_memberships') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and (is_engagement or is_exposure) and not is_machine
),

qualified as (
    select * from {{ ref('int_qualified_stretches') }}
),

accepted as (
    select * from {{ ref('int_account_acceptances_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where account_id is not null
),

customers as (
    select * from {{ ref('int_customers_now') }}
),

journey_stages as (
    select * from {{ ref('journey_stages') }}
),

touched as (
    select
        account_id,
        min(occurred_on) as reached_on,
        min(case when is_counted_engagement then occurred_on end) as engaged_on
    from touchpoints
    group by account_id
),

sold as (
    select
        account_id,
        min(case when opportunity_type in ('new_business', 'expansion') then created_on end)
            as opportunity_on,
        min(case when is_won and opportunity_type = 'expansion' then closed_on end)
            as expansion_on
    from opportunities
    group by account_id
),

{%- set stages = {
    'targeted': ('memberships', 'valid_from_on'),
    'reached': ('touched', 'reached_on'),
    'engaged': ('touched', 'engaged_on'),
    'mqa': ('qualified', 'first_mqa_on'),
    'saa': ('accepted', 'saa_on'),
    'opportunity': ('sold', 'opportunity_on'),
    'customer': ('customers', 'customer_since_on'),
    'expansion': ('sold', 'expansion_on'),
} %}

first_days as (
    {%- for stage, (relation, day) in stages.items() %}
    select
        account_id,
        '{{ stage }}' as stage,
        min({{ day }}) as entered_on
    from {{ relation }}
    group by account_id
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        first_days.account_id,
        first_days.stage,
        journey_stages.stage_order,
        first_days.entered_on
    from first_days
    inner join journey_stages on first_days.stage = journey_stages.stage
    where first_days.entered_on is not null
)

select * from final
