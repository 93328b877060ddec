{%- set entities = ['artists', 'credited_artists', 'albums', 'tracks', 'genres'] -%}

with

counted as (
    {%- for entity in entities %}
    select
        '{{ entity }}' as entity,
        count(*) as raw_rows
    from {{ source('spotify', entity) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    cast(entity as {{ type_for('code') }}) as entity,
    cast(raw_rows as {{ type_for('bigint') }}) as raw_rows
from counted
