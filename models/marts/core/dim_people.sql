with people as (
    select * from {{ ref('int_people') }}
),

known as (
    select
        person_id,
        coalesce(account_id, 'unknown') as account_id,
        -- Null without a salt: whoever has a list of addresses could hash it and find them here.
        {{ sha256_hex(email_salt() ~ ' || email') }} as email_hash,
        {%- if var('include_personal_data') %}
        person_name,
        email,
        {%- else %}
        cast(null as {{ dbt.type_string() }}) as person_name,
        cast(null as {{ dbt.type_string() }}) as email,
        {%- endif %}
        title,
        persona,
        buying_role,
        is_stakeholder,
        is_declared_stakeholder,
        is_decision_maker,
        match_method,
        source_systems
    from people
),

final as (
    select * from known

    union all

    select
        'unknown' as person_id,
        'unknown' as account_id,
        null as email_hash,
        null as person_name,
        null as email,
        null as title,
        'other' as persona,
        'none' as buying_role,
        false as is_stakeholder,
        false as is_declared_stakeholder,
        false as is_decision_maker,
        'unmatched' as match_method,
        '' as source_systems
)

select * from final
