{{ config(materialized='table') }}

with vendor_signals as (
    select * from {{ ref('int_intent_signal_records') }}
),

account_domains as (
    select * from {{ ref('int_account_domains') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

content_assets as (
    select * from {{ ref('int_content_assets') }}
),

third_party as (
    select
        vendor_signals.source_system,
        vendor_signals.source_record_id,
        vendor_signals.provider,
        account_domains.account_id,
        vendor_signals.signal_kind,
        vendor_signals.topic,
        case
            when vendor_signals.signal_kind = 'third_party_topic'
                then {{ regexp_strip('lower(trim(vendor_signals.topic))', ['[[:space:]]+'], ' ') }}
            when vendor_signals.signal_kind in ('pricing_visit', 'competitor_comparison')
                then 'account'
        end as signal_subject,
        {{ noon_of('vendor_signals.occurred_on') }} as occurred_at,
        vendor_signals.occurred_on,
        vendor_signals.strength
    from vendor_signals
    left join account_domains on vendor_signals.account_domain = account_domains.domain
    where vendor_signals.occurred_on <= {{ as_of_date() }}
),

behaviour as (
    select
        touchpoints.source_system,
        touchpoints.touchpoint_id as source_record_id,
        touchpoints.source_system as provider,
        touchpoints.account_id,
        case
            when touchpoints.interaction_type = 'pricing_page_visit' then 'pricing_visit'
            else 'competitor_comparison'
        end as signal_kind,
        cast(null as {{ dbt.type_string() }}) as topic,
        touchpoints.consumer_id as signal_subject,
        touchpoints.occurred_at,
        touchpoints.occurred_on,
        cast(null as {{ type_decimal(4) }}) as strength
    from touchpoints
    left join content_assets
        on touchpoints.content_asset_id = content_assets.content_asset_id
    where
        not touchpoints.is_machine
        and touchpoints.consumer_id is not null
        and (
            touchpoints.interaction_type = 'pricing_page_visit'
            or (
                touchpoints.interaction_type = 'content_view'
                and content_assets.asset_type = 'comparison'
            )
        )
),

unioned as (
    select * from third_party
    union all
    select * from behaviour
),

final as (
    select
        {{ surrogate_key(['source_system', 'signal_kind', 'source_record_id']) }}
            as intent_signal_id,
        account_id,
        signal_kind,
        signal_kind || ':' || signal_subject as signal_key,
        topic,
        case when signal_kind = 'third_party_topic' then signal_subject end as topic_name,
        provider,
        occurred_at,
        occurred_on,
        strength
    from unioned
    where signal_subject is not null
)

select * from final
