{#-
    From the rows of a snapshot to the versions of its objects, as CTEs; the last one is called `versions`.

    - The last answer of a day wins: a row that ends on the day it began never lasted.
    - A row that says "not available" is no version: the version before ends where it begins. If it is the first row of
      its object, the object was loaded before it was found absent, so the object gets its one version up to that day.
    - The first version reaches back to the beginning of time, the open one to its end; [valid_from, valid_to).
    - `applies_until` is where the next version begins: unlike `valid_to` it leaves no gap while an object is withdrawn.
    - `recorded_at` is when the version's own row was recorded, `changed_at` when any row of its object last was. Rows
      from before snapshots noted it count as recorded when they were loaded.

    Takes the objects that changed since the table was built last (see changed_since_built), with all their rows.
-#}
{% macro version_ctes(snapshot, object_type, attributes) -%}
{%- set id = object_type ~ '_id' -%}
dated as (
    select
        {{ id }},
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        is_available,
        loaded_at,
        coalesce(recorded_at, loaded_at) as recorded_at,
        max(coalesce(recorded_at, loaded_at)) over (partition by {{ id }}) as changed_at,
        cast(dbt_valid_from as date) as seen_from,
        coalesce(cast(dbt_valid_to as date), {{ end_of_time() }}) as seen_until
    from {{ snapshot }}
    {%- if is_incremental() %}
    where {{ id }} in (select {{ id }} from {{ snapshot }} where {{ changed_since_built('recorded_at') }})
    {%- endif %}
),

lasting as (
    select
        dated.*,
        row_number() over (partition by dated.{{ id }} order by dated.seen_from) as row_number_of_object
    from dated
    where dated.seen_from < dated.seen_until
),

available as (
    select
        {{ id }},
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        loaded_at,
        recorded_at,
        changed_at,
        case when row_number_of_object = 1 then {{ beginning_of_time() }} else seen_from end as valid_from,
        case when is_available = {{ boolean_literal(true) }} then seen_until else seen_from end as valid_to
    from lasting
    where is_available = {{ boolean_literal(true) }} or row_number_of_object = 1
),

versions as (
    select
        {{ version_key(id, 'valid_from') }} as {{ object_type }}_key,
        {{ durable_key(id) }} as {{ object_type }}_durable_key,
        {{ id }},
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        valid_from,
        valid_to,
        case
            when valid_to = {{ end_of_time() }} then {{ boolean_literal(true) }} else {{ boolean_literal(false) }}
        end as is_current,
        coalesce(lead(valid_from) over (partition by {{ id }} order by valid_from), {{ end_of_time() }})
            as applies_until,
        loaded_at,
        recorded_at,
        changed_at
    from available
)
{%- endmacro %}
