-- What else was new in a build that may have moved the past. The first build that records something
-- moves nothing by it.
with configurations as (
    select
        *,
        lag(configuration_fingerprint) over (
            partition by scope order by dbt_valid_from
        ) as previous_configuration,
        lag(definition_fingerprint) over (
            partition by scope order by dbt_valid_from
        ) as previous_definition
    from {{ ref('configurations_snapshot') }}
),

account_classes as (
    select
        *,
        lag(dbt_valid_from) over (
            partition by account_id order by dbt_valid_from
        ) as previously_recorded_at
    from {{ ref('account_classes_snapshot') }}
),

account_merges as (
    select * from {{ ref('account_merges_snapshot') }}
),

first_builds as (
    select min(dbt_valid_from) as recorded_at
    from configurations
),

causes as (
    select
        account_merges.dbt_valid_from as recorded_at,
        'merge' as cause,
        1 as cause_order
    from account_merges
    cross join first_builds
    where account_merges.dbt_valid_from > first_builds.recorded_at

    union all

    select
        dbt_valid_from as recorded_at,
        'configuration' as cause,
        2 as cause_order
    from configurations
    where configuration_fingerprint <> previous_configuration

    union all

    select
        dbt_valid_from as recorded_at,
        'definition' as cause,
        3 as cause_order
    from configurations
    where definition_fingerprint <> previous_definition

    union all

    select
        dbt_valid_from as recorded_at,
        'reclassification' as cause,
        4 as cause_order
    from account_classes
    where previously_recorded_at is not null
),

ranked as (
    select
        recorded_at,
        cause,
        row_number() over (partition by recorded_at order by cause_order) as cause_rank
    from causes
),

final as (
    select
        recorded_at,
        cause
    from ranked
    where cause_rank = 1
)

select * from final
