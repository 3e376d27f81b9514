with raw_ledger as (
    {{ raw_ledger_amounts() }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend_records') }}
),

investments as (
    select * from {{ ref('fct_investments') }}
),

-- Of the ledger, what a platform's own spend replaces is no longer spend.
spent as (
    select
        'abm_program, ' || currency as subject,
        amount as stated_amount,
        0 as published_amount
    from raw_ledger

    union all

    select
        'abm_program, ' || original_currency as subject,
        -original_amount as stated_amount,
        0 as published_amount
    from ledger_lines
    where is_replaced

    union all

    -- Cents are rounded per campaign and day: platforms report them in smaller pieces.
    select
        source_system || ', ' || coalesce(original_currency, '{{ var("corporate_currency") }}')
            as subject,
        cast(sum(original_amount) as {{ type_decimal(2) }}) as stated_amount,
        0 as published_amount
    from ad_spend
    where spent_on <= {{ as_of_date() }}
    group by
        source_system, campaign_source_id, spent_on,
        coalesce(original_currency, '{{ var("corporate_currency") }}')

    union all

    select
        source_system || ', ' || original_currency as subject,
        0 as stated_amount,
        original_amount as published_amount
    from investments
),

final as (
    select
        subject,
        sum(stated_amount) as stated_amount,
        sum(published_amount) as published_amount
    from spent
    group by subject
)

select * from final
