with account_actions as (
    select * from {{ ref('int_account_actions') }}
),

described as (
    select * from {{ ref('int_action_accounts') }}
),

open_deals as (
    select * from {{ ref('fct_opportunities') }}
    where is_open and opportunity_type in ('new_business', 'expansion')
),

concentrations as (
    select * from {{ ref('rpt_attribution_concentration') }}
    where
        as_of_on = {{ as_of_date() }}
        and attribution_model = '{{ var("attribution_model") }}'
        and is_concentrated
),

action_types as (
    select * from {{ ref('action_types') }}
),

thin_committees as (
    select breaches.*
    from {{ ref('int_breaches') }} as breaches
    inner join {{ ref('alert_rules') }} as alert_rules
        on breaches.rule_id = alert_rules.rule_id and alert_rules.is_enabled
    where breaches.rule_id = 'committee_too_thin' and breaches.ended_on is null
),

deals as (
    select
        open_deals.*,
        described.engaged_stakeholders,
        action_types.threshold as wanted_stakeholders,
        thin_committees.current_value as thin_people,
        thin_committees.threshold as thin_threshold
    from open_deals
    inner join described on open_deals.account_id = described.account_id
    inner join action_types on action_types.action_type = 'widen_stakeholders'
    left join thin_committees on open_deals.account_id = thin_committees.entity_id
),

candidates as (
    select
        account_actions.action_type,
        account_actions.template_code,
        'account' as entity_type,
        account_actions.account_id as entity_id,
        described.account_name as entity_name,
        described.priority,
        account_actions.account_executive_id,
        account_actions.metric_value,
        account_actions.reference_value,
        account_actions.detail,
        account_actions.detail_fr,
        described.value_basis,
        described.value_amount
    from account_actions
    inner join described on account_actions.account_id = described.account_id

    union all

    select
        'widen_stakeholders' as action_type,
        case when thin_threshold is null then 'action_widen_stakeholders'
            else 'action_committee_too_thin' end as template_code,
        'opportunity' as entity_type,
        opportunity_id as entity_id,
        opportunity_label as entity_name,
        case when is_advanced then 1 else 2 end as priority,
        account_executive_id,
        cast(
            case when thin_threshold is null then engaged_stakeholders else thin_people end
            as {{ type_double() }}
        ) as metric_value,
        cast(coalesce(thin_threshold, wanted_stakeholders) as {{ type_double() }})
            as reference_value,
        null as detail,
        null as detail_fr,
        case when amount > 0 then 'open_pipeline' end as value_basis,
        case when amount > 0 then amount end as value_amount
    from deals
    where engaged_stakeholders < wanted_stakeholders or thin_threshold is not null

    union all

    select
        'channel_rebalancing' as action_type,
        'action_channel_rebalancing' as template_code,
        'channel' as entity_type,
        top_channel as entity_id,
        null as entity_name,
        2 as priority,
        'unknown' as account_executive_id,
        100 * top_channel_share as metric_value,
        cast(100 * maximum_top_channel_share as {{ type_double() }}) as reference_value,
        null as detail,
        null as detail_fr,
        null as value_basis,
        null as value_amount
    from concentrations
),

final as (
    select
        candidates.*,
        action_types.decimals
    from candidates
    inner join action_types on candidates.action_type = action_types.action_type
    where action_types.is_enabled
)

select * from final
