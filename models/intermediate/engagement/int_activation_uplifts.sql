-- Source B: the mean daily points over the 90 days from activation on against the 28 days before.
{% set days_after = activation_uplift_days() %}
{% set days_before = 28 %}

with memberships as (
    select * from {{ ref('int_account_memberships') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where is_counted_engagement
),

limits as (
    select max(value_min) as baseline
    from {{ ref('benchmarks') }}
    where benchmark_id = 'activation_uplift_baseline'
),

activations as (
    select
        account_id,
        max(activated_on) as activated_on
    from memberships
    where activated_on <= {{ as_of_date() }}
    group by account_id
),

measured as (
    select
        activations.account_id,
        activations.activated_on,
        coalesce(sum(case
            when touchpoints.occurred_on >= activations.activated_on
                then touchpoints.engagement_points
        end), 0) as points_after,
        coalesce(sum(case
            when touchpoints.occurred_on < activations.activated_on
                then touchpoints.engagement_points
        end), 0) as points_before
    from activations
    left join touchpoints
        on
            activations.account_id = touchpoints.account_id
            and touchpoints.occurred_on
            >= {{ dbt.dateadd('day', -days_before, 'activations.activated_on') }}
            and touchpoints.occurred_on
            < {{ dbt.dateadd('day', days_after, 'activations.activated_on') }}
    group by activations.account_id, activations.activated_on
),

reasoned as (
    select
        measured.*,
        case
            when {{ dbt.dateadd('day', days_after - 1, 'activated_on') }} > {{ as_of_date() }}
                then 'window_not_over'
            when points_before = 0 then 'no_points_before'
            when points_before < limits.baseline * {{ days_before }} then 'baseline_too_small'
        end as activation_uplift_reason
    from measured
    cross join limits
),

final as (
    select
        account_id,
        case
            when activation_uplift_reason is null
                then
                    (cast(points_after as {{ type_double() }}) / {{ days_after }})
                    / (cast(points_before as {{ type_double() }}) / {{ days_before }}) - 1
        end as activation_uplift_ratio,
        activation_uplift_reason
    from reasoned
)

select * from final
