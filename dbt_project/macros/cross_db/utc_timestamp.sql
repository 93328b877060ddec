{#- A timestamp with a time zone as one without, in UTC. -#}
{% macro utc_timestamp(timestamp) -%}
    {{ return(adapter.dispatch('utc_timestamp', 'echostream')(timestamp)) }}
{%- endmacro %}
