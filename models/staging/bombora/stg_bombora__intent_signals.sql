with company_surges as (
    select * from {{ ref('stg_bombora__company_surges') }}
),

final as (
    select
        'bombora' as source_system,
        {{ joined_key(['domain', 'topic', 'week_start_on']) }} as source_record_id,
        domain as account_domain,
        'third_party_topic' as signal_kind,
        topic,
        week_start_on as occurred_on,
        {{ double_as_decimal('composite_score', 4) }} as strength
    from company_surges
    where composite_score >= {{ var('bombora_minimum_composite_score') }}
)

select * from final
