-- A stage that the CRM no longer lists may still be in the history of deals, and in the seed.
with crm_stages as (
    select * from {{ ref('int_opportunity_stage_records') }}
),

changes as (
    select * from {{ ref('int_opportunity_change_records') }}
),

opportunities as (
    select * from {{ ref('int_opportunity_records_known') }}
),

stage_seed as (
    select * from {{ ref('opportunity_stages') }}
),

listed as (
    select
        stage_name,
        {{ minimum_text('stage_label') }} as stage_label,
        max(default_probability) as default_probability,
        {{ dbt.bool_or('is_closed') }} as is_closed,
        {{ dbt.bool_or('is_won') }} as is_won,
        min(sort_order) as sort_order
    from crm_stages
    where stage_name is not null
    group by stage_name
),

names as (
    select stage_name from listed
    union distinct
    select stage_name from changes
    union distinct
    select stage_name from opportunities
),

final as (
    select
        names.stage_name,
        case
            when listed.is_won then 'won'
            when listed.is_closed then 'lost'
            when listed.stage_name is not null then 'open'
        end as outcome,
        coalesce(stage_seed.stage_order, listed.sort_order) as stage_order,
        not coalesce(listed.is_closed, false)
        and coalesce(stage_seed.is_advanced, listed.default_probability >= 50, false)
            as is_advanced_stage
    from names
    left join listed on names.stage_name = listed.stage_name
    left join stage_seed
        on
            {{ normalised_text('coalesce(listed.stage_label, names.stage_name)') }}
            = stage_seed.stage_name
    where names.stage_name is not null
)

select * from final
