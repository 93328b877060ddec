{#- A date as the whole number yyyymmdd, the key of dim_date. -#}
{% macro date_key(date) -%}
    cast(year({{ date }}) * 10000 + month({{ date }}) * 100 + day({{ date }}) as {{ type_for('integer') }})
{%- endmacro %}
