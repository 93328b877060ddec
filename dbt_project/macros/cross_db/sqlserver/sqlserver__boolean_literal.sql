{% macro sqlserver__boolean_literal(value) -%}
    cast({{ 1 if value else 0 }} as bit)
{%- endmacro %}
