with accounts as (
    {{ raw_rows('demandbase', 'accounts') }}
),

final as (
    select
        -- ids
        source_connection,
        account_id as company_id,
        {{ salesforce_id('external_account_id') }} as crm_account_id,

        -- strings
        {{ web_host('account_domain') }} as domain,
        journey_stage,

        -- numerics
        pipeline_predict_score,

        -- dates
        snapshot_date as snapshot_on
    from accounts
)

select * from final
