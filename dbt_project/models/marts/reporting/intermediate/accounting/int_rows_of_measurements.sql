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

steps as (
    {%- for type in types %}
    select
        '{{ type }}_metrics' as entity,
        2 as step,
        'staging' as from_layer,
        'marts' as to_layer,
        sum(staging_rows) as rows_in,
        (select count(*) from {{ type }}_facts) as rows_out,
        sum(unknown_rows) as rows_dropped,
        'the object itself was never loaded' as drop_reason
    from measurements
    where entity = '{{ type }}_metrics'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

{{ select_steps() }}
