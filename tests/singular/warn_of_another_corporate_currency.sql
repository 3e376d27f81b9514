-- Static rates are units per unit of the CRM's own corporate currency: where var corporate_currency
-- names another, amounts are converted at rates that speak of something else.
{{ config(severity='warn') }}

select
    currency,
    '{{ var("corporate_currency") }}' as corporate_currency
from {{ ref('int_currency_types') }}
where is_corporate and currency <> '{{ var("corporate_currency") }}'
