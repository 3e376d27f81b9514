-- For each role the decision with most at stake. What a budget moves is not what a deal is worth:
-- leadership is asked for it first.
with alerts_asked (owner_role, decision, place, rule_id) as (
    values
        ('account_executive', 'call_hot_accounts', 1, 'aes_hot'),
        ('account_executive', 're_engage_accounts', 1, 'account_at_risk'),
        ('leadership', 'review_velocity', 2, 'velocity_below_target')
),

actions_asked (owner_role, decision, place, action_type) as (
    values
        ('marketing', 'widen_stakeholders', 1, 'widen_stakeholders'),
        ('marketing', 'reach_key_roles', 1, 'missing_key_role')
),

options as (
    select
        alerts_asked.owner_role,
        decision,
        place,
        count(*) as n,
        sum(amount_at_stake) as amount_at_stake,
        first(entity_id order by amount_at_stake desc nulls last, entity_id) as first_id
    from marts.fct_alerts
    inner join alerts_asked using (rule_id)
    where state = 'open'
    group by all

    union all

    select
        owner_role,
        decision,
        place,
        count(*) as n,
        sum(value_amount) as amount_at_stake,
        first(entity_id order by value_rank, entity_id) as first_id
    from marts.rpt_recommended_actions
    inner join actions_asked using (action_type)
    where action_type <> 'missing_key_role' or value_basis = 'open_pipeline'
    group by all

    union all

    select
        'leadership' as owner_role,
        'move_budget' as decision,
        1 as place,
        count(*) as n,
        sum(greatest(recommended_budget - current_budget, 0)) as amount_at_stake,
        first(channel order by recommended_budget - current_budget desc, channel) as first_id
    from marts.rpt_budget_allocation
    where recommended_budget <> current_budget
    having count(*) > 0
),

ranked as (
    select
        *,
        row_number() over (
            partition by owner_role
            order by place, amount_at_stake desc nulls last, decision
        ) as option_rank
    from options
)

select
    owner_role,
    decision,
    n,
    amount_at_stake,
    coalesce(accounts.account_name, deals.opportunity_label, executives.account_executive_name)
        as first_name,
    coalesce(first_name, channels.label_en, first_id) as first_name_en,
    coalesce(first_name, channels.label_fr, first_id) as first_name_fr
from ranked
left join marts.dim_accounts as accounts
    on ranked.first_id = accounts.account_id
left join marts.fct_opportunities as deals
    on ranked.first_id = deals.opportunity_id
left join marts.dim_account_executives as executives
    on ranked.first_id = executives.account_executive_id
left join marts.dim_channels as channels
    on ranked.first_id = channels.channel
where option_rank = 1
order by list_position(['account_executive', 'marketing', 'leadership'], owner_role)
