with dated as (
    select
        'touchpoints' as entity,
        'exact' as history_basis,
        min(occurred_on) as first_replayable_on
    from {{ ref('int_touchpoints') }}

    union all

    select
        'intent_signals' as entity,
        'exact' as history_basis,
        min(occurred_on) as first_replayable_on
    from {{ ref('int_intent_signals') }}

    union all

    select
        'opportunity_stages' as entity,
        'exact' as history_basis,
        min({{ date_of('valid_from_at') }}) as first_replayable_on
    from {{ ref('int_opportunity_versions') }}
    where history_basis = 'exact'

    union all

    select
        'memberships' as entity,
        'exact' as history_basis,
        min(activated_on) as first_replayable_on
    from {{ ref('int_account_memberships') }}
),

snapshotted as (
    {% for entity in ['accounts', 'person_records', 'opportunities'] -%}
    select
        '{{ entity }}' as entity,
        'snapshot' as history_basis,
        min({{ date_of('dbt_valid_from') }}) as first_replayable_on
    from {{ ref(entity ~ '_snapshot') }}
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}
),

final as (
    select * from dated
    union all
    select * from snapshotted
)

select * from final
