with measured as (
    select * from {{ ref('int_velocity_entities_by_day') }}
),

based as (
    select
        measured.as_of_on,
        measured.entity_type,
        measured.entity_id,
        case
            when measured.n_cycles >= 3 then 'own'
            when sectors.n_cycles >= 3 then 'sector'
            when wholes.n_cycles >= 1 then 'all'
        end as cycle_basis,
        case
            when measured.n_cycles >= 3 then measured.entity_type
            when sectors.n_cycles >= 3 then 'sector'
            else 'all'
        end as basis_entity_type,
        case
            when measured.n_cycles >= 3 then measured.entity_id
            when sectors.n_cycles >= 3 then sectors.entity_id
            else 'all'
        end as basis_entity_id
    from measured
    left join measured as sectors
        on
            sectors.entity_type = 'sector'
            and measured.as_of_on = sectors.as_of_on
            and measured.fallback_sector = sectors.entity_id
    left join measured as wholes
        on wholes.entity_type = 'all' and measured.as_of_on = wholes.as_of_on
),

final as (
    select
        based.as_of_on,
        based.entity_type,
        based.entity_id,
        based.cycle_basis,
        bases.n_won,
        bases.n_lost,
        bases.n_won_from_advanced,
        bases.n_lost_from_advanced,
        case when based.cycle_basis is not null then bases.avg_cycle_days end as avg_cycle_days,
        case when based.cycle_basis is not null then bases.median_cycle_days end
            as median_cycle_days
    from based
    inner join measured as bases
        on
            based.as_of_on = bases.as_of_on
            and based.basis_entity_type = bases.entity_type
            and based.basis_entity_id = bases.entity_id
)

select * from final
