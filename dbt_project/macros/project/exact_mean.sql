{#-
    The mean of a column of a group, null where it is always null. A sum of floats depends on the order in which an engine
    happens to take them, and the last digit that is kept turns on it now and then; a sum of decimals does not.
-#}
{% macro exact_mean(column) -%}
cast(sum(cast({{ column }} as {{ type_for('exact') }})) as {{ type_for('float') }}) / nullif(count({{ column }}), 0)
{%- endmacro %}
