with concentrations as (
    select * from {{ ref('int_attribution_concentrations_by_day') }}
    where is_reporting_date
),

final as (
    select
        as_of_on,
        attribution_model,
        attributed_amount,
        cast(weighted_opportunities as {{ type_decimal(12) }}) as weighted_opportunities,
        is_reliable,
        herfindahl_index,
        top_channel,
        top_channel_amount,
        top_channel_share,
        maximum_herfindahl_index,
        maximum_top_channel_share,
        is_concentrated,
        reason,
        history_basis
    from concentrations
)

select * from final
