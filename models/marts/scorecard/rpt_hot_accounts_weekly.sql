with weekly as (
    select * from {{ ref('rpt_account_engagement_weekly') }}
    where aes_band = 'top' and week_start_on > {{ as_of_date(-14) }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

drivers as (
    select * from {{ ref('fct_account_engagement_drivers') }}
),

sales_touches as (
    select * from {{ ref('fct_touchpoints') }}
    where is_sales and not is_machine
),

ranked_drivers as (
    select
        account_id,
        coalesce(driver_label_en, driver) as driver_label_en,
        coalesce(driver_label_fr, driver) as driver_label_fr,
        contribution,
        row_number() over (
            partition by account_id
            order by
                contribution desc,
                {{ binary_order('coalesce(driver_label_en, driver)') }},
                {{ binary_order('component') }},
                {{ binary_order('driver') }}
        ) as driver_rank
    from drivers
),

last_sales_touches as (
    select
        account_id,
        max(occurred_on) as last_sales_touch_on
    from sales_touches
    group by account_id
),

final as (
    select
        weekly.account_id,
        weekly.week_start_on,
        weekly.aes,
        weekly.aes_change,
        ranked_drivers.driver_label_en as top_driver,
        ranked_drivers.driver_label_fr as top_driver_fr,
        ranked_drivers.contribution as top_driver_contribution,
        accounts.account_owner_id,
        last_sales_touches.last_sales_touch_on,
        weekly.is_provisional
    from weekly
    inner join accounts on weekly.account_id = accounts.account_id
    left join ranked_drivers
        on weekly.account_id = ranked_drivers.account_id and ranked_drivers.driver_rank = 1
    left join last_sales_touches on weekly.account_id = last_sales_touches.account_id
)

select * from final
