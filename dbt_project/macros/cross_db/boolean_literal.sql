{#- True or false as a value. -#}
{% macro boolean_literal(value) -%}
    {{ return(adapter.dispatch('boolean_literal', 'echostream')(value)) }}
{%- endmacro %}
