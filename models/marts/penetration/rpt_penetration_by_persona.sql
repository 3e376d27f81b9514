with accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

people as (
    select * from {{ ref('int_reached_people_by_reporting_date') }}
    where is_stakeholder and as_of_on = {{ as_of_date() }}
),

key_roles as (
    select distinct
        account_size_tier,
        persona
    from {{ ref('key_roles') }}
),

identified as (
    select
        accounts.account_size_tier,
        people.persona,
        count(*) as identified_stakeholders,
        sum(case when people.is_engaged then 1 else 0 end) as engaged_stakeholders
    from people
    inner join accounts on people.account_id = accounts.account_id
    group by accounts.account_size_tier, people.persona
),

-- A key persona that nobody is identified with shows too: it is the gap to close.
expected as (
    select
        key_roles.account_size_tier,
        key_roles.persona
    from key_roles
    inner join (select distinct account_size_tier from accounts) as tiers
        on key_roles.account_size_tier = tiers.account_size_tier
),

cells as (
    select
        account_size_tier,
        persona
    from identified

    union distinct

    select
        account_size_tier,
        persona
    from expected
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        cells.account_size_tier,
        cells.persona,
        cast(coalesce(identified.identified_stakeholders, 0) as integer)
            as identified_stakeholders,
        cast(coalesce(identified.engaged_stakeholders, 0) as integer) as engaged_stakeholders,
        {{ percentage('identified.engaged_stakeholders', 'identified.identified_stakeholders') }}
            as apr_pct,
        {{ has_enough('rate', 'identified.identified_stakeholders') }} as is_reliable,
        case when identified.persona is null then 'no_stakeholder_identified' end as apr_reason,
        key_roles.persona is not null as is_key_role
    from cells
    left join identified
        on
            cells.account_size_tier = identified.account_size_tier
            and cells.persona = identified.persona
    left join key_roles
        on
            cells.account_size_tier = key_roles.account_size_tier
            and cells.persona = key_roles.persona
)

select * from final
