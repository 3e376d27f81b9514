select
    opportunity_id,
    account_id,
    accounts.account_name,
    opportunities.account_executive_id,
    executives.account_executive_name,
    opportunities.opportunity_label,
    opportunities.opportunity_type,
    opportunities.stage_name,
    opportunities.amount,
    opportunities.created_on,
    opportunities.planned_close_on,
    settings.as_of_on - opportunities.last_changed_on as days_without_change,
    opportunities.is_stale,
    forecast.win_probability,
    forecast.expected_amount,
    case
        when opportunities.opportunity_type = 'renewal' then 'renewal'
        else forecast.expected_amount_reason
    end as expected_amount_reason,
    forecast.expected_close_month_on,
    forecast.expected_close_month_reason
from marts.fct_opportunities as opportunities
cross join audit.audit_settings as settings
inner join marts.dim_accounts as accounts using (account_id)
left join marts.dim_account_executives as executives
    on opportunities.account_executive_id = executives.account_executive_id
left join marts.fct_pipeline_forecast as forecast using (opportunity_id)
where opportunities.is_open
