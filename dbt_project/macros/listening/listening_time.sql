{#- A time in UTC as the listener's clock shows it (the variable `listener_utc_offset_minutes`). -#}
{% macro listening_time(played_at) -%}
    cast(
        {{ dbt.dateadd('minute', var('listener_utc_offset_minutes'), played_at) | trim }} as {{ type_for('timestamp') }}
    )
{%- endmacro %}
