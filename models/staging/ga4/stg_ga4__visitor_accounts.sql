with visitor_accounts as (
    {{ raw_rows('ga4', 'visitor_accounts') }}
),

final as (
    select
        source_connection,
        user_pseudo_id as visitor_id,
        {{ web_host('domain') }} as domain,
        confidence,
        first_seen_at
    from visitor_accounts
)

select * from final
