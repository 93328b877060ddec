{#- A collation stands behind a cast, but within the type of a table's column. -#}
{% macro sqlserver__cast_text(expression, kind) -%}
    {%- set type, collation = type_for(kind).split(' collate ') -%}
    cast({{ expression }} as {{ type }}) collate {{ collation }}
{%- endmacro %}
