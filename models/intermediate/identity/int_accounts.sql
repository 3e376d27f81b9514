{{ config(materialized='table') }}

with accounts as (
    select * from {{ ref('int_account_records_known') }}
),

families as (
    select * from {{ ref('int_account_ids') }}
    where known_account_id = account_id
),

sector_aliases as (
    select * from {{ ref('sector_aliases') }}
),

sector_benchmarks as (
    select * from {{ ref('sector_benchmarks') }}
),

account_size_tiers as (
    select * from {{ ref('account_size_tiers') }}
),

countries as (
    select * from {{ ref('country_aliases') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

valued as (
    select
        accounts.source_system,
        accounts.account_id,
        accounts.account_name,
        accounts.domain,
        {{ impersonal_value('accounts.industry_raw', 'sector_aliases.alias is not null') }}
            as industry_raw,
        {{ impersonal_value('accounts.country', 'countries.alias is not null') }} as country,
        accounts.employee_count,
        accounts.account_executive_id,
        accounts.created_at,
        families.parent_account_id,
        families.ultimate_parent_account_id,
        coalesce(sector_aliases.sector, 'other') as sector,
        countries.country_code,
        accounts.annual_revenue as original_annual_revenue,
        coalesce(accounts.currency, '{{ var("corporate_currency") }}') as original_currency,
        {{ converted_amount('accounts.annual_revenue', 'own_rates.rate', 'usd_rates.rate') }}
            as annual_revenue_usd,
        own_rates.rate is null or usd_rates.rate is null as is_without_rate
        {{ with_passthrough('accounts', 'accounts') }}
    from accounts
    inner join families on accounts.account_id = families.account_id
    left join sector_aliases
        on {{ normalised_text('accounts.industry_raw') }} = sector_aliases.alias
    left join countries on lower(accounts.country) = countries.alias
    left join rates as own_rates
        on coalesce(accounts.currency, '{{ var("corporate_currency") }}') = own_rates.currency
    left join rates as usd_rates on usd_rates.currency = 'USD'
),

-- The benchmarks are those of one geography; elsewhere, and for sectors without one, they are a
-- stand-in, and the row says so.
final as (
    select
        valued.source_system,
        valued.account_id,
        valued.account_name,
        valued.domain,
        valued.industry_raw,
        valued.country,
        valued.employee_count,
        valued.account_executive_id,
        valued.created_at,
        valued.parent_account_id,
        valued.ultimate_parent_account_id,
        valued.sector,
        valued.original_annual_revenue,
        valued.original_currency,
        valued.annual_revenue_usd,
        valued.is_without_rate,
        coalesce(account_size_tiers.account_size_tier, 'unsized') as account_size_tier,
        case when valued.sector = 'other' then 'saas_b2b' else valued.sector end
            as benchmark_sector,
        (
            valued.sector = 'other'
            or coalesce(valued.country_code, '') <> sector_benchmarks.geography
        ) as is_benchmark_fallback
        {{ with_passthrough('accounts', 'valued') }}
    from valued
    left join account_size_tiers
        on
            valued.annual_revenue_usd >= account_size_tiers.revenue_usd_lower
            and (
                account_size_tiers.revenue_usd_upper is null
                or valued.annual_revenue_usd < account_size_tiers.revenue_usd_upper
            )
    left join sector_benchmarks
        on
            sector_benchmarks.sector
            = case when valued.sector = 'other' then 'saas_b2b' else valued.sector end
)

select * from final
