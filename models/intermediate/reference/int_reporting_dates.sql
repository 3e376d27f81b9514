-- The as-of date and the 13 month ends before it, with the 12 complete months before each.
{% for months_ago in range(14) -%}
select
    {{ months_ago }} as months_ago,
    {% if months_ago == 0 -%}
    {{ as_of_date() }} as as_of_on,
    {{ as_of_date(1) }} = {{ as_of_month_start(1) }} as is_month_end,
    {%- else -%}
    {{ days_after(as_of_month_start(1 - months_ago), -1) }} as as_of_on,
    true as is_month_end,
    {%- endif %}
    {{ as_of_month_start(-months_ago) }} as month_start_on,
    {{ as_of_month_start(-12 - months_ago) }} as complete_months_from_on
{% if not loop.last %}
union all

{% endif -%}
{%- endfor %}
