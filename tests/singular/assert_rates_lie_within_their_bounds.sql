-- A numerator inside its denominator, and points inside the ranges of the source they come from.
select
    account_id as subject,
    'apr_pct' as what
from {{ ref('fct_account_penetration') }}
where
    apr_pct not between 0 and 100
    or apr_declared_pct not between 0 and 100
    or committee_penetration_pct not between 0 and 100

union all

select
    period || ' ' || abm_tier as subject,
    'matched_account_month_share' as what
from {{ ref('rpt_abm_roi') }}
where matched_account_month_share not between 0 and 1

union all

select
    abm_tier as subject,
    'n_engaged_accounts, n_mqa_in_period' as what
from {{ ref('rpt_cost_efficiency') }}
where n_engaged_accounts > n_accounts or n_mqa_in_period > n_accounts

union all

select
    abm_tier as subject,
    kpi as what
from {{ ref('rpt_programme_kpis') }}
where unit = 'percent' and kpi <> 'abm_roi_pct' and value not between 0 and 100

union all

select
    interaction_type as subject,
    'points_default' as what
from {{ ref('interaction_types') }}
where points_default not between points_min and points_max

union all

select
    types.asset_type as subject,
    'download_points' as what
from {{ ref('content_asset_types') }} as types
inner join {{ ref('interaction_types') }} as downloads
    on downloads.interaction_type = 'content_download'
where types.download_points not between downloads.points_min and downloads.points_max
