with unmapped_values as (
    select * from {{ ref('int_unmapped_raw_values') }}
),

unknown_listings as (
    select * from {{ ref('int_unknown_listings') }}
    union all
    select * from {{ ref('int_unknown_mentions') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

investments as (
    select * from {{ ref('int_ledger_lines') }}
),

budgets as (
    select * from {{ ref('int_budget_lines') }}
),

intent_signals as (
    select * from {{ ref('int_intent_signal_records') }}
),

channels as (
    select * from {{ ref('channels') }}
),

-- What only built touches and signals show.
found as (
    select
        seed_name,
        raw_value
    from unknown_listings

    union all

    select
        'interaction_rules' as seed_name,
        source_system || ' ' || source_table || ': ' || coalesce(unmapped_record_type, '(none)')
            as raw_value
    from touchpoints
    where interaction_type = 'unmapped'

    union all

    {% for relation in ('touchpoints', 'investments', 'budgets') -%}
    select
        'channels' as seed_name,
        {{ relation }}.channel as raw_value
    from {{ relation }}
    left join channels on {{ relation }}.channel = channels.channel
    where {{ relation }}.channel is not null and channels.channel is null

    union all

    {% endfor -%}
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

-- Titles and stages name things, ids are read as ids; a colon follows a system and its table.
impersonal as (
    select
        case
            when seed_name = 'personas' or seed_name like '%stages%' or seed_name like 'campaigns %'
                then raw_value
            when
                seed_name in (
                    'interaction_rules', 'outcomes in interaction_rules', 'kinds of intent signals'
                )
                then {{ dbt.split_part('raw_value', "': '", 1) }} || ': '
                    || {{ impersonal_value("substr(raw_value, " ~ dbt.position("': '", 'raw_value')
                        ~ ' + 2)') }}
            else {{ impersonal_value('raw_value') }}
        end as raw_value,
        seed_name,
        n_rows
    from counted
),

final as (
    select
        seed_name,
        raw_value,
        cast(sum(n_rows) as bigint) as n_rows
    from impersonal
    group by seed_name, raw_value
)

select * from final
