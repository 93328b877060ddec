{#-
    The condition on objects that the table that is built now does not hold; always true at first and on a full refresh.
    Comes after delete_changed_objects, which deletes what changed: together they write every object that is new or
    changed, and leave the rest alone.
-#}
{% macro is_not_built(key) -%}
{%- if is_incremental() -%}
{{ key }} not in (select built.{{ key }} from {{ this }} as built)
{%- else -%}
1 = 1
{%- endif -%}
{%- endmacro %}
