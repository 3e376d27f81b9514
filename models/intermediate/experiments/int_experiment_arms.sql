-- The control is the arm of that name, else the first in binary order.
{{ config(materialized='table') }}

with assigned as (
    select * from {{ ref('int_experiment_assignments') }}
),

arms as (
    select
        experiment_id,
        arm,
        sum(case when account_id is not null and not is_conflicting then 1 else 0 end) as n,
        sum(case when is_conflicting then 1 else 0 end) as n_conflicting,
        sum(case when account_id is null then n_assignments else 0 end) as n_unknown_accounts
    from assigned
    group by experiment_id, arm
),

compared as (
    select
        *,
        count(*) over (partition by experiment_id) as n_arms,
        sum(n) over (partition by experiment_id) as n_of_all,
        row_number() over (
            partition by experiment_id
            order by case when arm = 'control' then 0 else 1 end, {{ binary_order('arm') }}
        ) as control_rank
    from arms
),

expected as (
    select
        *,
        cast(n_of_all as {{ type_double() }}) / n_arms as n_expected
    from compared
),

deviated as (
    select
        *,
        case
            when n_arms > 1 and n_of_all > 0
                then
                    (n - n_expected)
                    / sqrt(n_expected * (1 - cast(1 as {{ type_double() }}) / n_arms))
        end as deviation
    from expected
),

final as (
    select
        experiment_id,
        arm,
        control_rank = 1 as is_control,
        n_arms,
        n,
        n_of_all,
        n_conflicting,
        n_unknown_accounts,
        {{ rounded_statistic(normal_p_value('deviation')) }} as sample_ratio_p_value
    from deviated
)

select * from final
