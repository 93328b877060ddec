{% macro default__cast_text(expression, kind) -%}
    cast({{ expression }} as {{ type_for(kind) }})
{%- endmacro %}
