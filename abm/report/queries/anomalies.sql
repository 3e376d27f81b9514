select
    definitions.label_en,
    definitions.label_fr,
    definitions.unit,
    anomalies.month_on,
    anomalies.value,
    anomalies.expected_low,
    anomalies.expected_high
from marts.rpt_anomalies as anomalies
inner join reference.kpi_definitions as definitions using (kpi)
where
    anomalies.is_anomaly
    and anomalies.month_on = (select max(month_on) from marts.rpt_anomalies)
order by definitions.display_order
