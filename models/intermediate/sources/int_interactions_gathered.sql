-- A table: five models read it, and its raw rows are dear to unpack.
{{ config(materialized='table') }}

{{ union_sources('interactions') }}
