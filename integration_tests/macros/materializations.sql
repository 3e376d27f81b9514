{#- A build makes of the warehouse only what changed. dbt takes a package's materializations only
    where the project itself hands on to them. -#}
{% materialization table, adapter='duckdb' %}
    {{ return(abm_warehouse.materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(abm_warehouse.materialization_view_duckdb()) }}
{% endmaterialization %}

{% materialization seed, adapter='duckdb' %}
    {{ return(abm_warehouse.materialization_seed_duckdb()) }}
{% endmaterialization %}

{% materialization snapshot, adapter='duckdb' %}
    {{ return(abm_warehouse.materialization_snapshot_duckdb()) }}
{% endmaterialization %}

{% materialization test, adapter='duckdb' %}
    {{ return(abm_warehouse.materialization_test_duckdb()) }}
{% endmaterialization %}
