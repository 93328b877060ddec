{%- set types = ['artist', 'album', 'track'] -%}

with

measurements as (
    select * from {{ ref('int_measurements_placed') }}
),

{% for type in types -%}
{{ type }}_facts as (
    select * from {{ ref('fct_' ~ type ~ '_popularity') }}
),

{% endfor -%}

placed as (
    {%- for type in types %}
    select
        '{{ type }}_metrics' as entity,
        coalesce(sum(staging_rows), 0) as staging_rows,
        coalesce(sum(unknown_rows), 0) as unknown_rows
    from measurements
    where entity = '{{ type }}_metrics'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

facts as (
    {%- for type in types %}
    select
        '{{ type }}_metrics' as entity,
        count(*) as fact_rows
    from {{ type }}_facts
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    {{ cast_text('placed.entity', 'code') }} as entity,
    cast(placed.staging_rows as {{ type_for('bigint') }}) as rows_in,
    cast(facts.fact_rows as {{ type_for('bigint') }}) as rows_out,
    cast(placed.unknown_rows as {{ type_for('bigint') }}) as rows_dropped,
    {{ cast_text("'the object itself was never loaded'", 'code') }} as drop_reason
from placed
inner join facts
    on placed.entity = facts.entity
