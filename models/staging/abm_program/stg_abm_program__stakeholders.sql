{%- set stakeholder_id = '(' ~ joined_key(['account_id', 'person_email', 'person_name']) ~ ')' -%}
with stakeholders as (
    {{ raw_rows('abm_program', 'stakeholders') }}
),

final as (
    select
        -- ids
        source_connection,
        -- With a salt nobody can guess an address and find it in what is made of the id.
        case
            when {{ email_salt() }} is null then {{ stakeholder_id }}
            else {{ salted_hash(stakeholder_id) }}
        end as stakeholder_id,
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
