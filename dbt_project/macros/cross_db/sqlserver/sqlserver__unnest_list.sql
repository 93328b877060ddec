{% macro sqlserver__unnest_list(list, alias, separator=',') -%}
    cross apply string_split({{ list }}, '{{ separator }}', 1) as {{ alias }}
{%- endmacro %}
