-- A merge can bring together accounts of two arms: what became of such an account is the doing of
-- both, so it counts in neither.
with assignments as (
    select * from {{ ref('stg_abm_program__experiment_assignments') }}
    where arm is not null and (assigned_on is null or assigned_on <= {{ as_of_date() }})
),

experiments as (
    select * from {{ ref('int_experiments') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

resolved as (
    select
        assignments.experiment_id,
        assignments.arm,
        account_ids.account_id,
        count(*) as n_assignments
    from assignments
    inner join experiments on assignments.experiment_id = experiments.experiment_id
    left join account_ids on assignments.account_id = account_ids.known_account_id
    group by assignments.experiment_id, assignments.arm, account_ids.account_id
),

final as (
    select
        experiment_id,
        arm,
        account_id,
        n_assignments,
        account_id is not null
        and count(*) over (partition by experiment_id, account_id) > 1 as is_conflicting
    from resolved
)

select * from final
