{% macro default__unnest_list(list, alias, separator=',') -%}
    cross join lateral unnest(string_split({{ list }}, '{{ separator }}')) with ordinality as {{ alias }} (value, ordinal)
{%- endmacro %}
