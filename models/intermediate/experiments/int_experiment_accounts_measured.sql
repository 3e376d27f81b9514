-- Of what the accounts did, what their experiment's metric asks for.
with followed as (
    select * from {{ ref('int_experiment_accounts') }}
),

experiments as (
    select * from {{ ref('int_experiments') }}
),

measured as (
    select
        followed.experiment_id,
        followed.arm,
        followed.account_id,
        experiments.metric_kind,
        case experiments.measure
            {% for measure in experiment_measures() -%}
            when '{{ measure }}' then followed.{{ measure }}
            {% endfor -%}
        end as amount
    from followed
    inner join experiments on followed.experiment_id = experiments.experiment_id
),

final as (
    select
        experiment_id,
        arm,
        account_id,
        cast(
            case
                when metric_kind = 'mean' then amount
                when amount > 0 then 1
                else 0
            end as {{ type_decimal(6) }}
        ) as metric_value
    from measured
)

select * from final
