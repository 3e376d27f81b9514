-- What the marketing team's lists name and nobody else knows.
with target_accounts as (
    select * from {{ ref('stg_abm_program__target_accounts') }}
),

contracts as (
    select * from {{ ref('stg_abm_program__contracts') }}
),

listings as (
    select
        'programme_campaigns' as list_name,
        source_system,
        campaign_source_id
    from {{ ref('stg_abm_program__programme_campaigns') }}

    union all

    select
        'campaign_groups' as list_name,
        source_system,
        campaign_source_id
    from {{ ref('stg_abm_program__campaign_groups') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

final as (
    select
        'accounts of target_accounts' as seed_name,
        target_accounts.account_id as raw_value
    from target_accounts
    left join account_ids on target_accounts.account_id = account_ids.known_account_id
    where account_ids.known_account_id is null

    union all

    select
        'accounts of contracts' as seed_name,
        contracts.account_id as raw_value
    from contracts
    left join account_ids on contracts.account_id = account_ids.known_account_id
    where account_ids.known_account_id is null

    union all

    select
        'campaigns of ' || listings.list_name as seed_name,
        listings.source_system || ' ' || listings.campaign_source_id as raw_value
    from listings
    left join campaigns
        on
            listings.source_system = campaigns.source_system
            and listings.campaign_source_id = campaigns.campaign_source_id
    where
        campaigns.campaign_id is null
        -- Of a source that is off no campaign is known.
        and listings.source_system not in (
            'nowhere'
            {%- for source_name in staged_sources() if source_name not in var('enabled_sources') -%}
            , '{{ source_name }}'
            {%- endfor %}
        )

    union all

    -- One id may be a campaign in two tables of a system: the listing holds for both.
    select
        'ambiguous campaigns of ' || listings.list_name as seed_name,
        listings.source_system || ' ' || listings.campaign_source_id as raw_value
    from listings
    inner join campaigns
        on
            listings.source_system = campaigns.source_system
            and listings.campaign_source_id = campaigns.campaign_source_id
    group by listings.list_name, listings.source_system, listings.campaign_source_id
    having count(distinct campaigns.source_table) > 1
)

select * from final
