{%- set parts = [
    'artists',
    'catalogue',
    'history',
    'measurements',
    'audio_features',
    'library',
    'library_days',
    'plays',
    'files',
] -%}

with

raw_tables as (
    select * from {{ ref('stg_spotify__row_counts') }}
),

later_steps as (
    {%- for part in parts %}
    select * from {{ ref('int_rows_of_' ~ part) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

steps as (
    select
        raw_tables.entity,
        1 as step,
        'raw' as from_layer,
        'staging' as to_layer,
        raw_tables.raw_rows as rows_in,
        from_staging.rows_in as rows_out,
        raw_tables.dropped_rows as rows_dropped,
        raw_tables.drop_reason
    from raw_tables
    inner join later_steps as from_staging
        on
            raw_tables.entity = from_staging.entity
            and from_staging.step = 2
    union all
    select
        entity,
        step,
        from_layer,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from later_steps
)

{{ select_steps() }}
