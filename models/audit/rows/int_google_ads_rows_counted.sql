{{ config(materialized='table') }}

{{ source_row_counts('google_ads') }}
