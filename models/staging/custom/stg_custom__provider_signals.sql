with intent_signals as (
    {{ raw_rows('custom', 'intent_signals') }}
),

final as (
    select
        source_connection,
        signal_source_id,
        lower(signal_kind) as signal_kind,
        topic,
        {{ web_host('account_domain') }} as account_domain,
        {{ impersonal_value('lower(provider)') }} as provider,
        occurred_on
    from intent_signals
)

select * from final
