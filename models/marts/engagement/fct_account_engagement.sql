with accounts as (
    select
        accounts.*,
        programme.abm_tier
    from {{ ref('int_accounts') }} as accounts
    left join {{ ref('int_programme_accounts_by_reporting_date') }} as programme
        on accounts.account_id = programme.account_id and programme.as_of_on = {{ as_of_date() }}
),

history as (
    select * from {{ ref('int_account_engagement_history') }}
),

first_mqa as (
    select distinct
        account_id,
        first_mqa_on
    from {{ ref('int_qualified_stretches') }}
),

sector_thresholds as (
    select * from {{ ref('sector_thresholds') }}
),

decayed as (
    select * from {{ ref('int_decayed_engagement') }}
),

uplifts as (
    select * from {{ ref('int_activation_uplifts') }}
),

scores_now as (
    select * from history
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

scores_then as (
    select * from history
    where {{ is_valid_on(as_of_date(-30), 'valid_from_on', 'valid_to_on') }}
),

last_engagement as (
    select
        account_id,
        max(occurred_on) as last_engaged_on
    from {{ ref('int_touchpoints') }}
    where is_counted_engagement
    group by account_id
),

scored as (
    select
        accounts.account_id,
        accounts.abm_tier,
        coalesce(scores_now.touchpoint_score, 0) as touchpoint_score,
        coalesce(scores_now.stakeholder_reach, 0) as stakeholder_reach,
        coalesce(scores_now.content_consumption, 0) as content_consumption,
        coalesce(scores_now.intent_signals, 0) as intent_signals,
        cast(coalesce(scores_now.aes, 0) as {{ type_decimal(6) }}) as aes,
        coalesce(scores_now.aes_band, 'bottom') as aes_band,
        coalesce(scores_now.engagement_points, 0) as engagement_points,
        cast(coalesce(scores_then.aes, 0) as {{ type_decimal(6) }}) as aes_30_days_ago,
        sector_thresholds.*,
        last_engagement.last_engaged_on,
        first_mqa.first_mqa_on,
        decayed.aes_decayed,
        uplifts.activation_uplift_ratio,
        uplifts.activation_uplift_reason,
        uplifts.account_id is null as is_never_activated
    from accounts
    inner join sector_thresholds on accounts.benchmark_sector = sector_thresholds.sector
    left join scores_now on accounts.account_id = scores_now.account_id
    left join scores_then on accounts.account_id = scores_then.account_id
    left join last_engagement on accounts.account_id = last_engagement.account_id
    left join first_mqa on accounts.account_id = first_mqa.account_id
    left join decayed on accounts.account_id = decayed.account_id
    left join uplifts on accounts.account_id = uplifts.account_id
),

final as (
    select
        account_id,
        {{ as_of_date() }} as as_of_on,
        abm_tier is not null as is_abm_now,
        coalesce(abm_tier, 'none') as abm_tier,
        cast(touchpoint_score as {{ type_decimal(4) }}) as touchpoint_score,
        cast(stakeholder_reach as integer) as stakeholder_reach,
        cast(content_consumption as {{ type_decimal(4) }}) as content_consumption,
        cast(intent_signals as integer) as intent_signals,
        aes,
        cast(
            {{ 'coalesce(aes_decayed, 0)' if var('aes_half_life_days') else 'aes_decayed' }}
            as {{ type_decimal(6) }}
        ) as aes_decayed,
        aes_band,
        case aes_band
            when 'top' then label_top when 'middle' then label_middle else label_bottom end
            as aes_status,
        lower_threshold,
        upper_threshold,
        cast(engagement_points as {{ type_decimal(4) }}) as engagement_points,
        aes_30_days_ago,
        cast(aes - aes_30_days_ago as {{ type_decimal(6) }}) as aes_change_30d,
        last_engaged_on,
        cast(row_number() over (
            order by aes desc, {{ binary_order('account_id') }}
        ) as integer) as engagement_rank,
        {{ is_mqa('aes_band', 'stakeholder_reach') }} as is_mqa,
        first_mqa_on,
        activation_uplift_ratio,
        case when is_never_activated then 'never_activated' else activation_uplift_reason end
            as activation_uplift_reason
    from scored
)

select * from final
