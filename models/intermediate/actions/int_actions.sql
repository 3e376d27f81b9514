with described as (
    select * from {{ ref('int_action_accounts') }}
),

open_deals as (
    select * from {{ ref('fct_opportunities') }}
    where is_open and opportunity_type in ('new_business', 'expansion')
),

risks as (
    select * from {{ ref('int_account_risks') }}
    where ended_on is null
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

candidates as (
    select
        're_engagement' as action_type,
        'account' as entity_type,
        described.account_id as entity_id,
        described.account_name as entity_name,
        described.priority,
        described.account_executive_id,
        risks.metric_value,
        risks.threshold as reference_value,
        cast(risks.fired_on as {{ dbt.type_string() }}) as detail,
        cast(null as {{ dbt.type_string() }}) as detail_fr
    from described
    inner join risks on described.account_id = risks.account_id
    where described.is_abm_now or described.n_open > 0

    union all

    select
        'expansion' as action_type,
        'account' as entity_type,
        account_id as entity_id,
        account_name as entity_name,
        priority,
        account_executive_id,
        cast(aes as {{ type_double() }}) as metric_value,
        apr_pct as reference_value,
        null as detail,
        null as detail_fr
    from described
    where is_customer and aes_band = 'top' and is_apr_on_target and n_expansions = 0

    union all

    select
        'multi_threading' as action_type,
        'opportunity' as entity_type,
        open_deals.opportunity_id as entity_id,
        open_deals.opportunity_name as entity_name,
        case when open_deals.is_advanced then 1 else 2 end as priority,
        open_deals.account_executive_id,
        cast(described.engaged_stakeholders as {{ type_double() }}) as metric_value,
        cast(action_types.threshold as {{ type_double() }}) as reference_value,
        null as detail,
        null as detail_fr
    from open_deals
    inner join described on open_deals.account_id = described.account_id
    inner join action_types on action_types.action_type = 'multi_threading'
    where described.engaged_stakeholders < action_types.threshold

    union all

    select
        'missing_key_role' as action_type,
        'account' as entity_type,
        account_id as entity_id,
        account_name as entity_name,
        priority,
        account_executive_id,
        cast(null as {{ type_double() }}) as metric_value,
        cast(null as {{ type_double() }}) as reference_value,
        missing_key_roles as detail,
        missing_key_roles_fr as detail_fr
    from described
    where
        is_abm_now and missing_key_roles is not null and (n_open > 0 or aes_band <> 'bottom')

    union all

    select
        'channel_rebalancing' as action_type,
        'channel' as entity_type,
        top_channel as entity_id,
        top_channel as entity_name,
        2 as priority,
        'unknown' as account_executive_id,
        100 * top_channel_share as metric_value,
        cast(100 * maximum_top_channel_share as {{ type_double() }}) as reference_value,
        null as detail,
        null as detail_fr
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
