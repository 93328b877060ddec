{% macro sqlserver__iso_date_text(date) -%}
    convert(char(10), {{ date }}, 23)
{%- endmacro %}
