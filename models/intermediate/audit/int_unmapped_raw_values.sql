{#- What knows the values of a seed, and how a value that nothing knows is read meanwhile. -#}
{%- set seeds = [
    ('sector_aliases', 'alias', 'other'),
    ('country_aliases', 'alias', 'outside the geography of the benchmarks'),
    ('buying_roles', 'alias', 'other'),
    ('content_asset_types', 'asset_type', 'points of any download'),
    ('opportunity_types', 'alias', 'other'),
    ('opportunity_stages', 'stage_name', 'not advanced'),
    ('investment_categories', 'category', 'in neither ROI nor CAC'),
] -%}
{%- set allowed_values = {
    'programmes of investments': ('abm', 'non_abm'),
    'tiers of target_accounts': ('one_to_one', 'one_to_few', 'one_to_many'),
} -%}
{%- set lists = (allowed_values.keys() | list) + ['stages of opportunity history'] -%}
with listed as (
    select * from {{ ref('int_raw_values') }}
),

campaign_types as (
    select * from {{ ref('int_campaign_types') }}
),

personas as (
    select * from {{ ref('personas') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

crm_stages as (
    select * from {{ ref('int_opportunity_stage_records') }}
),

crm_rates as (
    select * from {{ ref('int_currency_rate_records') }}
),

seed_rows as (
    {% for seed_name, key, read_as in seeds %}
    select '{{ seed_name }}' as seed_name, {{ key }} as seed_value
    from {{ ref(seed_name) }}

    union all
    {% endfor %}
    {% for list_name, values in allowed_values.items() %}
    {% for value in values %}
    select
        '{{ list_name }}' as seed_name,
        '{{ value }}' as seed_value

    union all
    {% endfor %}
    {% endfor %}
    select distinct
        'currency_rates' as seed_name,
        currency as seed_value
    from rates

    union all

    select distinct
        'personas' as seed_name,
        listed.seed_value
    from listed
    inner join personas
        on listed.seed_name = 'personas' and listed.seed_value like personas.pattern
),

unmapped as (
    select
        listed.seed_name,
        listed.raw_value,
        case listed.seed_name
            when 'personas' then '%' || listed.seed_value || '%'
            {% for list_name in lists -%}
            when '{{ list_name }}' then null
            {% endfor -%}
            when 'currency_rates'
                then case when not exists (select 1 from crm_rates) then listed.seed_value end
            else listed.seed_value
        end as seed_value,
        case listed.seed_name
            {% for seed_name, key, read_as in seeds -%}
            when '{{ seed_name }}' then '{{ read_as }}'
            {% endfor -%}
            when 'currency_rates' then 'no amount'
            when 'programmes of investments' then 'no programme'
            when 'tiers of target_accounts' then 'a tier of its own'
            when 'stages of opportunity history' then 'open, where last as the deal itself'
            else 'other'
        end as read_as,
        listed.n_rows
    from listed
    left join seed_rows
        on listed.seed_name = seed_rows.seed_name and listed.seed_value = seed_rows.seed_value
    -- A stage that the CRM defines is read by its probability.
    left join crm_stages
        on
            listed.seed_name in ('opportunity_stages', 'stages of opportunity history')
            and listed.raw_value = crm_stages.stage_name
    where seed_rows.seed_value is null and crm_stages.stage_name is null

    union all

    select
        'interaction_rules' as seed_name,
        source_system || ' ' || source_table || ': ' || campaign_type as raw_value,
        '%' || campaign_type_words || '%' as seed_value,
        interaction_type as read_as,
        n_campaigns as n_rows
    from campaign_types
    where not is_named
),

final as (select * from unmapped)

select * from final
