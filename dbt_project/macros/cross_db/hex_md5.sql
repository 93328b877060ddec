{#- The hex MD5 of a text, in lower case. The text must be plain ASCII: then every engine gives the same. -#}
{% macro hex_md5(text) -%}
    {{ return(adapter.dispatch('hex_md5', 'echostream')(text)) }}
{%- endmacro %}
