{% macro default__utc_timestamp(timestamp) -%}
    cast({{ timestamp }} at time zone 'UTC' as {{ type_for('timestamp') }})
{%- endmacro %}
