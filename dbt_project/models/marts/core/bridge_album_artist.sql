{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        indexes=rowstore_indexes(['album_durable_key', 'album_key']),
        pre_hook="{{ delete_changed_objects(ref('dim_album'), 'album_durable_key') }}",
    )
}}

with

albums as (
    select * from {{ ref('dim_album') }}
    where {{ is_not_built('album_durable_key') }}
),

parts as (
    select
        albums.album_key,
        albums.album_durable_key,
        albums.changed_at,
        parts.value as artist_id,
        parts.ordinal
    from albums
    {{ unnest_list('albums.artist_ids', 'parts') }}
    where parts.value <> ''
)

select
    album_key,
    album_durable_key,
    {{ durable_key('artist_id') }} as artist_durable_key,
    cast(
        row_number() over (partition by album_key order by min(ordinal))
        as {{ type_for('integer') }}
    ) as credit_position,
    changed_at
from parts
group by
    album_key,
    album_durable_key,
    changed_at,
    artist_id
