with intent_signals as (
    select * from {{ ref('int_intent_signals') }}
),

final as (
    select
        intent_signal_id,
        coalesce(account_id, 'unknown') as account_id,
        signal_kind,
        signal_key,
        topic,
        topic_name,
        provider,
        occurred_on,
        strength
    from intent_signals
)

select * from final
