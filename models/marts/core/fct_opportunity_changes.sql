with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

versions as (
    select * from {{ ref('int_opportunity_changes') }}
),

first_known_numbers as (
    select
        opportunity_id,
        min(version_number) as version_number
    from versions
    where stage_name is not null
    group by opportunity_id
),

first_known_stages as (
    select
        versions.opportunity_id,
        versions.stage_name
    from versions
    inner join first_known_numbers
        on
            versions.opportunity_id = first_known_numbers.opportunity_id
            and versions.version_number = first_known_numbers.version_number
),

changes as (
    select
        opportunities.opportunity_id,
        'created' as opportunity_change_id,
        opportunities.created_at as changed_at,
        'created' as change_type,
        cast(null as {{ dbt.type_string() }}) as old_value,
        first_known_stages.stage_name as new_value,
        opportunities.history_basis
    from opportunities
    left join first_known_stages
        on opportunities.opportunity_id = first_known_stages.opportunity_id

    union all

    select
        opportunity_id,
        opportunity_change_id,
        changed_at,
        stage_change as change_type,
        previous_stage_name as old_value,
        stage_name as new_value,
        history_basis
    from versions
    where stage_change is not null

    union all

    select
        opportunity_id,
        opportunity_change_id,
        changed_at,
        close_change as change_type,
        cast(previous_close_on as {{ dbt.type_string() }}) as old_value,
        cast(close_on as {{ dbt.type_string() }}) as new_value,
        history_basis
    from versions
    where close_change is not null

    union all

    select
        opportunity_id,
        opportunity_change_id,
        changed_at,
        amount_change as change_type,
        cast(cast(previous_amount as {{ type_decimal(2) }}) as {{ dbt.type_string() }})
            as old_value,
        cast(cast(amount as {{ type_decimal(2) }}) as {{ dbt.type_string() }}) as new_value,
        history_basis
    from versions
    where amount_change is not null
),

final as (
    select
        {{ surrogate_key(['opportunity_id', 'opportunity_change_id', 'change_type']) }}
            as opportunity_change_id,
        opportunity_id,
        changed_at,
        change_type,
        old_value,
        new_value,
        history_basis
    from changes
)

select * from final
