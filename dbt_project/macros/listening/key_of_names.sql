{#- The hex MD5 of several names in any script, in their order; names that are null count as empty. -#}
{% macro key_of_names(names) -%}
    {%- set hashes = [] -%}
    {%- for name in names -%}
        {%- do hashes.append(hex_md5_of_unicode("coalesce(" ~ name ~ ", '')")) -%}
    {%- endfor -%}
    {{ hex_md5(dbt.concat(hashes)) }}
{%- endmacro %}
