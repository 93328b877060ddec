{#-
    Production builds the schemas that the project names. Any other target builds its own beside them: the schema of its
    profile stands before the name, as dbt does it by default, so nobody overwrites what others read.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- do check_target() -%}
    {%- set name = (custom_schema_name or '') | trim -%}
    {%- if not name -%}
        {{ return(target.schema) }}
    {%- elif target.name in var('production_targets') -%}
        {{ return(name) }}
    {%- endif -%}
    {{ return(target.schema ~ '_' ~ name) }}
{%- endmacro %}
