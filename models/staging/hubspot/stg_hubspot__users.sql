with owner as (
    {{ raw_rows('hubspot', 'owner') }}
),

final as (
    select
        source_connection,
        cast(owner_id as {{ dbt.type_string() }}) as account_executive_id,
        cast(null as {{ dbt.type_string() }}) as manager_id,
        coalesce(
            nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''), email
        ) as account_executive_name,
        true as is_active
        {{ with_passthrough('users', source='hubspot') }}
    from owner
)

select * from final
