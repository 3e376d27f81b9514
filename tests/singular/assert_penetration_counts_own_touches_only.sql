-- Penetration computed again from the published facts: a stakeholder is engaged by a touch on their
-- own account. A touch on another account, a consultant's say, must not enter.
with engaged as (
    select distinct
        people.account_id,
        people.person_id
    from {{ ref('dim_people') }} as people
    inner join {{ ref('fct_touchpoints') }} as touches
        on people.person_id = touches.person_id and people.account_id = touches.account_id
    where
        touches.is_engagement
        and not touches.is_machine
        and not touches.is_capped
        and {{ dbt.datediff('touches.occurred_on', as_of_date(), 'day') }}
        between 0 and {{ var('aes_window_days') - 1 }}
),

recomputed as (
    select
        people.account_id,
        count(*) as identified_stakeholders,
        count(engaged.person_id) as engaged_stakeholders
    from {{ ref('dim_people') }} as people
    left join engaged on people.person_id = engaged.person_id
    where people.is_stakeholder and people.account_id <> 'unknown'
    group by people.account_id
)

select
    penetration.account_id,
    recomputed.engaged_stakeholders as expected,
    penetration.engaged_stakeholders as actual
from {{ ref('fct_account_penetration') }} as penetration
left join recomputed on penetration.account_id = recomputed.account_id
where
    penetration.engaged_stakeholders <> coalesce(recomputed.engaged_stakeholders, 0)
    or penetration.identified_stakeholders <> coalesce(recomputed.identified_stakeholders, 0)
