{#-
    Spark 4.0, session time zone UTC. A plan grows with all that it reads through, so every model is
    a table here; Parquet has neither update, delete nor merge, so a table that keeps rows is
    written anew and takes the place of the old one.
-#}
{% macro spark_type(data_type) -%}
    {%- if is_nested_type(data_type) -%}
        {%- set fields = data_type | replace('(', '<') | replace(')', '>') -%}
        {%- set spelled = modules.re.sub('(\\w+) (\\w+)(?=[,>< ]|$)', '\\1:\\2', fields) -%}
        {%- set spelled = spelled | replace('varchar', 'string') -%}
        {{ return('array<' ~ spelled[:-2] ~ '>' if spelled.endswith('[]') else spelled) }}
    {%- endif -%}
    {{ return(data_type | replace('varchar', 'string')) }}
{%- endmacro %}

{% macro spark__engine_type(data_type) -%} {{ return(spark_type(data_type)) }} {%- endmacro %}

{#- As a table says that its columns are. -#}
{% macro spark_stored_type(data_type) -%}
    {{ return(spark_type(data_type) | replace('integer', 'int') | replace(' ', '')) }}
{%- endmacro %}

{% macro spark__text_of(expression, data_type) -%}
    {%- if is_nested_type(data_type) -%} to_json({{ expression }})
    {%- elif data_type == 'double' -%} {{ spark_text_of_double(expression) }}
    {%- else -%} cast({{ expression }} as string)
    {%- endif -%}
{%- endmacro %}

{#- The shortest digits are those of the other engines, and a point stands where they have one. -#}
{% macro spark_text_of_double(expression) -%}
    case
        when abs({{ expression }}) < 1e16
            then regexp_replace(
                cast(cast({{ expression }} as decimal(38, 20)) as string), '(?<![.])0+$', ''
            )
        else cast({{ expression }} as string)
    end
{%- endmacro %}

{#- Up to 18 digits fit a whole number of 64 bits; more are made of two, the upper and lower half. A
    division keeps two digits more than are asked for, unless what is divided has too many. -#}
{% macro spark__double_as_decimal(expression, scale, precision) -%}
    {%- set shifted = '((' ~ expression ~ ') * cast(' ~ 10 ** scale ~ ' as double))' -%}
    {%- set type = type_decimal(scale, precision) -%}
    {%- set unit = 'cast(' ~ 10 ** scale ~ ' as decimal(' ~ (scale + 1) ~ ', 0))' -%}
    {%- if precision <= 18 -%}
    cast(
        cast({{ spark_rounded(shifted) }} as decimal(19, 0)) / {{ unit }} as {{ type }}
    )
    {%- else -%}
    get(transform(
        transform(
            transform(
                array({{ shifted }}),
                units -> if(
                    abs(units) < 4503599627370496d, cast({{ spark_rounded('units') }} as double),
                    units
                )
            ),
            units -> cast(floor(units / 4294967296d) as decimal(20, 0))
            * cast(4294967296 as decimal(10, 0))
            + cast(
                cast(units - floor(units / 4294967296d) * 4294967296d as bigint)
                as decimal(11, 0)
            )
        ),
        units -> cast(
            cast(units div {{ unit }} as decimal(20, 0)) + units % {{ unit }} / {{ unit }}
            as {{ type }}
        )
    ), 0)
    {%- endif -%}
{%- endmacro %}

{% macro spark_rounded(units) -%}
    cast({{ units }} + if(
        abs({{ units }}) < 4503599627370496d, 0.5d * sign({{ units }}), 0d
    ) as bigint)
{%- endmacro %}

{% macro spark__timestamp_from_microseconds(expression) -%}
    timestamp_micros({{ expression }})
{%- endmacro %}

{% macro spark__local_date_of(timestamp_expression, time_zone) -%}
    cast(from_utc_timestamp({{ timestamp_expression }}, '{{ time_zone }}') as date)
{%- endmacro %}

{% macro spark__parameter_value(list_column, key, value_field) -%}
    get(
        filter({{ list_column }}, parameter -> parameter.key = '{{ key }}'), 0
    ).value.{{ value_field }}
{%- endmacro %}

{% macro spark__ordered_list(expression, separator) -%}
    nullif(
        array_join(
            array_sort(collect_set(cast({{ expression }} as string))), '{{ separator }}'
        ), ''
    )
{%- endmacro %}

{% macro spark__split_rows(relation, columns, list_column, separator) -%}
    select
        {{ columns | join(', ') }},
        explode(split({{ list_column }}, '[{{ separator }}]')) as list_part
    from {{ relation }}
{%- endmacro %}

{% macro spark__row_hash(parts) -%}
    {{ parts[0] if parts | length == 1 else 'xxhash64(' ~ joined_key(parts) ~ ')' }}
{%- endmacro %}

{% macro spark__whole_row_hash(rows) -%} xxhash64(to_json(struct({{ rows }}.*))) {%- endmacro %}

{% macro spark__sha256_hex(expression) -%} sha2({{ expression }}, 256) {%- endmacro %}

{% macro spark__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace(
        {{ expression }}, r'{{ pattern | replace("[:space:]", "\\s") }}', '{{ replacement }}'
    )
{%- endmacro %}

{#- A variable of the session, which `abm build` declares where there is a salt. -#}
{% macro spark__email_salt() -%}
    {%- if env_var('ABM_SPARK_HAS_SALT', '') -%} session.abm_email_salt
    {%- else -%} {{ default__email_salt() }}
    {%- endif -%}
{%- endmacro %}

{#- dbt-spark adds whole seconds alone, and says 2 months from 31 January to 28 February. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd(
        {{ datepart }}, cast({{ interval }} as int),
        cast({{ from_date_or_timestamp }} as timestamp)
    )
{%- endmacro %}

{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- set part = datepart | lower -%}
    {%- if part == 'day' -%}
        datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
    {%- elif part == 'week' -%}
        cast(
            datediff(date_trunc('week', {{ second_date }}), date_trunc('week', {{ first_date }}))
            / 7 as int
        )
    {%- elif part in ('month', 'quarter') -%}
        (
            (year({{ second_date }}) - year({{ first_date }})) * {{ 12 if part == 'month' else 4 }}
            + {{ part }}({{ second_date }}) - {{ part }}({{ first_date }})
        )
    {%- elif part == 'year' -%} (year({{ second_date }}) - year({{ first_date }}))
    {%- else -%}
        timestampdiff(
            {{ part }}, date_trunc('{{ part }}', {{ first_date }}),
            date_trunc('{{ part }}', {{ second_date }})
        )
    {%- endif -%}
{%- endmacro %}

{% macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}

{% macro spark__escape_single_quotes(expression) -%}
    {{ expression | replace('\\', '\\\\') | replace("'", "\\'") }}
{%- endmacro %}

{#- How a loader landed a column is known to the plan alone: what is read already is told by the
    type, which costs nothing there, and anything else is read as text. -#}
{% macro spark__try_cast(expression, data_type) -%}
    {%- set kind = data_type.split(' ')[0] -%}
    {%- set patterns = reading_patterns() -%}
    {%- set text = spark_trimmed(expression) -%}
    {%- set number = 'cast(' ~ expression ~ ' as string)' -%}
    {%- if kind in ('bigint', 'integer') -%}
        case
            when typeof({{ expression }}) in ('bigint', 'int', 'smallint', 'tinyint')
                then try_cast({{ number }} as {{ kind }})
            when typeof({{ expression }}) in ('double', 'float')
                then case
                    when try_cast({{ number }} as double) = floor(try_cast({{ number }} as double))
                        then try_cast(try_cast({{ number }} as double) as {{ kind }})
                end
            when {{ text }} rlike '^{{ patterns.whole }}$'
                then try_cast(split_part({{ text }}, '.', 1) as {{ kind }})
        end
    {%- elif kind == 'double' -%}
        case
            when
                {{ text }} rlike '^{{ patterns.number }}$'
                and try_cast({{ text }} as double) - try_cast({{ text }} as double) = 0
                then try_cast({{ text }} as double)
        end
    {%- elif kind == 'boolean' -%}
        case
            when lower({{ text }}) in ('true', 't', 'yes', 'y', '1', '1.0') then true
            when lower({{ text }}) in ('false', 'f', 'no', 'n', '0', '0.0') then false
        end
    {%- else -%}
        {%- set pattern = '^' ~ patterns.day ~ '(?:' ~ patterns.clock ~ '('
            ~ patterns.zone ~ ')?)?$' -%}
        cast(
            case
                when typeof({{ expression }}) in ('timestamp', 'timestamp_ntz', 'date')
                    then try_cast({{ number }} as timestamp)
                when
                    {{ text }} rlike r'{{ pattern }}'
                    and {{ text }} rlike r'^[0-9]+([-/ ])[0-9]+\1'
                    then try_cast({{ spark_moment(text, patterns) }} as timestamp)
                when {{ text }} rlike '^[eE]poch$' then timestamp_micros(0)
                when {{ text }} rlike '^[iI]nfinity$' then timestamp '9999-12-31 00:00:00'
                when {{ text }} rlike '^-[iI]nfinity$' then timestamp '0001-01-01 00:00:00'
            end as {{ kind }}
        )
    {%- endif -%}
{%- endmacro %}

{#- A moment in a spelling that the patterns allow, as Spark spells it. -#}
{% macro spark_moment(text, patterns) -%}
    {%- set day -%}
        regexp_replace({{ text }}, r'^{{ patterns.day }}.*$', '000$1-$3-$4')
    {%- endset -%}
    {%- set clock -%}
        regexp_replace(
            {{ text }}, r'^{{ patterns.day }}(?:{{ patterns.clock }}({{ patterns.zone }})?)?$',
            '0$5:0$6:0$8$9'
        )
    {%- endset -%}
    {%- set zone -%}
        regexp_extract(
            {{ text }}, r'{{ patterns.clock }}({{ patterns.zone }})$', 6
        )
    {%- endset -%}
        regexp_replace({{ day }}, '^0*([0-9]{4})', '$1') || ' '
        || regexp_replace(
            regexp_replace(
                regexp_replace({{ clock }}, '(^|:)0*([0-9]{2})(?=[:.]|$)', '$1$2'),
                '(^|:)0(?=:|$)', '$100'
            ),
            '([.][0-9]{0,6})[0-9]*$', '$1'
        )
        || regexp_replace(
            regexp_replace(
                regexp_replace({{ zone }}, '^ *(?:{{ patterns.utc }})$', 'Z'),
                '^ *([+-][0-9]{2})$', '$1:00'
            ),
            '^ *([+-][0-9]{2}):?([0-9]{2})$', '$1:$2'
        )
{%- endmacro %}

{% macro spark_trimmed(expression) -%}
    trim(both ' \t\n\r' from cast({{ expression }} as string))
{%- endmacro %}

{% macro spark__read_id(expression) -%}
    {%- set text = spark_trimmed(expression) -%}
    case
        when
            typeof({{ expression }}) in ('double', 'float')
            or {{ text }} rlike '^[0-9]([.][0-9]+)?e[+][0-9]{2}$'
            then regexp_replace(
                cast(try_cast({{ text }} as decimal(38, 10)) as string), '[.]?0+$', ''
            )
        else regexp_replace({{ text }}, '^([0-9]+)[.]0+$', '$1')
    end
{%- endmacro %}

{#- Five letters a character, as a binary number of which the first letter is the last digit. -#}
{% macro spark__salesforce_id(column) -%}
    case
        when length({{ column }}) = 15 then {{ column }}
        {%- for block in range(3) %}
            || substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1 + cast(conv(regexp_replace(
                regexp_replace(
                    reverse(substr({{ column }}, {{ block * 5 + 1 }}, 5)), '[^A-Z]', '0'
                ), '[A-Z]', '1'
            ), 2, 10) as int), 1)
        {%- endfor %}
        else {{ column }}
    end
{%- endmacro %}

{#- One row twice, once under its own name and once under that of its parent, and each takes the
    root that its parent knows: a step reads the step before once, where a join would read it twice,
    and Spark, which writes out what it reads, 64 times. -#}
{% macro spark__hierarchy_step(step) -%}
        select
            node_id,
            root_id
        from (
            select
                node_id,
                coalesce(max(known_root_id) over (partition by asked_id), asked_id) as root_id
            from (
                select
                    stack(
                        2, root_id, node_id, cast(null as string),
                        node_id, cast(null as string), root_id
                    ) as (asked_id, node_id, known_root_id)
                from {{ step }}
            ) as asked
        ) as answered
        where node_id is not null
{%- endmacro %}

{#- What reads the step before twice would be written out 2 to the number of steps times: the steps
    of a chain are one value, a matrix of a few channels, and so are the rows of a key. -#}
{% macro spark__squared_steps(steps, squarings, probability) -%}
{%- set exact = 'decimal(36, 34)' -%}
places as (
    select
        removed_state,
        array_sort(collect_set(state)) as states
    from (
        select
            removed_state,
            explode(array(from_state, to_state)) as state
        from {{ steps }}
    ) as named
    group by removed_state
),

matrices as (
    select
        steps.removed_state,
        places.states,
        map_from_entries(collect_list(struct(
            steps.from_state || chr(31) || steps.to_state, steps.probability
        ))) as given
    from {{ steps }} as steps
    inner join places on steps.removed_state = places.removed_state
    group by steps.removed_state, places.states
),

squared as (
    select
        removed_state,
        states,
        aggregate(
            sequence(1, {{ squarings }}),
            transform(states, from_state -> transform(
                states, to_state -> coalesce(
                    given[from_state || chr(31) || to_state], cast(0 as {{ probability }})
                )
            )),
            (matrix, squaring) -> transform(matrix, row -> transform(
                sequence(0, size(matrix) - 1), place -> cast(aggregate(
                    sequence(0, size(matrix) - 1),
                    cast(0 as {{ exact }}),
                    (total, via) -> cast(
                        total + cast(row[via] * matrix[via][place] as {{ exact }}) as {{ exact }}
                    )
                ) as {{ probability }})
            ))
        ) as matrix
    from matrices
),

rows_of as (
    select
        removed_state,
        states,
        posexplode(matrix) as (row_place, probabilities)
    from squared
),

fields_of as (
    select
        removed_state,
        states,
        row_place,
        posexplode(probabilities) as (place, probability)
    from rows_of
),

ends as (
    select
        removed_state,
        states[row_place] as from_state,
        states[place] as to_state,
        probability
    from fields_of
),
{% endmacro %}

{% macro spark__episode_beginnings(relation, keys, day, days) -%}
    select
        {{ keys | join(', ') }},
        explode(began) as began_on
    from (
        select
            {{ keys | join(', ') }},
            aggregate(
                array_sort(collect_set(struct({{ day }} as day, {{ days }} as days))),
                struct(cast(array() as array<date>) as began, cast(null as date) as until),
                (found, given) -> case
                    when found.until is null or given.day >= found.until
                        then struct(
                            concat(found.began, array(given.day)) as began,
                            date_add(given.day, cast(given.days as int)) as until
                        )
                    else found
                end
            ).began as began
        from {{ relation }}
        where {{ day }} is not null
        group by {{ keys | join(', ') }}
    ) as episodes
{%- endmacro %}
