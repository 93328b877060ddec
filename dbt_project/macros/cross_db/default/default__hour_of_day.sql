{% macro default__hour_of_day(timestamp) -%}
    cast(extract(hour from {{ timestamp }}) as {{ type_for('integer') }})
{%- endmacro %}
