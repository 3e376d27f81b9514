{{ config(materialized='table') }}

with touchpoints as (
    select
        account_id,
        occurred_on,
        channel,
        case when is_counted_engagement then person_id end as engaged_person_id,
        -- A mail counts as marketing that reached the account only where its campaign is listed.
        case
            when is_sales then 0
            when
                interaction_type = 'email_delivered'
                and coalesce(abm_touch_basis, 'none') <> 'campaign'
                then 0
            else 1
        end as is_coverage,
        case when is_counted_engagement and not is_sales then 1 else 0 end as is_engagement,
        case when is_counted_engagement then 1 else 0 end as is_counted_engagement
    from {{ ref('int_touchpoints') }}
    where account_id is not null and (is_engagement or is_exposure) and not is_machine
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

-- The same day, channel and person once: the windows of several reporting dates overlap.
daily as (
    select
        account_id,
        occurred_on,
        channel,
        engaged_person_id,
        max(is_coverage) as is_coverage,
        max(is_engagement) as is_engagement,
        max(is_counted_engagement) as is_counted_engagement
    from touchpoints
    group by account_id, occurred_on, channel, engaged_person_id
),

final as (
    select
        reporting_dates.as_of_on,
        daily.account_id,
        count(distinct daily.channel) as n_channels,
        count(distinct daily.engaged_person_id) as n_engaged_people,
        max(daily.is_coverage) = 1 as is_covered,
        max(daily.is_engagement) = 1 as is_engaged,
        max(daily.is_counted_engagement) = 1 as has_counted_engagement
    from daily
    inner join reporting_dates
        on {{ is_in_trailing_days(
            'daily.occurred_on', var('aes_window_days'), 'reporting_dates.as_of_on'
        ) }}
    group by reporting_dates.as_of_on, daily.account_id
)

select * from final
