{#- The hour of a timestamp, 0 to 23. -#}
{% macro hour_of_day(timestamp) -%}
    {{ return(adapter.dispatch('hour_of_day', 'echostream')(timestamp)) }}
{%- endmacro %}
