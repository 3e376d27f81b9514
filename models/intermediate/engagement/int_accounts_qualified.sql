with stretches as (
    select * from {{ ref('int_qualified_stretches') }}
),

final as (
    select
        account_id,
        min(valid_from_on) as first_mqa_on
    from stretches
    group by account_id
)

select * from final
