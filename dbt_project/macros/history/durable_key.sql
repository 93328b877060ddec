{#- The key that all versions of an object share: the hex MD5 of its id. -#}
{% macro durable_key(id) -%}
    {{ hex_md5(id) }}
{%- endmacro %}
