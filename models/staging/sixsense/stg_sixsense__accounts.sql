with accounts as (
    {{ raw_rows('sixsense', 'accounts') }}
),

final as (
    select
        -- ids
        source_connection,
        company_id,

        -- strings
        {{ web_host('domain') }} as domain,
        country,
        company_buying_stage as buying_stage,
        company_profile_fit as profile_fit,

        -- numerics
        company_intent_score as intent_score,

        -- booleans
        is_6qa,

        -- dates
        extract_date as extracted_on
    from accounts
)

select * from final
