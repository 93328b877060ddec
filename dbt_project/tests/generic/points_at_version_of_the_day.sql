{#- Each row of a fact points at the version of its object that applies on the day of the measurement. -#}
{% test points_at_version_of_the_day(model, column_name, versions) %}

select
    facts.{{ column_name }},
    facts.observed_on
from {{ model }} as facts
inner join {{ versions }} as versions
    on facts.{{ column_name }} = versions.{{ column_name }}
where
    facts.observed_on < versions.valid_from
    or facts.observed_on >= versions.applies_until

{% endtest %}
