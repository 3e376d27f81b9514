{{ config(materialized='view') }}

with provider_signals as (
    select * from {{ ref('stg_custom__provider_signals') }}
),

final as (
    select
        'custom' as source_system,
        signal_source_id as source_record_id,
        coalesce(provider, 'custom') as provider,
        account_domain,
        coalesce(signal_kind, 'third_party_topic') as signal_kind,
        topic,
        occurred_on,
        cast(null as {{ type_decimal(4) }}) as strength
    from provider_signals
)

select * from final
