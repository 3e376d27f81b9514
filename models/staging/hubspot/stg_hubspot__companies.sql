with company as (
    {{ raw_rows('hubspot', 'company') }}
),

final as (
    select
        id as company_id,
        {{ web_host('property_domain') }} as domain
    from company
)

select * from final
