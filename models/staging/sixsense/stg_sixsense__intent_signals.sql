{{ config(materialized='view') }}

with keyword_activities as (
    select * from {{ ref('stg_sixsense__keyword_activities') }}
),

-- One company exists once per country, and one domain may be written in several ways.
activities as (
    select
        domain,
        lower(keyword) as keyword_key,
        active_on,
        {{ minimum_text('keyword') }} as keyword,
        sum(n_researchers) as n_researchers
    from keyword_activities
    group by domain, lower(keyword), active_on
),

final as (
    select
        'sixsense' as source_system,
        {{ joined_key(['domain', 'keyword_key', 'active_on']) }} as source_record_id,
        'sixsense' as provider,
        domain as account_domain,
        'third_party_topic' as signal_kind,
        keyword as topic,
        active_on as occurred_on,
        cast(n_researchers as {{ type_decimal(4) }}) as strength
    from activities
)

select * from final
