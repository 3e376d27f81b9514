-- The multiplier is 1.2 for 20 % more, never 0.2: below 0.5 the ledger or the types are suspect.
{{ config(severity='warn') }}

select
    programme,
    sector,
    expansion_multiplier
from {{ ref('rpt_customer_lifetime_value') }}
where expansion_multiplier < 0.5
