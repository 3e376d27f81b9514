-- Tiers sum to the total of their period, sectors to the cost and customers of their programme, the
-- classes of the revenue walk to the deals and the revenue of their quarter.
with return_on_investment as (
    select
        period as whole,
        sum(case when is_total then revenue else -revenue end) as first_difference,
        sum(case when is_total then investment else -investment end) as second_difference
    from {{ ref('rpt_abm_roi') }}
    group by period
),

lifetime_value as (
    select
        programme as whole,
        sum(case when is_total then n_customers else -n_customers end) as first_difference,
        case
            when count(*) = count(investment)
                then sum(case when is_total then investment else -investment end)
            else 0
        end as second_difference
    from {{ ref('rpt_customer_lifetime_value') }}
    group by programme
),

revenue_walk as (
    select
        {{ quarter_label('quarter_start_on') }} as whole,
        sum(case when is_total then n_opportunities else -n_opportunities end) as first_difference,
        sum(case when is_total then won_amount else -won_amount end) as second_difference
    from {{ ref('rpt_revenue_walk') }}
    group by quarter_start_on
)

select * from return_on_investment
where first_difference <> 0 or second_difference <> 0

union all

select * from lifetime_value
where first_difference <> 0 or second_difference <> 0

union all

select * from revenue_walk
where first_difference <> 0 or second_difference <> 0
