{#- The moment at which the statement runs, in UTC. -#}
{% macro utc_now() -%}
    {{ return(adapter.dispatch('utc_now', 'echostream')()) }}
{%- endmacro %}
