with accounts as (
    {{ union_sources('accounts') }}
),

rates as (
    select * from {{ ref('int_currency_rates_resolved') }}
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

rejected as (
    {% for source_name, table_name, staging_model in staged_raw_tables() %}
    {{ raw_rejections(source_name, table_name) }}
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

-- The account stays; only the amount that cannot be converted becomes null.
without_rate as (
    select
        accounts.source_system,
        'account' as raw_table,
        accounts.account_id as record_id,
        'annual_revenue' as column_name,
        cast(accounts.annual_revenue as {{ dbt.type_string() }}) || ' ' || accounts.currency
            as raw_value,
        'no_currency_rate' as reason,
        false as is_blocking
    from accounts
    left join rates on accounts.currency = rates.currency
    where
        accounts.annual_revenue is not null
        and accounts.currency is not null
        and rates.currency is null
),

final as (
    select * from rejected
    union all
    select * from without_rate
)

select
    source_system,
    raw_table,
    record_id,
    column_name,
    raw_value,
    reason,
    is_blocking
from final
