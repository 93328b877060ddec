{#- The hex MD5 of a text in any script, in lower case: of its bytes in UTF-8, on every engine. -#}
{% macro hex_md5_of_unicode(text) -%}
    {{ return(adapter.dispatch('hex_md5_of_unicode', 'echostream')(text)) }}
{%- endmacro %}
