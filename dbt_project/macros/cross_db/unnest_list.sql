{#- Join each row with the parts of its list, parted by commas if nothing else is said: stands behind a table in a FROM
    clause and gives the columns `value` and `ordinal` (from 1). A list that is null gives no row, an empty one gives one
    empty part. -#}
{% macro unnest_list(list, alias, separator=',') -%}
    {{ return(adapter.dispatch('unnest_list', 'echostream')(list, alias, separator)) }}
{%- endmacro %}
