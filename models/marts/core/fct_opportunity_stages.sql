with entries as (
    select * from {{ ref('int_opportunity_versions_followed') }}
    where is_stage_entry
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

bounded as (
    select
        entries.*,
        lead(entries.valid_from_at) over (
            partition by entries.opportunity_id order by entries.version_number
        ) as exited_at
    from entries
),

final as (
    select
        {{ surrogate_key(['bounded.opportunity_id', 'bounded.version_number']) }}
            as opportunity_stage_id,
        bounded.opportunity_id,
        bounded.stage_name,
        cast(bounded.stage_order as integer) as stage_order,
        bounded.valid_from_at as entered_at,
        bounded.exited_at,
        -- A deal does not stay in won or lost: it is there.
        case when bounded.exited_at is not null or bounded.outcome = 'open'
            then cast({{ days_between(
                date_of('bounded.valid_from_at'),
                'coalesce(' ~ date_of('bounded.exited_at') ~ ', ' ~ as_of_date() ~ ')'
            ) }} as integer)
        end as days_in_stage,
        {{ converted_amount('bounded.amount', 'own_rates.rate', 'reporting_rates.rate') }}
            as amount_at_entry
    from bounded
    inner join opportunities on bounded.opportunity_id = opportunities.opportunity_id
    left join rates as own_rates
        on {{ rate_on(
            'own_rates', 'opportunities.original_currency', date_of('bounded.valid_from_at')
        ) }}
    left join rates as reporting_rates
        on {{ rate_on(
            'reporting_rates', "'" ~ var('reporting_currency') ~ "'",
            date_of('bounded.valid_from_at')
        ) }}
)

select * from final
