{#- The key of one version of an object: the hex MD5 of `id|YYYY-MM-DD`, with the day from which it is valid. -#}
{% macro version_key(id, valid_from) -%}
    {{ hex_md5(dbt.concat([id, "'|'", iso_date_text(valid_from)])) }}
{%- endmacro %}
