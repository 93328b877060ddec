{#- A text of the form YYYY-MM-DD as a date, null if there is no such day. -#}
{% macro try_cast_date(text) -%}
    {{ return(adapter.dispatch('try_cast_date', 'echostream')(text)) }}
{%- endmacro %}
