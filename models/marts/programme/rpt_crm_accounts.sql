with accounts as (
    select * from {{ ref('int_accounts') }}
),

engagement as (
    select * from {{ ref('fct_account_engagement') }}
),

penetration as (
    select * from {{ ref('fct_account_penetration') }}
),

journeys as (
    select * from {{ ref('fct_account_journey') }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

-- What is to be done on one of the account's deals is to be done on the account.
actions as (
    select
        actions.*,
        action_types.action_order,
        case
            when actions.entity_type = 'account' then actions.entity_id
            else opportunities.account_id
        end as account_id
    from {{ ref('rpt_recommended_actions') }} as actions
    inner join {{ ref('action_types') }} as action_types
        on actions.action_type = action_types.action_type
    left join opportunities
        on
            actions.entity_type = 'opportunity'
            and actions.entity_id = opportunities.opportunity_id
),

ranked_actions as (
    select
        *,
        row_number() over (
            partition by account_id
            order by priority, action_order, value_rank, {{ binary_order('entity_id') }}
        ) as action_rank
    from actions
    where account_id is not null
),

-- The components of the score, and the two counts of the penetration rate.
changes as (
    select
        account_id,
        valid_from_on as changed_on
    from {{ ref('fct_account_engagement_history') }}

    union all

    select
        account_id,
        changed_on
    from {{ ref('int_penetration_changes') }}
    where identified_stakeholders <> 0 or engaged_stakeholders <> 0
),

last_changes as (
    select
        account_id,
        max(changed_on) as changed_since
    from changes
    where changed_on <= {{ as_of_date() }}
    group by account_id
),

final as (
    select
        accounts.account_id,
        accounts.source_system,
        {{ id_in_system('accounts.account_id') }} as crm_account_id,
        {{ as_of_date() }} as as_of_on,
        last_changes.changed_since,
        engagement.aes,
        engagement.aes_band,
        engagement.aes_change_30d,
        journeys.current_stage,
        penetration.apr_pct,
        penetration.missing_key_roles,
        penetration.missing_key_roles_fr,
        ranked_actions.action_type as next_action_type,
        ranked_actions.reason_en as next_action_reason_en,
        ranked_actions.reason_fr as next_action_reason_fr
    from accounts
    inner join engagement on accounts.account_id = engagement.account_id
    inner join penetration on accounts.account_id = penetration.account_id
    inner join journeys on accounts.account_id = journeys.account_id
    left join last_changes on accounts.account_id = last_changes.account_id
    left join ranked_actions
        on accounts.account_id = ranked_actions.account_id and ranked_actions.action_rank = 1
)

select * from final
