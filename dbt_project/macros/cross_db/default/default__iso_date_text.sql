{% macro default__iso_date_text(date) -%}
    cast({{ date }} as varchar)
{%- endmacro %}
