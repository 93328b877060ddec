{% macro sqlserver__utc_now() -%}
    cast(sysutcdatetime() as {{ type_for('timestamp') }})
{%- endmacro %}
