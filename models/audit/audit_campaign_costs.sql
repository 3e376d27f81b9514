with campaign_costs as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'incurred_on') }} as date) as month_start_on
    from {{ ref('int_campaign_costs_ledgered') }}
),

final as (
    select
        month_start_on,
        channel,
        cast(count(*) as integer) as n_campaigns,
        cast(sum(case when is_in_ledger then 0 else 1 end) as integer)
            as n_campaigns_without_ledger,
        cast(sum(case when is_without_rate then 1 else 0 end) as integer)
            as n_costs_without_rate,
        cast(sum(amount) as {{ type_decimal(2) }}) as crm_cost,
        cast(sum(case when is_in_ledger then 0 else amount end) as {{ type_decimal(2) }})
            as crm_cost_without_ledger
    from campaign_costs
    group by month_start_on, channel
)

select * from final
