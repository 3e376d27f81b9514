-- What the raw comparison says of ABM and the others is what the reports of customers and of
-- velocity say of the two programmes, and no unit of ABM is lost between raw and matched. Weighed
-- by their own mix, the units of ABM keep their quotient: sums over sums are what they were.
with comparison as (
    select * from {{ ref('rpt_abm_vs_non_abm') }}
),

compared as (
    select
        metric,
        as_of_on,
        'abm' as programme,
        abm_value as value
    from comparison
    where method = 'raw'

    union all

    select
        metric,
        as_of_on,
        'non_abm' as programme,
        non_abm_value as value
    from comparison
    where method = 'raw'
),

customers as (
    select * from {{ ref('rpt_customer_lifetime_value') }}
    where is_total
),

velocities as (
    select * from {{ ref('rpt_pipeline_velocity') }}
    where entity_type = 'programme' and cycle_basis = 'own'
),

reported as (
    select
        'year_1_revenue' as metric,
        as_of_on,
        programme,
        year_1_revenue_avg as value
    from customers

    union all

    select
        'expansion_revenue' as metric,
        as_of_on,
        programme,
        cast(expansion_amount as {{ type_double() }}) / nullif(n_expansion, 0) as value
    from customers

    union all

    select
        'retention_rate' as metric,
        as_of_on,
        programme,
        retention_rate as value
    from customers

    union all

    select
        'cac' as metric,
        as_of_on,
        programme,
        cac as value
    from customers

    union all

    select
        'win_rate' as metric,
        as_of_on,
        entity_id as programme,
        win_rate as value
    from velocities

    union all

    select
        'cycle_days' as metric,
        as_of_on,
        entity_id as programme,
        avg_cycle_days as value
    from velocities
)

select
    compared.metric,
    compared.programme,
    compared.value,
    reported.value as other_value
from compared
inner join reported
    on
        compared.metric = reported.metric
        and compared.as_of_on = reported.as_of_on
        and compared.programme = reported.programme
where
    (compared.value is null) <> (reported.value is null)
    or abs(compared.value - reported.value) > 0.000000001 * abs(reported.value)

union all

select
    raw.metric,
    'abm' as programme,
    cast(raw.n_abm as {{ type_double() }}) as value,
    cast(matched.n_abm + matched.n_abm_dropped as {{ type_double() }}) as other_value
from comparison as raw
inner join comparison as matched on raw.metric = matched.metric
where
    raw.method = 'raw'
    and matched.method = 'matched'
    and raw.n_abm <> matched.n_abm + matched.n_abm_dropped

union all

select
    metric,
    'abm ' || method as programme,
    abm_value as value,
    cast(abm_numerator as {{ type_double() }}) / abm_denominator as other_value
from comparison
where
    abm_denominator > 0
    and abs(abm_value - cast(abm_numerator as {{ type_double() }}) / abm_denominator)
    > 0.000000001 * abs(abm_value)
