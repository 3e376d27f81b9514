with deal_pipeline as (
    {{ raw_rows('hubspot', 'deal_pipeline') }}
),

final as (
    select
        source_connection,
        pipeline_id,
        label as pipeline_name
    from deal_pipeline
)

select * from final
