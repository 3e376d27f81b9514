{%- set lists = [
    'target_accounts', 'contracts', 'account_acceptances', 'stakeholders', 'experiment_assignments',
] %}
with {% for list_name in lists -%}
{{ list_name }} as (
    select * from {{ ref('stg_abm_program__' ~ list_name) }}
),

{% endfor -%}
experiments as (
    select * from {{ ref('stg_abm_program__experiments') }}
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
    {% for list_name in lists -%}
    select
        'accounts of {{ list_name }}' as seed_name,
        named.account_id as raw_value
    from {{ list_name }} as named
    left join account_ids on named.account_id = account_ids.known_account_id
    where named.account_id is not null and account_ids.known_account_id is null

    union all

    {% endfor -%}
    select
        'experiments of experiment_assignments' as seed_name,
        experiment_assignments.experiment_id as raw_value
    from experiment_assignments
    left join experiments on experiment_assignments.experiment_id = experiments.experiment_id
    where experiments.experiment_id is null

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
