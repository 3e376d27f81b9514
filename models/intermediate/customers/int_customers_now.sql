with replayed as (
    select * from {{ ref('int_customers_by_day') }}
),

final as (
    select * from replayed
    where as_of_on = {{ as_of_date() }}
)

select * from final
