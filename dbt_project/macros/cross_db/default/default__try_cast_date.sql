{% macro default__try_cast_date(text) -%}
    try_cast({{ text }} as date)
{%- endmacro %}
