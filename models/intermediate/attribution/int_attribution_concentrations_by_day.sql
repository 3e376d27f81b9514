{{ config(materialized='table') }}

with touches as (
    select * from {{ ref('int_attributed_touches') }}
    where attribution_basis = 'revenue' and channel <> 'unattributed'
),

models as (
    {{ attribution_models_and_bases() }}
),

-- The default model is judged every day.
days as (
    select
        days.as_of_on,
        days.is_reporting_date,
        models.attribution_model
    from {{ ref('int_days') }} as days
    inner join models on models.attribution_basis = 'revenue'
    where days.is_reporting_date or models.attribution_model = '{{ var("attribution_model") }}'
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
        sum({{ credit_of_model('amount') }}) as amount,
        sum({{ credit_of_model('weight') }}) as weight
    from touches
    inner join models on touches.attribution_basis = models.attribution_basis
    group by models.attribution_model, touches.channel, touches.closed_on
),

by_channel as (
    select
        days.as_of_on,
        daily.attribution_model,
        daily.channel,
        sum(daily.amount) as attributed_amount,
        sum(daily.weight) as weighted_opportunities,
        sum(sum(daily.amount)) over (partition by days.as_of_on, daily.attribution_model) as total
    from daily
    inner join days
        on
            daily.attribution_model = days.attribution_model
            and daily.closed_on <= days.as_of_on
            and daily.closed_on > {{ days_after('days.as_of_on', -365) }}
    where daily.amount is not null
    group by days.as_of_on, daily.attribution_model, daily.channel
),

shared as (
    select
        *,
        {{ share_of('attributed_amount', 'total') }} as share,
        row_number() over (
            partition by as_of_on, attribution_model
            order by attributed_amount desc, {{ binary_order('channel') }}
        ) as channel_rank
    from by_channel
    where total > 0
),

-- Rounded to 12 places, so that what is exactly on a limit does not depend on the last bit.
measured as (
    select
        as_of_on,
        attribution_model,
        sum(attributed_amount) as attributed_amount,
        sum(weighted_opportunities) as weighted_opportunities,
        {{ has_enough('returns', 'sum(weighted_opportunities)') }} as is_reliable,
        {{ double_as_decimal('sum(share * share)', 12) }} as herfindahl_index,
        {{ maximum_text("case when channel_rank = 1 then channel end") }} as top_channel,
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
        coalesce(measured.weighted_opportunities, 0) as weighted_opportunities,
        coalesce(measured.is_reliable, false) as is_reliable,
        cast(measured.herfindahl_index as {{ type_double() }}) as herfindahl_index,
        measured.top_channel,
        cast(measured.top_channel_amount as {{ type_decimal(2) }}) as top_channel_amount,
        cast(measured.top_channel_share as {{ type_double() }}) as top_channel_share,
        limits.*,
        case
            when measured.is_reliable
                then
                    measured.herfindahl_index > limits.maximum_herfindahl_index
                    or measured.top_channel_share > limits.maximum_top_channel_share
        end as is_concentrated,
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
