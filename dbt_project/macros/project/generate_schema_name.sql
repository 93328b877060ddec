{#- A schema is called what the project calls it, on every target: no prefix of the target's own schema. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ return((custom_schema_name or target.schema) | trim) }}
{%- endmacro %}
