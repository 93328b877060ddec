{% macro default__hex_md5_of_unicode(text) -%}
    md5({{ text }})
{%- endmacro %}
