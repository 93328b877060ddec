with

raw_tables as (
    select * from {{ ref('stg_spotify__row_counts') }}
),

artists as (
    select * from {{ ref('int_rows_of_artists') }}
),

catalogue as (
    select * from {{ ref('int_rows_of_catalogue') }}
),

history as (
    select * from {{ ref('int_rows_of_history') }}
),

measurements as (
    select * from {{ ref('int_rows_of_measurements') }}
),

audio_features as (
    select * from {{ ref('int_rows_of_audio_features') }}
),

library as (
    select * from {{ ref('int_rows_of_library') }}
),

library_days as (
    select * from {{ ref('int_rows_of_library_days') }}
),

plays as (
    select * from {{ ref('int_rows_of_plays') }}
),

files as (
    select * from {{ ref('int_rows_of_files') }}
),

from_staging as (
    select
        entity,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from artists
    union all
    select
        entity,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from catalogue
    union all
    select
        entity,
        'marts' as to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from measurements
    union all
    select
        entity,
        'marts' as to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from audio_features
    where step = 2
    union all
    select
        entity,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from library
    union all
    select
        entity,
        'marts' as to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from library_days
    where step = 2
    union all
    select
        entity,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from plays
    where step = 2
    union all
    select
        entity,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from files
    where step = 2
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
    inner join from_staging
        on raw_tables.entity = from_staging.entity
    union all
    select
        entity,
        2 as step,
        'staging' as from_layer,
        to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from from_staging
    union all
    select
        entity,
        step,
        'staging' as from_layer,
        'marts' as to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from audio_features
    where step > 2
    union all
    select
        entity,
        step,
        'staging' as from_layer,
        'marts' as to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from library_days
    where step > 2
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
    from plays
    where step > 2
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
    from files
    where step > 2
    union all
    select
        entity,
        step,
        'snapshots' as from_layer,
        'marts' as to_layer,
        rows_in,
        rows_out,
        rows_dropped,
        drop_reason
    from history
)

select
    {{ cast_text('entity', 'code') }} as entity,
    cast(step as {{ type_for('integer') }}) as step,
    {{ cast_text('from_layer', 'code') }} as from_layer,
    {{ cast_text('to_layer', 'code') }} as to_layer,
    cast(rows_in as {{ type_for('bigint') }}) as rows_in,
    cast(rows_out as {{ type_for('bigint') }}) as rows_out,
    cast(rows_dropped as {{ type_for('bigint') }}) as rows_dropped,
    case when rows_dropped > 0 then {{ cast_text('drop_reason', 'code') }} end as drop_reason
from steps
