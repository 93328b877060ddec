{% macro sqlserver__unnest_list(list, alias) -%}
    cross apply string_split({{ list }}, ',', 1) as {{ alias }}
{%- endmacro %}
