-- Which interaction type a record is: the first rule of the seed that matches. Rules are matched on
-- the few distinct descriptions, not on every row.
with recorded as (
    select * from {{ ref('int_interactions_gathered') }}
),

web as (
    select
        {{ interaction_columns() | join(',\n        ') }}
    from {{ ref('int_web_interactions_built') }}
),

interaction_rules as (
    select * from {{ ref('interaction_rules') }}
),

described as (
    select
        *,
        {{ row_hash([
            'source_system', 'source_table', 'record_type', 'subject', 'outcome',
            'duration_seconds',
        ]) }} as description_key
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
        description_key,
        min(source_system) as source_system,
        min(source_table) as source_table,
        min(coalesce(lower(record_type), '')) as record_type,
        min(coalesce(lower(subject), '')) as subject,
        min(coalesce(lower(outcome), '')) as outcome,
        min(coalesce(cast(duration_seconds as {{ dbt.type_string() }}), '')) as duration_seconds
    from described
    group by description_key
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
