select
    people.account_id as page_id,
    people.person_name,
    people.title,
    people.persona,
    people.buying_role,
    people.is_decision_maker,
    drivers.driver is not null as is_engaged,
    coalesce(drivers.n, 0) as n
from marts.dim_people as people
inner join marts.dim_accounts as accounts using (account_id)
left join marts.fct_account_engagement_drivers as drivers
    on
        people.account_id = drivers.account_id
        and people.person_id = drivers.driver
        and drivers.component = 'stakeholder_reach'
where accounts.is_abm_now and people.is_stakeholder
order by
    people.account_id,
    people.is_decision_maker desc,
    n desc,
    people.persona,
    people.title,
    people.person_id
