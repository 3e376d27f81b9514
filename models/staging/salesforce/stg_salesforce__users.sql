with salesforce_user as (
    {{ raw_rows('salesforce', 'user') }}
),

final as (
    select
        source_connection,
        {{ salesforce_id('id') }} as account_executive_id,
        {{ salesforce_id('manager_id') }} as manager_id,
        name as account_executive_name,
        is_active
        {{ with_passthrough('users', source='salesforce') }}
    from salesforce_user
)

select * from final
