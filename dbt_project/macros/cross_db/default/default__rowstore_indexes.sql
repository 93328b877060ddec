{% macro default__rowstore_indexes(columns) -%}
    {{ return([]) }}
{%- endmacro %}
