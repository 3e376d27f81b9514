select
    experiments.hypothesis,
    metrics.label_en,
    metrics.label_fr,
    experiments.arm,
    experiments.started_on,
    experiments.ended_on,
    experiments.n,
    experiments.is_reliable,
    case experiments.metric_kind when 'proportion' then 'share' else 'points' end as unit,
    experiments.metric_value,
    experiments.difference,
    experiments.ci_low,
    experiments.ci_high,
    experiments.verdict,
    experiments.reason,
    experiments.decision
from marts.rpt_experiments as experiments
left join reference.experiment_metrics as metrics using (metric)
order by
    experiments.started_on desc,
    experiments.experiment_id,
    experiments.is_control desc,
    experiments.arm
