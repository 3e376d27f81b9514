{{ config(materialized='table') }}

{{ source_row_counts('bombora') }}
