{%- set kpis = {
    'account_coverage': ('covered_accounts', 'n_accounts', 100),
    'engaged_coverage': ('engaged_accounts', 'n_accounts', 100),
    'contact_coverage': ('engaged_people', 'n_accounts', 1),
    'committee_penetration': ('reached_decision_makers', 'identified_decision_makers', 100),
    'channel_coverage': ('channels', 'n_accounts', 1),
} -%}

with accounts as (
    select * from {{ ref('int_coverage_accounts_by_reporting_date') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

benchmarks as (
    select * from {{ ref('benchmarks') }}
),

-- Each account in its tier and in the whole.
counted_twice as (
    select * from accounts

    union all

    select
        as_of_on, account_id, 'all' as abm_tier, covered_accounts, engaged_accounts,
        engaged_people, channels, reached_decision_makers, identified_decision_makers
    from accounts
),

-- The three tiers and the whole have a row on every date, an unknown tier where it has accounts.
groups as (
    {% for abm_tier in ['one_to_one', 'one_to_few', 'one_to_many', 'all'] -%}
    select
        as_of_on,
        '{{ abm_tier }}' as abm_tier
    from reporting_dates

    union distinct

    {% endfor -%}
    select
        as_of_on,
        abm_tier
    from accounts
),

summed as (
    select
        groups.as_of_on,
        groups.abm_tier,
        count(counted_twice.account_id) as n_accounts,
        {%- for column in [
            'covered_accounts', 'engaged_accounts', 'engaged_people', 'channels',
            'reached_decision_makers', 'identified_decision_makers',
        ] %}
        coalesce(sum(counted_twice.{{ column }}), 0) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from groups
    left join counted_twice
        on
            groups.as_of_on = counted_twice.as_of_on
            and groups.abm_tier = counted_twice.abm_tier
    group by groups.as_of_on, groups.abm_tier
),

listed as (
    {%- for kpi, (numerator, denominator, unit_factor) in kpis.items() %}
    select
        as_of_on,
        abm_tier,
        '{{ kpi }}' as kpi,
        n_accounts,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator,
        cast({{ unit_factor }} * {{ numerator }} as {{ type_double() }})
        / nullif({{ denominator }}, 0) as value,
        {{ has_enough('rate', denominator) }} as is_reliable
    from summed
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        listed.as_of_on,
        listed.abm_tier,
        listed.kpi,
        cast(listed.n_accounts as integer) as n_accounts,
        listed.value,
        cast(listed.numerator as integer) as numerator,
        cast(listed.denominator as integer) as denominator,
        cast(benchmarks.value_min as {{ type_double() }}) as benchmark_min,
        cast(benchmarks.value_max as {{ type_double() }}) as benchmark_max,
        listed.is_reliable,
        {{ range_status(
            'listed.value', 'benchmarks.value_min', 'benchmarks.value_max', 'listed.is_reliable'
        ) }} as status,
        case
            when listed.n_accounts = 0 then 'no_account_in_programme'
            when listed.denominator = 0 then 'no_decision_maker_identified'
        end as reason,
        case
            when listed.as_of_on < {{ as_of_date() }} and listed.kpi = 'committee_penetration'
                then 'current_state'
            else 'exact'
        end as history_basis,
        listed.abm_tier = 'all' as is_total
    from listed
    left join benchmarks on listed.kpi = benchmarks.benchmark_id
)

select * from final
