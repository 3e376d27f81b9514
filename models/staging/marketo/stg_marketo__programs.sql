with program as (
    {{ raw_rows('marketo', 'program') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as program_id,

        -- strings
        name as program_name,
        channel as program_channel,

        -- timestamps
        created_at
    from program
)

select * from final
