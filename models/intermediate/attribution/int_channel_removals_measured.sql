-- Rounded to 12 places, so that what is shared by it does not depend on the last bit.
with removals as (
    select * from {{ ref('int_channel_removals') }}
),

nothing_removed as (
    select conversion_probability
    from removals
    where removed_state = 'nothing'
),

final as (
    select
        substr(removals.removed_state, length('channel ') + 1) as channel,
        case
            when nothing_removed.conversion_probability > 0
                then {{ double_as_decimal(
                    '1 - cast(removals.conversion_probability as ' ~ type_double() ~ ') '
                    ~ '/ cast(nothing_removed.conversion_probability as ' ~ type_double() ~ ')', 12
                ) }}
        end as removal_effect
    from removals
    cross join nothing_removed
    where removals.removed_state <> 'nothing'
)

select * from final
