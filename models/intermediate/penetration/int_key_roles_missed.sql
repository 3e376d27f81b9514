-- The key role groups of an account's size tier of which nobody is engaged.
with accounts as (
    select * from {{ ref('int_accounts') }}
),

people as (
    select * from {{ ref('int_reached_people_by_reporting_date') }}
    where is_engaged and as_of_on = {{ as_of_date() }}
),

key_roles as (
    select * from {{ ref('key_roles') }}
),

tier_roles as (
    select
        account_size_tier,
        role_group,
        coalesce(max(role_group_fr), role_group) as role_group_fr
    from key_roles
    group by account_size_tier, role_group
),

engaged_role_groups as (
    select distinct
        people.account_id,
        key_roles.account_size_tier,
        key_roles.role_group
    from people
    inner join key_roles on people.persona = key_roles.persona
),

final as (
    select
        accounts.account_id,
        {{ ordered_list('tier_roles.role_group') }} as missing_key_roles,
        {{ ordered_list('tier_roles.role_group_fr') }} as missing_key_roles_fr
    from accounts
    inner join tier_roles
        on accounts.account_size_tier = tier_roles.account_size_tier
    left join engaged_role_groups
        on
            accounts.account_id = engaged_role_groups.account_id
            and tier_roles.account_size_tier = engaged_role_groups.account_size_tier
            and tier_roles.role_group = engaged_role_groups.role_group
    where engaged_role_groups.role_group is null
    group by accounts.account_id
)

select * from final
