-- A mail's campaign and the program that it belongs to are both campaigns, each with its own ids.
{{ config(materialized='view') }}

with smart_campaigns as (
    select * from {{ ref('stg_marketo__smart_campaigns') }}
),

programs as (
    select * from {{ ref('stg_marketo__programs') }}
),

unioned as (
    select
        'campaign' as source_table,
        campaign_id as campaign_source_id,
        campaign_name,
        campaign_type,
        cast(null as {{ dbt.type_string() }}) as response_table,
        created_at
    from smart_campaigns

    union all

    select
        'program' as source_table,
        program_id as campaign_source_id,
        program_name as campaign_name,
        program_channel as campaign_type,
        'activity_change_status_in_progression' as response_table,
        created_at
    from programs
),

final as (
    select
        -- ids
        'marketo' as source_system,
        source_table,
        campaign_source_id,

        -- strings
        campaign_name,
        campaign_type,
        response_table,

        -- dates
        {{ date_of('created_at') }} as started_on,
        cast(null as date) as ended_on,

        -- amounts
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ type_decimal(2) }}) as actual_cost
    from unioned
)

select * from final
