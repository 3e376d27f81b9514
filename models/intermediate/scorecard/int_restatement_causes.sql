-- What else was new in a publication that may have moved the past. The first that records something
-- moves nothing by it.
with publications as (
    select * from {{ ref('int_publications') }}
),

configurations as (
    select
        *,
        lag(configuration_fingerprint) over (
            partition by scope order by published_at
        ) as previous_configuration,
        lag(definition_fingerprint) over (
            partition by scope order by published_at
        ) as previous_definition
    from ({{ published_versions(ref('configurations_snapshot')) }}) as versions
),

account_classes as (
    select
        *,
        lag(published_at) over (
            partition by account_id order by published_at
        ) as previously_classed_at,
        lag(sector) over (partition by account_id order by published_at) as previous_sector,
        lag(account_size_tier) over (
            partition by account_id order by published_at
        ) as previous_account_size_tier
    from ({{ published_versions(ref('account_classes_snapshot')) }}) as versions
),

account_merges as (
    select
        *,
        lag(account_id) over (
            partition by known_account_id order by published_at
        ) as previous_account_id
    from ({{ published_versions(ref('account_merges_snapshot')) }}) as versions
),

first_publications as (
    select min(published_at) as published_at
    from configurations
),

causes as (
    select
        account_merges.published_at,
        'merge' as cause,
        1 as cause_order
    from account_merges
    cross join first_publications
    where
        account_merges.published_at > first_publications.published_at
        and account_merges.account_id is distinct from account_merges.previous_account_id

    union all

    select
        published_at,
        'configuration' as cause,
        2 as cause_order
    from configurations
    where configuration_fingerprint <> previous_configuration

    union all

    select
        published_at,
        'definition' as cause,
        3 as cause_order
    from configurations
    where definition_fingerprint <> previous_definition

    union all

    select
        published_at,
        'reclassification' as cause,
        4 as cause_order
    from account_classes
    where
        previously_classed_at is not null
        and (
            sector is distinct from previous_sector
            or account_size_tier is distinct from previous_account_size_tier
        )
),

ranked as (
    select
        published_at,
        cause,
        row_number() over (partition by published_at order by cause_order) as cause_rank
    from causes
),

final as (
    select
        published_at,
        cause
    from ranked
    where cause_rank = 1
)

select * from final
