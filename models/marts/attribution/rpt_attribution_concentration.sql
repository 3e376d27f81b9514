with credits as (
    select * from {{ ref('fct_attribution_models') }}
    where attribution_basis = 'revenue' and channel <> 'unattributed'
),

-- The as-of date and the 13 month ends before it.
month_ends as (
    select * from {{ ref('int_month_ends') }}
    where months_ago <= 13
),

models as (
    {{ attribution_models_and_bases() }}
),

limits as (
    select
        max(case when benchmark_id = 'attribution_herfindahl_maximum' then value_max end)
            as maximum_herfindahl_index,
        max(case when benchmark_id = 'attribution_top_channel_maximum' then value_max end)
            as maximum_top_channel_share
    from {{ ref('benchmarks') }}
),

daily as (
    select
        attribution_model,
        channel,
        closed_on,
        sum(attributed_amount) as attributed_amount
    from credits
    where attributed_amount is not null
    group by attribution_model, channel, closed_on
),

by_channel as (
    select
        month_ends.months_ago,
        daily.attribution_model,
        daily.channel,
        sum(daily.attributed_amount) as attributed_amount
    from daily
    inner join month_ends
        on
            daily.closed_on <= month_ends.month_end_on
            and daily.closed_on > {{ days_after('month_ends.month_end_on', -365) }}
    group by month_ends.months_ago, daily.attribution_model, daily.channel
),

totals as (
    select
        months_ago,
        attribution_model,
        sum(attributed_amount) as attributed_amount
    from by_channel
    group by months_ago, attribution_model
    having sum(attributed_amount) > 0
),

shared as (
    select
        by_channel.*,
        {{ share_of('by_channel.attributed_amount', 'totals.attributed_amount') }} as share,
        row_number() over (
            partition by by_channel.months_ago, by_channel.attribution_model
            order by by_channel.attributed_amount desc, {{ binary_order('by_channel.channel') }}
        ) as channel_rank
    from by_channel
    inner join totals
        on
            by_channel.months_ago = totals.months_ago
            and by_channel.attribution_model = totals.attribution_model
),

-- Rounded to 12 places, so that what is exactly on a limit does not depend on the last bit.
measured as (
    select
        months_ago,
        attribution_model,
        sum(attributed_amount) as attributed_amount,
        {{ double_as_decimal('sum(share * share)', 12) }} as herfindahl_index,
        max(case when channel_rank = 1 then channel end) as top_channel,
        max(case when channel_rank = 1 then attributed_amount end) as top_channel_amount,
        {{ double_as_decimal('max(share)', 12) }} as top_channel_share
    from shared
    group by months_ago, attribution_model
),

final as (
    select
        month_ends.month_end_on as as_of_on,
        models.attribution_model,
        cast(coalesce(measured.attributed_amount, 0) as {{ type_decimal(2) }}) as attributed_amount,
        cast(measured.herfindahl_index as {{ type_double() }}) as herfindahl_index,
        measured.top_channel,
        cast(measured.top_channel_amount as {{ type_decimal(2) }}) as top_channel_amount,
        cast(measured.top_channel_share as {{ type_double() }}) as top_channel_share,
        limits.maximum_herfindahl_index,
        limits.maximum_top_channel_share,
        (
            measured.herfindahl_index > limits.maximum_herfindahl_index
            or measured.top_channel_share > limits.maximum_top_channel_share
        ) as is_concentrated,
        case when measured.attribution_model is null then 'no_credit' end as reason,
        case when month_ends.months_ago = 0 then 'exact' else 'current_state' end as history_basis
    from month_ends
    cross join models
    cross join limits
    left join measured
        on
            month_ends.months_ago = measured.months_ago
            and models.attribution_model = measured.attribution_model
    where models.attribution_basis = 'revenue'
)

select * from final
