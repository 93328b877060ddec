{#-
    The final select of a model that follows rows from layer to layer: the columns that all of them share. A sum over no
    rows is null and counts as 0, and a step that drops nothing has no reason for it.
    Expects a CTE `steps` with these columns.
-#}
{% macro select_steps() -%}
select
    {{ cast_text('entity', 'code') }} as entity,
    cast(step as {{ type_for('integer') }}) as step,
    {{ cast_text('from_layer', 'code') }} as from_layer,
    {{ cast_text('to_layer', 'code') }} as to_layer,
    cast(coalesce(rows_in, 0) as {{ type_for('bigint') }}) as rows_in,
    cast(coalesce(rows_out, 0) as {{ type_for('bigint') }}) as rows_out,
    cast(coalesce(rows_dropped, 0) as {{ type_for('bigint') }}) as rows_dropped,
    case when rows_dropped > 0 then {{ cast_text('drop_reason', 'code') }} end as drop_reason
from steps
{%- endmacro %}
