{% macro default__boolean_literal(value) -%}
    {{ 'true' if value else 'false' }}
{%- endmacro %}
