-- The as-of date's month, ending on the as-of date, and the 36 complete months before it.
{% for months_ago in range(37) -%}
select
    {{ months_ago }} as months_ago,
    {{ as_of_month_start(-months_ago) }} as month_start_on,
    {% if months_ago == 0 -%}
    {{ as_of_date() }} as month_end_on
    {%- else -%}
    {{ days_after(as_of_month_start(1 - months_ago), -1) }} as month_end_on
    {%- endif %}
{% if not loop.last %}
union all

{% endif -%}
{%- endfor %}
