with target_accounts as (
    {{ raw_rows('abm_program', 'target_accounts') }}
),

final as (
    select
        {{ salesforce_id('account_id') }} as account_id,
        case lower(abm_tier)
            when '1:1' then 'one_to_one'
            when '1:few' then 'one_to_few'
            when '1:many' then 'one_to_many'
            else lower(abm_tier)
        end as abm_tier,
        activated_on,
        exited_on
    from target_accounts
)

select * from final
