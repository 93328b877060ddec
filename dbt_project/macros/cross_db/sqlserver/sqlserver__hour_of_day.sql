{% macro sqlserver__hour_of_day(timestamp) -%}
    datepart(hour, {{ timestamp }})
{%- endmacro %}
