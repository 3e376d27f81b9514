select
    account_id as page_id,
    stages.stage,
    stages.label_en,
    stages.label_fr,
    case stages.stage
        when 'targeted' then journeys.targeted_on
        when 'reached' then journeys.reached_on
        when 'engaged' then journeys.engaged_on
        when 'mqa' then journeys.mqa_on
        when 'saa' then journeys.saa_on
        when 'opportunity' then journeys.opportunity_on
        when 'customer' then journeys.customer_on
        when 'expansion' then journeys.expansion_on
    end as entered_on,
    stages.stage = journeys.current_stage as is_current
from marts.fct_account_journey as journeys
inner join marts.dim_accounts as accounts using (account_id)
cross join reference.journey_stages as stages
where accounts.is_abm_now
order by account_id, stages.stage_order
