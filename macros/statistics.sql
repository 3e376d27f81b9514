{#- A test is significant below this p-value; arms whose sizes have a lower one than the second are
    not what an equal draw gives. Quantiles of the normal distribution: 97.5 % bounds an interval
    of 95 %, 80 % is the power that an experiment should have. -#}
{% macro significance_level() -%} 0.05 {%- endmacro %}

{% macro imbalance_level() -%} 0.01 {%- endmacro %}

{% macro normal_quantile_975() -%} 1.959963984540054e0 {%- endmacro %}

{% macro normal_quantile_80() -%} 8.416212335729143e-1 {%- endmacro %}

{#- A double without the digits in which engines and runs differ. -#}
{% macro rounded_statistic(expression) -%}
    cast({{ double_as_decimal(expression, 12, 38) }} as {{ type_double() }})
{%- endmacro %}

{#- c0 + x (c1 + x (c2 + ...)), the highest power last. -#}
{% macro polynomial(x, coefficients) -%}
    {%- set ns = namespace(sql=coefficients[-1]) -%}
    {%- for coefficient in coefficients[:-1] | reverse -%}
        {%- set ns.sql = coefficient ~ ' + ' ~ x ~ ' * (' ~ ns.sql ~ ')' -%}
    {%- endfor -%}
    ({{ ns.sql }})
{%- endmacro %}

{#- The two-sided p-value of a standard normal statistic, a column: erfc(|z| / sqrt(2)) by
    W. J. Cody's rational approximations (Mathematics of Computation 23, 1969), which are good to
    the last digits of a double. Nothing is left after 12 places above 10, where exp of some
    engines would fail. -#}
{% macro normal_p_value(z) -%}
    {%- set x = '(abs(' ~ z ~ ') / 1.4142135623730951e0)' -%}
    {%- set y = '(' ~ z ~ ' * ' ~ z ~ ' / 2e0)' -%}
    case
        when abs({{ z }}) > 10 then 0
        when {{ x }} <= 0.46875
            then 1 - {{ x }} * {{ polynomial(y, [
                '3.20937758913846947e3', '3.77485237685302021e2', '1.13864154151050156e2',
                '3.16112374387056560e0', '1.85777706184603153e-1',
            ]) }} / {{ polynomial(y, [
                '2.84423683343917062e3', '1.28261652607737228e3', '2.44024637934444173e2',
                '2.36012909523441209e1', '1e0',
            ]) }}
        when {{ x }} <= 4
            then exp(-{{ y }}) * {{ polynomial(x, [
                '1.23033935479799725e3', '2.05107837782607147e3', '1.71204761263407058e3',
                '8.81952221241769090e2', '2.98635138197400131e2', '6.61191906371416295e1',
                '8.88314979438837594e0', '5.64188496988670089e-1', '2.15311535474403846e-8',
            ]) }} / {{ polynomial(x, [
                '1.23033935480374942e3', '3.43936767414372164e3', '4.36261909014324716e3',
                '3.29079923573345963e3', '1.62138957456669019e3', '5.37181101862009858e2',
                '1.17693950891312499e2', '1.57449261107098347e1', '1e0',
            ]) }}
        else
            exp(-{{ y }}) / {{ x }} * (
                5.6418958354775628695e-1
                - {{ polynomial('(1e0 / ' ~ y ~ ')', [
                    '6.58749161529837803e-4', '1.60837851487422766e-2', '1.25781726111229246e-1',
                    '3.60344899949804439e-1', '3.05326634961232344e-1', '1.63153871373020978e-2',
                ]) }} / {{ polynomial('(1e0 / ' ~ y ~ ')', [
                    '2.33520497626869185e-3', '6.05183413124413191e-2', '5.27905102951428412e-1',
                    '1.87295284992346725e0', '2.56852019228982242e0', '1e0',
                ]) }} / {{ y }}
            )
    end
{%- endmacro %}

{#- cosh(u) ^ -degrees of freedom, and its integral over a short stretch by Simpson's rule. -#}
{% macro student_t_density(u, degrees_of_freedom) -%}
    exp(-{{ degrees_of_freedom }} * ln((exp({{ u }}) + exp(-({{ u }}))) / 2e0))
{%- endmacro %}

{% macro student_t_stretch(u, width, degrees_of_freedom) -%}
    {{ width }} / 6e0 * (
        {{ student_t_density(u, degrees_of_freedom) }}
        + 4e0 * {{ student_t_density(u ~ ' + ' ~ width ~ ' / 2e0', degrees_of_freedom) }}
        + {{ student_t_density(u ~ ' + ' ~ width, degrees_of_freedom) }}
    )
{%- endmacro %}

{#-
    Two-sided p-values of Student's t and the quantile that bounds an interval of 95 %, per row of
    a relation. With statistic = sqrt(df) sinh(u) the density is proportional to cosh(u) ^ -df:
    smooth, without a heavy tail, and e^-40 at a u that can be written down for any df from 1.
    Simpson's rule on 2000 stretches up to there gives the integral up to each; the statistic and
    the quantile lie inside a stretch, and a last step from its beginning reaches them, that of the
    quantile found by Newton. Good to 1e-9 for df from 1 to 10^6 (tests/python/test_experiments.py).
    Returns the keys, p_value and quantile_975; a row without a statistic or df is not returned.
-#}
{% macro student_t_tests(relation, keys, statistic, degrees_of_freedom) -%}
    {%- set n_stretches = 2000 -%}
    {%- set all_keys = keys | join(', ') -%}
    with scaled as (
        select
            {{ all_keys }},
            {{ degrees_of_freedom }} as df,
            abs({{ statistic }}) / sqrt({{ degrees_of_freedom }}) as x,
            ln(
                exp(40e0 / {{ degrees_of_freedom }})
                + sqrt(exp(80e0 / {{ degrees_of_freedom }}) - 1e0)
            ) / {{ n_stretches }} as width
        from {{ relation }}
        where {{ statistic }} is not null and {{ degrees_of_freedom }} is not null
    ),

    -- The inverse of sinh; beyond 1e15 nothing is left after 12 places.
    placed as (
        select
            {{ all_keys }},
            df,
            width,
            case when x < 1e15 then ln(x + sqrt(x * x + 1e0)) else 100e0 end as statistic_at
        from scaled
    ),

    numbers as (
        {{ dbt.generate_series(n_stretches) }}
    ),

    stretches as (
        select
            placed.*,
            (cast(numbers.generated_number as {{ type_double() }}) - 1e0) * placed.width
                as begins_at,
            cast(numbers.generated_number as {{ type_double() }}) * placed.width as ends_at
        from placed
        cross join numbers
    ),

    integrated as (
        select
            *,
            {{ student_t_stretch('begins_at', 'width', 'df') }} as area
        from stretches
    ),

    cumulated as (
        select
            *,
            sum(area) over (
                partition by {{ all_keys }}
                order by begins_at
                rows between unbounded preceding and current row
            ) - area as area_before,
            sum(area) over (partition by {{ all_keys }}) as area_of_all
        from integrated
    ),

    p_values as (
        select
            {{ all_keys }},
            1e0 - (
                area_before
                + {{ student_t_stretch('begins_at', '(statistic_at - begins_at)', 'df') }}
            ) / area_of_all as p_value
        from cumulated
        where begins_at <= statistic_at and statistic_at < ends_at
    ),

    quantile_stretches as (
        select
            {{ all_keys }},
            df,
            begins_at,
            0.95e0 * area_of_all - area_before as missing_area,
            (0.95e0 * area_of_all - area_before)
            / {{ student_t_density('begins_at', 'df') }} as step_0
        from cumulated
        where
            area_before <= 0.95e0 * area_of_all
            and area_before + area > 0.95e0 * area_of_all
    ),

    {% for round in range(1, 4) -%}
    newton_{{ round }} as (
        select
            *,
            step_{{ round - 1 }}
            - ({{ student_t_stretch('begins_at', 'step_' ~ (round - 1), 'df') }} - missing_area)
            / {{ student_t_density('begins_at + step_' ~ (round - 1), 'df') }} as step_{{ round }}
        from {{ 'quantile_stretches' if loop.first else 'newton_' ~ (round - 1) }}
    ),

    {% endfor -%}
    student_t_values as (
        select
            {% for key in keys -%}
            placed.{{ key }},
            {% endfor -%}
            {{ rounded_statistic('coalesce(p_values.p_value, 0)') }} as p_value,
            {{ rounded_statistic(
                'sqrt(placed.df) / 2e0 * ('
                ~ 'exp(newton_3.begins_at + newton_3.step_3)'
                ~ ' - exp(-newton_3.begins_at - newton_3.step_3))'
            ) }} as quantile_975
        from placed
        left join p_values
            on {% for key in keys -%}
                placed.{{ key }} = p_values.{{ key }} {%- if not loop.last %} and {% endif %}
            {%- endfor %}
        left join newton_3
            on {% for key in keys -%}
                placed.{{ key }} = newton_3.{{ key }} {%- if not loop.last %} and {% endif %}
            {%- endfor %}
    )

    select * from student_t_values
{%- endmacro %}
