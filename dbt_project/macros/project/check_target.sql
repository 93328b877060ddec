{#-
    Fails with one line that names the variable to set, where the profile can only say that something is missing. dbt asks
    for the name of a schema before all else, so nothing has been built by then.
-#}
{% macro check_target() -%}
    {%- set needed = {'server': 'AZURE_SQL_SERVER', 'database': 'AZURE_SQL_DATABASE'} if target.type == 'sqlserver' else {} -%}
    {%- for setting, variable in needed.items() if not target[setting] -%}
        {%- do exceptions.raise_compiler_error(
            variable ~ ' is not set: the target ' ~ target.name ~ ' needs it (docs/azure.md lists the variables).'
        ) -%}
    {%- endfor -%}
    {%- if target.name not in var('production_targets') and not modules.re.match('^[a-z][a-z0-9_]*$', target.schema or '') -%}
        {%- do exceptions.raise_compiler_error(
            'ECHOSTREAM_DEV_SCHEMA is ' ~ (('"' ~ target.schema ~ '"') if target.schema else 'not set')
            ~ ': the target ' ~ target.name ~ ' builds schemas of its own, so give them a prefix of lower-case letters, '
            ~ 'digits and underscores, such as ECHOSTREAM_DEV_SCHEMA=dev_ana.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
