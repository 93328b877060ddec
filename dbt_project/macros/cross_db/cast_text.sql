{#- An expression as text of a kind (key, id, id_list, text, code), which is compared character by character. -#}
{% macro cast_text(expression, kind) -%}
    {{ return(adapter.dispatch('cast_text', 'echostream')(expression, kind)) }}
{%- endmacro %}
