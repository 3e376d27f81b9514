with budgets as (
    {{ raw_rows('abm_program', 'budgets') }}
),

conformed as (
    select
        source_connection,
        'abm_program' as source_system,
        cast({{ dbt.date_trunc('month', 'month') }} as date) as month_start_on,
        {{ spaced_name('channel') }} as channel,
        {{ double_as_decimal('amount', 2) }} as original_amount,
        {{ currency_code('currency') }} as original_currency
    from budgets
),

-- Equal lines are two budgets: they are told apart by their number among equals.
numbered as (
    select
        *,
        row_number() over (
            partition by month_start_on, channel, original_amount, original_currency
            order by {{ binary_order("coalesce(source_connection, '')") }}
        ) as number_among_equals
    from conformed
),

final as (
    select
        source_connection,
        {{ surrogate_key([
            'source_system', 'month_start_on', 'channel', 'original_amount', 'original_currency',
            'number_among_equals',
        ]) }} as budget_id,
        source_system,
        month_start_on,
        channel,
        original_amount,
        original_currency
    from numbered
)

select * from final
