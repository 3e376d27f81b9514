with account_acceptances as (
    {{ raw_rows('abm_program', 'account_acceptances') }}
),

final as (
    select
        source_connection,
        {{ salesforce_id('account_id') }} as account_id,
        lower(decision) as decision,
        decided_on
    from account_acceptances
)

select * from final
