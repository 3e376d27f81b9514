with risks as (
    select * from {{ ref('int_account_risks') }}
    where ended_on is null
),

drops as (
    select * from {{ ref('int_score_drops') }}
    where to_on is null
),

silences as (
    select
        account_id,
        max({{ days_between('from_on', as_of_date()) }} + window_days) as silent_days,
        min(window_days) as window_days
    from {{ ref('int_quiet_deals') }}
    where to_on is null
    group by account_id
),

final as (
    select
        risks.account_id,
        risks.fired_on,
        case when drops.account_id is null then 'silence' else 'score' end as risk_basis,
        coalesce(drops.drop_pct, cast(silences.silent_days as {{ type_double() }}))
            as metric_value,
        coalesce(drops.threshold, cast(silences.window_days as {{ type_double() }})) as threshold
    from risks
    left join drops on risks.account_id = drops.account_id
    left join silences on risks.account_id = silences.account_id
)

select * from final
