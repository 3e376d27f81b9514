-- Everything adds on its day what it adds and takes it back when it ends, so that one running sum
-- gives every day what its rules look at.
{{ config(materialized='table') }}

with memberships as (
    select distinct
        account_id,
        activated_on,
        exited_on
    from {{ ref('int_account_memberships') }}
),

deals as (
    select * from {{ ref('int_opportunity_open_stretches') }}
    where opportunity_type in ('new_business', 'expansion')
),

{%- set columns = [
    'memberships', 'open_deals', 'engaged_people', 'identified_stakeholders', 'engaged_stakeholders'
] %}

changes as (
    {%- for relation, changed_on, changes in [
        ('memberships', 'activated_on', {'memberships': 1}),
        ('memberships', 'exited_on', {'memberships': -1}),
        ('deals', "coalesce(opened_on, cast('1900-01-01' as date))", {'open_deals': 1}),
        ('deals', 'closed_on', {'open_deals': -1}),
        (ref('int_engagement_changes'), 'changed_on', {'engaged_people': 'stakeholder_reach'}),
        (ref('int_penetration_changes'), 'changed_on', {
            'identified_stakeholders': 'identified_stakeholders',
            'engaged_stakeholders': 'engaged_stakeholders',
        }),
    ] %}
    select
        account_id,
        {{ changed_on }} as changed_on,
        {%- for column in columns %}
        {{ changes.get(column, 0) }} as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

daily as (
    select
        account_id,
        changed_on,
        {%- for column in columns %}
        sum({{ column }}) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from changes
    where
        changed_on <= {{ as_of_date() }}
        and account_id in (select account_id from memberships)
    group by account_id, changed_on
),

accumulated as (
    select
        account_id,
        changed_on as from_on,
        lead(changed_on) over (partition by account_id order by changed_on) as to_on,
        {%- for column in columns %}
        sum({{ column }}) over (
            partition by account_id
            order by changed_on
            rows between unbounded preceding and current row
        ) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from daily
),

final as (
    select
        account_id,
        from_on,
        to_on,
        open_deals,
        engaged_people,
        identified_stakeholders,
        engaged_stakeholders,
        {{ percentage('engaged_stakeholders', 'identified_stakeholders') }} as apr_pct
    from accumulated
    where memberships > 0
)

select * from final
