with contact as (
    {{ raw_rows('salesforce', 'contact', outcome='merged') }}
),

final as (
    select
        'salesforce' as source_system,
        {{ salesforce_id('id') }} as person_record_id,
        {{ salesforce_id('master_record_id') }} as merged_into_record_id
    from contact
)

select * from final
