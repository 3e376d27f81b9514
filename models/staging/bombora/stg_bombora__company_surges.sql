with company_surge as (
    {{ raw_rows('bombora', 'company_surge') }}
),

final as (
    select
        source_connection,
        {{ web_host('domain') }} as domain,
        topic_name as topic,
        composite_score,
        week_start as week_start_on
    from company_surge
)

select * from final
