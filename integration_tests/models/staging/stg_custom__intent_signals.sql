select
    'custom' as source_system,
    signal_source_id as source_record_id,
    coalesce(provider, 'custom') as provider,
    account_domain,
    coalesce(signal_kind, 'third_party_topic') as signal_kind,
    topic,
    occurred_on,
    cast(null as decimal(18, 4)) as strength
from {{ ref('abm_warehouse', 'stg_custom__provider_signals') }}
