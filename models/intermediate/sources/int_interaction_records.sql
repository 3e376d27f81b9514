-- A table: five models read it, and its raw rows are dear to unpack.
{{ config(materialized='updated_table') }}

{{ union_sources('interactions') }}
