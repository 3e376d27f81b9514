-- Which interaction type a record is: the first rule of the seed that matches. Rules are matched on
-- the few distinct descriptions, not on every row. Those are read in a scan of their own, because
-- rows with all their columns that two readers share would be kept in memory.
{%- set described_by = [
    'source_system', 'source_table', 'record_type', 'subject', 'outcome', 'duration_seconds',
] %}
with recorded as (
    select
        {{ interaction_columns() | join(',\n        ') }}
    from {{ ref('int_interaction_records') }}
),

web as (
    select
        {{ interaction_columns() | join(',\n        ') }}
    from {{ ref('int_web_interactions') }}
),

recorded_descriptions as (
    select distinct
        {{ described_by | join(',\n        ') }}
    from {{ ref('int_interaction_records') }}
),

web_descriptions as (
    select distinct
        {{ described_by | join(',\n        ') }}
    from {{ ref('int_web_interactions') }}
),

interaction_rules as (
    select * from {{ ref('interaction_rules') }}
),

described as (
    select
        *,
        {{ row_hash(described_by) }} as description_key
    from (
        select * from recorded
        union all
        select * from web
    ) as unioned
    where
        {{ is_by_as_of('occurred_at') }}
        and (counts_from_at is null or {{ is_by_as_of('counts_from_at') }})
),

descriptions as (
    select
        {{ row_hash(described_by) }} as description_key,
        {{ minimum_text('source_system') }} as source_system,
        {{ minimum_text('source_table') }} as source_table,
        {{ minimum_text("coalesce(lower(record_type), '')") }} as record_type,
        {{ minimum_text("coalesce(lower(subject), '')") }} as subject,
        {{ minimum_text("coalesce(lower(outcome), '')") }} as outcome,
        {{ minimum_text("coalesce(cast(duration_seconds as " ~ dbt.type_string() ~ "), '')") }}
            as duration_seconds
    from (
        select * from recorded_descriptions
        union all
        select * from web_descriptions
    ) as unioned
    group by {{ row_hash(described_by) }}
),

matched as (
    select
        descriptions.description_key,
        interaction_rules.interaction_type,
        row_number() over (
            partition by descriptions.description_key order by interaction_rules.priority
        ) as rule_rank
    from descriptions
    inner join interaction_rules
        on
            descriptions.source_system = interaction_rules.source_system
            and descriptions.source_table = interaction_rules.source_table
            and case interaction_rules.column_name
                when 'record_type' then descriptions.record_type
                when 'record_type_words' then {{ padded_words('descriptions.record_type') }}
                when 'subject' then descriptions.subject
                when 'subject_words' then {{ padded_words('descriptions.subject') }}
                when 'outcome' then descriptions.outcome
                when 'outcome_words' then {{ padded_words('descriptions.outcome') }}
                when 'duration_seconds' then descriptions.duration_seconds
            end like interaction_rules.pattern
),

final as (
    select
        described.*,
        coalesce(matched.interaction_type, 'unmapped') as interaction_type
    from described
    left join matched
        on described.description_key = matched.description_key and matched.rule_rank = 1
    where coalesce(matched.interaction_type, 'unmapped') <> 'none'
)

select * from final
