{#- Where a version ends and the next does not begin at once, its object was seen to be withdrawn on that day. -#}
{% test gaps_are_withdrawals(model, id_column, snapshot) %}

with ended as (
    select
        {{ id_column }},
        valid_to
    from {{ model }}
    where valid_to < applies_until
),

withdrawn as (
    select
        {{ id_column }},
        cast(dbt_valid_from as date) as withdrawn_on
    from {{ snapshot }}
    where is_available = {{ boolean_literal(false) }}
)

select
    ended.{{ id_column }},
    ended.valid_to
from ended
left join withdrawn
    on
        ended.{{ id_column }} = withdrawn.{{ id_column }}
        and ended.valid_to = withdrawn.withdrawn_on
where withdrawn.{{ id_column }} is null

{% endtest %}
