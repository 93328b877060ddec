{% macro sqlserver__hex_md5_of_unicode(text) -%}
    lower(
        convert(
            varchar(32),
            hashbytes('md5', cast(cast({{ text }} as nvarchar(4000)) collate Latin1_General_100_BIN2_UTF8 as varchar(8000))),
            2
        )
    )
{%- endmacro %}
