with contracts as (
    {{ raw_rows('abm_program', 'contracts') }}
),

final as (
    select
        contract_id,
        {{ salesforce_id('account_id') }} as account_id,
        started_on,
        ended_on
    from contracts
)

select * from final
