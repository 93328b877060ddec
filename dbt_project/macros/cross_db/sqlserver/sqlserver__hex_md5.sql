{% macro sqlserver__hex_md5(text) -%}
    {{ cast_text("lower(convert(varchar(32), hashbytes('md5', cast(" ~ text ~ " as varchar(8000))), 2))", 'key') }}
{%- endmacro %}
