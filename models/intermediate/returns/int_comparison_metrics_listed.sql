-- What ABM is compared with non-ABM by. A sampled metric is measured on units, deals or customers;
-- a cost is a total, which has neither accounts of a size nor an interval.
with final as (
    {%- for metric, unit, is_higher_better, is_sampled in [
        ('deal_size', 'reporting_currency', true, true),
        ('win_rate', 'share', true, true),
        ('cycle_days', 'days', false, true),
        ('velocity', 'reporting_currency_per_month', true, true),
        ('year_1_revenue', 'reporting_currency', true, true),
        ('retention_rate', 'share', true, true),
        ('expansion_revenue', 'reporting_currency', true, true),
        ('cac', 'reporting_currency', false, false),
    ] %}
    select
        '{{ metric }}' as metric,
        '{{ unit }}' as unit,
        {{ is_higher_better | lower }} as is_higher_better,
        {{ is_sampled | lower }} as is_sampled
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from final
