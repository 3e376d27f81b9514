{{ config(materialized='view') }}

-- A view, because the row of this build is ended after the last model.
select
    {{ builds_columns() | join(',\n    ') }}
from {{ builds_ledger() }}
