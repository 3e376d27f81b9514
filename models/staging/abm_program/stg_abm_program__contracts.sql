with contracts as (
    {{ raw_rows('abm_program', 'contracts') }}
),

final as (
    select
        source_connection,
        contract_id,
        {{ salesforce_id('account_id') }} as account_id,
        started_on,
        ended_on
    from contracts
)

select * from final
