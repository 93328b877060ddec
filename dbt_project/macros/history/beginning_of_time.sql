{#- The day from which the first version of every object is valid. -#}
{% macro beginning_of_time() -%}
    cast('1900-01-01' as date)
{%- endmacro %}
