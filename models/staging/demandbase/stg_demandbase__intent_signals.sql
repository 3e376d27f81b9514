{{ config(materialized='view') }}

with keyword_intents as (
    select * from {{ ref('stg_demandbase__intents') }}
),

-- One domain may be written in several ways, one keyword in two cases.
intents as (
    select
        domain,
        lower(keyword) as keyword_key,
        ended_on,
        {{ minimum_text('keyword') }} as keyword,
        max(trending_score) as trending_score
    from keyword_intents
    where intent_strength = 'high' or is_trending
    group by domain, lower(keyword), ended_on
),

final as (
    select
        'demandbase' as source_system,
        {{ joined_key(['domain', 'keyword_key', 'ended_on']) }} as source_record_id,
        'demandbase' as provider,
        domain as account_domain,
        'third_party_topic' as signal_kind,
        keyword as topic,
        ended_on as occurred_on,
        {{ double_as_decimal('trending_score', 4) }} as strength
    from intents
)

select * from final
