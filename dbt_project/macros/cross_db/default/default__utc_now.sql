{% macro default__utc_now() -%}
    {{ utc_timestamp('current_timestamp') }}
{%- endmacro %}
