select
    account_id as page_id,
    credits.touched_on,
    channels.label_en as channel_en,
    channels.label_fr as channel_fr,
    labels.label_en as interaction_en,
    labels.label_fr as interaction_fr,
    people.person_name,
    people.title,
    opportunities.opportunity_label,
    credits.weight,
    credits.attributed_amount
from marts.fct_attribution as credits
inner join marts.dim_accounts as accounts using (account_id)
inner join marts.fct_opportunities as opportunities using (opportunity_id)
left join marts.dim_channels as channels on credits.channel = channels.channel
left join marts.dim_people as people on credits.person_id = people.person_id
left join reference.labels as labels
    on credits.interaction_type = labels.code and labels.domain = 'interaction_type'
where accounts.is_abm_now
order by account_id, credits.attributed_amount desc nulls last, credits.attribution_id
