{% macro sqlserver__rowstore_indexes(columns) -%}
    {{ return([{'columns': columns, 'type': 'clustered'}]) }}
{%- endmacro %}
