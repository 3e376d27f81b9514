{{ config(materialized='table') }}

with touches as (
    select * from {{ ref('int_attributed_touches') }}
    where attribution_basis = 'revenue' and channel <> 'unattributed'
),

models as (
    select attribution_model from (
        {{ attribution_models_and_bases() }}
    ) as models_and_bases
    where attribution_basis = 'revenue'
),

-- The default model is judged every day.
days as (
    select
        days.as_of_on,
        days.is_reporting_date,
        models.attribution_model
    from {{ ref('int_days') }} as days
    cross join models
    where
        days.is_reporting_date
        or models.attribution_model = '{{ var("attribution_model") }}'
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
        models.attribution_model,
        touches.channel,
        touches.closed_on,
        sum({{ credit_of_model('amount') }}) as attributed_amount
    from touches
    cross join models
    group by models.attribution_model, touches.channel, touches.closed_on
),

by_channel as (
    select
        days.as_of_on,
        daily.attribution_model,
        daily.channel,
        sum(daily.attributed_amount) as attributed_amount,
        sum(sum(daily.attributed_amount)) over (
            partition by days.as_of_on, daily.attribution_model
        ) as total_amount
    from daily
    inner join days
        on
            daily.attribution_model = days.attribution_model
            and daily.closed_on <= days.as_of_on
            and daily.closed_on > {{ days_after('days.as_of_on', -365) }}
    where daily.attributed_amount is not null
    group by days.as_of_on, daily.attribution_model, daily.channel
),

shared as (
    select
        *,
        {{ share_of('attributed_amount', 'total_amount') }} as share,
        row_number() over (
            partition by as_of_on, attribution_model
            order by attributed_amount desc, {{ binary_order('channel') }}
        ) as channel_rank
    from by_channel
    where total_amount > 0
),

-- Rounded to 12 places, so that what is exactly on a limit does not depend on the last bit.
measured as (
    select
        as_of_on,
        attribution_model,
        sum(attributed_amount) as attributed_amount,
        {{ double_as_decimal('sum(share * share)', 12) }} as herfindahl_index,
        max(case when channel_rank = 1 then channel end) as top_channel,
        max(case when channel_rank = 1 then attributed_amount end) as top_channel_amount,
        {{ double_as_decimal('max(share)', 12) }} as top_channel_share
    from shared
    group by as_of_on, attribution_model
),

final as (
    select
        days.as_of_on,
        days.is_reporting_date,
        days.attribution_model,
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
        case when days.as_of_on = {{ as_of_date() }} then 'exact' else 'current_state' end
            as history_basis
    from days
    cross join limits
    left join measured
        on
            days.as_of_on = measured.as_of_on
            and days.attribution_model = measured.attribution_model
)

select * from final
