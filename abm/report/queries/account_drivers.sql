select
    account_id as page_id,
    coefficients.label_en as component_en,
    coefficients.label_fr as component_fr,
    coalesce(drivers.driver_label_en, drivers.driver) as driver_en,
    coalesce(drivers.driver_label_fr, drivers.driver) as driver_fr,
    drivers.n,
    drivers.contribution,
    drivers.share_of_aes
from marts.fct_account_engagement_drivers as drivers
inner join marts.dim_accounts as accounts using (account_id)
left join reference.aes_coefficients as coefficients using (component)
where accounts.is_abm_now
order by account_id, drivers.contribution desc, driver_en, drivers.component, drivers.driver
