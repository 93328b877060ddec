{#- The versions of an object are its history: the first begins with time itself, each lasts at least a day, none
    overlaps another, and only the last may be current. -#}
{% test versions_form_a_history(model, id_column) %}

with ordered as (
    select
        {{ id_column }},
        valid_from,
        valid_to,
        is_current,
        lag(valid_to) over (partition by {{ id_column }} order by valid_from) as previous_valid_to
    from {{ model }}
)

select
    {{ id_column }},
    valid_from,
    valid_to,
    case
        when valid_from >= valid_to then 'lasts no day'
        when previous_valid_to is null then 'is first and begins late'
        when valid_from < previous_valid_to then 'overlaps the version before'
        else 'is current and ends, or is not current and does not end'
    end as problem
from ordered
where
    valid_from >= valid_to
    or (previous_valid_to is null and valid_from > {{ beginning_of_time() }})
    or valid_from < previous_valid_to
    or (is_current = {{ boolean_literal(true) }} and valid_to < {{ end_of_time() }})
    or (is_current = {{ boolean_literal(false) }} and valid_to = {{ end_of_time() }})

{% endtest %}
