with stakeholders as (
    {{ raw_rows('abm_program', 'stakeholders') }}
),

final as (
    select
        -- ids
        source_connection,
        -- The salt keeps who guesses an address from finding it in what is made of the id.
        coalesce({{ email_salt() }}, '')
        || {{ joined_key(['account_id', 'person_email', 'person_name']) }} as stakeholder_id,
        {{ salesforce_id('account_id') }} as account_id,

        -- strings
        {{ normalised_email('person_email') }} as email,
        person_name,
        title,
        buying_role as role_raw,

        -- dates
        identified_on
    from stakeholders
)

select * from final
