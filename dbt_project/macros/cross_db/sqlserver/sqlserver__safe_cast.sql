{#- dbt's own, for values of unit tests: a bit has no True and False. -#}
{% macro sqlserver__safe_cast(field, type) -%}
    try_cast({{ {'True': 1, 'False': 0}.get(field | string, field) }} as {{ type }})
{%- endmacro %}
