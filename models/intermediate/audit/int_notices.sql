with history as (
    select * from {{ ref('audit_opportunity_history') }}
),

stages as (
    select * from {{ ref('int_opportunity_stage_records') }}
),

closed_stages as (
    select
        count(*) as n_closed,
        sum(case when is_won then 1 else 0 end) as n_won
    from stages
    where is_closed
),

-- What stops a build, what a person should look into, and what explains a number.
noticed as (
    select * from {{ ref('int_raw_table_notices') }}

    union all

    select
        'history_behind' as notice,
        source_system,
        'opportunity_history' as subject,
        n_behind as n_records,
        {{ share_of('n_behind', 'n_opportunities') }} as share,
        amount_behind as amount,
        null as example
    from history
    where n_behind > 0

    union all

    select
        'stages_unknown' as notice,
        source_system,
        'opportunity_history' as subject,
        n_unknown_stage_names as n_records,
        cast(null as {{ type_double() }}) as share,
        cast(null as {{ type_decimal(2) }}) as amount,
        null as example
    from history
    where n_unknown_stage_names > 0

    union all

    select
        'no_stage_is_won' as notice,
        '{{ var("crm") }}' as source_system,
        'opportunity_stages' as subject,
        n_closed as n_records,
        cast(null as {{ type_double() }}) as share,
        cast(null as {{ type_decimal(2) }}) as amount,
        null as example
    from closed_stages
    where n_closed > 0 and n_won = 0
),

final as (
    select
        notice,
        case
            when notice in ('rows_all_rejected', 'rows_all_gone') then 'error'
            when notice in (
                'deals_all_deleted', 'rows_rejected', 'undated_versions', 'no_stage_is_won'
            ) then 'warning'
            else 'note'
        end as notice_level,
        source_system,
        subject,
        cast(n_records as bigint) as n_records,
        cast(share as {{ type_double() }}) as share,
        amount,
        example
    from noticed
)

select * from final
