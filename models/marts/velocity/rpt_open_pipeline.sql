with opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where is_open and opportunity_type in ('new_business', 'expansion')
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

final as (
    select
        opportunities.as_of_on,
        accounts.sector,
        accounts.account_size_tier,
        coalesce(opportunities.stage_name, 'unknown') as stage_name,
        cast(min(opportunities.stage_order) as integer) as stage_order,
        cast(count(*) as integer) as n_open,
        cast(sum(case when opportunities.is_advanced then 1 else 0 end) as integer) as n_advanced,
        cast(coalesce(sum(opportunities.amount), 0) as {{ type_decimal(2) }}) as pipeline_amount,
        cast(coalesce(sum(case when opportunities.is_advanced then opportunities.amount end), 0)
            as {{ type_decimal(2) }}) as advanced_amount,
        cast(count(*) - count(opportunities.amount) as integer) as n_without_amount,
        case
            when count(*) = sum(case when opportunities.history_basis = 'exact' then 1 else 0 end)
                then 'exact'
            else 'current_state'
        end as history_basis
    from opportunities
    inner join accounts
        on coalesce(opportunities.account_id, 'unknown') = accounts.account_id
    group by
        opportunities.as_of_on, accounts.sector, accounts.account_size_tier,
        coalesce(opportunities.stage_name, 'unknown')
)

select * from final
