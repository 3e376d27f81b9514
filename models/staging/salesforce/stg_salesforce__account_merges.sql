with account as (
    {{ raw_rows('salesforce', 'account', outcome='merged') }}
),

final as (
    select
        {{ salesforce_id('id') }} as account_id,
        {{ salesforce_id('master_record_id') }} as merged_into_account_id
    from account
)

select * from final
