{{ config(materialized='view') }}

with companies as (
    select * from {{ ref('stg_sixsense__accounts') }}
),

final as (
    select
        'sixsense' as source_system,
        company_id as source_record_id,
        cast(null as {{ dbt.type_string() }}) as account_id,
        domain,
        country,
        extracted_on as stated_on,
        buying_stage as sixsense_buying_stage,
        intent_score as sixsense_intent_score,
        profile_fit as sixsense_profile_fit,
        is_6qa,
        cast(null as {{ dbt.type_string() }}) as demandbase_journey_stage,
        cast(null as {{ type_double() }}) as demandbase_pipeline_predict_score
    from companies
)

select * from final
