{{ config(materialized='table') }}

{{ source_row_counts('abm_program') }}
