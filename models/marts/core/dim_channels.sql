with channels as (
    select * from {{ ref('channels') }}
),

used_channels as (
    select channel
    from {{ ref('int_touchpoints') }}

    union distinct

    select channel
    from {{ ref('int_investments') }}
    where channel is not null
),

-- A channel that the seed does not know keeps its own name and counts as marketing.
final as (
    select
        channel,
        channel_group,
        is_marketing,
        label_en,
        label_fr
    from channels

    union all

    select
        used_channels.channel,
        'other' as channel_group,
        true as is_marketing,
        replace(used_channels.channel, '_', ' ') as label_en,
        replace(used_channels.channel, '_', ' ') as label_fr
    from used_channels
    left join channels on used_channels.channel = channels.channel
    where channels.channel is null
)

select * from final
