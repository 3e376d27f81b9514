{#-
    A replay is a build whose as-of day is over. What the raw systems have overwritten since is then
    read from the snapshots as far as they reach: a record that was snapshotted by the end of that
    day counts as it stood then (or not at all, if it was gone); any other as it stands today.
-#}
{% macro is_replay() -%}
    {{ return(as_of_iso() < run_started_at.strftime('%Y-%m-%d')) }}
{%- endmacro %}

{% macro as_known(shape, records, key) -%}
    {%- set gathered = ref(records) -%}
    {%- set snapshot = ref(shape ~ '_snapshot') -%}
    {%- set columns = source_shapes()[shape].columns + passthrough_columns(shape) -%}
    {%- if not is_replay() -%}
    select * from {{ gathered }}
    {%- else -%}
    with versions as (
        select
            {{ columns | join(',\n            ') }},
            dbt_valid_to
        from {{ snapshot }}
        where {{ is_by_as_of('dbt_valid_from') }}
    ),

    snapshotted as (
        select distinct {{ key | join(', ') }}
        from versions
    ),

    final as (
        select
            {{ columns | join(',\n            ') }}
        from versions
        where dbt_valid_to is null or not {{ is_by_as_of('dbt_valid_to') }}

        union all

        select
            {% for column in columns -%}
                gathered.{{ column }} {%- if not loop.last %},
            {% endif %}
            {%- endfor %}
        from {{ gathered }} as gathered
        left join snapshotted
            on
                {% for part in key -%}
                    gathered.{{ part }} = snapshotted.{{ part }}
                    {%- if not loop.last %}
                and {% endif %}
                {%- endfor %}
        where snapshotted.{{ key[0] }} is null
    )

    select * from final
    {%- endif -%}
{%- endmacro %}
