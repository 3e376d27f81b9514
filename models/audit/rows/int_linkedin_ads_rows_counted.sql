{{ config(materialized='table') }}

{{ source_row_counts('linkedin_ads') }}
