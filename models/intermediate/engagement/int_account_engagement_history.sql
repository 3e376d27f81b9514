{{ config(materialized='updated_table') }}

with changes as (
    select * from {{ ref('int_engagement_changes') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

coefficients as (
    {{ aes_coefficients() }}
),

sector_thresholds as (
    select * from {{ ref('sector_thresholds') }}
),

accumulated as (
    select
        account_id,
        changed_on as valid_from_on,
        lead(changed_on) over (partition by account_id order by changed_on) as valid_to_on,
        {%- for component in (
            'touchpoint_score', 'stakeholder_reach', 'content_consumption', 'intent_signals',
            'engagement_points'
        ) %}
        sum({{ component }}) over (
            partition by account_id
            order by changed_on
            rows between unbounded preceding and current row
        ) as {{ component }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from changes
),

scored as (
    select
        accumulated.account_id,
        accumulated.valid_from_on,
        accumulated.valid_to_on,
        cast(accumulated.touchpoint_score as {{ type_decimal(4) }}) as touchpoint_score,
        cast(accumulated.stakeholder_reach as integer) as stakeholder_reach,
        cast(accumulated.content_consumption as {{ type_decimal(4) }}) as content_consumption,
        cast(accumulated.intent_signals as integer) as intent_signals,
        cast(accumulated.engagement_points as {{ type_decimal(4) }}) as engagement_points,
        {{ account_engagement_score('accumulated', 'coefficients') }} as aes,
        sector_thresholds.lower_threshold,
        sector_thresholds.upper_threshold
    from accumulated
    inner join accounts on accumulated.account_id = accounts.account_id
    inner join sector_thresholds on accounts.benchmark_sector = sector_thresholds.sector
    cross join coefficients
),

final as (
    select
        account_id,
        valid_from_on,
        valid_to_on,
        touchpoint_score,
        stakeholder_reach,
        content_consumption,
        intent_signals,
        aes,
        {{ aes_band('aes', 'lower_threshold', 'upper_threshold') }} as aes_band,
        engagement_points
    from scored
)

select * from final
