{#- The first day of a release date of any precision (YYYY, YYYY-MM or YYYY-MM-DD); null where Spotify does not know
    the year (0000) or the text is no date. -#}
{% macro release_day(release_date) -%}
    case
        when {{ release_date }} like '0000%' then null
        when {{ release_date }} like '____' then {{ try_cast_date(dbt.concat([release_date, "'-01-01'"])) }}
        when {{ release_date }} like '____-__' then {{ try_cast_date(dbt.concat([release_date, "'-01'"])) }}
        when {{ release_date }} like '____-__-__' then {{ try_cast_date(release_date) }}
    end
{%- endmacro %}
