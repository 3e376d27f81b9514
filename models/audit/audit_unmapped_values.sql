with accounts as (
    select * from {{ ref('int_accounts_classified') }}
),

people as (
    select * from {{ ref('int_people_matched') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
),

role_records as (
    {{ union_sources('buying_role_records') }}
),

crm_accounts as (
    {{ union_sources('accounts') }}
),

content_assets as (
    select * from {{ ref('stg_abm_program__content_assets') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
),

crm_stages as (
    {{ union_sources('opportunity_stages') }}
),

investments as (
    select * from {{ ref('int_investments_valued') }}
),

target_accounts as (
    select * from {{ ref('stg_abm_program__target_accounts') }}
),

contracts as (
    select * from {{ ref('stg_abm_program__contracts') }}
),

listings as (
    select * from {{ ref('stg_abm_program__programme_campaigns') }}
),

account_ids as (
    select * from {{ ref('int_account_ids_resolved') }}
),

campaigns as (
    select * from {{ ref('int_campaigns_conformed') }}
),

unmapped as (
    select
        'sector_aliases' as seed_name,
        accounts.industry_raw as raw_value
    from accounts
    left join {{ ref('sector_aliases') }} as aliases
        on {{ normalised_text('accounts.industry_raw') }} = aliases.alias
    where accounts.industry_raw is not null and aliases.alias is null

    union all

    select
        'country_aliases' as seed_name,
        accounts.country as raw_value
    from accounts
    left join {{ ref('country_aliases') }} as aliases on lower(accounts.country) = aliases.alias
    where accounts.country is not null and aliases.alias is null

    union all

    select
        'currency_rates' as seed_name,
        crm_accounts.currency as raw_value
    from crm_accounts
    left join {{ ref('int_currency_rates_resolved') }} as rates
        on crm_accounts.currency = rates.currency
    where crm_accounts.currency is not null and rates.currency is null

    union all

    select
        'buying_roles' as seed_name,
        role_records.role_raw as raw_value
    from role_records
    left join {{ ref('buying_roles') }} as aliases
        on {{ normalised_text('role_records.role_raw') }} = aliases.alias
    where role_records.role_raw is not null and aliases.alias is null

    union all

    select
        'personas' as seed_name,
        title as raw_value
    from people
    where title is not null and persona = 'other'

    union all

    select
        'content_asset_types' as seed_name,
        content_assets.asset_type as raw_value
    from content_assets
    left join {{ ref('content_asset_types') }} as types
        on content_assets.asset_type = types.asset_type
    where content_assets.asset_type is not null and types.asset_type is null

    union all

    select
        'interaction_rules' as seed_name,
        source_system || ' ' || source_table || ': ' || coalesce(unmapped_record_type, '(none)')
            as raw_value
    from touchpoints
    where interaction_type = 'unmapped'

    union all

    select
        'channels' as seed_name,
        touchpoints.channel as raw_value
    from touchpoints
    left join {{ ref('channels') }} as channels on touchpoints.channel = channels.channel
    where channels.channel is null

    union all

    select
        'opportunity_types' as seed_name,
        opportunities.opportunity_type_raw as raw_value
    from opportunities
    left join {{ ref('opportunity_types') }} as aliases
        on {{ normalised_text('opportunities.opportunity_type_raw') }} = aliases.alias
    where opportunities.opportunity_type_raw is not null and aliases.alias is null

    union all

    select
        'sector_aliases' as seed_name,
        sector_raw as raw_value
    from investments
    where sector_raw is not null and sector is null

    union all

    -- What the marketing team's lists name and nobody else knows.
    select
        'accounts of target_accounts' as seed_name,
        target_accounts.account_id as raw_value
    from target_accounts
    left join account_ids on target_accounts.account_id = account_ids.known_account_id
    where account_ids.known_account_id is null

    union all

    select
        'tiers of target_accounts' as seed_name,
        abm_tier as raw_value
    from target_accounts
    where abm_tier not in ('one_to_one', 'one_to_few', 'one_to_many')

    union all

    select
        'accounts of contracts' as seed_name,
        contracts.account_id as raw_value
    from contracts
    left join account_ids on contracts.account_id = account_ids.known_account_id
    where account_ids.known_account_id is null

    union all

    select
        'campaigns of programme_campaigns' as seed_name,
        listings.source_system || ' ' || listings.campaign_source_id as raw_value
    from listings
    left join campaigns
        on
            listings.source_system = campaigns.source_system
            and listings.campaign_source_id = campaigns.campaign_source_id
    where
        campaigns.campaign_id is null
        and listings.source_system in (
            {%- for source_name in source_shapes()['campaigns'].sources %}
            '{{ source_name }}'
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        )

    union all

    select
        'programmes of investments' as seed_name,
        programme as raw_value
    from investments
    where programme not in ('abm', 'non_abm')

    union all

    -- A stage that the CRM defines is read by its probability; one that nobody defines is not.
    select
        'opportunity_stages' as seed_name,
        opportunities.stage_name as raw_value
    from opportunities
    left join {{ ref('opportunity_stages') }} as stages
        on {{ normalised_text('opportunities.stage_name') }} = stages.stage_name
    left join crm_stages on opportunities.stage_name = crm_stages.stage_name
    where
        opportunities.stage_name is not null
        and stages.stage_name is null
        and crm_stages.stage_name is null

    union all

    select
        'investment_categories' as seed_name,
        investments.category as raw_value
    from investments
    left join {{ ref('investment_categories') }} as categories
        on investments.category = categories.category
    where categories.category is null
),

final as (
    select
        seed_name,
        raw_value,
        cast(count(*) as bigint) as n_rows
    from unmapped
    group by seed_name, raw_value
)

select * from final
