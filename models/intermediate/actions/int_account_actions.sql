with described as (
    select * from {{ ref('int_action_accounts') }}
),

risks as (
    select * from {{ ref('int_account_risks_now') }}
),

gaps as (
    select * from {{ ref('int_content_gaps') }}
),

action_types as (
    select * from {{ ref('action_types') }}
),

final as (
    select
        described.account_id,
        're_engagement' as action_type,
        'action_re_engagement_by_' || risks.risk_basis as template_code,
        described.account_owner_id as account_executive_id,
        risks.metric_value,
        risks.threshold as reference_value,
        cast(risks.fired_on as {{ dbt.type_string() }}) as detail,
        cast(null as {{ dbt.type_string() }}) as detail_fr
    from described
    inner join risks on described.account_id = risks.account_id
    where described.is_abm_now or described.n_open > 0

    union all

    select
        described.account_id,
        'cold_account' as action_type,
        'action_cold_account' || coalesce('_by_' || described.value_basis, '') as template_code,
        described.account_owner_id as account_executive_id,
        cast(described.aes as {{ type_double() }}) as metric_value,
        cast(described.lower_threshold as {{ type_double() }}) as reference_value,
        null as detail,
        null as detail_fr
    from described
    left join risks on described.account_id = risks.account_id
    where
        described.is_abm_now
        and described.aes_band = 'bottom'
        and risks.account_id is null

    union all

    select
        described.account_id,
        'expansion' as action_type,
        'action_expansion'
        || case when other_deals.account_id is null then '' else '_beside_deals' end
            as template_code,
        described.account_owner_id as account_executive_id,
        cast(described.aes as {{ type_double() }}) as metric_value,
        described.apr_pct as reference_value,
        other_deals.deals as detail,
        other_deals.deals_fr as detail_fr
    from described
    left join {{ ref('int_other_open_deals') }} as other_deals
        on described.account_id = other_deals.account_id
    where
        described.is_customer
        and described.aes_band = 'top'
        and described.is_apr_on_target
        and described.n_expansions = 0

    union all

    select
        described.account_id,
        'multi_threading' as action_type,
        'action_multi_threading' as template_code,
        described.first_executive_id as account_executive_id,
        cast(described.n_executives as {{ type_double() }}) as metric_value,
        cast(action_types.threshold as {{ type_double() }}) as reference_value,
        described.top_tiers as detail,
        described.top_tiers_fr as detail_fr
    from described
    inner join action_types on action_types.action_type = 'multi_threading'
    where
        described.is_abm_now
        and described.top_tiers is not null
        and described.n_executives between 1 and action_types.threshold - 1

    union all

    select
        described.account_id,
        gaps.content_kind as action_type,
        'action_' || gaps.content_kind as template_code,
        described.account_owner_id as account_executive_id,
        cast(gaps.n_stakeholders as {{ type_double() }}) as metric_value,
        null as reference_value,
        gaps.personas as detail,
        gaps.personas_fr as detail_fr
    from described
    inner join gaps on described.account_id = gaps.account_id
    where described.is_worked

    union all

    select
        described.account_id,
        'missing_key_role' as action_type,
        'action_missing_key_role' as template_code,
        described.account_owner_id as account_executive_id,
        null as metric_value,
        null as reference_value,
        described.missing_key_roles as detail,
        described.missing_key_roles_fr as detail_fr
    from described
    where described.is_worked and described.missing_key_roles is not null
)

select * from final
