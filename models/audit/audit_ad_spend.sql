with ad_spend as (
    select * from {{ ref('int_ad_spend') }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
    where is_replaced
),

-- A cost of which one part cannot be converted has no amount.
platform as (
    select
        cast({{ dbt.date_trunc('month', 'spent_on') }} as date) as month_start_on,
        channel,
        case when count(original_amount) = count(amount) then sum(amount) end as platform_amount,
        case
            when count(original_amount) = count(amount)
                then sum(case when is_campaign_listed then 0 else amount end)
        end as unlisted_campaign_amount
    from ad_spend
    group by cast({{ dbt.date_trunc('month', 'spent_on') }} as date), channel
),

replaced as (
    select
        month_start_on,
        channel,
        true as is_in_ledger,
        case when count(original_amount) = count(amount) then sum(amount) end as ledger_amount
    from ledger_lines
    group by month_start_on, channel
),

final as (
    select
        platform.month_start_on,
        platform.channel,
        cast(platform.platform_amount as {{ type_decimal(2) }}) as platform_amount,
        cast(
            case when replaced.is_in_ledger then replaced.ledger_amount else 0 end
            as {{ type_decimal(2) }}
        ) as ledger_amount,
        cast(platform.platform_amount - replaced.ledger_amount as {{ type_decimal(2) }})
            as platform_minus_ledger,
        cast(platform.unlisted_campaign_amount as {{ type_decimal(2) }})
            as unlisted_campaign_amount
    from platform
    left join replaced
        on
            platform.month_start_on = replaced.month_start_on
            and platform.channel = replaced.channel
)

select * from final
