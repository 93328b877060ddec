{#-
    Deletes the rows of objects that are gone or whose `changed_at` is another than in the table that is built now; a
    pre-hook. What is missing afterwards is inserted: see is_not_built. An object that has no rows any more (an artist
    that lost its only genre) loses those it had.
-#}
{% macro delete_changed_objects(objects, key) -%}
{%- if is_incremental() -%}
delete from {{ this }}
where {{ key }} not in (
    select built.{{ key }}
    from {{ this }} as built
    inner join {{ objects }} as objects
        on
            built.{{ key }} = objects.{{ key }}
            and built.changed_at = objects.changed_at
)
{%- endif -%}
{%- endmacro %}
