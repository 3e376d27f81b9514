-- The channel of a touch: its own where the record states one, else that of the first rule of the
-- seed that matches its source, type and web source. The rules are matched on the few distinct
-- descriptions, which are read in a scan of their own: see int_interactions.
{%- set described_by = [
    'source_system', 'source_table', 'interaction_type', 'utm_source', 'utm_medium', 'has_click_id',
] %}
with touchpoints as (
    select * from {{ ref('int_touchpoints_flagged') }}
),

channel_rules as (
    select * from {{ ref('channel_rules') }}
),

channels as (
    select * from {{ ref('channels') }}
),

listed_descriptions as (
    select distinct
        {{ described_by | join(',\n        ') }}
    from {{ ref('int_touchpoints_identified') }}
),

described as (
    select
        *,
        {{ row_hash(described_by) }} as description_key
    from touchpoints
),

descriptions as (
    select
        {{ row_hash(described_by) }} as description_key,
        {{ minimum_text('source_system') }} as source_system,
        {{ minimum_text(
            "case when utm_source is null and utm_medium is null and not has_click_id"
            " then source_table else '' end"
        ) }} as source_table_without_utm,
        {{ minimum_text('interaction_type') }} as interaction_type,
        {{ minimum_text("coalesce(utm_source, '')") }} as utm_source,
        {{ minimum_text("coalesce(utm_medium, '')") }} as utm_medium,
        {{ maximum_text("case when has_click_id then 'yes' else '' end") }} as click_id
    from listed_descriptions
    group by {{ row_hash(described_by) }}
),

matched as (
    select
        descriptions.description_key,
        channel_rules.channel,
        row_number() over (
            partition by descriptions.description_key order by channel_rules.priority
        ) as rule_rank
    from descriptions
    inner join channel_rules
        on
            channel_rules.source_system in (descriptions.source_system, 'any')
            and case channel_rules.column_name
                when 'source_table_without_utm' then descriptions.source_table_without_utm
                when 'interaction_type' then descriptions.interaction_type
                when 'utm_medium' then descriptions.utm_medium
                when 'utm_source_medium'
                    then descriptions.utm_source || ' / ' || descriptions.utm_medium
                when 'click_id' then descriptions.click_id
            end like channel_rules.pattern
),

final as (
    select
        described.*,
        coalesce(
            {{ impersonal_code('described.stated_channel', 'channels.channel is not null') }},
            matched.channel,
            'other'
        ) as channel
    from described
    left join channels on replace(described.stated_channel, ' ', '_') = channels.channel
    left join matched
        on described.description_key = matched.description_key and matched.rule_rank = 1
)

select * from final
