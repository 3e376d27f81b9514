{%- set columns = [
    ('sector_aliases', 'accounts', 'industry_raw', normalised_text('industry_raw')),
    ('sector_aliases', 'investments', 'sector_raw', normalised_text('sector_raw')),
    ('country_aliases', 'accounts', 'country', 'lower(country)'),
    ('currency_rates', 'accounts', 'currency', 'currency'),
    ('currency_rates', 'opportunities', 'currency', 'currency'),
    ('currency_rates', 'investments', 'original_currency', 'original_currency'),
    ('currency_rates', 'budgets', 'original_currency', 'original_currency'),
    ('buying_roles', 'role_records', 'role_raw', normalised_text('role_raw')),
    ('personas', 'person_records', 'title', padded_words('title')),
    ('content_asset_types', 'content_assets', 'asset_type', 'asset_type'),
    (
        'opportunity_types', 'opportunities', 'opportunity_type_raw',
        normalised_text('opportunity_type_raw'),
    ),
    ('opportunity_stages', 'opportunities', 'stage_name', normalised_text('stage_name')),
    ('investment_categories', 'investments', 'category', "replace(category, ' ', '_')"),
    ('programmes of investments', 'investments', 'programme', 'programme'),
    ('tiers of target_accounts', 'target_accounts', 'abm_tier', 'abm_tier'),
    ('stages of opportunity history', 'opportunity_changes', 'stage_name', 'stage_name'),
] -%}
with accounts as (
    select * from {{ ref('int_account_records') }}
    where {{ existed_by_as_of('created_at') }}
),

opportunities as (
    select * from {{ ref('int_opportunity_records') }}
    where {{ existed_by_as_of('created_at') }}
),

opportunity_changes as (
    select * from {{ ref('int_opportunity_change_records') }}
    where {{ is_by_as_of('changed_at') }}
),

person_records as (
    select * from {{ ref('int_person_records') }}
    where {{ existed_by_as_of('created_at') }}
),

role_records as (
    select * from {{ ref('int_buying_role_records') }}
),

content_assets as (
    select * from {{ ref('stg_abm_program__content_assets') }}
),

target_accounts as (
    select * from {{ ref('stg_abm_program__target_accounts') }}
),

investments as (
    select * from {{ ref('stg_abm_program__investments') }}
    where month_start_on <= {{ as_of_date() }}
),

budgets as (
    select * from {{ ref('stg_abm_program__budgets') }}
),

listed as (
    {% for seed_name, relation, column_name, spelled in columns %}
    select
        '{{ seed_name }}' as seed_name,
        {{ column_name }} as raw_value,
        {{ spelled }} as seed_value
    from {{ relation }}
    where {{ column_name }} is not null
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

final as (
    select
        seed_name,
        raw_value,
        seed_value,
        cast(count(*) as bigint) as n_rows
    from listed
    group by seed_name, raw_value, seed_value
)

select * from final
