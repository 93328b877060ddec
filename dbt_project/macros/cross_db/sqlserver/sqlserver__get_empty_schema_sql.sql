{#- dbt asks for the types of a contract by casts, in which no collation may stand. -#}
{% macro sqlserver__get_empty_schema_sql(columns) -%}
    {%- set uncollated = {} -%}
    {%- for name, column in columns.items() -%}
        {%- do uncollated.update({name: dict(column, data_type=column['data_type'].split(' collate ')[0])}) -%}
    {%- endfor -%}
    {{ return(default__get_empty_schema_sql(uncollated)) }}
{%- endmacro %}
