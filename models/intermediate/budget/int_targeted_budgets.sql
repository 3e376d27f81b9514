-- Budgets in proportion to their channels' return, within the limits of change.
with channels as (
    select
        channel,
        cast(current_budget as {{ type_double() }}) as budget,
        return_on_spend_ratio
    from {{ ref('int_channel_budgets') }}
    where is_movable
),

factors as (
    select * from {{ ref('int_budget_factors') }}
),

budgeted as (
    select
        channels.channel,
        channels.budget
        * case
            when channels.return_on_spend_ratio = 0 then factors.ratio_without_return
            else
                {{ held_between(
                    'factors.factor * channels.return_on_spend_ratio', 'factors.lowest_ratio',
                    'factors.highest_ratio'
                ) }}
        end as target_budget
    from channels
    cross join factors
),

-- Rounded to 6 places, so that equal channels do not differ in the last bit.
final as (
    select
        channel,
        {{ double_as_decimal('target_budget', 6, 24) }} as target_budget
    from budgeted
)

select * from final
