with unmapped_values as (
    select * from {{ ref('int_unmapped_raw_values') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

target_accounts as (
    select * from {{ ref('stg_abm_program__target_accounts') }}
),

contracts as (
    select * from {{ ref('stg_abm_program__contracts') }}
),

listings as (
    select * from {{ ref('stg_abm_program__programme_campaigns') }}
),

investments as (
    select * from {{ ref('int_ledger_lines') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

intent_signals as (
    select * from {{ ref('int_intent_signal_records') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

channels as (
    select * from {{ ref('channels') }}
),

-- What only built touches show, and what the marketing team's lists name and nobody else knows.
found as (
    select
        'interaction_rules' as seed_name,
        source_system || ' ' || source_table || ': ' || coalesce(unmapped_record_type, '(none)')
            as raw_value
    from touchpoints
    where interaction_type = 'unmapped'

    union all

    select
        'channels' as seed_name,
        touchpoints.channel as raw_value
    from touchpoints
    left join channels on touchpoints.channel = channels.channel
    where channels.channel is null

    union all

    select
        'channels' as seed_name,
        investments.channel as raw_value
    from investments
    left join channels on investments.channel = channels.channel
    where investments.channel is not null and channels.channel is null

    union all

    select
        'accounts of target_accounts' as seed_name,
        target_accounts.account_id as raw_value
    from target_accounts
    left join account_ids on target_accounts.account_id = account_ids.known_account_id
    where account_ids.known_account_id is null

    union all

    select
        'accounts of contracts' as seed_name,
        contracts.account_id as raw_value
    from contracts
    left join account_ids on contracts.account_id = account_ids.known_account_id
    where account_ids.known_account_id is null

    union all

    select
        'campaigns of programme_campaigns' as seed_name,
        listings.source_system || ' ' || listings.campaign_source_id as raw_value
    from listings
    left join campaigns
        on
            listings.source_system = campaigns.source_system
            and listings.campaign_source_id = campaigns.campaign_source_id
    where
        campaigns.campaign_id is null
        -- Of a source that is off no campaign is known.
        and listings.source_system not in (
            'nowhere'
            {%- for source_name in staged_sources() if source_name not in var('enabled_sources') -%}
            , '{{ source_name }}'
            {%- endfor %}
        )

    union all

    -- One id may be a campaign in two tables of a system: the listing holds for both.
    select
        'ambiguous campaigns of programme_campaigns' as seed_name,
        listings.source_system || ' ' || listings.campaign_source_id as raw_value
    from listings
    inner join campaigns
        on
            listings.source_system = campaigns.source_system
            and listings.campaign_source_id = campaigns.campaign_source_id
    group by listings.source_system, listings.campaign_source_id
    having count(distinct campaigns.source_table) > 1

    union all

    -- A signal of another kind than the score knows, or of no named topic, counts nothing.
    select
        'kinds of intent signals' as seed_name,
        intent_signals.provider || ': ' || intent_signals.signal_kind as raw_value
    from intent_signals
    where
        intent_signals.signal_kind not in ('pricing_visit', 'competitor_comparison')
        and not (
            intent_signals.signal_kind = 'third_party_topic' and intent_signals.topic is not null
        )
),

counted as (
    select
        seed_name,
        raw_value,
        n_rows
    from unmapped_values

    union all

    select
        seed_name,
        raw_value,
        count(*) as n_rows
    from found
    group by seed_name, raw_value
),

final as (
    select
        seed_name,
        raw_value,
        cast(sum(n_rows) as bigint) as n_rows
    from counted
    group by seed_name, raw_value
)

select * from final
