{#- Seeds with words of their own: domain, seed, its column of codes, and what orders them. -#}
{%- set size_order %}
        row_number() over (
            order by
                case when revenue_usd_lower is null then 1 else 0 end,
                revenue_usd_lower,
                {{ binary_order('account_size_tier') }}
        )
{%- endset -%}
{%- set worded_seeds = [
    ('account_size_tier', 'account_size_tiers', 'account_size_tier', size_order),
    ('action_type', 'action_types', 'action_type', 'action_order'),
    ('aes_component', 'aes_coefficients', 'component', 'null'),
    ('asset_type', 'content_asset_types', 'asset_type', 'null'),
    ('channel', 'channels', 'channel', 'null'),
    ('experiment_metric', 'experiment_metrics', 'metric', 'null'),
    ('interaction_type', 'interaction_types', 'interaction_type', 'null'),
    ('investment_category', 'investment_categories', 'category', 'null'),
    ('journey_stage', 'journey_stages', 'stage', 'stage_order'),
    ('kpi', 'kpi_definitions', 'kpi', 'display_order'),
    ('programme_stage', 'programme_stages', 'programme_stage', 'stage_order'),
] -%}

with label_texts as (
    select * from {{ ref('label_texts') }}
),

final as (
    select
        domain,
        code,
        sort_order,
        label_en,
        label_fr
    from label_texts
    {%- for domain, seed, code, place in worded_seeds %}

    union all

    select
        '{{ domain }}' as domain,
        {{ code }} as code,
        cast({{ place | trim }} as integer) as sort_order,
        label_en,
        label_fr
    from {{ ref(seed) }}
    {%- endfor %}
)

select * from final
