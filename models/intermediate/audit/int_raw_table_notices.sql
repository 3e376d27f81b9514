{#- The raw tables without which nothing is measured, and the rows from which on a loss of all is an
    accident: a CRM may have had few deals, and deleted them. -#}
{%- set indispensable = {
    'salesforce': {'account': 1, 'opportunity': 10}, 'hubspot': {'company': 1, 'deal': 10},
}[var('crm')] -%}
with row_counts as (
    select
        *,
        {{ share_of('n_rejected', 'n_raw') }} as rejected_share,
        case
            {%- for raw_table, n_rows in indispensable.items() %}
            when source_system = '{{ var("crm") }}' and raw_table = '{{ raw_table }}'
                then {{ n_rows }}
            {%- endfor %}
        end as n_indispensable
    from {{ ref('audit_row_reconciliation') }}
),

refused as (
    select * from {{ ref('audit_rejected_records') }}
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

final as (
    select
        case
            when row_counts.n_rejected = row_counts.n_raw then 'rows_all_rejected'
            when row_counts.n_staged > 0 or row_counts.n_indispensable is null then 'rows_rejected'
            when row_counts.n_raw >= row_counts.n_indispensable then 'rows_all_gone'
            else 'few_rows_gone'
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
            or (row_counts.n_indispensable is not null and row_counts.n_staged = 0)
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
)

select * from final
