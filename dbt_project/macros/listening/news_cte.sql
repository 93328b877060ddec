{#-
    The rows of a CTE that the table that is built now does not hold as they are, as the CTE `news`; all of them at first
    and on a full refresh. A row is new, was loaded again, or points at another version than before. The strategy
    delete+insert on the same key then writes them, and leaves the rest alone.
-#}
{% macro news_cte(rows, key, versions) -%}
news as (
    select {{ rows }}.*
    from {{ rows }}
    {%- if is_incremental() %}
    left join {{ this }} as built
        on
            {%- for column in key %}
            {{ 'and ' if not loop.first }}{{ rows }}.{{ column }} = built.{{ column }}
            {%- endfor %}
    where
        built.loaded_at is null
        or built.loaded_at <> {{ rows }}.loaded_at
        {%- for column in versions %}
        or coalesce(built.{{ column }}, '') <> coalesce({{ rows }}.{{ column }}, '')
        {%- endfor %}
    {%- endif %}
)
{%- endmacro %}
