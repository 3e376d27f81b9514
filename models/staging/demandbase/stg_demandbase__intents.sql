with intent as (
    {{ raw_rows('demandbase', 'intent') }}
),

final as (
    select
        -- ids
        source_connection,
        company_id,

        -- strings
        {{ web_host('domain') }} as domain,
        keyword,
        lower(intent_strength) as intent_strength,

        -- numerics
        trending_score,

        -- booleans
        coalesce(is_trending, false) as is_trending,

        -- dates
        end_date as ended_on
    from intent
)

select * from final
