{%- set types = ['artist', 'album', 'track'] -%}

with

{% for type in types -%}
{{ type }}_metrics as (
    select * from {{ ref('stg_spotify__' ~ type ~ '_metrics') }}
),

{{ type }}_versions as (
    select * from {{ ref('int_' ~ type ~ '_versions') }}
),

{{ type }}_ids as (
    select distinct {{ type }}_id from {{ type }}_versions
),

{% endfor -%}

counted as (
    {%- for type in types %}
    select
        '{{ type }}_metrics' as entity,
        count(*) as staging_rows,
        count(*) - count({{ type }}_ids.{{ type }}_id) as unknown_rows
    from {{ type }}_metrics
    left join {{ type }}_ids
        on {{ type }}_metrics.{{ type }}_id = {{ type }}_ids.{{ type }}_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    cast(entity as {{ type_for('code') }}) as entity,
    cast(staging_rows as {{ type_for('bigint') }}) as staging_rows,
    cast(unknown_rows as {{ type_for('bigint') }}) as unknown_rows
from counted
