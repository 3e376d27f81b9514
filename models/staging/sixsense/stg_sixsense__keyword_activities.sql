with keyword_activity as (
    {{ raw_rows('sixsense', 'keyword_activity') }}
),

final as (
    select
        source_connection,
        company_id,
        {{ web_host('domain') }} as domain,
        keyword,
        researchers as n_researchers,
        activity_date as active_on
    from keyword_activity
)

select * from final
