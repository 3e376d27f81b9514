-- How far the programme has come, and when what is judged. Months are whole ones since its start.
with due as (
    select
        max(case when kpi = 'velocity_monthly' then months_from end) as pipeline_months,
        max(case when kpi = 'clv_cac_ratio' then months_from end) as value_months
    from reference.kpi_definitions
    inner join reference.programme_stages using (programme_stage)
)

select
    settings.programme_started_on,
    datesub('month', settings.programme_started_on, settings.as_of_on) as months,
    stages.label_en as stage_en,
    stages.label_fr as stage_fr,
    due.pipeline_months,
    settings.programme_started_on + to_months(due.pipeline_months) as pipeline_due_on,
    settings.programme_started_on + to_months(due.value_months) as value_due_on,
    cast(full_potential.value_min as integer) as full_potential_from,
    cast(full_potential.value_max as integer) as full_potential_to,
    coalesce(
        settings.programme_started_on <= settings.as_of_on
        and settings.as_of_on
        < settings.programme_started_on + to_months(cast(full_potential.value_max as integer)),
        false
    ) as is_young,
    settings.all_kpis_from_on,
    settings.all_kpis_from_on - settings.programme_started_on as days_alone,
    coalesce(settings.as_of_on < settings.all_kpis_from_on, false) as is_score_alone
from audit.audit_settings as settings
cross join due
left join reference.benchmarks as full_potential
    on full_potential.benchmark_id = 'full_potential_months'
left join reference.programme_stages as stages
    on
        stages.programme_stage
        = (select max(current_programme_stage) from marts.rpt_programme_kpis)
