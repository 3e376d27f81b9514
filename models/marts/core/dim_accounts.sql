{{ config(contract={'enforced': is_contract_enforced('accounts')}) }}

with accounts as (
    select * from {{ ref('int_accounts') }}
),

users as (
    select * from {{ ref('int_users') }}
),

-- The stretch in force, else the last one there was.
memberships as (
    select
        account_id,
        abm_tier,
        activated_on,
        exited_on,
        {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }} as is_in_force,
        row_number() over (
            partition by account_id order by valid_from_on desc
        ) as recency_rank
    from {{ ref('int_account_memberships') }}
    where valid_from_on <= {{ as_of_date() }}
),

customers as (
    select * from {{ ref('int_customers_now') }}
),

scores as (
    select * from {{ ref('int_account_vendor_scores') }}
),

programme_stages as (
    select * from {{ ref('programme_stages') }}
),

known as (
    select
        accounts.account_id,
        accounts.account_name,
        accounts.domain,
        accounts.parent_account_id,
        accounts.ultimate_parent_account_id,
        accounts.sector,
        accounts.industry_raw,
        accounts.annual_revenue_usd,
        accounts.account_size_tier,
        cast(accounts.employee_count as integer) as employee_count,
        accounts.country,
        coalesce(users.account_executive_id, 'unknown') as account_owner_id,
        coalesce(memberships.is_in_force, false) as is_abm_now,
        case when memberships.is_in_force then memberships.abm_tier else 'none' end as abm_tier,
        memberships.activated_on,
        case when not memberships.is_in_force then memberships.exited_on end
            as exited_on,
        programme_stages.programme_stage as account_programme_stage,
        customers.account_id is not null as is_customer,
        customers.customer_since_on,
        scores.sixsense_buying_stage,
        scores.sixsense_intent_score,
        scores.sixsense_profile_fit,
        scores.is_6qa,
        scores.demandbase_journey_stage,
        scores.demandbase_pipeline_predict_score,
        accounts.is_benchmark_fallback
        {{ with_passthrough('accounts', 'accounts') }}
    from accounts
    left join users on accounts.account_executive_id = users.account_executive_id
    left join memberships
        on
            accounts.account_id = memberships.account_id
            and memberships.recency_rank = 1
    left join programme_stages
        on
            memberships.is_in_force
            and {{ is_programme_stage_on(
                'programme_stages', as_of_date(), 'memberships.activated_on'
            ) }}
    left join customers on accounts.account_id = customers.account_id
    left join scores on accounts.account_id = scores.account_id
),

final as (
    select * from known

    union all

    select
        'unknown' as account_id,
        'Unknown account' as account_name,
        null as domain,
        null as parent_account_id,
        'unknown' as ultimate_parent_account_id,
        'other' as sector,
        null as industry_raw,
        null as annual_revenue_usd,
        'unsized' as account_size_tier,
        null as employee_count,
        null as country,
        'unknown' as account_owner_id,
        false as is_abm_now,
        'none' as abm_tier,
        null as activated_on,
        null as exited_on,
        null as account_programme_stage,
        false as is_customer,
        null as customer_since_on,
        null as sixsense_buying_stage,
        null as sixsense_intent_score,
        null as sixsense_profile_fit,
        null as is_6qa,
        null as demandbase_journey_stage,
        null as demandbase_pipeline_predict_score,
        true as is_benchmark_fallback
        {{ without_passthrough('accounts') }}
)

select * from final
