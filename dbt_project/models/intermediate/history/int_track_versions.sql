{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='track_id',
        on_schema_change='fail',
        indexes=rowstore_indexes(['track_id', 'valid_from']),
    )
}}

with

{{ version_ctes(ref('snap_tracks'), 'track', [
    'track_name', 'album_id', 'disc_number', 'track_number', 'duration_ms', 'is_explicit', 'artist_ids',
]) }}

select * from versions
