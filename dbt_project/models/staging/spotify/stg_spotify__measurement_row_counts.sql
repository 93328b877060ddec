{%- set measures_of = {
    'artist_metrics': ['popularity', 'followers'],
    'album_metrics': ['popularity'],
    'track_metrics': ['popularity'],
    'absences': ['observed_on'],
} -%}

with

counted as (
    {%- for entity, measures in measures_of.items() %}
    select
        '{{ entity }}' as entity,
        count(*) as raw_rows,
        sum(case when {{ measures | join(' is null and ') }} is null then 1 else 0 end) as unmeasured_rows
    from {{ source('spotify', entity) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    cast(entity as {{ type_for('code') }}) as entity,
    cast(raw_rows as {{ type_for('bigint') }}) as raw_rows,
    cast(coalesce(unmeasured_rows, 0) as {{ type_for('bigint') }}) as unmeasured_rows
from counted
