{#- Nothing is measured without accounts; a CRM may have deleted its deals, one and all. -#}
{%- set accounts, deals = {
    'salesforce': ('account', 'opportunity'), 'hubspot': ('company', 'deal'),
}[var('crm')] -%}
{#- Of a table with fewer rows, a refusal of all is no proof of a wrong extract. -#}
{%- set few_rows = 10 -%}
with row_counts as (
    select
        *,
        {{ share_of('n_rejected', 'n_raw') }} as rejected_share,
        case
            when source_system <> '{{ var("crm") }}' or n_staged > 0 then 'other'
            when raw_table = '{{ accounts }}' then 'accounts'
            when raw_table = '{{ deals }}' then 'deals'
            else 'other'
        end as lost
    from {{ ref('audit_row_reconciliation') }}
),

refused as (
    select * from {{ ref('int_rejected_records') }}
),

-- One value of each kind, which a person can look up.
examples as (
    select
        source_system,
        raw_table,
        reason,
        is_blocking,
        count(distinct stated_record_id) as n_records,
        {{ minimum_text(
            "column_name || ' = ' || coalesce(raw_value, '-') || ' (' || record_id || ')'"
        ) }} as example
    from refused
    group by source_system, raw_table, reason, is_blocking
),

blocking_examples as (
    select
        source_system,
        raw_table,
        {{ minimum_text("reason || ': ' || example") }} as example
    from examples
    where is_blocking
    group by source_system, raw_table
),

final as (
    select
        case
            when
                row_counts.n_rejected = row_counts.n_raw
                and (row_counts.n_raw >= {{ few_rows }} or row_counts.lost <> 'other')
                then 'rows_all_rejected'
            when row_counts.lost = 'other' then 'rows_rejected'
            when row_counts.lost = 'deals' and row_counts.n_rejected = 0 then 'deals_all_deleted'
            else 'rows_all_gone'
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
            or row_counts.lost <> 'other'
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
