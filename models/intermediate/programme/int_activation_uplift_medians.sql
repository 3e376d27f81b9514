with accounts as (
    select * from {{ ref('int_programme_account_measures') }}
    where activation_uplift_ratio is not null
),

-- Each account in its tier and in the whole.
counted_twice as (
    select
        account_id,
        abm_tier,
        activation_uplift_ratio
    from accounts

    union all

    select
        account_id,
        'all' as abm_tier,
        activation_uplift_ratio
    from accounts
),

ranked as (
    select
        abm_tier,
        activation_uplift_ratio,
        row_number() over (
            partition by abm_tier
            order by activation_uplift_ratio, {{ binary_order('account_id') }}
        ) as uplift_rank,
        count(*) over (partition by abm_tier) as n_uplifts
    from counted_twice
),

final as (
    select
        abm_tier,
        avg(cast(activation_uplift_ratio as {{ type_double() }})) as activation_uplift_median
    from ranked
    where {{ is_middle_row('uplift_rank', 'n_uplifts') }}
    group by abm_tier
)

select * from final
