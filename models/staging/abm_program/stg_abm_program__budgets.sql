with budgets as (
    {{ raw_rows('abm_program', 'budgets') }}
),

final as (
    select
        cast({{ dbt.date_trunc('month', 'month') }} as date) as month_start_on,
        {{ seed_name('channel') }} as channel,
        {{ double_as_decimal('amount', 2) }} as original_amount,
        upper(currency) as original_currency
    from budgets
)

select * from final
