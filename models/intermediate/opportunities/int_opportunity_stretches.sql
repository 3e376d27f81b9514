-- A deal can change with a version, on its close date where it has no history, with a rate and,
-- where earlier wins tell its type, with another deal of its account (decision 157).
with opportunities as (
    select * from {{ ref('int_opportunity_records_known') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

versions as (
    select * from {{ ref('int_opportunity_versions_followed') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

first_day as (
    select min(as_of_on) as as_of_on
    from {{ ref('int_days') }}
),

begun as (
    select
        opportunities.opportunity_id,
        account_ids.account_id,
        opportunities.currency,
        opportunities.opportunity_type_raw is null as is_untyped,
        case
            when {{ date_of('opportunities.created_at') }} > first_day.as_of_on
                then {{ date_of('opportunities.created_at') }}
            else first_day.as_of_on
        end as begun_on
    from opportunities
    cross join first_day
    left join account_ids on opportunities.account_id = account_ids.known_account_id
),

{%- set boundaries = ['valid_from_on', 'valid_to_on'] %}

changes as (
    select
        opportunity_id,
        begun_on as changed_on
    from begun

    union distinct

    select
        opportunity_id,
        {{ date_of('valid_from_at') }} as changed_on
    from versions

    union distinct

    select
        opportunity_id,
        outcome_close_on as changed_on
    from versions
    where not has_history

    {%- for boundary in boundaries %}

    union distinct

    select
        begun.opportunity_id,
        rates.{{ boundary }} as changed_on
    from begun
    inner join rates
        on rates.currency in (
            coalesce(begun.currency, '{{ var("corporate_currency") }}'),
            '{{ var("reporting_currency") }}'
        )
    {%- endfor %}
),

changes_of_accounts as (
    select distinct
        begun.account_id,
        changes.changed_on
    from changes
    inner join begun on changes.opportunity_id = begun.opportunity_id
),

followed as (
    select * from changes

    union distinct

    select
        begun.opportunity_id,
        changes_of_accounts.changed_on
    from begun
    inner join changes_of_accounts on begun.account_id = changes_of_accounts.account_id
    where begun.is_untyped
),

final as (
    select
        followed.opportunity_id,
        followed.changed_on as valid_from_on,
        lead(followed.changed_on) over (
            partition by followed.opportunity_id order by followed.changed_on
        ) as valid_to_on
    from followed
    inner join begun on followed.opportunity_id = begun.opportunity_id
    where followed.changed_on >= begun.begun_on and followed.changed_on <= {{ as_of_date() }}
)

select * from final
