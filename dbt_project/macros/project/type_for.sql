{#- What a kind of column is called on this engine, from the project's variable `types`. -#}
{% macro type_for(kind) -%}
    {{ return(var('types')[target.type][kind]) }}
{%- endmacro %}
