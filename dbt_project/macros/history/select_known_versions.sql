{#-
    The versions of all objects of a type that are known: those of history, and one of each object that is only inferred.
    The one is always valid, and its key is that of the first version that the object gets when the catalogue learns it.
    Expects the CTEs `versions` and `inferred`.
-#}
{% macro select_known_versions(object_type, attributes) -%}
{%- set id = object_type ~ '_id' -%}
select
    {{ object_type }}_key,
    {{ object_type }}_durable_key,
    {{ id }},
    {%- for attribute in attributes %}
    {{ attribute }},
    {%- endfor %}
    valid_from,
    valid_to,
    is_current,
    applies_until,
    changed_at,
    {{ cast_text("'spotify'", 'code') }} as origin
from versions
union all
select
    {{ version_key(id, beginning_of_time()) }} as {{ object_type }}_key,
    {{ durable_key(id) }} as {{ object_type }}_durable_key,
    {{ id }},
    {%- for attribute in attributes %}
    {{ attribute }},
    {%- endfor %}
    {{ beginning_of_time() }} as valid_from,
    {{ end_of_time() }} as valid_to,
    {{ boolean_literal(true) }} as is_current,
    {{ end_of_time() }} as applies_until,
    changed_at,
    origin
from inferred
{%- endmacro %}
