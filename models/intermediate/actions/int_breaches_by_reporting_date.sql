with velocities as (
    select * from {{ ref('rpt_pipeline_velocity') }}
    where entity_type = 'account_executive' and target_velocity_monthly is not null
),

penetrations as (
    select penetrations.*
    from {{ ref('int_account_penetrations_by_reporting_date') }} as penetrations
    inner join {{ ref('int_programme_accounts_by_reporting_date') }} as programme_accounts
        on
            penetrations.as_of_on = programme_accounts.as_of_on
            and penetrations.account_id = programme_accounts.account_id
    where penetrations.apr_pct is not null
),

concentrations as (
    select * from {{ ref('rpt_attribution_concentration') }}
    where attribution_model = '{{ var("attribution_model") }}' and is_concentrated is not null
),

lifetime_values as (
    select * from {{ ref('rpt_customer_lifetime_value') }}
    where programme = 'abm' and clv_cac_ratio is not null
),

apr_floor as (
    select * from {{ ref('alert_rules') }}
    where rule_id = 'apr_floor'
),

final as (
    select
        as_of_on,
        'velocity_below_target' as rule_id,
        entity_type,
        entity_id,
        not is_on_target as is_breach,
        velocity_monthly as metric_value,
        target_velocity_monthly as threshold
    from velocities
    where velocity_monthly is not null

    union all

    select
        as_of_on,
        'apr_below_tier_target' as rule_id,
        'account' as entity_type,
        account_id as entity_id,
        not is_on_target as is_breach,
        apr_pct as metric_value,
        cast(apr_target_pct as {{ type_double() }}) as threshold
    from penetrations

    union all

    select
        penetrations.as_of_on,
        'apr_floor' as rule_id,
        'account' as entity_type,
        penetrations.account_id as entity_id,
        penetrations.apr_pct < apr_floor.threshold as is_breach,
        penetrations.apr_pct as metric_value,
        cast(apr_floor.threshold as {{ type_double() }}) as threshold
    from penetrations
    cross join apr_floor

    union all

    -- Of the two limits the one that is exceeded; both: the share of the top channel.
    select
        as_of_on,
        'attribution_concentrated' as rule_id,
        'channel' as entity_type,
        top_channel as entity_id,
        is_concentrated as is_breach,
        case
            when top_channel_share > maximum_top_channel_share then 100 * top_channel_share
            else 100 * herfindahl_index
        end as metric_value,
        cast(
            case
                when top_channel_share > maximum_top_channel_share
                    then 100 * maximum_top_channel_share
                else 100 * maximum_herfindahl_index
            end as {{ type_double() }}
        ) as threshold
    from concentrations

    union all

    select
        as_of_on,
        'clv_cac_below_minimum' as rule_id,
        'sector' as entity_type,
        sector as entity_id,
        not is_on_target as is_breach,
        clv_cac_ratio as metric_value,
        minimum_ratio as threshold
    from lifetime_values
)

select * from final
