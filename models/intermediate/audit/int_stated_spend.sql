-- What was entered or invoiced, in its own currency; of the ledger, what a platform's own spend
-- replaces is no longer spend.
with raw_ledger as (
    {{ raw_ledger_amounts() }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend_records') }}
),

spent as (
    select
        'abm_program, ' || currency as subject,
        amount
    from raw_ledger

    union all

    select
        'abm_program, ' || original_currency as subject,
        -original_amount as amount
    from ledger_lines
    where is_replaced

    union all

    -- Cents are rounded per campaign and day: platforms report them in smaller pieces.
    select
        source_system || ', ' || coalesce(original_currency, '{{ var("corporate_currency") }}')
            as subject,
        cast(sum(original_amount) as {{ type_decimal(2) }}) as amount
    from ad_spend
    where spent_on <= {{ as_of_date() }}
    group by
        source_system, campaign_source_id, spent_on,
        coalesce(original_currency, '{{ var("corporate_currency") }}')
),

final as (
    select
        subject,
        sum(amount) as amount
    from spent
    group by subject
)

select * from final
