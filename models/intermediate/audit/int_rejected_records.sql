{{ config(materialized='table') }}
with rejected as (
    {% for source_name, table_name, staging_model in staged_raw_tables() -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- if execute and not is_raw_table_absent(source_name, table_name) %}
    {{ raw_rejections(source_name, table_name) }}

    union all
    {% endif -%}
    {%- endfor %}
    {{ no_rejections() }}
),

-- Of versions that no time tells apart one counts, and the row stays.
undated as (
    select
        source_system,
        raw_table,
        record_id,
        record_id as stated_record_id,
        '_fivetran_synced' as column_name,
        cast(n_newest as {{ dbt.type_string() }}) as raw_value,
        'undated_versions' as reason,
        true as is_read,
        false as is_blocking
    from {{ ref('int_repeated_raw_keys') }}
    where n_newest > 1
),

-- What is refused later than in staging is one value; its record stays.
refused as (
    select * from {{ ref('int_refused_values') }}
),

opportunities as (
    select * from {{ ref('int_opportunity_records') }}
),

sharers as (
    select * from {{ ref('int_opportunity_sharers') }}
),

-- Parts of a deal that do not make a whole are scaled to one.
misdivided as (
    select
        opportunities.source_system,
        opportunities.opportunity_id,
        min(sharers.faulty_percentage) as total_percentage
    from opportunities
    inner join sharers
        on opportunities.opportunity_id = sharers.opportunity_id
    where sharers.faulty_percentage is not null
    group by opportunities.source_system, opportunities.opportunity_id
),

listed as (
    select * from rejected

    union all

    select
        source_system,
        'opportunity_split' as raw_table,
        opportunity_id as record_id,
        opportunity_id as stated_record_id,
        'split_percentage' as column_name,
        {{ text_of('total_percentage', 'double') }} as raw_value,
        'split_not_100' as reason,
        true as is_read,
        false as is_blocking
    from misdivided

    union all

    select * from undated

    union all

    select
        source_system,
        raw_table,
        record_id,
        record_id as stated_record_id,
        column_name,
        raw_value,
        reason,
        true as is_read,
        false as is_blocking
    from refused
),

-- A value that is none of its type may be anything, a name too.
final as (
    select
        source_system,
        raw_table,
        record_id,
        column_name,
        {% if var('include_personal_data') -%} raw_value,
        {%- else -%}
        case when is_read then raw_value else {{ text_shape('raw_value') }} end as raw_value,
        {%- endif %}
        reason,
        is_blocking,
        stated_record_id,
        raw_value as stated_value
    from listed
)

select * from final
