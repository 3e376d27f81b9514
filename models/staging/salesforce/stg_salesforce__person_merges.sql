with contact as (
    {{ raw_rows('salesforce', 'contact', outcome='merged') }}
),

lead as (
    {{ raw_rows('salesforce', 'lead', outcome='merged') }}
),

merged as (
    select
        id,
        master_record_id,
        email
    from contact

    union all

    select
        id,
        master_record_id,
        email
    from lead
),

final as (
    select
        'salesforce' as source_system,
        {{ salesforce_id('id') }} as person_record_id,
        {{ salesforce_id('master_record_id') }} as merged_into_record_id,
        {{ normalised_email('email') }} as email
    from merged
)

select * from final
