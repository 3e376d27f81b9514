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
where anomalies.is_anomaly
order by anomalies.month_on desc, definitions.display_order
