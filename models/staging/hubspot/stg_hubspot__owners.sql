with owner as (
    {{ raw_rows('hubspot', 'owner') }}
),

final as (
    select
        cast(owner_id as {{ dbt.type_string() }}) as owner_id,
        coalesce(
            nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''), email
        ) as owner_name
        {{ with_passthrough('users', source='hubspot') }}
    from owner
)

select * from final
