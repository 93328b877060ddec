{% macro default__unnest_list(list, alias) -%}
    cross join lateral unnest(string_split({{ list }}, ',')) with ordinality as {{ alias }} (value, ordinal)
{%- endmacro %}
