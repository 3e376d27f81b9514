with programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
),

touched as (
    select * from {{ ref('int_touched_accounts_by_reporting_date') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

stretches as (
    select * from {{ ref('int_qualified_stretches') }}
),

acceptances as (
    select * from {{ ref('int_account_acceptances_by_reporting_date') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where account_id is not null
),

customers as (
    select customers.*
    from {{ ref('int_customers_by_day') }} as customers
    inner join reporting_dates on customers.as_of_on = reporting_dates.as_of_on
),

-- The last day of a stretch is the one before valid_to_on.
qualified as (
    select distinct
        reporting_dates.as_of_on,
        stretches.account_id
    from stretches
    inner join reporting_dates
        on
            stretches.valid_from_on <= reporting_dates.as_of_on
            and (
                stretches.valid_to_on is null
                or stretches.valid_to_on
                > {{ days_after('reporting_dates.as_of_on', 1 - var('mqa_window_days')) }}
            )
),

accepted as (
    select
        acceptances.as_of_on,
        acceptances.account_id
    from acceptances
    inner join qualified
        on
            acceptances.as_of_on = qualified.as_of_on
            and acceptances.account_id = qualified.account_id
),

{%- set stages = {
    'targeted': ('programme_accounts', 'true'),
    'reached': ('touched', 'true'),
    'engaged': ('touched', 'has_counted_engagement'),
    'mqa': ('qualified', 'true'),
    'saa': ('accepted', 'true'),
    'opportunity': (
        'opportunities', "is_open and opportunity_type in ('new_business', 'expansion')"
    ),
    'customer': ('customers', 'true'),
    'expansion': (
        'opportunities',
        "is_won and opportunity_type = 'expansion' and "
        ~ is_in_trailing_days('closed_on', 365, 'as_of_on'),
    ),
} %}

final as (
    {%- for stage, (relation, condition) in stages.items() %}
    select
        as_of_on,
        account_id,
        '{{ stage }}' as stage
    from {{ relation }}
    where {{ condition }}
    {%- if not loop.last %}

    union distinct
    {% endif %}
    {%- endfor %}
)

select * from final
