{{ config(materialized='view') }}

with company_days as (
    select * from {{ ref('stg_linkedin_ads__company_engagement') }}
),

keyed as (
    select
        *,
        campaign_source_id || ' / ' || company_raw || ' / '
        || cast(engaged_on as {{ dbt.type_string() }}) as company_day_id,
        {{ noon_of('engaged_on') }} as occurred_at
    from company_days
),

final as (
    {% for record_type, count_column in {
        'impressions': 'n_impressions', 'clicks': 'n_clicks'
    }.items() -%}
    select
        {{ interaction_row({
            'source_system': "'linkedin_ads'",
            'source_table': "'company_engagement'",
            'source_record_id': 'company_day_id',
            'occurred_at': 'occurred_at',
            'is_date_only': 'true',
            'account_domain': 'domain',
            'record_type': "'" ~ record_type ~ "'",
            'campaign_source_table': "'campaign_history'",
            'campaign_source_id': 'campaign_source_id',
        }) }}
    from keyed
    where {{ count_column }} > 0
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}
)

select * from final
