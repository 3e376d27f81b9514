with accounts as (
    select * from {{ ref('int_accounts') }}
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
),

customers as (
    select * from {{ ref('int_customers_now') }}
),

programme as (
    select min(valid_from_on) as started_on
    from memberships
),

targeted as (
    select distinct account_id
    from memberships
),

-- An account that was never targeted is observed since the programme began, or since there is such
-- an account.
stretches as (
    select
        account_id,
        true as is_in_programme,
        {{ reported_abm_tier('abm_tier') }} as abm_tier,
        activated_on as compared_from_on,
        valid_from_on,
        valid_to_on
    from memberships

    union all

    select
        accounts.account_id,
        false as is_in_programme,
        cast(null as {{ dbt.type_string() }}) as abm_tier,
        programme.started_on as compared_from_on,
        case
            when {{ date_of('accounts.created_at') }} > programme.started_on
                then {{ date_of('accounts.created_at') }}
            else programme.started_on
        end as valid_from_on,
        cast(null as date) as valid_to_on
    from accounts
    cross join programme
    left join targeted on accounts.account_id = targeted.account_id
    where targeted.account_id is null and programme.started_on is not null
),

final as (
    select
        stretches.account_id,
        accounts.sector,
        accounts.account_size_tier,
        coalesce(customers.customer_since_on < stretches.compared_from_on, false)
            as was_customer_before,
        stretches.is_in_programme,
        stretches.abm_tier,
        stretches.valid_from_on,
        stretches.valid_to_on
    from stretches
    inner join accounts on stretches.account_id = accounts.account_id
    left join customers on stretches.account_id = customers.account_id
)

select * from final
