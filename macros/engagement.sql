{#- The coefficients of the score's components, one row. -#}
{% macro aes_coefficients() -%}
    select
        max(case when component = 'touchpoint_score' then coefficient end) as touchpoint_score,
        max(case when component = 'stakeholder_reach' then coefficient end) as stakeholder_reach,
        max(case when component = 'content_consumption' then coefficient end)
            as content_consumption,
        max(case when component = 'intent_signals' then coefficient end) as intent_signals
    from {{ ref('aes_coefficients') }}
{%- endmacro %}

{#- aes = touchpoint_score + 2 reach + 1.5 content + 3 signals, with the coefficients of the seed.
    Exact in decimals: weights and depths have 4 places, coefficients 2. -#}
{% macro account_engagement_score(components, coefficients) -%}
    cast(
        {{ components }}.touchpoint_score * {{ coefficients }}.touchpoint_score
        + {{ components }}.stakeholder_reach * {{ coefficients }}.stakeholder_reach
        + {{ components }}.content_consumption * {{ coefficients }}.content_consumption
        + {{ components }}.intent_signals * {{ coefficients }}.intent_signals
        as {{ type_decimal(6) }}
    )
{%- endmacro %}

{#- Above the upper threshold is top, below the lower one bottom; exactly on either is middle. The
    score is rounded to 4 places first, so that what is shown and what is compared agree. -#}
{% macro aes_band(aes, lower, upper) -%}
    case
        when round({{ aes }}, 4) > {{ upper }} then 'top'
        when round({{ aes }}, 4) < {{ lower }} then 'bottom'
        else 'middle'
    end
{%- endmacro %}

{#- A marketing-qualified account (MQA): in the top band with at least two engaged people. -#}
{% macro is_mqa(aes_band, stakeholder_reach) -%}
    {{ aes_band }} = 'top' and {{ stakeholder_reach }} >= 2
{%- endmacro %}

{#- A signal key in words: the topic, or what was visited (by whom is in the key). -#}
{% macro signal_label(signal_key, language) -%}
    {%- set said = {
        'en': ['researches ', 'visits the pricing page', 'compares with competitors'],
        'fr': ['recherche ', 'visite la page tarifs', 'compare avec des concurrents'],
    }[language] -%}
    case
        when {{ signal_key }} like 'third_party_topic:%'
            then '{{ said[0] }}' || replace({{ signal_key }}, 'third_party_topic:', '')
        when {{ signal_key }} like 'pricing_visit:%' then '{{ said[1] }}'
        else '{{ said[2] }}'
    end
{%- endmacro %}

{#- Which meeting a touch belongs to, null where it is no sales meeting: everyone who attends makes
    a touch, and the meeting is one. Distinct keys count meetings. -#}
{% macro sales_meeting_key(touchpoints) -%}
    case
        when {{ touchpoints }}.interaction_type = 'sales_meeting'
            then {{ joined_key([
                touchpoints ~ '.source_system', touchpoints ~ '.source_record_id'
            ]) }}
    end
{%- endmacro %}
