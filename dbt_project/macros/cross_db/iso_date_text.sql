{#- A date as the text YYYY-MM-DD. -#}
{% macro iso_date_text(date) -%}
    {{ return(adapter.dispatch('iso_date_text', 'echostream')(date)) }}
{%- endmacro %}
