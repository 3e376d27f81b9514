with opportunity_history as (
    {{ raw_rows('salesforce', 'opportunity_history') }}
),

final as (
    select
        -- ids
        source_connection,
        {{ salesforce_id('id') }} as opportunity_change_id,
        {{ salesforce_id('opportunity_id') }} as opportunity_id,

        -- strings
        stage_name,

        -- numerics
        {{ double_as_decimal('amount', 2) }} as amount,

        -- timestamps
        close_date as close_on,
        created_date as changed_at
    from opportunity_history
)

select * from final
