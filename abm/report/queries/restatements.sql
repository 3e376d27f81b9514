select
    definitions.label_en,
    definitions.label_fr,
    definitions.unit,
    publications.month_on,
    publications.previous_value,
    publications.published_value,
    publications.cause
from marts.fct_kpi_publications as publications
inner join reference.kpi_definitions as definitions using (kpi)
where publications.is_restatement
order by publications.published_at desc, publications.month_on desc, definitions.display_order
