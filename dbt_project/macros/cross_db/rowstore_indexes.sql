{#- The indexes of a table that is not a columnstore: its rows lie in the order of these columns. -#}
{% macro rowstore_indexes(columns) -%}
    {{ return(adapter.dispatch('rowstore_indexes', 'echostream')(columns)) }}
{%- endmacro %}
