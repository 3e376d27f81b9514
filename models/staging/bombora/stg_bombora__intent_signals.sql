{{ config(materialized='view') }}

with company_surges as (
    select * from {{ ref('stg_bombora__company_surges') }}
),

-- One company may be written with and without www., one topic in two cases.
surges as (
    select
        domain,
        lower(topic) as topic_key,
        week_start_on,
        {{ minimum_text('topic') }} as topic,
        max(composite_score) as composite_score
    from company_surges
    group by domain, lower(topic), week_start_on
),

final as (
    select
        'bombora' as source_system,
        {{ joined_key(['domain', 'topic_key', 'week_start_on']) }} as source_record_id,
        'bombora' as provider,
        domain as account_domain,
        'third_party_topic' as signal_kind,
        topic,
        week_start_on as occurred_on,
        {{ double_as_decimal('composite_score', 4) }} as strength
    from surges
    where composite_score >= {{ var('bombora_minimum_composite_score') }}
)

select * from final
