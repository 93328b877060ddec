{#-
    Whether each object is available, and since when that is known, as the CTE `observed`: the rows a snapshot looks at.
    An object is withdrawn from its first absence on until it is seen again. `observed_at` never moves back: what was
    seen of a withdrawn object after its absence (an artist's name in a credit) moves it forward.
    `recorded_at` is now: a snapshot keeps it in the rows it adds, so it says when each of them was recorded.
    Expects a CTE `withdrawals` with the withdrawals of this type of object.
-#}
{% macro availability_cte(objects, object_type, attributes) -%}
{%- set id = object_type ~ '_id' -%}
observed as (
    select
        {{ objects }}.{{ id }},
        {%- for attribute in attributes %}
        {{ objects }}.{{ attribute }},
        {%- endfor %}
        case
            when withdrawals.object_id is null then {{ boolean_literal(true) }} else {{ boolean_literal(false) }}
        end as is_available,
        cast(
            case
                when withdrawals.withdrawn_on > {{ objects }}.observed_on then withdrawals.withdrawn_on
                else {{ objects }}.observed_on
            end as {{ type_for('timestamp') }}
        ) as observed_at,
        case
            when withdrawals.loaded_at > {{ objects }}.loaded_at then withdrawals.loaded_at
            else {{ objects }}.loaded_at
        end as loaded_at,
        {{ utc_now() }} as recorded_at
    from {{ objects }}
    left join withdrawals
        on {{ objects }}.{{ id }} = withdrawals.object_id
)
{%- endmacro %}
