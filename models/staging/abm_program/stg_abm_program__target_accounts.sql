with target_accounts as (
    {{ raw_rows('abm_program', 'target_accounts') }}
),

final as (
    select
        source_connection,
        {{ salesforce_id('account_id') }} as account_id,
        {{ conformed_abm_tier('abm_tier') }} as abm_tier,
        activated_on,
        exited_on,
        is_icp
    from target_accounts
)

select * from final
