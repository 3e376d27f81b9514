{{ config(materialized='view') }}

with deals as (
    select * from {{ ref('stg_hubspot__deals') }}
),

deal_companies as (
    select * from {{ ref('stg_hubspot__deal_companies') }}
),

deal_merges as (
    select * from {{ ref('stg_hubspot__deal_merges') }}
),

stages as (
    select * from {{ ref('stg_hubspot__stages_named') }}
),

-- The primary company, else the one with the smallest id; a merged deal's are its survivor's too.
first_companies as (
    select
        coalesce(
            deal_merges.merged_into_deal_id,
            cast(deal_companies.deal_id as {{ dbt.type_string() }})
        ) as opportunity_id,
        coalesce(
            min(case
                when deal_companies.is_primary and deal_merges.deal_id is null
                    then deal_companies.company_id
            end),
            min(case when deal_companies.is_primary then deal_companies.company_id end),
            min(deal_companies.company_id)
        ) as company_id
    from deal_companies
    left join deal_merges
        on cast(deal_companies.deal_id as {{ dbt.type_string() }}) = deal_merges.deal_id
    group by 1
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
    left join first_companies
        on cast(deals.deal_id as {{ dbt.type_string() }}) = first_companies.opportunity_id
    left join stages
        on
            deals.stage_id = stages.stage_id
            and (stages.is_id_unique or deals.pipeline_id = stages.pipeline_id)
)

select * from final
