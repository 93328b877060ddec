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
    measurements.entity,
    measurements.staging_rows as rows_in,
    cast(facts.fact_rows as {{ type_for('bigint') }}) as rows_out,
    measurements.unknown_rows as rows_dropped,
    cast('the object itself was never loaded' as {{ type_for('code') }}) as drop_reason
from measurements
inner join facts
    on measurements.entity = facts.entity
