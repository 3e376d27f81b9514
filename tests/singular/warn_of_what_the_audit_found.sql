{{ config(severity='warn') }}

select message_en
from {{ ref('audit_notices') }}
where notice_level = 'warning'
