{{ config(materialized='view') }}

with deals as (
    select * from {{ ref('stg_hubspot__deals') }}
),

deal_companies as (
    select * from {{ ref('stg_hubspot__deal_companies') }}
),

stages as (
    select * from {{ ref('stg_hubspot__stages_named') }}
),

-- The primary company, else the one with the smallest id.
first_companies as (
    select
        deal_id,
        coalesce(min(case when is_primary then company_id end), min(company_id)) as company_id
    from deal_companies
    group by deal_id
),

final as (
    select
        -- ids
        'hubspot' as source_system,
        cast(deals.deal_id as {{ dbt.type_string() }}) as opportunity_id,
        cast(first_companies.company_id as {{ dbt.type_string() }}) as account_id,
        deals.owner_id as account_executive_id,

        -- strings
        deals.deal_name as opportunity_name,
        coalesce(stages.stage_name, deals.stage_id) as stage_name,
        deals.deal_type as opportunity_type_raw,
        deals.currency,

        -- numerics
        deals.amount,
        cast(null as integer) as contract_term_months,

        -- booleans
        coalesce(deals.is_closed or deals.is_won, stages.is_closed, false) as is_closed,
        coalesce(deals.is_won, stages.is_won, false) as is_won,

        -- timestamps
        deals.created_at,
        deals.modified_at,
        deals.close_on
        {{ with_passthrough('opportunities', 'deals', source='hubspot') }}
    from deals
    left join first_companies on deals.deal_id = first_companies.deal_id
    left join stages
        on
            deals.stage_id = stages.stage_id
            and (stages.is_id_unique or deals.pipeline_id = stages.pipeline_id)
)

select * from final
