{#- The raw tables without which nothing is measured. -#}
{%- set indispensable = {
    'salesforce': ('account', 'opportunity'), 'hubspot': ('company', 'deal'),
}[var('crm')] -%}
with row_counts as (
    select
        *,
        {{ share_of('n_rejected', 'n_raw') }} as rejected_share,
        source_system = '{{ var("crm") }}' and raw_table in ('{{ indispensable | join("', '") }}')
            as is_indispensable
    from {{ ref('audit_row_reconciliation') }}
),

refused as (
    select * from {{ ref('audit_rejected_records') }}
),

history as (
    select * from {{ ref('audit_opportunity_history') }}
),

stages as (
    select * from {{ ref('int_opportunity_stage_records') }}
),

-- One value of each kind, which a person can look up.
examples as (
    select
        source_system,
        raw_table,
        reason,
        is_blocking,
        count(distinct record_id) as n_records,
        min(column_name || ' = ' || coalesce(raw_value, '-') || ' (' || record_id || ')') as example
    from refused
    group by source_system, raw_table, reason, is_blocking
),

blocking_examples as (
    select
        source_system,
        raw_table,
        min(reason || ': ' || example) as example
    from examples
    where is_blocking
    group by source_system, raw_table
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
    select
        case
            when row_counts.n_rejected = row_counts.n_raw then 'rows_all_rejected'
            when row_counts.is_indispensable and row_counts.n_staged = 0 then 'rows_all_gone'
            else 'rows_rejected'
        end as notice,
        row_counts.source_system,
        row_counts.raw_table as subject,
        case
            when row_counts.n_rejected = row_counts.n_raw or row_counts.n_staged > 0
                then row_counts.n_rejected
            else row_counts.n_raw
        end as n_records,
        row_counts.rejected_share as share,
        cast(null as {{ type_decimal(2) }}) as amount,
        blocking_examples.example
    from row_counts
    left join blocking_examples
        on
            row_counts.source_system = blocking_examples.source_system
            and row_counts.raw_table = blocking_examples.raw_table
    where
        row_counts.n_raw > 0
        and (
            row_counts.rejected_share > {{ var('rejected_share_warning') }}
            or (row_counts.is_indispensable and row_counts.n_staged = 0)
        )

    union all

    select
        reason as notice,
        source_system,
        raw_table as subject,
        n_records,
        cast(null as {{ type_double() }}) as share,
        cast(null as {{ type_decimal(2) }}) as amount,
        example
    from examples
    where reason in ('undated_versions', 'no_currency_rate')

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
            when notice in ('rows_rejected', 'undated_versions', 'no_stage_is_won') then 'warning'
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
