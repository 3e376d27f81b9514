-- How many accounts of the programme would be in which band if a component weighed otherwise.
--
--   dbt show --select what_would_bands_be_with_other_weights --vars '{stakeholder_reach: 4}'
--
-- The vars touchpoint_score, stakeholder_reach, content_consumption and intent_signals replace the
-- coefficient of the seed aes_coefficients; the others stay.
{% set components = [
    'touchpoint_score', 'stakeholder_reach', 'content_consumption', 'intent_signals'
] %}

with engagement as (
    select * from {{ ref('fct_account_engagement') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

coefficients as (
    select
        {% for component in components -%}
        {% if var(component, none) is not none -%}
        cast({{ var(component) }} as {{ type_decimal(2) }}) as {{ component }}
        {%- else -%}
        max(case when component = '{{ component }}' then coefficient end) as {{ component }}
        {%- endif %}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('aes_coefficients') }}
),

rescored as (
    select
        accounts.sector,
        engagement.aes_band,
        engagement.lower_threshold,
        engagement.upper_threshold,
        {{ account_engagement_score('engagement', 'coefficients') }} as aes
    from accounts
    inner join engagement on accounts.account_id = engagement.account_id
    cross join coefficients
),

banded as (
    select
        sector,
        aes_band as band_now,
        {{ aes_band('aes', 'lower_threshold', 'upper_threshold') }} as band_then
    from rescored
),

final as (
    select
        sector,
        band_now,
        band_then,
        count(*) as n_accounts
    from banded
    group by sector, band_now, band_then
    order by sector, band_now, band_then
)

select * from final
