{% macro default__hex_md5(text) -%}
    md5({{ text }})
{%- endmacro %}
