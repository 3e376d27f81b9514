with people as (
    select * from {{ ref('int_reached_people_by_reporting_date') }}
),

final as (
    select
        as_of_on,
        account_id,
        sum(case when is_stakeholder then 1 else 0 end) as identified_stakeholders,
        sum(case when is_stakeholder and is_engaged then 1 else 0 end) as engaged_stakeholders,
        sum(case when is_declared_stakeholder then 1 else 0 end) as declared_stakeholders,
        sum(case when is_declared_stakeholder and is_engaged then 1 else 0 end)
            as engaged_declared_stakeholders,
        sum(case when is_decision_maker then 1 else 0 end) as identified_decision_makers,
        sum(case when is_decision_maker and is_reached then 1 else 0 end)
            as reached_decision_makers
    from people
    group by as_of_on, account_id
)

select * from final
