{#-
    Deletes the rows of objects that changed since the table that is built now was built last; a pre-hook of bridges. An
    artist that lost its only genre gives no new row that delete+insert could replace the old one by.
-#}
{% macro delete_changed_objects(objects, durable_key) -%}
{%- if is_incremental() -%}
delete from {{ this }}
where {{ durable_key }} in (
    select {{ durable_key }}
    from {{ objects }}
    where {{ changed_since_built() }}
)
{%- endif -%}
{%- endmacro %}
