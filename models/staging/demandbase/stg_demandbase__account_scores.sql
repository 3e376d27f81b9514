{{ config(materialized='view') }}

with companies as (
    select * from {{ ref('stg_demandbase__accounts') }}
),

final as (
    select
        'demandbase' as source_system,
        company_id as source_record_id,
        crm_account_id as account_id,
        domain,
        cast(null as {{ dbt.type_string() }}) as country,
        snapshot_on as stated_on,
        cast(null as {{ dbt.type_string() }}) as sixsense_buying_stage,
        cast(null as {{ type_double() }}) as sixsense_intent_score,
        cast(null as {{ dbt.type_string() }}) as sixsense_profile_fit,
        cast(null as boolean) as is_6qa,
        journey_stage as demandbase_journey_stage,
        pipeline_predict_score as demandbase_pipeline_predict_score
    from companies
)

select * from final
