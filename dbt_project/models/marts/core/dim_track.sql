{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_changed_objects(ref('int_known_tracks'), 'track_durable_key') }}",
        indexes=rowstore_indexes(['track_durable_key', 'valid_from']),
    )
}}

with

versions as (
    select * from {{ ref('int_known_tracks') }}
    where {{ is_not_built('track_durable_key') }}
)

select
    ---------- keys
    track_key,
    track_durable_key,
    {{ durable_key('album_id') }} as album_durable_key,
    track_id,
    album_id,

    ---------- attributes
    track_name,
    disc_number,
    track_number,
    duration_ms,
    is_explicit,
    artist_ids,

    ---------- validity
    valid_from,
    valid_to,
    is_current,
    changed_at,

    ---------- who told it
    origin
from versions
