{{ config(materialized='table') }}

{{ source_row_counts('ga4') }}
