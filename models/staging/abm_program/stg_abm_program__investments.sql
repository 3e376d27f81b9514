with investments as (
    {{ raw_rows('abm_program', 'investments') }}
),

conformed as (
    select
        source_connection,
        'abm_program' as source_system,
        cast({{ dbt.date_trunc('month', 'month') }} as date) as month_start_on,
        {{ programme_name('programme') }} as programme,
        {{ spaced_name('category') }} as category,
        {{ conformed_abm_tier('abm_tier') }} as abm_tier,
        {{ spaced_name('channel') }} as channel,
        sector as sector_raw,
        {{ double_as_decimal('amount', 2) }} as original_amount,
        {{ currency_code('currency') }} as original_currency
    from investments
),

-- Equal lines are two costs: they are told apart by their number among equals.
numbered as (
    select
        *,
        row_number() over (
            partition by
                month_start_on, programme, category, abm_tier, channel, sector_raw,
                original_amount, original_currency
            order by {{ binary_order("coalesce(source_connection, '')") }}
        ) as number_among_equals
    from conformed
),

final as (
    select
        source_connection,
        {{ surrogate_key([
            'source_system', 'month_start_on', 'programme', 'category', 'abm_tier', 'channel',
            'sector_raw', 'original_amount', 'original_currency', 'number_among_equals',
        ]) }} as investment_id,
        source_system,
        month_start_on,
        programme,
        category,
        abm_tier,
        channel,
        sector_raw,
        original_amount,
        original_currency
    from numbered
)

select * from final
