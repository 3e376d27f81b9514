with opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

team_members as (
    select * from {{ ref('int_opportunity_team_members') }}
),

users as (
    select * from {{ ref('dim_account_executives') }}
),

-- A user that the CRM's list lacks is the unknown one, as everywhere.
splits as (
    select
        team_members.opportunity_id,
        coalesce(users.account_executive_id, 'unknown') as account_executive_id,
        sum(team_members.split_percent) as split_percent
    from team_members
    left join users on team_members.account_executive_id = users.account_executive_id
    where team_members.split_percent > 0
    group by team_members.opportunity_id, coalesce(users.account_executive_id, 'unknown')
),

members as (
    select
        opportunities.opportunity_id,
        coalesce(splits.account_executive_id, opportunities.account_executive_id)
            as account_executive_id,
        coalesce(splits.split_percent, 100) as split_percent
    from opportunities
    left join splits on opportunities.opportunity_id = splits.opportunity_id
),

-- Rounded at the running sum less rounded before it, so that the rates sum to exactly 1.
cumulated as (
    select
        opportunity_id,
        account_executive_id,
        split_percent,
        sum(split_percent) over (
            partition by opportunity_id
            order by split_percent desc, {{ binary_order('account_executive_id') }}
            rows between unbounded preceding and current row
        ) as split_percent_up_to_here,
        sum(split_percent) over (partition by opportunity_id) as split_percent_in_all
    from members
),

final as (
    select
        opportunity_id,
        account_executive_id,
        cast(
            {{ double_as_decimal('split_percent_up_to_here / split_percent_in_all', 6) }}
            - {{ double_as_decimal(
                '(split_percent_up_to_here - split_percent) / split_percent_in_all', 6
            ) }} as {{ type_decimal(6) }}
        ) as split_rate
    from cumulated
)

select * from final
