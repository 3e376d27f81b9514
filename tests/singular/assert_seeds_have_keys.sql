-- The key of every seed, which stands beside it (config.meta, seeds/_seeds.yml): filled, and once.
{%- set seeds = [
    'account_size_tiers', 'action_types', 'aes_coefficients', 'alert_rules', 'benchmarks',
    'buying_roles', 'channel_rules', 'channels', 'comparison_metrics', 'content_asset_types',
    'country_aliases', 'currency_rates', 'experiment_metrics', 'free_mail_domains',
    'french_descriptions', 'interaction_rules', 'interaction_types', 'investment_categories',
    'journey_stages', 'key_roles', 'kpi_definitions', 'kpi_targets', 'label_domains',
    'label_texts', 'machine_user_agents', 'message_templates', 'opportunity_stages',
    'opportunity_types', 'persona_content', 'personas', 'programme_size_benchmarks',
    'programme_stages', 'sector_aliases', 'sector_benchmarks', 'sector_thresholds',
] %}
{%- for name in seeds %}
{%- set seed = ref(name) %}
{%- for columns in seed_keys(name) %}
{{ broken_keys(seed, columns, name ~ ' (' ~ columns | join(', ') ~ ')') }}

union all
{% endfor %}
{%- endfor %}
select
    cast(null as {{ dbt.type_string() }}) as broken_key,
    cast(null as {{ dbt.type_string() }}) as key_value
from (select 1 as one) as no_rows
where one = 0
