{#- dbt casts the values of unit tests with it: a bit has no True and False, and text has the collation of models. -#}
{% macro sqlserver__safe_cast(field, type) -%}
    try_cast({{ {'True': 1, 'False': 0}.get(field | string, field) }} as {{ type }})
    {%- if 'char' in type | lower %} collate {{ type_for('text').split(' collate ')[1] }}{% endif -%}
{%- endmacro %}
